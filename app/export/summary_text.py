"""The summary by section as text and as HTML, each sentence with its citation, to be pasted into a letter or a mail."""

from __future__ import annotations

import html
from collections.abc import Sequence

from app.documents.document import Language
from app.export.wording import printable
from app.review.section_summary import Entry, SectionSummary, citation


def summary_text(name: str, sections: Sequence[SectionSummary], language: Language) -> str:
    """Plain text: the document's name, each section's heading, its sentences."""
    parts = [printable(name)]
    for each in sections:
        lines = [f"- {_cited(entry, language)}" for entry in each.entries]
        parts.append("\n".join([*filter(None, [printable(each.section.name)]), *lines]))
    return "\n\n".join(parts) + "\n"


def summary_html(name: str, sections: Sequence[SectionSummary], language: Language) -> str:
    """The same as HTML without any style, so that it takes that of the place where it is pasted."""
    parts = [f"<h2>{html.escape(printable(name))}</h2>"]
    for each in sections:
        if each.section.name:
            parts.append(f"<h3>{html.escape(printable(each.section.name))}</h3>")
        items = "".join(f"<li>{html.escape(_cited(entry, language))}</li>" for entry in each.entries)
        parts.append(f"<ul>{items}</ul>")
    return f'<html lang="{language}"><body>{"".join(parts)}</body></html>'


def _cited(entry: Entry, language: Language) -> str:
    told = citation(entry, language)
    return printable(entry.passage.text) + (told if language == "ja" or not told else f" {told}")
