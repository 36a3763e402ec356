import type temmlType from 'temml';
import { safeColours, safeMathematics } from './safe';

/** Colour the code blocks within `element`; the highlighter is loaded when first needed. */
export async function colour(element: HTMLElement): Promise<void> {
  const blocks = within(element, 'code[data-language]:not([data-language=""])');
  if (!blocks.length) return;
  const { default: highlighter } = await import('highlight.js/lib/common');
  for (const block of blocks) {
    const language = block.dataset.language!.toLowerCase();
    if (!highlighter.getLanguage(language)) continue;
    const { value } = highlighter.highlight(block.textContent ?? '', { language });
    block.replaceChildren(safeColours(value));
  }
}

/** Draw the diagrams within `element`; what draws them is loaded when first needed. */
export async function diagrams(element: HTMLElement): Promise<void> {
  const sources = within(element, 'code[data-language="mermaid"]');
  if (!sources.length) return;
  const { diagram } = await import('./diagram');
  for (const each of sources) await diagram(each.closest('pre')!);
}

let temml: typeof temmlType | null = null;

/** Set the mathematics within `element`; what is no mathematics stays as it was written. */
export async function mathematics(element: HTMLElement): Promise<void> {
  if (!within(element, 'code.math').length) return;
  temml ??= (await import('temml')).default;
  mathematicsNow(element);
}

/** Set the mathematics within `part` if what sets it was loaded before. */
export function mathematicsNow(part: HTMLElement | DocumentFragment): void {
  if (!temml) return;
  for (const formula of within(part, 'code.math')) {
    const set = formulaOf(formula.textContent ?? '', formula.dataset.display === '1');
    const block = formula.closest('pre.math-block');
    if (set) (block ?? formula).replaceWith(set.cloneNode(true));
    else formula.classList.remove('math');
  }
}

const MOST_KEPT = 200;
/** The formulas that were set last: one in a growing paragraph is asked for at each frame. */
const kept = new Map<string, DocumentFragment | null>();

function formulaOf(written: string, displayMode: boolean): DocumentFragment | null {
  const name = `${displayMode} ${written}`;
  let made = kept.get(name);
  if (made === undefined) {
    made = setFormula(written, displayMode);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(name, made);
  }
  return made;
}

function setFormula(written: string, displayMode: boolean): DocumentFragment | null {
  try {
    const set = safeMathematics(
      temml!.renderToString(written, { displayMode, throwOnError: true, maxSize: [10, 100] }),
    );
    set.querySelector('math')?.setAttribute('data-written', written);
    return set;
  } catch {
    return null;
  }
}

function within(part: HTMLElement | DocumentFragment, selector: string): HTMLElement[] {
  const found = [...part.querySelectorAll<HTMLElement>(selector)];
  return part instanceof HTMLElement && part.matches(selector) ? [part, ...found] : found;
}
