/** Copy an answer so that it pastes well everywhere: formatted for Word, as text elsewhere. */
export async function copyRich(element: HTMLElement, markdown: string): Promise<void> {
  const clone = element.cloneNode(true) as HTMLElement;
  clone.querySelectorAll('button, .codebar, .host').forEach((each) => each.remove());
  // Word draws no line around a table that names none.
  clone.querySelectorAll('table').forEach((each) => each.setAttribute('border', '1'));
  const html = new XMLSerializer().serializeToString(clone);
  await navigator.clipboard.write([
    new ClipboardItem({
      'text/html': new Blob([html], { type: 'text/html' }),
      'text/plain': new Blob([markdown], { type: 'text/plain' }),
    }),
  ]);
}

/** Copy `text` as it is. */
export function copyText(text: string): Promise<void> {
  return navigator.clipboard.writeText(text);
}
