import type { Drawn } from './frame';

const PICTURE_SIDE = 4000;

/** The drawing as a picture that stands alone: with its size, without links, scripts or HTML. */
export function cleaned(svg: string, kind: string): Drawn {
  const root = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
  if (!root) return { failure: 'no drawing' };
  document.body.append(root);
  for (const each of root.querySelectorAll(
    'script, image, iframe, object, embed, use, animate, set',
  ))
    each.remove();
  for (const each of root.querySelectorAll('foreignObject')) each.replaceWith(asText(each));
  for (const each of root.querySelectorAll('a')) each.replaceWith(...each.childNodes);
  for (const each of [root, ...root.querySelectorAll('*')]) {
    for (const name of each.getAttributeNames())
      if (/^on|href$/i.test(name)) each.removeAttribute(name);
  }
  const name = root.querySelector(':scope > title')?.textContent?.trim() ?? '';
  const told = root.querySelector(':scope > desc')?.textContent?.trim() ?? '';
  const { width, height } = size(root);
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  root.style.maxWidth = '';
  const words = told || spoken(root);
  return { svg: new XMLSerializer().serializeToString(root), width, height, kind, name, words };
}

/** The words of a label that is HTML, as SVG's own text in the middle of its place. */
function asText(label: Element): Element {
  const text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
  const width = Number(label.getAttribute('width')) || 0;
  const height = Number(label.getAttribute('height')) || 0;
  text.setAttribute('x', String((Number(label.getAttribute('x')) || 0) + width / 2));
  text.setAttribute('y', String((Number(label.getAttribute('y')) || 0) + height / 2));
  text.setAttribute('text-anchor', 'middle');
  text.setAttribute('dominant-baseline', 'central');
  text.textContent = (label.textContent ?? '').trim();
  return text;
}

function size(root: SVGSVGElement): { width: number; height: number } {
  const box = root.viewBox.baseVal;
  const width = box?.width || root.getBBox().width || 300;
  const height = box?.height || root.getBBox().height || 150;
  const scale = Math.min(1, PICTURE_SIDE / Math.max(width, height));
  return { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
}

/** The words in the drawing, in the order they stand in it. */
function spoken(root: Element): string {
  const found = [...root.querySelectorAll('text')]
    .filter((each) => !each.querySelector('text'))
    .map((each) => (each.textContent ?? '').replace(/\s+/g, ' ').trim());
  return [...new Set(found.filter((each) => each))].join('; ').slice(0, 600);
}
