"""What the reviewer chooses on the export page, and the brief that follows from it. Knows no Qt.

`Choice` is one frozen value; `brief_for` makes the brief of it out of the whole brief of the chosen documents. Preview and
files are made of the same brief, so that what is written is what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from app.documents.document import Language
from app.export.arranging import GROUPINGS, ORDERS, Grouping, Order, arranged
from app.export.brief import Brief, BriefFinding

Scope = Literal["accepted", "raised", "undecided"]
"""accepted: what goes into a brief. raised: of that, what is to be raised in the meeting. undecided: with what is undecided."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Choice:
    """`documents` by hash, `left_out` findings by id, `templates` by format. An empty `title` is the documents'."""

    documents: tuple[str, ...] = ()
    scope: Scope = "accepted"
    left_out: frozenset[str] = frozenset()
    order: Order = "place"
    grouping: Grouping = "none"
    title: str = ""
    purpose: str = ""
    language: Language = "en"
    templates: tuple[tuple[str, str], ...] = ()
    formats: tuple[str, ...] = ("docx",)
    folder: str = ""

    def template(self, name: str) -> str:
        """The template of a format; empty where it has none."""
        return dict(self.templates).get(name, "")

    def with_template(self, name: str, template: str) -> Choice:
        """The same with another template of a format, or with none."""
        others = {key: value for key, value in self.templates if key != name}
        return replace(self, templates=tuple((others | ({name: template} if template else {})).items()))


def offered(brief: Brief, scope: Scope) -> tuple[BriefFinding, ...]:
    """The findings that there are to choose from, in the order of their places."""
    match scope:
        case "accepted":
            return brief.findings
        case "raised":
            return tuple(finding for finding in brief.findings if finding.raised)
        case "undecided":
            order = {document.sha256: number for number, document in enumerate(brief.documents)}
            both = (*brief.findings, *brief.undecided)
            return tuple(sorted(both, key=lambda one: (order.get(one.document, 0), one.start, one.end)))


def chosen_ids(brief: Brief, choice: Choice) -> frozenset[str]:
    """The findings that the brief is to have, by id."""
    return frozenset(finding.id for finding in offered(brief, choice.scope)) - choice.left_out


def brief_for(brief: Brief, choice: Choice) -> Brief:
    """The brief as chosen: with an undecided finding in its place among the others where that was wished."""
    brief = replace(brief, title=choice.title.strip() or brief.title, purpose=choice.purpose.strip())
    brief = replace(brief, language=choice.language)
    chosen = chosen_ids(brief, choice)
    if choice.scope == "undecided":
        among = tuple(one for one in offered(brief, "undecided") if one.decision != "undecided" or one.id in chosen)
        rest = tuple(one for one in brief.undecided if one.id not in chosen)
        brief = replace(brief, findings=among, undecided=rest)
    return arranged(brief, order=choice.order, grouping=choice.grouping, chosen=chosen)


def at_most(brief: Brief, most: int) -> tuple[Brief, int]:
    """The brief with `most` of its findings and of the undecided ones, and how many that leaves out: for a quick look."""
    findings, undecided = brief.findings[:most], brief.undecided[: max(0, most - len(brief.findings))]
    groups = tuple((name, kept) for name, all_of in brief.groups if (kept := tuple(n for n in all_of if n < most)))
    cut = len(brief.findings) + len(brief.undecided) - len(findings) - len(undecided)
    return replace(brief, findings=findings, undecided=undecided, groups=groups), cut


# ---- from one time to the next


def remembered(choice: Choice) -> dict[str, Any]:
    """What is kept for the next time: how one exports, not what."""
    return {
        "formats": list(choice.formats),
        "order": choice.order,
        "grouping": choice.grouping,
        "folder": choice.folder,
        "templates": dict(choice.templates),
    }


def recalled(kept: Any, known: Iterable[str], choice: Choice) -> Choice:
    """`choice` as far as `kept` has something better; what is no good, or no format that is known, is left alone."""
    if not isinstance(kept, Mapping):
        return choice
    held = kept.get("formats")
    wanted = tuple(one for one in known if one in held) if isinstance(held, list) else ()
    order, grouping, folder, templates = (kept.get(key) for key in ("order", "grouping", "folder", "templates"))
    given = templates.items() if isinstance(templates, Mapping) else ()
    return replace(
        choice,
        formats=wanted or choice.formats,
        order=order if order in ORDERS else choice.order,
        grouping=grouping if grouping in GROUPINGS else choice.grouping,
        folder=folder if isinstance(folder, str) and folder else choice.folder,
        templates=tuple((key, path) for key, path in given if isinstance(key, str) and path and isinstance(path, str)),
    )
