"""The words of everything that is exported, English and Japanese; shared by the renderers so that they say the same."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from functools import cache
from importlib import resources
from typing import Protocol

from app.documents.document import Language
from app.export.brief import Brief, BriefDocument, BriefFinding, BriefLink, ChangeNote, Question, Quote
from app.review.findings import Decision
from app.sentences import in_language
from app.tags import tag_name

# Not allowed in XML 1.0, and of no use in any other export: control characters, halves of surrogate pairs, non-characters.
# Nor what turns the direction of all that follows, with which a text shows other words than it holds.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

_EXCERPT, _LINK_EXCERPT, _LONGEST_WORD = 180, 90, 40


def printable(text: str) -> str:
    """The text on one line, without characters that no file format takes."""
    return " ".join(_UNPRINTABLE.sub("", text).split())


def excerpt(text: str, most: int = _EXCERPT) -> str:
    """The beginning of a passage that is only pointed to, up to so many characters."""
    return clipped(printable(text), most)


def clipped(text: str, most: int) -> str:
    """The beginning, up to `most` characters with the sign that more follows, at a word's end where spaces part words."""
    if len(text) <= most:
        return text
    head = text[: max(1, most - 1)].rstrip("…")
    space = head.rfind(" ", max(0, len(head) - _LONGEST_WORD))
    if space > 0 and not any(map(is_wide, head[space:])):  # Japanese is cut anywhere
        head = head[:space]
    return head.rstrip(" ,;、，") + "…"


def is_wide(character: str) -> bool:
    """Whether it takes two columns, as Chinese and Japanese ones do."""
    return unicodedata.east_asian_width(character) in "WF"


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{share:.0%}"


def say(key: str, language: Language, **values: object) -> str:
    """The words that `resources/brief.json` has for `key`."""
    return _words()[key][language].format(**values)


@cache
def _words() -> dict[str, dict[Language, str]]:
    text = (resources.files("resources") / "brief.json").read_text(encoding="utf-8")
    words: dict[str, dict[Language, str]] = json.loads(text)
    return words


def importance_words(importance: float, interval: tuple[float, float], language: Language) -> str:
    """Percent with the interval."""
    low, high = interval
    return say("interval", language, value=percent(importance), low=percent(low), high=percent(high))


def grade(importance: float, language: Language) -> str:
    """The importance in words, for those who do not think in probabilities."""
    key = "very-important" if importance >= 0.8 else "important" if importance >= 0.5 else "perhaps-important"
    return say(key, language)


def tag_words(tags: tuple[str, ...], language: Language) -> str:
    """The tags in plain words, on one line."""
    return say("separator", language).join(printable(tag_name(tag, language)) for tag in tags)


def decision_words(decision: Decision, language: Language) -> str:
    """What was decided."""
    key = f"{decision}-decision" if decision in ("undecided", "rejected") else decision
    return say(key, language)


def page_words(quote: Quote, language: Language) -> str:
    """The page by what it calls itself; empty in a document without pages."""
    if quote.page is None:
        return ""
    return say("page-citation", language, page=printable(quote.label) or quote.page)


def citation(quote: Quote, brief: Brief) -> str:
    """Where a quote stands, as far as is known: the page, with the file's name where the brief is of several documents."""
    page = page_words(quote, brief.language)
    if len(brief.documents) == 1:
        return page
    return say("separator", brief.language).join(filter(None, (printable(quote.file), page)))


def place_words(quote: Quote, section: tuple[str, ...], brief: Brief) -> str:
    """Where a quote stands, as far as is known: file (where there are several), page, headings above it."""
    steps = section_words(below_title(section, brief), brief.language)
    return say("separator", brief.language).join(filter(None, (citation(quote, brief), steps)))


def below_title(section: tuple[str, ...], brief: Brief) -> tuple[str, ...]:
    """The headings without the document's own title, which every place of it would begin with."""
    titles = {printable(document.title) for document in brief.documents}
    return section[1:] if len(section) > 1 and printable(section[0]) in titles else section


def section_words(section: tuple[str, ...], language: Language) -> str:
    """The headings above a place on one line, the outermost first."""
    return say("step", language).join(filter(None, map(printable, section)))


def judged_words(finding: BriefFinding, language: Language) -> tuple[str, str]:
    """What was decided, and how important the model holds it to be."""
    weighed = (
        importance_words(finding.importance, finding.interval, language)
        if finding.scored
        else say("not-scored", language)
    )
    return decision_words(finding.decision, language), weighed


def opinion_words(finding: BriefFinding, language: Language) -> tuple[str, ...]:
    """What each of several reviewers decided, with what she wrote."""
    return tuple(
        say("opinion", language, reviewer=printable(each.reviewer), decision=decision_words(each.decision, language))
        + (say("in-brackets", language, text=printable(each.comment)) if printable(each.comment) else "")
        for each in finding.opinions
    ) + ((settled_words(finding, language),) if finding.settled_at else ())


def settled_words(finding: BriefFinding, language: Language) -> str:
    """Who decided in the end where the reviewers had disagreed, when, and what."""
    day = date_words(finding.settled_at[:10], language)
    who = say("separator", language).join(filter(None, (printable(finding.settled_by), day)))
    return say("settled", language, who=who, decision=decision_words(finding.decision, language))


