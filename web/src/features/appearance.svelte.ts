/** What this browser remembers of how its person likes the page; absent is the usual. */
export type Kept = Partial<Record<'theme' | 'text' | 'font' | 'motion' | 'enter', string>>;

const KEY = 'argo.appearance';

/** The look of the page in this browser; `public/appearance.js` sets it before the first paint. */
class Appearance {
  kept = $state<Kept>(remembered<Kept>(KEY) ?? {});

  set(change: Kept): void {
    Object.assign(this.kept, change);
    remember(KEY, this.kept);
    Object.assign(document.documentElement.dataset, change);
  }
}

export const appearance = new Appearance();

/** What this browser remembers under `key`, null when nothing, or when storage is blocked. */
export function remembered<Value>(key: string): Value | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Value | null;
  } catch {
    return null;
  }
}

/** Remember `value` in this browser; null forgets it. */
export function remember(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is blocked: it is forgotten with the window.
  }
}
