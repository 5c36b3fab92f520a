/** Environment variables of the build. */
interface ImportMetaEnv {
  /** Origin of the service, if the pages are hosted on another one. */
  readonly VITE_API_ORIGIN?: string;
}
