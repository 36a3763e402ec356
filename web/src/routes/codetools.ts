/** Give each finished code block its language and a button that copies it, once. */
export function codeTools(shown: HTMLElement, label: string, done: string, name: string): void {
  for (const block of shown.querySelectorAll<HTMLElement>('pre:not(.math-block)')) {
    if (block.dataset.tools) continue;
    block.dataset.tools = 'yes';
    block.tabIndex = 0;
    block.setAttribute('role', 'group');
    block.setAttribute('aria-label', name);
    const code = block.querySelector<HTMLElement>('code')!;
    const bar = document.createElement('div');
    bar.className = 'codebar';
    const language = document.createElement('span');
    language.textContent = code.dataset.language ?? '';
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(code.textContent ?? '');
      button.textContent = done;
      setTimeout(() => (button.textContent = label), 2000);
    });
    bar.append(language, button);
    block.prepend(bar);
  }
}
