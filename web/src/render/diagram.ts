import type { Drawn, Wanted } from '../diagram/frame';
import { say } from '../words/words.svelte';
import { inert } from './picture';

const PATIENCE_MILLISECONDS = 15_000;
const dark = matchMedia('(prefers-color-scheme: dark)');
let frame: Promise<HTMLIFrameElement> | null = null;
/** One drawing at a time: a source that never ends takes its frame with it, and no other. */
let queue: Promise<unknown> = Promise.resolve();

/** Put a drawing above the source `block` of each diagram; a source that is none stays code. */
export async function diagram(block: HTMLElement): Promise<void> {
  const source = block.querySelector('code')?.textContent ?? '';
  const drawn = await drawing(source);
  if (!block.isConnected || block.closest('figure')) return;
  if ('failure' in drawn || !inert(drawn.svg)) {
    block.querySelector('.codebar > span')?.append(` · ${say('diagramFailed')}`);
    return;
  }
  figure(block, source, drawn);
}

type Picture = Exclude<Drawn, { failure: string }>;

function figure(block: HTMLElement, source: string, drawn: Picture): void {
  const made = document.createElement('figure');
  made.className = 'diagram';
  const image = document.createElement('img');
  const box = document.createElement('div');
  box.className = 'canvas';
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', say('diagram'));
  box.append(image);
  const text = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = say('diagramSource');
  text.append(summary);
  const bar = document.createElement('div');
  bar.className = 'tablebar';
  for (const [does, label] of [
    ['zoom-out', '−'],
    ['zoom-in', '+'],
    ['svg', 'SVG'],
    ['png', 'PNG'],
  ] as const) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.act = does;
    button.textContent = label;
    button.setAttribute('aria-label', say(NAMES[does]));
    button.title = say(NAMES[does]);
    bar.append(button);
  }
  show(image, drawn);
  block.replaceWith(made);
  text.append(block);
  made.append(box, bar, text);
  follow(made, image, source);
}

const NAMES = {
  'zoom-out': 'zoomOut',
  'zoom-in': 'zoomIn',
  svg: 'downloadSvg',
  png: 'downloadPng',
} as const;

function show(image: HTMLImageElement, { svg, width, height, kind, name, words }: Picture): void {
  // As a picture it runs nothing and loads nothing, whatever it holds.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  image.width = width;
  image.height = height;
  image.alt = [name || `${say('diagram')} (${kind})`, words].filter(Boolean).join('. ');
}

/** Draw it again when the page turns light or dark. */
function follow(made: HTMLElement, image: HTMLImageElement, source: string): void {
  const root = document.documentElement;
  let shown = isDark();
  const change = async () => {
    if (!made.isConnected) {
      watching.disconnect();
      dark.removeEventListener('change', change);
    } else if (isDark() !== shown) {
      shown = isDark();
      const drawn = await drawing(source);
      if (!('failure' in drawn) && inert(drawn.svg)) show(image, drawn);
    }
  };
  const watching = new MutationObserver(change);
  watching.observe(root, { attributeFilter: ['data-theme'] });
  dark.addEventListener('change', change);
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme ? theme.includes('dark') : dark.matches;
}

const MOST_KEPT = 30;
/** The last drawings: a message that is scrolled away and back is not drawn anew. */
const kept = new Map<string, Promise<Drawn>>();

function drawing(source: string): Promise<Drawn> {
  const wanted = { source, dark: isDark() };
  const name = `${wanted.dark} ${source}`;
  const known = kept.get(name);
  if (known) return known;
  const next = queue.then(() => drawn(wanted));
  queue = next.catch(() => undefined);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, next);
  return next;
}

async function drawn(wanted: Wanted): Promise<Drawn> {
  frame ??= opened();
  const { contentWindow } = await frame;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const tired = setTimeout(() => {
      void frame?.then((each) => each.remove());
      frame = null;
      resolve({ failure: 'timeout' });
    }, PATIENCE_MILLISECONDS);
    port1.onmessage = ({ data }: MessageEvent<Drawn>) => {
      clearTimeout(tired);
      resolve(data);
    };
    // The frame has no origin to name.
    contentWindow!.postMessage(null, '*', [port2]);
    port1.postMessage(wanted);
  });
}

/** The frame that draws: without an origin, out of sight, but with room to measure letters in. */
function opened(): Promise<HTMLIFrameElement> {
  const made = document.createElement('iframe');
  made.className = 'drawing';
  made.title = say('diagram');
  made.setAttribute('sandbox', 'allow-scripts');
  made.setAttribute('aria-hidden', 'true');
  made.tabIndex = -1;
  made.src = '/diagram.html';
  return new Promise((resolve) => {
    made.onload = () => resolve(made);
    document.body.append(made);
  });
}
