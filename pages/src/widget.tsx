/**
 * `<flexio-chat link="…">`: a room in a page of somebody else's, without a frame. It stands in a shadow root, so neither
 * page styles the other, and knows its service by where this script came from.
 */
import { render } from 'preact';
import type { RoomCredentials } from '../../client/index.ts';
import controls from './controls.css?inline';
import floating from './floating.css?inline';
import { isLanguage, language, speakOn } from './language.ts';
import page from './page.css?inline';
import composer from './room/composer.css?inline';
import dialogs from './room/dialogs.css?inline';
import ends from './room/ends.css?inline';
import log from './room/log.css?inline';
import message from './room/message.css?inline';
import people from './room/people.css?inline';
import roomStyle from './room/room.css?inline';
import { Room } from './room/room.tsx';
import { RoomSession } from './room/session.ts';
import { RoomView } from './room/view.ts';
import { showThemeOn } from './theme.ts';
import tokens from './tokens.css?inline';
import widget from './widget.css?inline';

/** Sizes are by the letters of the page around, which may be of any size: here they are what they are elsewhere. */
const inPixels = (css: string) => css.replace(/([\d.]+)rem/g, (_, size: string) => `${Number(size) * 16}px`);

let sheet: CSSStyleSheet | undefined;

function styles(): CSSStyleSheet {
  if (sheet) return sheet;
  sheet = new CSSStyleSheet();
  const parts = [tokens, page, controls, floating, roomStyle, message, log, composer, people, ends, dialogs, widget];
  sheet.replaceSync(inPixels(parts.join('')));
  return sheet;
}

export class FlexioChat extends HTMLElement {
  static readonly observedAttributes = ['link', 'lang'];

  #credentials: RoomCredentials = {};
  #view: RoomView | undefined;
  #endings: (() => void)[] = [];

  constructor() {
    super();
    // They may have been set before this script was there to take them.
    if (!Object.hasOwn(this, 'credentials')) return;
    const { credentials } = this;
    Reflect.deleteProperty(this, 'credentials');
    this.#credentials = credentials;
  }

  /** What the person shows: a token of one's own site, say, or what gets one. Without it this device has one of its own. */
  get credentials(): RoomCredentials {
    return this.#credentials;
  }

  set credentials(credentials: RoomCredentials) {
    this.#credentials = credentials;
    if (this.isConnected) this.#enter();
  }

  connectedCallback(): void {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [styles()];
    this.#enter();
  }

  disconnectedCallback(): void {
    this.#leave();
  }

  attributeChangedCallback(name: string): void {
    if (name === 'link' && this.isConnected) this.#enter();
    else if (isLanguage(this.lang)) language.value = this.lang;
  }

  #enter(): void {
    const { shadowRoot } = this;
    const link = this.getAttribute('link');
    this.#leave();
    if (!shadowRoot || !link) return;
    const { lang } = this;
    if (isLanguage(lang)) language.value = lang;
    this.#view = new RoomView(new RoomSession(link, this.credentials));
    this.#endings = [speakOn(this), showThemeOn(this), () => this.#view?.leave()];
    render(<Room view={this.#view} back={undefined} />, shadowRoot);
  }

  #leave(): void {
    if (this.shadowRoot) render(null, this.shadowRoot);
    for (const end of this.#endings.splice(0)) end();
  }
}

customElements.define('flexio-chat', FlexioChat);
