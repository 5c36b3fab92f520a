/** The secrets, which `wrangler types` cannot know: each is optional, and the service runs without it. */
interface Secrets {
  /** The operator's token: admin of every room. */
  ADMIN_TOKEN?: string;
  /** The keys of signed identities, as PEM (`npm run keys`): PKCS#8 to sign, SPKI to verify. */
  JWT_PRIVATE_KEY?: string;
  JWT_PUBLIC_KEY?: string;
}

interface Env extends Secrets {}

declare namespace Cloudflare {
  interface Env extends Secrets {}
}
