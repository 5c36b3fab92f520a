/** What the browser keeps for these pages, text by text. */

/** Stands in where it keeps nothing (private windows, blocked storage), until the page is left. */
const memory = new Map<string, string>();

/** What is kept under a key. */
export function readItem(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? memory.get(key);
  } catch {
    return memory.get(key);
  }
}

/** @returns whether it outlives this page */
export function writeItem(key: string, value: string): boolean {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function removeItem(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

/** All that is kept under keys with this beginning. */
export function readItemsWithPrefix(prefix: string): string[] {
  let keys = [...memory.keys()];
  try {
    keys = [...new Set([...keys, ...Object.keys(localStorage)])];
  } catch {
    // What this page has in memory is all there is.
  }
  return keys.filter((key) => key.startsWith(prefix)).flatMap((key) => readItem(key) ?? []);
}
