"""What a user must know of a DOCX beside its text: what was left out, what was not followed, what is not whole."""

from __future__ import annotations

from app.documents.document import Notice
from app.documents.docx.assembly import Assembled
from app.documents.docx.package import Package, unread_damage
from app.documents.docx.paragraphs import Met

_MOST_NAMED = 4


def notices_of(package: Package, met: Met, assembled: Assembled, missing: list[str]) -> tuple[Notice, ...]:
    """The warnings, the gravest first."""
    found = []
    if not assembled.text:
        found.append(Notice("no-text", "The document holds no text, so there is nothing to analyse."))
    found += _whole(package, missing)
    if met.hidden:
        found.append(
            Notice(
                "hidden-text",
                f"Text that no reader sees (hidden, too small, or in the colour of its ground; {met.hidden} characters) "
                f"was left out. It begins: “{met.excerpt}”",
            )
        )
    found += _outside(package, met)
    if package.macros:
        found.append(Notice("macros", "The file holds macros. They were not run."))
    if assembled.revisions:
        found.append(
            Notice(
                "tracked-changes",
                f"The document has {len(assembled.revisions)} tracked changes that are not settled. Inserted and moved "
                "words are read as text, deleted words are not.",
            )
        )
    return tuple(found)


def _whole(package: Package, missing: list[str]) -> list[Notice]:
    found = []
    lost = missing + [
        relation.target
        for relation in package.relations(package.main).values()
        if not relation.external
        and relation.target not in missing
        and relation.target
        and not package.has(relation.target)
    ]
    if lost:
        message = f"Parts of the file are missing or damaged and were not read: {_named(lost)}."
        found.append(Notice("part-missing", message))
    if broken := unread_damage(package):
        message = f"The file is damaged in parts that hold no text of the document: {_named(broken)}."
        found.append(Notice("part-damaged", message))
    if package.oddities:
        message = f"Parts of the file with unsafe or unreadable names were ignored: {_named(package.oddities)}."
        found.append(Notice("unsafe-parts", message))
    return found


def _outside(package: Package, met: Met) -> list[Notice]:
    kinds = set()
    for part in sorted(package.read):
        kinds |= {relation.kind for relation in package.relations(part).values() if relation.external}
    kinds.discard("hyperlink")  # shown, and followed by no one but the reader
    found = []
    if "attachedTemplate" in kinds:
        kinds.discard("attachedTemplate")
        found.append(Notice("remote-template", "The file refers to a template elsewhere. It was not fetched."))
    if kinds or met.outside:
        message = "Pictures or other content lie outside the file, at addresses that it names. They were not fetched."
        found.append(Notice("external-content", message))
    if met.embedded:
        message = "The content of another file is embedded in the document. It was not read."
        found.append(Notice("embedded-content", message))
    return found


def _named(parts: list[str]) -> str:
    """A few names, without what could make them look like something else."""
    shown = ["".join(c if c.isprintable() else "?" for c in part[:80]) for part in parts[:_MOST_NAMED]]
    return ", ".join(shown) + (f" and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else "")
