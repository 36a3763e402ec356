/**
 * Make the children of `parent` from index `from` on equal to those of `wanted`, and leave alone
 * what is equal already: a selection, a focus and a scrolled box outlive the next token.
 */
export function settle(parent: Node, from: number, wanted: Node): void {
  const had = [...parent.childNodes].slice(from);
  const wants = [...wanted.childNodes];
  for (const [at, want] of wants.entries()) {
    const have = had[at];
    if (!have) parent.appendChild(want);
    else if (!have.isEqualNode(want)) change(have, want);
  }
  for (const each of had.slice(wants.length)) each.remove();
}

function change(have: ChildNode, want: ChildNode): void {
  if (have instanceof Text && want instanceof Text) {
    have.data = want.data;
  } else if (have instanceof Element && want instanceof Element && have.tagName === want.tagName) {
    attributes(have, want);
    settle(have, 0, want);
  } else {
    have.replaceWith(want);
  }
}

function attributes(have: Element, want: Element): void {
  for (const name of have.getAttributeNames()) {
    if (!want.hasAttribute(name)) have.removeAttribute(name);
  }
  for (const name of want.getAttributeNames()) {
    const value = want.getAttribute(name)!;
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
}
