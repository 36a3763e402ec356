/**
 * The whole program of the sandboxed frame that draws diagrams: it has no origin, no network and
 * no storage. It takes a diagram's source over a port and gives back a picture, or says why not.
 */
import mermaid from 'mermaid';
import { cleaned } from './cleaned';

export type Wanted = { source: string; dark: boolean };
export type Drawn =
  | { svg: string; width: number; height: number; kind: string; name: string; words: string }
  | { failure: string };

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const MOST_CHARACTERS = 20_000;
/** What a source may not set by itself: only the look of its own parts is its business. */
const OURS = [
  'secure',
  'securityLevel',
  'startOnLoad',
  'maxTextSize',
  'maxEdges',
  'suppressErrorRendering',
  'htmlLabels',
  'themeCSS',
  'fontFamily',
  'altFontFamily',
  'dompurifyConfig',
  'layout',
];
/** A node that is a picture from an address: nothing is ever loaded from elsewhere. */
const LOADS = /@\{[^}]*\bimg\s*:/;
/** The page's own colours: its style sheet does not reach in here. */
const LIGHT = palette('#ffffff', '#1f2325', '#e2efec', '#1f5c57', '#5d6b69', [
  '#1f5c57 #9a4a00 #1c4f91 #7a3e9d #2f6b2f #9a2f22 #6b6224 #44597a'.split(' '),
  '#ffffff',
]);
const DARK = palette('#1e2123', '#e9e7e2', '#20312f', '#7cc4bb', '#a9aeb1', [
  '#7cc4bb #e8b27a #93bdf0 #c9a0e8 #9fcf94 #f0a196 #d8cd86 #aebfdd'.split(' '),
  '#16181a',
]);
let number = 0;

addEventListener('message', (event) => {
  const port = event.ports[0];
  if (event.source !== parent || !port) return;
  port.onmessage = async ({ data }: MessageEvent<Wanted>) => port.postMessage(await draw(data));
});

async function draw({ source, dark }: Wanted): Promise<Drawn> {
  if (LOADS.test(source)) return { failure: 'pictures are not loaded' };
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    secure: OURS,
    suppressErrorRendering: true,
    htmlLabels: false,
    layout: 'dagre',
    maxTextSize: MOST_CHARACTERS,
    maxEdges: 300,
    theme: 'base',
    look: 'classic',
    themeVariables: { ...(dark ? DARK : LIGHT), darkMode: dark, fontFamily: FONT },
    fontFamily: FONT,
    deterministicIds: true,
  });
  try {
    const { svg, diagramType } = await mermaid.render(`drawing-${++number}`, source);
    return cleaned(svg, diagramType);
  } catch (error) {
    return { failure: error instanceof Error ? error.message.slice(0, 500) : 'unknown' };
  } finally {
    document.body.replaceChildren();
  }
}

function palette(
  ground: string,
  ink: string,
  fill: string,
  edge: string,
  line: string,
  [parts, onParts]: [string[], string],
): Record<string, string> {
  const made: Record<string, string> = {
    background: ground,
    primaryColor: fill,
    primaryTextColor: ink,
    primaryBorderColor: edge,
    secondaryColor: fill,
    tertiaryColor: ground,
    tertiaryTextColor: ink,
    lineColor: line,
    textColor: ink,
    edgeLabelBackground: ground,
    pieTitleTextColor: ink,
    pieSectionTextColor: onParts,
    pieLegendTextColor: ink,
    pieStrokeColor: ground,
    pieOuterStrokeColor: line,
    pieOpacity: '1',
  };
  for (const [at, colour] of parts.entries()) {
    made[`pie${at + 1}`] = made[`cScale${at}`] = made[`git${at}`] = colour;
    made[`cScaleLabel${at}`] = made[`gitBranchLabel${at}`] = onParts;
  }
  return made;
}
