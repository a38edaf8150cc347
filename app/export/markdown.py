"""The brief as Markdown (CommonMark with nothing added), for wikis, mails and pull requests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from app.documents.document import Language
from app.export.brief import Brief
from app.export.telling import Field, Line, Told, told
from app.export.wording import printable, say
from app.export.writing import write_whole

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!&$]|(?<=\w):(?=//)|(?<=www)\.)", re.IGNORECASE)
"""Also what other dialects than CommonMark make formulas of, and links without being asked."""
_LIST_START = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])")


def write_brief_markdown(brief: Brief, output: Path) -> None:
    """Write the brief to `output`, whole or not at all. Raises FusenError when it cannot be written."""
    write_whole(output, render(brief))


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`; there are no templates."""
    return brief_markdown(brief).encode()


def brief_markdown(brief: Brief) -> str:
    """The brief's text."""
    language = brief.language
    parts = [f"# {markdown_text(brief.title)}"]
    if brief.purpose:
        parts += [_labelled(say("purpose", language), brief.purpose, language)]
    for part in told(brief):
        parts += [f"## {part.title}", *([part.note] if part.note else [])]
        parts += [_fields(fields, language) for fields in part.fields]
        for group in part.groups:
            parts += [f"### {markdown_text(group.heading)}"] if group.heading else []
            parts += [_finding(each, language) for each in group.findings]
        if part.lines:
            parts += ["\n".join(_line(each, language) for each in part.lines)]
        parts += map(markdown_text, part.remarks)
    return "\n\n".join(parts) + "\n"


def _finding(finding: Told, language: Language) -> str:
    place, tags, quote = map(markdown_text, (finding.place, finding.tags, finding.quote))
    judged = markdown_text(say("between", language).join(finding.judged))
    indent = " " * (len(str(finding.number)) + 2)
    head = " – ".join(filter(None, (f"**{tags}**" if tags else "", place, judged)))
    entry = f"{finding.number}. {head}\n\n{indent}> {quote}"
    comment = markdown_text(say("between", language).join(filter(None, (*finding.actions, finding.comment))))
    if comment:
        entry += f"\n\n{indent}{say('comment', language)}{say('colon', language)}{comment}"
    if finding.notes:
        colon = say("colon", language)
        entry += "\n\n" + "\n".join(f"{indent}- {label}{colon}{markdown_text(words)}" for label, words in finding.notes)
    return entry


def _line(line: Line, language: Language) -> str:
    number = "" if line.number is None else f"\\[{line.number}\\]"
    more = say("in-brackets", language, text=markdown_text(line.more)) if line.more else ""
    return " ".join(filter(None, ("-", number if line.marked else "", markdown_text(line.text) + more))) + (
        f" {number}" if number and not line.marked else ""
    )


def _fields(fields: Sequence[Field], language: Language) -> str:
    return "\n".join(f"- {_labelled(label, value, language)}" for label, value in fields)


def _labelled(label: str, value: str, language: Language) -> str:
    colon = say("colon", language)
    return f"**{label}{colon.rstrip()}** {markdown_text(value)}"


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is."""
    escaped = _SPECIAL.sub(r"\\\1", printable(text))
    return _LIST_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
