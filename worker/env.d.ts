/** What `wrangler types` cannot know: secrets, and what not every account has. The service runs without each of them. */
interface Secrets {
  /** The operator's token: admin of every room. */
  ADMIN_TOKEN?: string;
  /** The keys of signed identities, as PEM (`npm run keys`): PKCS#8 to sign, SPKI to verify. */
  JWT_PRIVATE_KEY?: string;
  JWT_PUBLIC_KEY?: string;
}

interface Extras {
  /** Where events are counted. */
  EVENTS?: AnalyticsEngineDataset;
}

interface Env extends Secrets, Extras {}

declare namespace Cloudflare {
  interface Env extends Secrets, Extras {}
}
