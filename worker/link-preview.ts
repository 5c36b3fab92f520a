/**
 * Link previews: the title and about text of a room in the HTML of its page, because preview crawlers run no scripts.
 * They are read from KV, so that a preview wakes no room. If the room is unknown or private, or KV is slow, the page is
 * unchanged: the same for every link.
 */
import { cleanName } from '../shared/display-names.ts';
import { type PrivateRoomStub, type RoomKeyMetadata, roomKey } from '../shared/kv-keys.ts';
import { limits } from '../shared/limits.ts';
import type { RoomInfo } from '../shared/room.ts';
import { withTimeout } from '../shared/timeout.ts';

/** Public metadata of a room. */
export interface LinkPreview {
  title: string;
  about: string;
  /** Whether the room is in the public list, so that search engines may index its page too. */
  isListed: boolean;
}

/** Cuts a text to the preview length, on one line, without invisible and bidirectional control characters. */
function previewText(text: string): string {
  const characters = [...text];
  const isLonger = characters.length > limits.http.previewLength;
  return cleanName(characters.slice(0, limits.http.previewLength).join('')) + (isLonger ? '…' : '');
}

/** Reads the preview from KV, which has only the link of a private room. */
export async function readPreview(link: string, kv: KVNamespace): Promise<LinkPreview | undefined> {
  try {
    const read = kv.getWithMetadata<RoomInfo | PrivateRoomStub, RoomKeyMetadata>(roomKey(link), 'json');
    const { value, metadata } = await withTimeout(limits.http.previewTimeoutMs, read);
    if (value === null || 'private' in value) return undefined;
    return { title: previewText(value.title), about: previewText(value.about), isListed: metadata?.unlisted === false };
  } catch {
    // The page works without a preview; GET /health reports that KV fails.
    return undefined;
  }
}

/**
 * Sets an attribute to a text. The rewriter encodes quotes only: an ampersand could start an entity, and simple parsers
 * could parse an angle bracket as a tag.
 */
function setAttribute(name: string, text: string): HTMLRewriterElementContentHandlers {
  const encoded = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return { element: (element) => void element.setAttribute(name, encoded) };
}

/**
 * Writes the preview and the URL into the page of a room.
 * @param pageUrl the canonical URL, without a query
 */
export function withPreview(page: Response, pageUrl: string, preview: LinkPreview | undefined): Response {
  const rewriter = new HTMLRewriter()
    .on('link[rel="canonical"]', setAttribute('href', pageUrl))
    .on('meta[property="og:url"]', setAttribute('content', pageUrl));
  if (preview?.title) {
    rewriter
      .on('title', { element: (element) => void element.setInnerContent(`${preview.title} | Flexio Chat`) })
      .on('meta[property="og:title"]', setAttribute('content', preview.title));
  }
  if (preview?.about) {
    rewriter
      .on('meta[name="description"]', setAttribute('content', preview.about))
      .on('meta[property="og:description"]', setAttribute('content', preview.about));
  }
  if (preview?.isListed) rewriter.on('meta[name="robots"]', { element: (element) => void element.remove() });
  return rewriter.transform(page);
}
