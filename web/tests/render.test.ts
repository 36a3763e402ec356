import { describe, expect, test } from 'vitest';
import { Incremental } from '../src/render/incremental';
import { colour, mathematics } from '../src/render/late';
import { safe } from '../src/render/safe';

function shown(markdown: string): HTMLElement {
  const element = document.createElement('div');
  element.append(safe(markdown));
  return element;
}

function formulas(markdown: string): string[] {
  return [...shown(markdown).querySelectorAll('code.math')].map((each) => each.textContent ?? '');
}

describe('mathematics', () => {
  test.each([
    ['$x^2$', ['x^2']],
    ['$5$', ['5']],
    ['so $x$, then $y$.', ['x', 'y']],
    ['$5x + 3 = 0$', ['5x + 3 = 0']],
    ['\\(a+b\\)', ['a+b']],
    ['inline \\[a\\] too', ['a']],
    ['$$E = mc^2$$', ['E = mc^2']],
    ['$$\na\n+ b\n$$', ['a\n+ b']],
    ['\\[\n\\frac12\n\\]', ['\\frac12']],
    ['- item\n  $$\n  a\n  $$', ['a']],
    ['$\\$5$', ['\\$5']],
  ])('%j has the formulas %j', (markdown, expected) => {
    expect(formulas(markdown)).toEqual(expected);
  });

  test.each([
    'between $5 and $10',
    'It costs $5.',
    '$5, $10 and $15',
    '$1,000 or $2,000 a year',
    'from $5-$10',
    'US$5 and US$6',
    '$ 5 and 6 $',
    'a `$x$` in code',
    '$5 for the first and $7 for the second',
    '\\$x\\$',
    '$20k to $30k',
  ])('%j is text', (markdown) => expect(formulas(markdown)).toEqual([]));

  test('becomes MathML, without style, link or id', async () => {
    const element = shown('$$\\href{https://evil.test}{x} + \\color{red}y$$\n\n$\\sum_{i=1}^n i$');
    await mathematics(element);
    expect(element.querySelector('math')).not.toBeNull();
    expect(element.querySelector('[style], [href], [id], a')).toBeNull();
  });

  test('that is none stays as it was written', async () => {
    const element = shown('$\\notacommand{$');
    await mathematics(element);
    expect(element.textContent).toContain('\\notacommand{');
  });
});

describe('blocks', () => {
  test('code keeps its language, which the highlighter colours', async () => {
    const element = shown('```python\ndef f(): pass\n```');
    expect(element.querySelector('code')!.dataset.language).toBe('python');
    await colour(element);
    expect(element.querySelector('.hljs-keyword')!.textContent).toBe('def');
  });

  test('a list goes on where it was interrupted', () =>
    expect(shown('3. three').querySelector('ol')!.getAttribute('start')).toBe('3'));

  test('columns keep their side without a style attribute', () => {
    const cells = shown('| a | b | c |\n| - | -: | :-: |\n| 1 | 2 | 3 |').querySelectorAll('td');
    expect([...cells].map((each) => each.className)).toEqual(['', 'end', 'centre']);
  });

  test('a formula of its own stands as a block', async () => {
    const element = shown('$$\nx\n$$\n\nand $y$');
    await mathematics(element);
    const sides = [...element.querySelectorAll('math')].map((each) => each.getAttribute('display'));
    expect(sides).toEqual(['block', null]);
  });
});

