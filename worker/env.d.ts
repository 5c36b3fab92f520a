/** Optional settings that `wrangler types` does not know: secrets, and bindings that not every account has. */
interface Secrets {
  /** The operator token: admin of every room. */
  ADMIN_TOKEN?: string;
  /** The keys of signed tokens, as PEM (`npm run keys`): PKCS#8 to sign, SPKI to verify. */
  JWT_PRIVATE_KEY?: string;
  JWT_PUBLIC_KEY?: string;
}

interface Extras {
  /** Data set that counts events (shared/events.ts). */
  EVENTS?: AnalyticsEngineDataset;
}

interface Env extends Secrets, Extras {}

declare namespace Cloudflare {
  interface Env extends Secrets, Extras {}
}
