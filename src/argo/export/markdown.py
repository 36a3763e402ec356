"""An answer's Markdown as a tree of blocks that every format can be written from. Pure.

Blocks and inlines are plain dictionaries: they go to the PDF's template as JSON. Pictures are
words, links keep their address, raw HTML is text: nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from argo.export import maths

Node = dict[str, Any]

_SCHEMES = ("http://", "https://", "mailto:")
_MOST_DEEP = 40


def blocks(markdown: str) -> list[Node]:
    """Return the blocks of `markdown`: p, h, code, list, quote, table, rule, math."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MOST_DEEP})
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    # A price is no formula: no digit may touch a dollar from outside, no space from inside.
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    parser.inline.ruler.before("escape", "brackets", _brackets)
    return _Reading(parser.parse(readable(markdown))).until(None)


def readable(text: str) -> str:
    """Return `text` without the characters that XML cannot hold."""
    return "".join(each for each in text if each in "\t\n" or each.isprintable() or _joins(each))


def _joins(character: str) -> bool:
    """Whether a character is not printable but belongs to writing: joiners, soft hyphens."""
    code = ord(character)
    return code in (0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xA0, 0x202F) or (
        character.isspace() and code >= 0x80
    )


def _brackets(state: StateInline, silent: bool) -> bool:
    r"""Read \\(formulas\\) and \\[formulas\\], wherever in a paragraph they stand."""
    opening = state.src[state.pos : state.pos + 2]
    closing = {"\\(": "\\)", "\\[": "\\]"}.get(opening)
    if closing is None:
        return False
    end = state.src.find(closing, state.pos + 2, state.posMax)
    if end < 0 or not state.src[state.pos + 2 : end].strip():
        return False
    if not silent:
        kind = "math_inline" if closing == "\\)" else "math_inline_double"
        state.push(kind, "math", 0).content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


class _Reading:
    """Reads the parser's flat tokens into a tree."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def until(self, end: str | None) -> list[Node]:
        found: list[Node] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == end:
                return found
            found += self._block(token)
        return found

    def _block(self, token: Token) -> list[Node]:
        match token.type:
            case "paragraph_open":
                return [{"t": "p", "c": self._inline("paragraph_close")}]
            case "heading_open":
                level = int(token.tag[1:])
                return [{"t": "h", "level": level, "c": self._inline("heading_close")}]
            case "fence" | "code_block":
                language = token.info.split()[0] if token.info.split() else ""
                return [{"t": "code", "lang": language, "text": token.content.rstrip("\n")}]
            case "math_block" | "math_block_eqno":
                return [math_node(token.content)]
            case "blockquote_open":
                return [{"t": "quote", "c": self.until("blockquote_close")}]
            case "bullet_list_open" | "ordered_list_open":
                return [self._list(token)]
            case "table_open":
                return [self._table()]
            case "hr":
                return [{"t": "rule"}]
            case "inline":
                return [{"t": "p", "c": inlines(token.children or [])}]
        return []

    def _inline(self, end: str) -> list[Node]:
        return [each for block in self.until(end) for each in block.get("c", [])]

    def _list(self, opening: Token) -> Node:
        ordered = opening.type == "ordered_list_open"
        end = "ordered_list_close" if ordered else "bullet_list_close"
        items: list[list[Node]] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == end:
                break
            if token.type == "list_item_open":
                items.append(self.until("list_item_close"))
        start = opening.attrGet("start")
        return {
            "t": "list",
            "ordered": ordered,
            "start": 1 if start is None else int(start),
            "items": items,
        }

    def _table(self) -> Node:
        rows: list[list[list[Node]]] = []
        aligns: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    style = str(token.attrGet("style") or "")
                    aligns.append(style.removeprefix("text-align:") or "left")
                rows[-1].append(self._inline(token.type.replace("open", "close")))
        return {"t": "table", "head": rows[0] if rows else [], "rows": rows[1:], "align": aligns}


def inlines(tokens: Sequence[Token]) -> list[Node]:
    """Return inline nodes: text with its marks, code, math, br."""
    found: list[Node] = []
    marks = {"b": 0, "i": 0, "s": 0}
    link: str | None = None
    names = {"strong": "b", "em": "i", "s": "s"}
    for token in tokens:
        name, _, way = token.type.rpartition("_")
        if name in names:
            marks[names[name]] += 1 if way == "open" else -1
        elif token.type == "link_open":
            address = str(token.attrGet("href") or "")
            link = address if address.lower().startswith(_SCHEMES) else None
        elif token.type == "link_close":
            link = None
        else:
            found += _inline(token, marks, link)
    return found


def _inline(token: Token, marks: dict[str, int], link: str | None) -> list[Node]:
    if token.type.startswith("math_inline"):
        display = token.type == "math_inline_double"
        return [math_node(token.content) | {"block": display}]
    match token.type:
        case "softbreak":
            return [_text(" ", marks, link)]
        case "hardbreak":
            return [{"t": "br"}]
        case "code_inline":
            return [{"t": "mono", "text": token.content}]
        case "image":
            return [_text(f"[{token.content}]", marks, link)]
    return [_text(token.content, marks, link)] if token.content else []


def math_node(tex: str) -> Node:
    """Return a formula: its TeX, and its tree when that can be read."""
    return {"t": "math", "tex": tex.strip(), "tree": maths.tree(tex.strip()), "block": True}


def _text(text: str, marks: dict[str, int], link: str | None) -> Node:
    node: Node = {"t": "text", "text": text}
    node |= {name: True for name, depth in marks.items() if depth}
    if link is not None:
        node["href"] = link
    return node
