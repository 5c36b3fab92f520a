/** What the tests bind beside the service's own configuration. */
declare namespace Cloudflare {
  interface Env {
    /** How often each property is tried; empty for the number it names itself. */
    PROPERTY_RUNS: string;
  }
}
