import { describe, expect, test } from 'vitest';
import { Incremental } from '../src/render/incremental';
import { colour, mathematics, mathematicsNow } from '../src/render/late';
import { pasted } from '../src/render/clipboard';
import { calm } from '../src/render/calm';
import { safe } from '../src/render/safe';
import { cellsOf, markdownTable, tabbed, valuesFile } from '../src/render/table';
import { withTools } from '../src/render/tools';

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
  'href title start class data-language data-display rel referrerpolicy target tabindex role aria-label scope'.split(
    ' ',
  );

/** The bars of the page itself; a hostile one would lack what makes it ours. */
const OURS = 'button[type="button"][data-act]';
const BUTTON = ['type', 'data-act', 'aria-pressed', 'aria-label'];

/** Of a formula, with nothing in it that could act, name, load or lead anywhere. */
function formula(each: Element): boolean {
  return (
    /^(math|mrow|mi|mn|mo|mtext|mspace|ms|m(sub|sup|subsup|frac|sqrt|root|over|under|underover|style|padded|phantom|table|tr|td))$/.test(
      each.tagName,
    ) && !each.getAttributeNames().some((name) => /^on|href|style|src|^id$|^name$/.test(name))
  );
}

function dangers(element: Element): string[] {
  return [...element.querySelectorAll('*')]
    .filter((each) => !formula(each))
    .flatMap((each) => [
      ...(HARMLESS.includes(each.tagName) || each.matches(OURS) ? [] : [each.tagName]),
      ...each
        .getAttributeNames()
        .filter((name) => !each.matches(OURS) || !BUTTON.includes(name))
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
      // By processor time: other work on the machine is not the renderer's fault.
      const began = process.cpuUsage();
      shown(markdown);
      expect(process.cpuUsage(began).user / 1000).toBeLessThan(3000);
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
    growing.finish();
    expect(lines(element)).toBe(lines(whole(LONG.slice(0, end))));
  }
});

test('finished blocks are kept, not rendered again', () => {
  const element = document.createElement('div');
  const growing = new Incremental(element);
  growing.update('first\n\nsecond');
  const first = element.querySelector('p');
  growing.update('first\n\nsecond\n\nthird');
  expect(element.querySelector('p')).toBe(first);
});

test('what did not change outlives the next token', () => {
  const element = document.createElement('div');
  const growing = new Incremental(element);
  growing.update('- one\n- two');
  const [first, second] = element.querySelectorAll('li');
  growing.update('- one\n- two **th');
  expect([...element.querySelectorAll('li')]).toEqual([first, second]);
  expect(second!.querySelector('strong')!.textContent).toBe('th');
});

describe('what is half written', () => {
  const looks = (open: string) => {
    return markup(shown(calm(open)));
  };
  test.each([
    ['a **bo', '<p>a <strong>bo</strong></p>'],
    ['a **bo*', '<p>a <strong>bo</strong></p>'],
    ['a *b **c', '<p>a <em>b <strong>c</strong></em></p>'],
    ['run `ls -', '<p>run <code>ls -</code></p>'],
    ['see [the page](https://exa', '<p>see the page</p>'],
    ['so \\(x_1', '<p>so <code class="math">x_1</code></p>'],
    ['text\n-', '<p>text</p>'],
    ['2 * 3 and 5*', '<p>2 * 3 and 5</p>'],
    ['snake_case and 4*5', '<p>snake_case and 4*5</p>'],
    ['| a | b', ''],
    ['| a | b |\n| -', ''],
    ['[1, 2', '<p>[1, 2</p>'],
  ])('%j looks like what it will be', (open, html) => expect(looks(open)).toBe(html));

  test.each([
    '```\nx = "**a"\n',
    '| a |\n| - |\n| 1',
    'whole **bold** `code` _x_ ~~y~~ $5',
    'a\nb',
  ])('%j is left alone', (open) => expect(calm(open)).toBe(open));
});

describe('lists and notes', () => {
  test('a task says whether it is done', () => {
    const items = shown('- [x] bake\n- [ ] eat\n- [link]').querySelectorAll('li');
    expect([...items].map((each) => each.textContent)).toEqual([
      '☑ (Done) bake',
      '☐ (To do) eat',
      '[link]',
    ]);
  });

  test('a note leads to its text', () => {
    const element = shown('Water[^1] boils.\n\n[^1]: At 100 °C, says **Celsius**.');
    expect(element.querySelector('.note')!.textContent).toBe('1');
    expect(markup(element.querySelector('.note-text')!)).toBe(
      '<span class="note-mark">1</span> At 100 °C, says <strong>Celsius</strong>.',
    );
  });
});

describe('tables', () => {
  const table = () =>
    shown(
      '| name | a\\|b |\n| - | - |\n| =1+1 | -5 |\n| [x](https://a.test) | "q" |',
    ).querySelector('table')!;

  test('say what their columns are', () =>
    expect([...table().querySelectorAll('th')].map((each) => each.scope)).toEqual(['col', 'col']));

  test('are copied for a spreadsheet, which computes nothing of them', () => {
    expect(tabbed(cellsOf(table()))).toBe(`name\ta|b\n'=1+1\t-5\nx\t"q"`);
    expect(valuesFile(cellsOf(table()), ';')).toBe(`name;a|b\r\n'=1+1;-5\r\nx;"""q"""`);
  });

  test('are copied as Markdown', () =>
    expect(markdownTable(cellsOf(table()))).toBe(
      '| name | a\\|b |\n| --- | --- |\n| =1+1 | -5 |\n| x | "q" |',
    ));
});

test('a copied answer stands without the page', () => {
  const element = withTools(shown('| a |\n| - |\n| 1 |\n\n```js\nx\n```\n\nA note[^1].'));
  const html = pasted(element);
  expect(html).not.toMatch(/<button|class=|role=|tabindex|data-/);
  expect(html).toMatch(/<table border="1" style="border-collapse: collapse;?"/);
  expect(html).toMatch(/<code style="font-family: Consolas/);
  expect(html).toContain('[1]');
});

/** What is inside `element`, as it would be written. */
function markup(element: Element): string {
  return [...element.childNodes]
    .map((each) => new XMLSerializer().serializeToString(each))
    .join('')
    .replaceAll(' xmlns="http://www.w3.org/1999/xhtml"', '')
    .trim();
}

function whole(markdown: string): HTMLElement {
  const element = withTools(shown(markdown));
  mathematicsNow(element);
  return element;
}

/** Markup without the white space between blocks, which nobody sees. */
function lines(element: Element): string {
  return new XMLSerializer().serializeToString(element).replace(/>\s+</g, '><').trim();
}
