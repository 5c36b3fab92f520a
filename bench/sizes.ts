/** `npm run sizes`: what the built site weighs. */
import { filesIn, isScript, isStyle, loadedBy, pages, scriptsOf, type Weight, weigh } from './site.ts';
import { printTable } from './table.ts';

const cells = ({ raw, gzipped }: Weight) => [raw, gzipped];

const files = [...filesIn('assets'), ...Object.values(pages)];
printTable(
  'Files of the site',
  ['bytes', 'raw', 'gzipped'],
  files.map((file) => [file, ...cells(weigh([file]))]),
);

printTable(
  'A page',
  ['bytes', 'raw', 'gzipped'],
  Object.entries(pages).flatMap(([name, html]) => {
    const loaded = loadedBy(html);
    return [
      [`${name}: scripts that it begins with`, ...cells(weigh(scriptsOf(html)))],
      [`${name}: with all that is loaded when it is wanted`, ...cells(weigh(loaded.filter(isScript)))],
      [`${name}: styles`, ...cells(weigh(loaded.filter(isStyle)))],
      [`${name}: HTML`, ...cells(weigh([html]))],
    ];
  }),
);

printTable(
  'For pages of others, each with what it loads',
  ['bytes', 'raw', 'gzipped'],
  filesIn('embed').map((file) => [file, ...cells(weigh(loadedBy(file)))]),
);
