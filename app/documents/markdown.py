"""Markdown (CommonMark with tables) -> pieces: turned into HTML by markdown-it, which runs and fetches nothing, and read as such.

Marks of list items stay as they were written, comments become notes, and front matter keeps its lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.documents.pieces import Piece, Pieces
from app.documents.web_page import MARK, comments_notice, read_page

LONGEST_MARKDOWN = 2 << 20
"""In characters. What is longer is read as plain text: understanding the marks would take too long."""

# Marks that nothing closes make a parser look ahead to the paragraph's end from each. Ordinary documents stay far below
# this sum of marks times characters; where it is spent (after seconds), marks within lines stay as they are.
_MOST_LOOKING_AHEAD = 3_000_000_000
_MARKS = re.compile(r"[\[*_`<!&~\\]")
_FRONT_MATTER = re.compile(r"\s*(---|\+\+\+)[ \t]*\n(.*?\n)(?:\1|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"[\w.\"'-]+[ \t]*[:=]")
_HEADING_NAME = re.compile(r"^([ \t]{0,3}#{1,6}[ \t].*?)[ \t]*\{(?:#[\w:.-]+|/\*[^{}\n]*?\*/)\}[ \t]*$", re.MULTILINE)


def read_markdown(text: str) -> Pieces:
    """The pieces of a Markdown document of at most `LONGEST_MARKDOWN` characters."""
    text = text.replace("\f", "")
    fields, text = _front_matter(text)
    environment: dict[str, Any] = {}
    parser = _parser()
    tokens = parser.parse(_HEADING_NAME.sub(r"\1", text), environment)
    for token in tokens:
        if token.type == "list_item_open":
            token.attrSet(MARK, token.info + token.markup)
    page = read_page(parser.renderer.render(tokens, parser.options, environment), comments=True, noun="document")
    asides = _asides(environment.get("references", {}))
    notices = list(page.notices)
    if asides and not any(notice.code == "hidden-comments" for notice in notices):
        notices.append(comments_notice(len(asides)))
    return replace(page, pieces=[*fields, *page.pieces, *asides], notices=notices, language=None)


class _Parser(MarkdownIt):
    """markdown-it, but that a link to a script is known as one, so that it is warned of; no link is ever followed."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 -- markdown-it's own name
        """Whether brackets and `url` make a link."""
        return True


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.core.ruler.at("inline", _inline)
    return parser


def _inline(state: StateCore) -> None:
    """As markdown-it's own rule, but that it gives up in time."""
    spent = 0
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = token.children or []
        spent += len(_MARKS.findall(token.content)) * len(token.content)
        if spent <= _MOST_LOOKING_AHEAD:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children.append(Token("text", "", 0, content=token.content))


def _front_matter(text: str) -> tuple[list[Piece], str]:
    """The fields before the text, a piece each, and the text. They are for programs, but they also say what a document is."""
    found = _FRONT_MATTER.match(text)
    if found is None or not any(_FIELD.match(line) for line in found[2].split("\n")):
        return [], text
    pieces: list[Piece] = []
    for line in found[2].split("\n"):
        words = line.strip()
        if words.startswith("- "):
            pieces.append(Piece("list-item", words, 1))
        elif line[:1] in " \t" and words and pieces and not _FIELD.match(words):
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text} {words}")
        elif words:
            pieces.append(Piece("paragraph", words))
    return pieces, text[found.end() :]


def _asides(references: Mapping[str, Mapping[str, str]]) -> list[Piece]:
    """Text in definitions of links to nothing, by which authors write notes (`[//]: # (…)`)."""
    return [
        Piece("footnote", reference["title"])
        for reference in references.values()
        if reference.get("title") and reference.get("href", "") in ("#", "", "<>")
    ]
