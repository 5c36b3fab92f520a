/**
 * `<flexio-chat link="…">`: a room as an element for other sites. It renders in a shadow root, so that the styles of
 * the page and of the widget do not affect each other, and connects to the service that this script was loaded from.
 */
import { render } from 'preact';
import type { RoomCredentials } from '../../client/index.ts';
import controls from './controls.css?inline';
import { bindLanguage, isLanguage, language } from './language.ts';
import overlays from './overlays.css?inline';
import page from './page.css?inline';
import composer from './room/composer.css?inline';
import dialogs from './room/dialogs.css?inline';
import log from './room/log.css?inline';
import message from './room/message.css?inline';
import people from './room/people.css?inline';
import roomStyle from './room/room.css?inline';
import { Room } from './room/room.tsx';
import { RoomController } from './room/room-controller.ts';
import roomUnavailable from './room/room-unavailable.css?inline';
import { RoomViewState } from './room/room-view-state.ts';
import { bindTheme } from './theme.ts';
import tokens from './tokens.css?inline';
import widget from './widget.css?inline';

/** Converts rem to px, because the root font size of the embedding page can be anything. */
const remToPx = (css: string) => css.replace(/([\d.]+)rem/g, (_, size: string) => `${Number(size) * 16}px`);

let styleSheet: CSSStyleSheet | undefined;

function styles(): CSSStyleSheet {
  if (styleSheet) return styleSheet;
  styleSheet = new CSSStyleSheet();
  const parts = [
    tokens,
    page,
    controls,
    overlays,
    roomStyle,
    message,
    log,
    composer,
    people,
    roomUnavailable,
    dialogs,
    widget,
  ];
  styleSheet.replaceSync(remToPx(parts.join('')));
  return styleSheet;
}

export class FlexioChat extends HTMLElement {
  static readonly observedAttributes = ['link', 'lang'];

  #credentials: RoomCredentials = {};
  #view: RoomViewState | undefined;
  #cleanups: (() => void)[] = [];

  constructor() {
    super();
    // The property may have been set before this element was defined.
    if (!Object.hasOwn(this, 'credentials')) return;
    const { credentials } = this;
    Reflect.deleteProperty(this, 'credentials');
    this.#credentials = credentials;
  }

  /** Credentials of the user, such as a token of the embedding site or a function that gets one. */
  get credentials(): RoomCredentials {
    return this.#credentials;
  }

  set credentials(credentials: RoomCredentials) {
    this.#credentials = credentials;
    if (this.isConnected) this.#mount();
  }

  connectedCallback(): void {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [styles()];
    this.#mount();
  }

  disconnectedCallback(): void {
    this.#unmount();
  }

  attributeChangedCallback(name: string): void {
    if (name === 'link' && this.isConnected) this.#mount();
    else if (isLanguage(this.lang)) language.value = this.lang;
  }

  #mount(): void {
    const { shadowRoot } = this;
    const link = this.getAttribute('link');
    this.#unmount();
    if (!shadowRoot || !link) return;
    const { lang } = this;
    if (isLanguage(lang)) language.value = lang;
    this.#view = new RoomViewState(new RoomController(link, this.credentials));
    this.#cleanups = [bindLanguage(this), bindTheme(this), () => this.#view?.dispose()];
    render(<Room view={this.#view} backHref={undefined} />, shadowRoot);
  }

  #unmount(): void {
    if (this.shadowRoot) render(null, this.shadowRoot);
    for (const cleanUp of this.#cleanups.splice(0)) cleanUp();
  }
}

customElements.define('flexio-chat', FlexioChat);
