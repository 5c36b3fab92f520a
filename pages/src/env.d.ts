/** What the build may be told. */
interface ImportMetaEnv {
  /** Where the service is, when the pages stand on another origin. */
  readonly VITE_API_ORIGIN?: string;
}
