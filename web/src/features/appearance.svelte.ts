type Kept = { theme?: string; text?: string };

const KEY = 'argo.appearance';

/** Theme and text size of this browser; `public/appearance.js` sets them before the first paint. */
class Appearance {
  theme = $state('');
  text = $state('');

  constructor() {
    const kept = remembered<Kept>(KEY) ?? {};
    this.theme = kept.theme ?? '';
    this.text = kept.text ?? '';
  }

  set(kept: Kept): void {
    this.theme = kept.theme ?? this.theme;
    this.text = kept.text ?? this.text;
    remember(KEY, { theme: this.theme, text: this.text });
    const { dataset } = document.documentElement;
    dataset.theme = this.theme;
    dataset.text = this.text;
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
