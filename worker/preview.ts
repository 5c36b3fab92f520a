/**
 * What a room's link shows of itself where it is shared: its title and what it is about, written into the page, since
 * those who make such previews run no script. It is read from the copy in KV, so that no preview wakes a room. What is
 * not known, is private or comes late leaves the page as it is, one file for every link that tells nothing of any.
 */
import { type PrivateRoom, type RoomKeyMetadata, roomKey } from '../shared/copies.ts';
import { limits } from '../shared/limits.ts';
import { cleanName } from '../shared/names.ts';
import type { RoomInfo } from '../shared/room.ts';
import { within } from '../shared/within.ts';

/** What everyone may know of a room before they open it. */
export interface Preview {
  title: string;
  about: string;
  /** Whether it is in the list, where search engines may find it too. */
  isListed: boolean;
}

/** A text on one line, without what cannot be seen or would turn the text around it. */
function shown(text: string): string {
  const characters = [...text];
  const isLonger = characters.length > limits.previewLength;
  return cleanName(characters.slice(0, limits.previewLength).join('')) + (isLonger ? '…' : '');
}

/** Reads what there is to show of a room. A private one stands in KV by its link alone. */
export async function previewOf(link: string, kv: KVNamespace): Promise<Preview | undefined> {
  try {
    const asked = kv.getWithMetadata<RoomInfo | PrivateRoom, RoomKeyMetadata>(roomKey(link), 'json');
    const { value, metadata } = await within(limits.previewMs, asked);
    if (value === null || 'private' in value) return undefined;
    return { title: shown(value.title), about: shown(value.about), isListed: metadata?.unlisted === false };
  } catch {
    // The page does without; that KV is out of order is told by GET /health.
    return undefined;
  }
}

/**
 * Sets an attribute to a text. The rewriter encodes quotes only; an ampersand would be decoded with what follows it, and
 * readers that know too little of HTML might take a bracket for a tag.
 */
function setting(name: string, text: string): HTMLRewriterElementContentHandlers {
  const encoded = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return { element: (element) => void element.setAttribute(name, encoded) };
}

/**
 * Writes into the page of a room what is known of it, and where it is.
 * @param address of the page, without a query
 */
export function withPreview(page: Response, address: string, preview: Preview | undefined): Response {
  const rewriter = new HTMLRewriter()
    .on('link[rel="canonical"]', setting('href', address))
    .on('meta[property="og:url"]', setting('content', address));
  if (preview?.title) {
    rewriter
      .on('title', { element: (element) => void element.setInnerContent(`${preview.title} | Flexio Chat`) })
      .on('meta[property="og:title"]', setting('content', preview.title));
  }
  if (preview?.about) {
    rewriter
      .on('meta[name="description"]', setting('content', preview.about))
      .on('meta[property="og:description"]', setting('content', preview.about));
  }
  if (preview?.isListed) rewriter.on('meta[name="robots"]', { element: (element) => void element.remove() });
  return rewriter.transform(page);
}
