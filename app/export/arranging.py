"""Choosing, ordering and grouping the findings of a brief; every format follows, since all of them render the brief alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal, get_args

from app.export.brief import Brief, BriefFinding
from app.export.wording import printable, say
from app.tags import tag_name

Order = Literal["place", "importance", "tag", "decision", "owner", "due"]
Grouping = Literal["none", "document", "section", "tag", "owner"]
ORDERS: tuple[Order, ...] = get_args(Order)
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

_LAST = "\U0010ffff"  # sorts what has no owner, tag or date behind everything that has


def arranged(
    brief: Brief,
    *,
    order: Order = "place",
    grouping: Grouping = "none",
    chosen: Collection[str] | None = None,
) -> Brief:
    """The brief with the `chosen` findings (ids; None: all), in this order, in groups where wanted.

    Findings of one group stand beside each other, so that numbers run through; a finding with several tags stands with its
    likeliest. What was not chosen is counted in `left_out`, and questions about it are left out too. Undecided findings stay,
    in the same order: what no one has decided on is no matter of choice.
    """
    place = {id(finding): number for number, finding in enumerate((*brief.findings, *brief.undecided))}
    kept = [finding for finding in brief.findings if chosen is None or finding.id in chosen]
    gone = {finding.id for finding in brief.findings} - {finding.id for finding in kept}
    key = _ORDER_KEYS[order](brief)

    def in_order(findings: Sequence[BriefFinding]) -> list[BriefFinding]:
        return sorted(findings, key=lambda finding: (key(finding), place[id(finding)]))

    groups: list[tuple[str, tuple[int, ...]]] = []
    findings = in_order(kept)
    if grouping != "none":
        heading = _headings(brief, findings, grouping)
        ranks = _ranks(findings, heading, place, grouping)
        findings.sort(key=lambda finding: ranks[heading(finding)])  # stable: the order within a group stays
        numbered = groupby(enumerate(findings), key=lambda pair: heading(pair[1]))
        groups = [(name, tuple(index for index, _ in members)) for name, members in numbered]
    return replace(
        brief,
        findings=tuple(findings),
        undecided=tuple(in_order(brief.undecided)),
        questions=tuple(question for question in brief.questions if question.finding not in gone),
        groups=tuple(groups),
        left_out=brief.left_out + len(brief.findings) - len(kept),
    )


# ---- order

_Key = Callable[[BriefFinding], tuple[object, ...]]
_DECISIONS = ("edited", "added", "accepted", "undecided", "rejected")


def _by_importance(_brief: Brief) -> _Key:
    # What the reviewer added where the model weighed nothing: she held it to be important.
    return lambda finding: (-finding.importance if finding.scored else -1.0,)


_ORDER_KEYS: dict[Order, Callable[[Brief], _Key]] = {
    "place": lambda _brief: lambda _finding: (),
    "importance": _by_importance,
    "tag": lambda brief: lambda finding: (tag_name(_tag(finding), brief.language) if finding.tags else _LAST,),
    "decision": lambda _brief: lambda finding: (_DECISIONS.index(finding.decision),),
    "owner": lambda _brief: lambda finding: (finding.owner.casefold() or _LAST, finding.due or _LAST),
    "due": lambda _brief: lambda finding: (finding.due or _LAST, finding.owner.casefold() or _LAST),
}


def _tag(finding: BriefFinding) -> str:
    """The likeliest of its tags."""
    if len(finding.probabilities) != len(finding.tags):
        return finding.tags[0]
    return max(zip(finding.tags, finding.probabilities, strict=True), key=lambda pair: pair[1])[0]


# ---- groups

_Rank = tuple[bool, int, str, str]


def document_titles(brief: Brief) -> dict[str, str]:
    """What each document is called, by its SHA-256; no two alike."""
    titles: dict[str, str] = {}
    for document in brief.documents:
        named = [printable(document.title), printable(document.file), document.sha256[:8]]
        options = (say("heading-of", brief.language, title=named[0], heading=more) for more in named[1:])
        taken = set(titles.values())
        titles[document.sha256] = next((name for name in (named[0], *options) if name and name not in taken), named[2])
    return titles


def _headings(brief: Brief, findings: Sequence[BriefFinding], grouping: Grouping) -> Callable[[BriefFinding], str]:
    language = brief.language
    titles = document_titles(brief)
    match grouping:
        case "tag":
            return lambda finding: (
                printable(tag_name(_tag(finding), language)) if finding.tags else say("without-tag", language)
            )
        case "owner":
            return lambda finding: printable(finding.owner) or say("without-owner", language)
        case "section":
            return _sections(brief, findings, titles)
        case _:
            return lambda finding: titles.get(finding.document) or printable(finding.quote.file)


def _sections(brief: Brief, findings: Sequence[BriefFinding], titles: dict[str, str]) -> Callable[[BriefFinding], str]:
    """By the outermost headings that tell the findings of a document apart: its title stands above all of them."""
    paths: dict[str, list[tuple[str, ...]]] = {}
    for finding in findings:
        paths.setdefault(finding.document, []).append(finding.section)
    depths = {document: _common(each) for document, each in paths.items()}
    several = len(brief.documents) > 1

    def heading(finding: BriefFinding) -> str:
        section = finding.section
        depth = min(depths[finding.document], len(section) - 1)
        name = printable(section[depth]) if section else say("without-section", brief.language)
        title = titles.get(finding.document) or printable(finding.quote.file)
        return say("heading-of", brief.language, title=title, heading=name) if several else name

    return heading


def _common(paths: Sequence[tuple[str, ...]]) -> int:
    """How many headings all paths begin with; those of findings above the first heading do not count."""
    known = [path for path in paths if path]
    depth = 0
    for steps in zip(*known, strict=False):
        if len(set(steps)) > 1:
            break
        depth += 1
    return depth


def _ranks(
    findings: Sequence[BriefFinding],
    heading: Callable[[BriefFinding], str],
    place: dict[int, int],
    grouping: Grouping,
) -> dict[str, _Rank]:
    """Where each group stands: documents and sections as they are read; tags and owners by name, those without any last."""
    ranks: dict[str, _Rank] = {}
    for finding in sorted(findings, key=lambda finding: place[id(finding)]):
        name = heading(finding)
        if grouping in ("document", "section"):
            ranks.setdefault(name, (False, place[id(finding)], "", ""))
        else:
            missing = not finding.tags if grouping == "tag" else not printable(finding.owner)
            ranks.setdefault(name, (missing, 0, name.casefold(), name))
    return ranks
