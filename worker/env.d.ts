/** The secrets, which `wrangler types` cannot know: each is optional, and the service runs without it. */
interface Secrets {
  /** The operator's token: admin of every room. */
  ADMIN_TOKEN?: string;
}

interface Env extends Secrets {}

declare namespace Cloudflare {
  interface Env extends Secrets {}
}
