"""The brief told in words, part by part, in one order: what the Word document, Markdown and the web page lay out.

A part has a title and one kind of content. Findings, undecided ones and sentences of the summary are numbered through, so
that a number says one place of one document; the last part lists the places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.documents.document import Language
from app.export import wording
from app.export.brief import Brief, BriefFinding, Quote
from app.export.phrases import phrase
from app.export.wording import excerpt, place_words, printable, say

Field = tuple[str, str]
"""Label and value."""


@dataclass(frozen=True, slots=True)
class Told:
    """One finding in words; `actions` is what is to be done by whom and until when, `notes` everything else, with labels."""

    number: int
    quote: str
    language: Language
    place: str
    tags: str
    decision: str
    importance: str
    actions: tuple[str, ...]
    comment: str
    notes: tuple[Field, ...]

    @property
    def judged(self) -> tuple[str, str]:
        """Decision and importance."""
        return self.decision, self.importance


@dataclass(frozen=True, slots=True)
class Group:
    """Findings under a heading, which is empty where they are not grouped."""

    heading: str
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: `text` in `language` (None: that of the brief), `more` in small print, the number of a place.

    `marked`: the number is the line's own; otherwise the line points to the finding with that number.
    """

    text: str
    language: Language | None = None
    more: str = ""
    number: int | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: `note` says what it is; then the tables of `fields`, `groups` of findings, `lines`, `remarks`."""

    key: str
    title: str
    note: str = ""
    fields: tuple[tuple[Field, ...], ...] = ()
    groups: tuple[Group, ...] = ()
    lines: tuple[Line, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Numbers:
    """Which number each finding and sentence has."""

    by_id: Mapping[str, int]
    undecided: int
    summary: int
    places: tuple[Line, ...]


def told(brief: Brief) -> tuple[Part, ...]:
    """All parts that have something to say, in their order."""
    numbers = _numbered(brief)
    parts = (
        _documents(brief),
        _questions(brief, numbers),
        _changes(brief, numbers),
        _findings(brief),
        _phrases(brief),
        _summary(brief, numbers),
        _not_looked_at(brief),
        _undecided(brief, numbers),
        _how_made(brief),
        Part("places", say("places", brief.language), say("places-note", brief.language), lines=numbers.places),
    )
    return tuple(part for part in parts if part.fields or part.groups or part.lines or part.remarks)


def _numbered(brief: Brief) -> _Numbers:
    findings = (*brief.findings, *brief.undecided)
    undecided, summary = len(brief.findings) + 1, len(findings) + 1
    places = [
        Line(_full_place(each.quote, each.section, brief, (each.start, each.end)), None, "", number, True)
        for number, each in enumerate(findings, start=1)
    ]
    places += [
        Line(_full_place(quote, (), brief, None), None, "", number, True)
        for number, quote in enumerate(brief.summary, start=summary)
    ]
    by_id = {each.id: number for number, each in enumerate(findings, start=1) if each.id}
    return _Numbers(by_id, undecided, summary, tuple(places))


def _full_place(quote: Quote, section: tuple[str, ...], brief: Brief, characters: tuple[int, int] | None) -> str:
    language = brief.language
    page = wording.page_words(quote, language)
    span = ""
    if characters is not None and characters[1] > characters[0]:
        span = say("characters", language, start=characters[0] + 1, end=characters[1])
    steps = wording.section_words(wording.below_title(section, brief), language)
    return say("separator", language).join(filter(None, (printable(quote.file), page, steps, span)))


def _documents(brief: Brief) -> Part:
    tables = [wording.document_lines(document, brief.language) for document in brief.documents]
    return Part("documents", say("documents", brief.language), fields=tuple(map(tuple, tables)))


def _questions(brief: Brief, numbers: _Numbers) -> Part:
    lines = tuple(
        Line(wording.question_words(each, brief), None, excerpt(each.quote.text), numbers.by_id.get(each.finding))
        for each in brief.questions
    )
    return Part("questions", say("questions", brief.language), lines=lines)


def _changes(brief: Brief, numbers: _Numbers) -> Part:
    language = brief.language
    lines = tuple(
        Line(
            wording.change_words(each, language),
            None,
            "" if (place := place_words(each.quote, (), brief)) == "–" else place,
            numbers.by_id.get(each.finding),
        )
        for each in brief.changes
    )
    return Part("changes", say("changes", language), lines=lines)


def _findings(brief: Brief) -> Part:
    language = brief.language
    told_all = [_told(finding, number, brief) for number, finding in enumerate(brief.findings, start=1)]
    groups = [Group(printable(name), tuple(told_all[index] for index in members)) for name, members in brief.groups]
    if not groups and told_all:
        groups = [Group("", tuple(told_all))]
    remarks = [] if told_all else [say("no-findings", language)]
    if brief.left_out:
        remarks.append(say("left-out", language, count=brief.left_out))
    if brief.rejected:
        remarks.append(say("rejected", language, count=brief.rejected))
    return Part("findings", say("findings", language), groups=tuple(groups), remarks=tuple(remarks))


def _undecided(brief: Brief, numbers: _Numbers) -> Part:
    language = brief.language
    told_all = tuple(_told(each, number, brief) for number, each in enumerate(brief.undecided, numbers.undecided))
    groups = (Group("", told_all),) if told_all else ()
    return Part("undecided", say("undecided", language), say("undecided-note", language), groups=groups)


def _told(finding: BriefFinding, number: int, brief: Brief) -> Told:
    language = brief.language
    decision, importance = wording.judged_words(finding, language)
    shown = excerpt if finding.decision == "undecided" else printable
    return Told(
        number=number,
        quote=shown(finding.quote.text),
        language=finding.language,
        place=place_words(finding.quote, finding.section, brief),
        tags=wording.tag_words(finding.tags, language),
        decision=decision,
        importance=importance,
        actions=wording.task_words(finding, language),
        comment=printable(finding.comment),
        notes=tuple(_notes(finding, brief)),
    )


def _notes(finding: BriefFinding, brief: Brief) -> Iterator[Field]:
    language = brief.language
    if finding.proposed and printable(finding.proposed) != printable(finding.quote.text):
        yield say("proposed-label", language), excerpt(finding.proposed)
    opinions = wording.opinion_words(finding, language)
    if opinions:
        yield say("opinions", language), say("between", language).join(opinions)
    elif finding.reviewer and len(brief.reviewers) > 1:
        yield say("reviewer", language), printable(finding.reviewer)
    if finding.decision != "undecided":
        yield from (wording.link_words(link, brief) for link in finding.links)


def _phrases(brief: Brief) -> Part:
    lines = (Line(phrase(each, brief), None, "", number) for number, each in enumerate(brief.findings, start=1))
    return Part("phrases", say("phrases", brief.language), say("phrases-note", brief.language), lines=tuple(lines))


def _summary(brief: Brief, numbers: _Numbers) -> Part:
    languages = _languages(brief)
    lines = tuple(
        Line(printable(quote.text), languages.get(quote.file), wording.citation(quote, brief), number, True)
        for number, quote in enumerate(brief.summary, start=numbers.summary)
    )
    return Part("summary", say("summary", brief.language), say("summary-note", brief.language), lines=lines)


def _languages(brief: Brief) -> dict[str, Language]:
    return {document.file: document.language for document in brief.documents}


def _not_looked_at(brief: Brief) -> Part:
    language = brief.language
    sentences: Iterable[str] = (
        sentence
        for document in brief.documents
        for sentence in (
            wording.not_looked_at_line(document, language),
            wording.never_shown_line(document, language),
        )
    )
    lines: Sequence[Line] = [Line(sentence) for sentence in sentences if sentence]
    return Part("not-looked-at", say("not-looked-at", language), lines=tuple(lines))


def _how_made(brief: Brief) -> Part:
    language = brief.language
    tables = [wording.about_lines(brief), *(wording.how_made_lines(document, brief) for document in brief.documents)]
    shown = tuple(tuple(table) for table in tables if table)
    return Part("how-made", say("how-made", language), say("how-made-note", language), fields=shown)
