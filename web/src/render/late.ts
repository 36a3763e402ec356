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

/** Set the mathematics within `element`; what is no mathematics stays as it was written. */
export async function mathematics(element: HTMLElement): Promise<void> {
  const formulas = within(element, 'code.math');
  if (!formulas.length) return;
  const { default: temml } = await import('temml');
  for (const formula of formulas) {
    const written = formula.textContent ?? '';
    try {
      const displayMode = formula.dataset.display === '1';
      const set = safeMathematics(
        temml.renderToString(written, { displayMode, throwOnError: true, maxSize: [10, 100] }),
      );
      set.querySelector('math')?.setAttribute('data-written', written);
      const block = formula.closest('pre.math-block');
      (block ?? formula).replaceWith(set);
    } catch {
      formula.classList.remove('math');
    }
  }
}

function within(element: HTMLElement, selector: string): HTMLElement[] {
  const found = [...element.querySelectorAll<HTMLElement>(selector)];
  return element.matches(selector) ? [element, ...found] : found;
}
