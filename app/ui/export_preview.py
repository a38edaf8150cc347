"""How the brief will look, made apart from the window: the brief as chosen, laid out for the sheet of paper. Knows no Qt.

It lays out what `app.export.telling` tells, as the Word document and the web page do, in the markup that Qt's text knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from app.export.brief import Brief
from app.export.telling import Field, Group, Line, Part, Told, told
from app.export.wording import date_words, printable, say
from app.ui.export_choice import Choice, at_most, brief_for

MOST = 60
"""Findings that the preview shows: setting more of them would hold up the window for longer than a blink."""

INK, QUIET, RULE, SHADE = "#1f2a37", "#56606b", "#c9d0d8", "#eef1f5"
"""Of the printed brief: text, what is secondary, lines, the ground of heads."""
_STYLE = f"""
body {{ color: {INK}; }}
h1 {{ font-size: 24px; margin: 0 0 4px 0; }}
h2 {{ font-size: 17px; margin: 22px 0 8px 0; }}
h3 {{ font-size: 14px; margin: 12px 0 4px 0; }}
p {{ margin: 2px 0 4px 0; }}
.quiet {{ color: {QUIET}; }}
.small {{ color: {QUIET}; font-size: 12px; }}
td, th {{ border: 1px solid {RULE}; padding: 5px 6px; vertical-align: top; text-align: left; }}
td.plain {{ border: 0; padding: 2px 0 2px 0; }}
th {{ background-color: {SHADE}; font-weight: 600; }}
"""
_TABLE = f'<table width="100%" cellspacing="0" style="border-collapse: collapse; border: 1px solid {RULE};">'
_WIDTHS = (7, 42, 15, 16, 20)
"""Percent of the columns of findings."""
_LABELS = ("number", "quote", "tags", "decision-importance", "action-comment")


@dataclass(frozen=True, slots=True)
class Preview:
    """`brief` is what will be written, `wide` and `narrow` how it shows; `cut` findings are in the one and not in the other."""

    brief: Brief
    wide: str
    narrow: str
    cut: int


def preview_of(brief: Brief, choice: Choice) -> Preview:
    """Arrange the whole brief as chosen and lay it out."""
    chosen = brief_for(brief, choice)
    shown, cut = at_most(chosen, MOST)
    return Preview(chosen, paper_html(shown), paper_html(shown, narrow=True), cut)


def paper_html(brief: Brief, *, narrow: bool = False) -> str:
    """The brief in the markup that Qt's text knows; where it is `narrow` a finding's columns stand below each other."""
    language = brief.language
    parts = [f"<h1>{_text(brief.title)}</h1>"]
    if brief.purpose:
        parts.append(f"<p><b>{say('purpose', language)}{say('colon', language)}</b>{_text(brief.purpose)}</p>")
    date = date_words(brief.created_at.date().isoformat(), language)
    parts.append(f'<p class="quiet">{say("made-at", language)} {date}</p>')
    parts += [_part(part, brief, _stacked if narrow else _tabled) for part in told(brief)]
    return f"<html><head><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"


_SetGroup = Callable[[Group, Brief], str]


def _part(part: Part, brief: Brief, set_group: _SetGroup) -> str:
    pieces = [f"<h2>{_text(part.title)}</h2>"]
    if part.note:
        pieces.append(f'<p class="quiet">{_text(part.note)}</p>')
    pieces += [_fields(fields) for fields in part.fields]
    pieces += [_heading(group) + set_group(group, brief) for group in part.groups]
    pieces.append(_lines(part.lines))
    pieces += [f'<p class="quiet">{_text(remark)}</p>' for remark in part.remarks]
    return "".join(pieces)


def _fields(fields: Iterable[Field]) -> str:
    rows = (
        f'<tr><th width="26%">{_text(label)}</th><td width="74%">{_text(value)}</td></tr>' for label, value in fields
    )
    return f"{_TABLE}{''.join(rows)}</table><p></p>"


def _heading(group: Group) -> str:
    return f"<h3>{_text(group.heading)}</h3>" if group.heading else ""


def _tabled(group: Group, brief: Brief) -> str:
    labels = zip(_WIDTHS, _LABELS, strict=True)
    head = "".join(f'<th width="{width}%">{say(label, brief.language)}</th>' for width, label in labels)
    rows = "".join(_row(finding, brief) for finding in group.findings)
    return f"{_TABLE}<thead><tr>{head}</tr></thead>{rows}</table>"


def _row(finding: Told, brief: Brief) -> str:
    judged = f'<p><b>{_text(finding.decision)}</b></p><p class="small">{_text(finding.importance)}</p>'
    cells = (str(finding.number), _quoted(finding, brief), _text(finding.tags), judged, _to_do(finding))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _stacked(group: Group, brief: Brief) -> str:
    between = say("between", brief.language)
    rows = []
    for finding in group.findings:
        judged = between.join((finding.decision, finding.importance))
        below = f"<p><b>{_text(finding.tags)}</b></p><p>{_text(judged)}</p>{_to_do(finding)}"
        rows.append(
            f'<tr><th width="9%">{finding.number}</th><td width="91%">{_quoted(finding, brief)}{below}</td></tr>'
        )
    return f"{_TABLE}{''.join(rows)}</table>"


def _quoted(finding: Told, brief: Brief) -> str:
    colon = say("colon", brief.language)
    notes = "".join(f'<p class="small">{_text(label)}{colon}{_text(words)}</p>' for label, words in finding.notes)
    return f'<p>{_text(finding.quote)}</p><p class="small">{_text(finding.place)}</p>{notes}'


def _to_do(finding: Told) -> str:
    actions = "".join(f"<p><b>{_text(action)}</b></p>" for action in finding.actions)
    return actions + (f"<p>{_text(finding.comment)}</p>" if finding.comment else "")


def _lines(lines: Sequence[Line]) -> str:
    rows = []
    for line in lines:
        number = f"[{line.number}]" if line.number is not None else "•"
        more = f' <span class="quiet">{_text(line.more)}</span>' if line.more else ""
        rows.append(
            f'<tr><td class="plain" width="6%"><span class="quiet">{number}</span></td>'
            f'<td class="plain" width="94%">{_text(line.text)}{more}</td></tr>'
        )
    return f'<table width="100%" cellspacing="0">{"".join(rows)}</table>' if rows else ""


def _text(text: str) -> str:
    """As text and never as markup; a long word, such as a hash, may be broken anywhere."""
    words = printable(text).split(" ")
    return escape(" ".join(_broken(word) for word in words))


def _broken(word: str) -> str:
    if len(word) <= 32 or not word.isascii():
        return word
    return "\N{ZERO WIDTH SPACE}".join(word[at : at + 16] for at in range(0, len(word), 16))
