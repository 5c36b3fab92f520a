/** Texts in `localStorage`, with a fallback in memory. */

/** Used where `localStorage` is unavailable (private windows, blocked storage); lost on reload. */
const memory = new Map<string, string>();

export function readItem(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? memory.get(key);
  } catch {
    return memory.get(key);
  }
}

/** @returns whether the value was persisted and survives a reload */
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
    // Nothing was stored.
  }
}

/** @returns the values of all keys that begin with `prefix` */
export function readItemsWithPrefix(prefix: string): string[] {
  let keys = [...memory.keys()];
  try {
    keys = [...new Set([...keys, ...Object.keys(localStorage)])];
  } catch {
    // Only the values in memory are available.
  }
  return keys.filter((key) => key.startsWith(prefix)).flatMap((key) => readItem(key) ?? []);
}