def date_words(iso: str, language: Language) -> str:
    """A date as it is said; what is no date stays as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return printable(iso)
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


# Not strftime, whose names follow the machine's locale.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def link_words(link: BriefLink, brief: Brief) -> tuple[str, str]:
    """What a passage is to the finding; how it begins, and where it stands in the same document."""
    page = page_words(link.quote, brief.language)
    steps = section_words(below_title(link.section, brief), brief.language)
    place = say("separator", brief.language).join(filter(None, (page, steps)))
    words = excerpt(link.quote.text, _LINK_EXCERPT) + (say("in-brackets", brief.language, text=place) if place else "")
    return say(f"link-{link.kind}-{'out' if link.outgoing else 'in'}", brief.language), words


def question_words(question: Question, brief: Brief) -> str:
    """What is to be answered."""
    if question.reason == "asked":
        return printable(question.text)
    if question.reason == "raised":
        return say("question-raised", brief.language)
    about = next((f for f in (*brief.findings, *brief.undecided) if f.id == question.finding), None)
    opinions = say("separator", brief.language).join(opinion_words(about, brief.language) if about else ())
    return say("question-disagreement", brief.language, opinions=opinions or "–")


def change_words(change: ChangeNote, language: Language) -> str:
    """What a passage says now, and what it said before."""
    return say(f"change-{change.kind}", language, text=printable(change.quote.text), before=printable(change.before))


def never_shown_line(document: BriefDocument, language: Language) -> str:
    """One sentence on what no one had on the screen; empty where that was not recorded."""
    missed = document.not_looked_at
    if missed.never_shown is None or missed.size == 0:
        return ""
    file, count = printable(document.file), sum(end - start for start, end in missed.never_shown)
    if not count:
        return say("all-shown", language, file=file)
    if not missed.paged:
        return say("never-shown-text", language, file=file, share=percent(count / missed.size))
    pages = say("separator", language).join(
        str(start) if end == start + 1 else say("range", language, first=start, last=end - 1)
        for start, end in missed.never_shown
    )
    return say("never-shown-pages", language, file=file, pages=pages, count=count, size=missed.size)


class Task(Protocol):
    """What is to be done about a finding."""

    @property
    def owner(self) -> str:
        """By whom."""

    @property
    def due(self) -> str:
        """Until when."""

    @property
    def raised(self) -> bool:
        """Whether in the meeting."""


def task_words(task: Task, language: Language) -> tuple[str, ...]:
    """To be raised in the meeting, by whom, until when: as far as any of it was said."""
    return (
        *((say("raised", language),) if task.raised else ()),
        *((say("owner", language, owner=printable(task.owner)),) if task.owner else ()),
        *((say("due", language, due=task.due),) if task.due else ()),
    )


def document_lines(document: BriefDocument, language: Language) -> list[tuple[str, str]]:
    """What was read, as label and value."""
    lines = [
        (say("file", language), printable(document.file)),
        (say("kind", language), say(document.kind, language)),
        (say("hash", language), document.sha256),
    ]
    if document.version:
        lines.insert(1, (say("version", language), printable(document.version)))
    if document.page_count is not None:
        lines.insert(-1, (say("pages", language), str(document.page_count)))
    if document.warnings:
        told = (printable(in_language(warning.message, language)) for warning in document.warnings)
        lines.append((say("warnings", language), ("" if language == "ja" else " ").join(told)))
    return lines


def not_looked_at_line(document: BriefDocument, language: Language) -> str:
    """One sentence on what no person has decided on."""
    missed = document.not_looked_at
    return say(
        "not-looked-at-line",
        language,
        file=printable(document.file),
        unselected=missed.unselected,
        passages=missed.passages,
        share=percent(missed.share),
        undecided=missed.undecided,
    )


def _read_deeply(document: BriefDocument, language: Language) -> str:
    """Share of the passages, and how many important ones a sample says are among the others."""
    share, missed = percent(document.read_deeply), document.missed
    if missed is None or missed.high <= 0:
        return say("read-deeply-share", language, share=share)
    return say(
        "read-deeply-missed",
        language,
        share=share,
        estimate=f"{missed.estimate:.1f}",
        low=f"{missed.low:.1f}",
        high=f"{missed.high:.1f}",
    )


def how_made_lines(document: BriefDocument, brief: Brief) -> list[tuple[str, str]]:
    """Model, settings and figures of one analysis, and the date, as label and value."""
    language, settings, mass = brief.language, document.settings, document.covered_mass
    asked = say(
        "settings-line",
        language,
        attention=say(settings.attention, language),
        coverage=percent(settings.coverage),
        device=printable(document.device),
    )
    if settings.query:
        asked += say("between", language) + say("query", language, query=printable(settings.query))
    target = (
        say("share-target", language, share=percent(settings.share))
        if settings.share is not None
        else say("recall-target", language, recall=percent(settings.recall))
    )
    return [
        (say("file", language), printable(document.file)),
        (say("model", language), f"{document.model.name} {document.model.version}"),
        (say("model-hash", language), document.model.sha256),
        (say("settings", language), asked),
        (say("target", language), target),
        (say("density", language), f"{document.density:.1%}"),
        (
            say("covered-mass", language),
            say("interval", language, value=f"{mass.estimate:.1%}", low=f"{mass.low:.1%}", high=f"{mass.high:.1%}"),
        ),
        (say("read-deeply", language), _read_deeply(document, language)),
        (say("date", language), brief.created_at.strftime("%Y-%m-%d %H:%M %Z").strip()),
    ]


def about_lines(brief: Brief) -> list[tuple[str, str]]:
    """Who reviewed, and the state of the audit log, as label and value; as far as they are known."""
    language = brief.language
    lines = []
    if brief.reviewers:
        names = say("separator", language).join(map(printable, brief.reviewers))
        lines.append((say("reviewers", language), names))
    if brief.audit_head:
        lines.append((say("audit-head", language), say("audit-head-value", language, digest=brief.audit_head)))
    return lines
