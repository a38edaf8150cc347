"""The due dates of the findings as a calendar (iCalendar, RFC 5545): an all-day event each, which every calendar takes in.

An event keeps its identifier from export to export, so that taking in a newer one moves it instead of doubling it. Events and
not tasks (VTODO), since most calendars that people use ignore tasks in a file.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import FusenError
from app.export import wording
from app.export.brief import Brief, BriefFinding
from app.export.wording import excerpt, printable, say

if TYPE_CHECKING:
    from icalendar import Event


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`; there are no templates.

    Raises FusenError `empty` where no finding has a due date.
    """
    from icalendar import Calendar, vText  # here, because few sessions export

    dated = [(each, day) for each in (*brief.findings, *brief.undecided) if (day := _day(each.due)) is not None]
    if not dated:
        raise FusenError(
            "empty",
            "No finding has a due date, so there is no calendar to write.",
            "Give findings a due date, or choose another format.",
        )
    calendar = Calendar()
    calendar.add("prodid", "-//Fusen//Fusen//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(printable(brief.title)))  # as text, which the library takes no such key for
    if brief.audit_head:
        calendar.add("x-fusen-audit-head", brief.audit_head)
    for finding, day in sorted(dated, key=lambda pair: pair[1]):
        calendar.add_component(_event(finding, day, brief))
    return bytes(calendar.to_ical())


def _day(due: str) -> date | None:
    try:
        return date.fromisoformat(due)
    except ValueError:
        return None


def _event(finding: BriefFinding, day: date, brief: Brief) -> Event:
    from icalendar import Event

    language = brief.language
    tags = wording.tag_words(finding.tags, language)
    words = excerpt(finding.quote.text)
    event = Event()
    event.add("uid", f"{_identity(finding)}@fusen")
    event.add("dtstamp", brief.created_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", day)
    if day < date.max:
        event.add("dtend", day + timedelta(days=1))  # exclusive; some calendars show no day without it
    named = say("heading-of", language, title=tags, heading=words) if tags else words
    event.add("summary", say("calendar-summary", language, text=named))
    event.add("description", _description(finding, brief))
    if finding.owner:
        event.add("contact", printable(finding.owner))
    if finding.tags:
        event.add("categories", [wording.tag_words((tag,), language) for tag in finding.tags])
    event.add("transp", "TRANSPARENT")  # a date to keep, not a day that is taken
    return event


def _identity(finding: BriefFinding) -> str:
    if finding.id:
        return finding.id
    return hashlib.sha256(f"{finding.quote.file}:{finding.start}:{finding.quote.text}".encode()).hexdigest()[:32]


def _description(finding: BriefFinding, brief: Brief) -> str:
    language, quote = brief.language, finding.quote
    actions = say("between", language).join(wording.task_words(finding, language))
    place = wording.place_words(quote, finding.section, brief)
    several = "" if len(brief.documents) > 1 else printable(quote.file)
    where = say("separator", language).join(filter(None, (several, place)))
    lines = (printable(quote.text), where, actions, printable(finding.comment))
    return "\n".join(filter(None, lines))
