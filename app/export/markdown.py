"""The brief as Markdown (CommonMark with nothing added), for wikis, mails and pull requests."""

from __future__ import annotations

import re
from pathlib import Path

from app.export import wording
from app.export.brief import Brief, BriefFinding
from app.export.wording import citation, printable, say
from app.export.writing import write_whole

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!&])")
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
        parts += [f"**{say('purpose', language)}:** {markdown_text(brief.purpose)}"]
    parts += [f"## {say('documents', language)}"]
    parts += [_fields(wording.document_lines(document, language)) for document in brief.documents]
    parts += [f"## {say('findings', language)}"]
    parts += [_findings(brief.findings, brief) or say("no-findings", language)]
    if brief.rejected:
        parts += [say("rejected", language, count=brief.rejected)]
    if brief.summary:
        parts += [f"## {say('summary', language)}", say("summary-note", language)]
        parts += [
            "\n".join(
                f"- {markdown_text(quote.text)} ({markdown_text(citation(quote, brief))})" for quote in brief.summary
            )
        ]
    parts += [f"## {say('not-looked-at', language)}"]
    parts += ["\n".join(f"- {markdown_text(wording.not_looked_at_line(d, language))}" for d in brief.documents)]
    if brief.undecided:
        parts += [
            f"## {say('undecided', language)}",
            say("undecided-note", language),
            _findings(brief.undecided, brief),
        ]
    parts += [f"## {say('how-made', language)}", say("how-made-note", language)]
    parts += [_fields(wording.how_made_lines(document, brief)) for document in brief.documents]
    return "\n\n".join(parts) + "\n"


def _findings(findings: tuple[BriefFinding, ...], brief: Brief) -> str:
    entries = []
    for number, finding in enumerate(findings, start=1):
        place, quote, tags, judged, comment = map(markdown_text, wording.finding_words(finding, brief))
        indent = " " * (len(str(number)) + 2)
        lines = [f"{number}. **{tags}** – {place} – {judged}", "", f"{indent}> {quote}"]
        if comment:
            lines += ["", f"{indent}{say('comment', brief.language)}: {comment}"]
        entries.append("\n".join(lines))
    return "\n\n".join(entries)


def _fields(lines: list[tuple[str, str]]) -> str:
    return "\n".join(f"- **{label}:** {markdown_text(value)}" for label, value in lines)


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is."""
    escaped = _SPECIAL.sub(r"\\\1", printable(text))
    return _LIST_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