describe('links', () => {
  const link = (markdown: string) => shown(markdown).querySelector('a');

  test('say their true host, leave no trace and open apart', () => {
    const found = link('[my bank](https://evil.test/login)')!;
    expect(found.textContent).toBe('my bank (evil.test)');
    expect(found.rel).toBe('noopener noreferrer');
    expect(found.referrerPolicy).toBe('no-referrer');
    expect(found.target).toBe('_blank');
  });

  test('cannot hide their host behind a text that contains it', () => {
    expect(link('[www.bank.test/evil.test](https://evil.test/)')!.textContent).toMatch(
      / \(evil\.test\)$/,
    );
    expect(link('[https://bank.test](https://evil.test)')!.textContent).toMatch(/ \(evil\.test\)$/);
  });

  test('that are their own text say it once', () => {
    expect(link('https://insee.test/a')!.textContent).toBe('https://insee.test/a');
  });

  test.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '[x](//evil.test)',
    '[x](/api/sign-out)',
    '[x](file:///etc/passwd)',
    '<javascript:alert(1)>',
    '[x][y]\n\n[y]: javascript:alert(1)',
  ])('%j leads nowhere', (markdown) => expect(link(markdown)?.getAttribute('href')).toBeFalsy());
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script href="data:,alert(1)"/></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<form action="https://evil.test"><input name="a"><button>x</button></form>',
  '<style>*{background:url(https://evil.test)}</style>',
  '<link rel=stylesheet href=https://evil.test>',
  '<meta http-equiv=refresh content="0;url=https://evil.test">',
  '<base href="https://evil.test/">',
  '<object data="https://evil.test"></object>',
  '<video src=https://evil.test autoplay></video>',
  '<div id="app" name="body" style="position:fixed">x</div>',
  '![a](https://evil.test/p.png)',
  '![a](javascript:alert(1))',
  '![a][b]\n\n[b]: https://evil.test/p.png',
  '[![a](https://evil.test/p.png)](https://evil.test)',
  '```"><img src=x onerror=alert(1)>\n</code></pre><script>alert(1)</script>\n```',
  '```html" onmouseover="alert(1)\nx\n```',
  '`</code><img src=x onerror=alert(1)>`',
  '$</code><img src=x onerror=alert(1)>$',
  '$$\n</code></pre><svg onload=alert(1)>\n$$',
  '\\(<img src=x onerror=alert(1)>\\)',
  '| <img src=x onerror=alert(1)> |\n| --- |\n| <svg onload=alert(1)> |',
  '[a](https://x.test "\\" onmouseover=\\"alert(1)")',
  '[a](https://x.test/"onmouseover="alert(1))',
  '<https://x.test/"onmouseover=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#x3C;img src=x onerror=alert(1)&#x3E;',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<a id=parser><a id=parser name=parse href=x>',
  '# <img src=x onerror=alert(1)>',
  '> <svg><animate onbegin=alert(1) attributeName=x>',
  '- <details open ontoggle=alert(1)>',
  '\u0000<script>alert(1)</script>',
  '<xss contenteditable onfocus=alert(1) autofocus tabindex=1>',
];
const HARMLESS =
  'P BR HR H1 H2 H3 H4 H5 H6 STRONG EM S DEL UL OL LI BLOCKQUOTE PRE CODE TABLE THEAD TBODY TR TH TD A SPAN DIV'.split(
    ' ',
  );
const ATTRIBUTES =
  'href title start class data-language data-display rel referrerpolicy target tabindex role aria-label'.split(
    ' ',
  );

function dangers(element: Element): string[] {
  return [...element.querySelectorAll('*')].flatMap((each) => [
    ...(HARMLESS.includes(each.tagName) ? [] : [each.tagName]),
    ...each
      .getAttributeNames()
      .filter((name) => !ATTRIBUTES.includes(name))
      .map((name) => `${each.tagName}[${name}]`),
  ]);
}

describe('hostile text', () => {
  test.each(HOSTILE)('%j is only read', (markdown) => {
    expect(dangers(shown(markdown))).toEqual([]);
  });

  test.each(HOSTILE)('%j is only read, wherever the stream is cut', (markdown) => {
    const element = document.createElement('div');
    const growing = new Incremental(element);
    for (let end = 1; end <= markdown.length; end++) {
      growing.update(markdown.slice(0, end));
      expect(dangers(element)).toEqual([]);
    }
  });

  test('pictures are words, with their address', () => {
    const element = shown('![a cat](https://evil.test/cat.png)');
    expect(element.querySelector('img')).toBeNull();
    expect(element.textContent).toContain('a cat');
    expect(element.textContent).toContain('https://evil.test/cat.png');
  });

  test.each(['\\('.repeat(50_000), '$x '.repeat(50_000), '['.repeat(50_000), '>'.repeat(5_000)])(
    'that is made to be slow is not (%#)',
    (markdown) => {
      const began = performance.now();
      shown(markdown);
      expect(performance.now() - began).toBeLessThan(3000);
    },
  );
});

const LONG = `# Title

A paragraph with **bold**, *italics*, \`code\` and [a link](https://a.test).
Setext
---

1. one
   - nested
   - nested too

   more of one
2. two

> quote
lazy

| a | b |
| - | - |
| 1 | $x$ |

\`\`\`python
def f():

    return "$5"
\`\`\`

$$
\\int_0^1 x
$$

$$
never closed

- [ ] it costs $5 or $10
-
---
para
- list right after
        indented

    code
last line`;

test('what grows block by block is what is rendered whole', () => {
  const element = document.createElement('div');
  const growing = new Incremental(element);
  for (let end = 1; end <= LONG.length; end += 2) {
    growing.update(LONG.slice(0, end));
    const whole = shown(LONG.slice(0, end));
    expect(lines(element)).toBe(lines(whole));
  }
}, 30_000);

test('finished blocks are kept, not rendered again', () => {
  const element = document.createElement('div');
  const growing = new Incremental(element);
  growing.update('first\n\nsecond');
  const first = element.querySelector('p');
  growing.update('first\n\nsecond\n\nthird');
  expect(element.querySelector('p')).toBe(first);
});

/** Markup without the white space between blocks, which nobody sees. */
function lines(element: Element): string {
  return new XMLSerializer().serializeToString(element).replace(/>\s+</g, '><').trim();
}
