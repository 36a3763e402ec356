const NAMES = new Set(
  (
    'svg g path rect circle ellipse line polyline polygon text tspan textPath marker defs style title desc ' +
    'linearGradient radialGradient stop clipPath mask pattern symbol switch filter feDropShadow feFlood ' +
    'feGaussianBlur feOffset feComposite feMerge feMergeNode feBlend feColorMatrix feComponentTransfer feFuncA'
  ).split(' '),
);
const OUTSIDE = /url\((?!["']?#)|@import|image-set|expression\(|<[!?]/i;

/**
 * Whether the text of a drawing holds nothing but shapes and words: it is opened by other
 * programs once a person keeps it. What the frame sends is not trusted to be clean.
 */
export function inert(svg: string): boolean {
  // A serialised text holds `<` only where an element begins or ends.
  if (OUTSIDE.test(svg.replaceAll('&quot;', '"'))) return false;
  return [...svg.matchAll(/<[^>]*>/g)].every(([tag]) => {
    const name = /^<\/?([A-Za-z]+)/.exec(tag)?.[1] ?? '';
    return NAMES.has(name) && !/\s(?:on\w+|[\w:]*href|src)\s*=/i.test(tag);
  });
}

/** Make the drawing `image` wider or narrower within its box. */
export function zoom(image: HTMLImageElement, by: 1 | -1): void {
  const now = Number(image.dataset.zoom ?? 100);
  const next = Math.min(400, Math.max(25, by > 0 ? now * 1.25 : now / 1.25));
  image.dataset.zoom = String(next);
  image.style.width = `${(image.width * next) / 100}px`;
  image.style.maxWidth = 'none';
}

/** Give the drawing `image` to the person as a file. */
export async function keep(image: HTMLImageElement, kind: 'svg' | 'png'): Promise<void> {
  const svg = decodeURIComponent(image.src.slice(image.src.indexOf(',') + 1));
  const blob = kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await pixels(image);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `diagram.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const PIXELS_A_POINT = 2;

/** The drawing in pixels, on the colour of the page. */
export async function pixels(image: HTMLImageElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const width = Number(image.getAttribute('width'));
  const height = Number(image.getAttribute('height'));
  canvas.width = width * PIXELS_A_POINT;
  canvas.height = height * PIXELS_A_POINT;
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = getComputedStyle(image.parentElement!).backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture')))),
  );
}
