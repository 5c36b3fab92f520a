/** Bindings that only the tests have. */
declare namespace Cloudflare {
  interface Env {
    /** Number of runs of each property test; if empty, each test uses its own default. */
    PROPERTY_RUNS: string;
  }
}
