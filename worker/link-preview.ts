/**
 * What a room's link shows of itself where it is shared: its title and what it is about, written into the page, since
 * those who make such previews run no script. It is read from the copy in KV, so that no preview wakes a room. What is
 * not known, is private or comes late leaves the page as it is, one file for every link that tells nothing of any.
 */

import { cleanName } from '../shared/display-names.ts';
import { type PrivateRoomStub, type RoomKeyMetadata, roomKey } from '../shared/kv-keys.ts';
import { limits } from '../shared/limits.ts';
import type { RoomInfo } from '../shared/room.ts';
import { withTimeout } from '../shared/timeout.ts';

/** What everyone may know of a room before they open it. */
export interface LinkPreview {
  title: string;
  about: string;
  /** Whether it is in the list, where search engines may find it too. */
  isListed: boolean;
}

/** A text on one line, without what cannot be seen or would turn the text around it. */
function previewText(text: string): string {
  const characters = [...text];
  const isLonger = characters.length > limits.previewLength;
  return cleanName(characters.slice(0, limits.previewLength).join('')) + (isLonger ? '…' : '');
}

/** Reads what there is to show of a room. A private one stands in KV by its link alone. */
export async function readPreview(link: string, kv: KVNamespace): Promise<LinkPreview | undefined> {
  try {
    const read = kv.getWithMetadata<RoomInfo | PrivateRoomStub, RoomKeyMetadata>(roomKey(link), 'json');
    const { value, metadata } = await withTimeout(limits.previewTimeoutMs, read);
    if (value === null || 'private' in value) return undefined;
    return { title: previewText(value.title), about: previewText(value.about), isListed: metadata?.unlisted === false };
  } catch {
    // The page does without; that KV is out of order is told by GET /health.
    return undefined;
  }
}

/**
 * Sets an attribute to a text. The rewriter encodes quotes only; an ampersand would be decoded with what follows it, and
 * readers that know too little of HTML might take a bracket for a tag.
 */
function setAttribute(name: string, text: string): HTMLRewriterElementContentHandlers {
  const encoded = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return { element: (element) => void element.setAttribute(name, encoded) };
}

/**
 * Writes into the page of a room what is known of it, and where it is.
 * @param pageUrl of the page, without a query
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
