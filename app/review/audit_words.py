"""The audit log in words: what each entry tells, and what is wrong. Templates, so that the window can translate them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.review.audit import Entry, KnownSigner, Problem, ProblemCode

PROBLEMS: Mapping[ProblemCode, str] = {
    "log-empty": "The log is empty, although it was begun: all of it was removed.",
    "log-lost": "The log was lost or removed before this entry, and begun anew from what the workspace held then.",
    "guards-missing": "What keeps the log from being changed is missing from the file ({what}).",
    "missing-entries": "Entries {what} before it are missing.",
    "changed-entry": "The entry was changed: it does not have the hash that it was stored with.",
    "unreadable-entry": "The entry is not one that Fusen wrote.",
    "wrong-number": "The entry says that it is number {what}.",
    "broken-chain": "The entry does not follow the one before it: one was changed, removed, added or moved.",
    "no-beginning": "The log does not begin as a log does, or begins twice.",
    "unknown-signer": "The entry is signed by a key that the log does not introduce ({what}).",
    "bad-signature": "The signature is not that of its signer: the entry was changed or forged.",
    "foreign-signer": "From this entry on there are entries of a signer who was not named: {what}.",
    "other-workspace": "This is the log of another workspace than the one that lay here ({what}).",
    "cut-off": "This machine has seen {what} entries, and there are fewer: the end was cut off, or the file is an earlier copy.",
    "other-history": "This machine has seen another entry in this place: the log was written anew, or another copy went on.",
    "head-record-changed": "What this machine kept of the log's end was changed or is damaged.",
    "head-not-found": "No entry has the hash {what}.",
    "export-unknown": "{what} is not a file that was exported from this workspace, or was changed since.",
    "note-changed": "What lies beside this entry was changed, added or removed (document {what}).",
    "document-changed": "What document {what} is called or where it lies was changed past the log.",
    "finding-changed": "The finding {what} is not as this entry left it: it was changed past the log.",
    "finding-missing": "The finding {what}, of which this entry tells, was removed past the log.",
    "finding-unlogged": "The finding {what} bears a decision or a remark that the log does not tell of.",
    "finding-forged": "The finding {what} has other words or another place than those it was made of.",
    "proposals-changed": "What the model found in document {what} was changed past the log.",
    "history-changed": "Step {what} of what can be undone was changed past the log.",
    "analysis-changed": "An analysis of document {what} was changed, added or removed past the log.",
    "selection-changed": "How much of document {what} is selected was changed past the log.",
    "shown-changed": "What was shown of document {what} was changed past the log.",
    "second-looks-changed": "The second looks at document {what} were changed past the log.",
    "shelf-changed": "Document {what} was added, removed or put back past the log.",
    "versions-changed": "Which document {what} is a new version of was changed past the log.",
    "carried-changed": "What document {what} took over from the version before it was changed past the log.",
}

STRANGER = (
    "Careful: from entry {number} on there are entries signed by a key that this machine does not know ({signer}, {name}). "
    "Compare it with what “fusen audit key” prints on that person's machine. “fusen audit acknowledge” accepts it."
)
"""Of a signer who may be a colleague or a forger."""

ENTRIES: Mapping[str, str] = {
    "workspace-made": "Workspace made",
    "log-begun": "Log begun for what the workspace held: {count} documents",
    "signer-added": "Another signer: {signer}",
    "stock-taken": "Took stock of what an earlier version of Fusen did not log: {count} documents",
    "document-opened": "Opened {file}",
    "document-moved": "Found {file} at another place",
    "document-removed": "Took {file} off the shelf",
    "document-restored": "Put {file} back on the shelf",
    "document-forgotten": "Forgot everything about {file}",
    "analysed": "Analysed {file} with {model}: {count} findings",
    "selection-chosen": "Chose how much of {file} is selected: {share}",
    "version-followed": "Made {file} the new version of another document",
    "version-continued": "Took over what was said since of the version before {file}",
    "version-unfollowed": "Said that {file} is no new version after all",
    "shown": "Looked at {places} of {file}",
    "second-look": "Took a second look at a passage of {file}",
    "decided": "Decided in {file}: {changes}",
    "exported": "Exported {names}",
    "handed-over": "Handed over the review of {file}: {count} findings",
    "merged": "Merged the review of {reviewer} into {file}: {count} findings",
    "encrypted": "Encrypted the workspace",
    "decrypted": "Took the encryption off the workspace",
    "setting-changed": "Changed a setting: {setting}",
    "acknowledged": "Acknowledged what was wrong with the log",
}
WORDS = (
    *("accepted", "rejected", "edited", "added", "undecided"),
    *("comment", "range", "tags", "owner", "due", "raised", "skipped", "opinion", "disagreement settled"),
    *("page", "characters", "{count} {word}"),
)
"""What decisions and other changes are called within an entry."""
UNDONE, REDONE = "Took back in {file}: {changes}", "Did again in {file}: {changes}"


def problem_words(problem: Problem) -> str:
    """What is wrong, in one or two sentences, with the entry's number."""
    words = PROBLEMS[problem.code].format(what=problem.what)
    return words if problem.entry is None else f"Entry {problem.entry}: {words}"


def stranger_words(signer: KnownSigner) -> str:
    """That somebody must ask whose key this is."""
    return STRANGER.format(number=signer.since, signer=signer.fingerprint[:16], name=signer.by or "-")


NotesOfEntry = Mapping[str, Mapping[str, Any]]
"""What lies beside an entry, by document."""


class Names:
    """What documents are called, learnt from the entries in their order."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, notes: NotesOfEntry) -> None:
        """Remember documents' names where the notes beside an entry tell them."""
        for document, note in notes.items():
            if isinstance(file := note.get("file"), str):
                self._names[document] = file

    def of(self, document: object) -> str:
        """A document's name; the beginning of its hash where none is known."""
        return self._names.get(str(document), str(document)[:12])


def template(entry: Entry) -> str:
    """The words for an entry with places for its values; empty for a kind of a newer version."""
    if entry.kind == "decided" and entry.details.get("step") in ("undo", "redo"):
        return UNDONE if entry.details["step"] == "undo" else REDONE
    return ENTRIES.get(entry.kind, "")


def values(entry: Entry, notes: NotesOfEntry, names: Names, say: Callable[[str], str] = str) -> dict[str, str]:
    """What stands in the places of `template`, as far as the entry has it; never raises for an entry of any shape.

    `say` puts one of `WORDS` in the reader's language.
    """
    details = entry.details
    changes = _listed(details.get("changes"))
    documents = dict.fromkeys(str(change.get("document", "")) for change in changes)
    if not documents and isinstance(several := details.get("documents"), list | dict):
        documents = dict.fromkeys(map(str, several))
    model = details.get("model")
    named = ", ".join(names.of(document) for document in documents) or names.of(details.get("document", ""))
    share = details.get("share")
    return {
        "file": named,
        "count": _count(details, changes),
        "signer": entry.signer[:16],
        "model": f"{model.get('name')} {model.get('version')}" if isinstance(model, Mapping) else "",
        "share": f"{share:.0%}" if isinstance(share, int | float) else "-",
        "places": places(details, say),
        "changes": changes_in_words(changes, say),
        "names": _file_names(details, notes),
        "reviewer": str(details.get("reviewer", "")),
        "setting": f"{details.get('key')} = {details.get('value')}",
    }


def entry_words(entry: Entry, notes: NotesOfEntry, names: Names) -> str:
    """What an entry tells, on one line; `notes` lie beside it."""
    return template(entry).format(**values(entry, notes, names)) or entry.kind


def _count(details: Mapping[str, Any], changes: list[Mapping[str, Any]]) -> str:
    """Of findings, or of the documents that a log begins with."""
    for name in ("count", "findings"):
        if name in details:
            return str(details[name])
    return str(len(changes) or len(_listed(details.get("documents"))))


def _file_names(details: Mapping[str, Any], notes: NotesOfEntry) -> str:
    """Of exported files; the beginnings of their hashes where the names were forgotten."""
    names = next((note["names"] for note in notes.values() if isinstance(note.get("names"), list)), None)
    if names:
        return ", ".join(str(name) for name in names)
    return ", ".join(str(file.get("sha256"))[:12] for file in _listed(details.get("files")))


def places(details: Mapping[str, Any], say: Callable[[str], str] = str) -> str:
    """The pages, or characters, that were shown."""
    found = []
    ranges = details.get("ranges")
    for place in ranges if isinstance(ranges, list) else ():
        if isinstance(place, list) and len(place) == 2 and all(isinstance(end, int) for end in place):
            start, end = place
            last = end - 1
            found.append(str(start) if last == start else f"{start}-{last}")
    return f"{say('page' if details.get('unit') == 'page' else 'characters')} {', '.join(found)}"


def changes_in_words(changes: list[Mapping[str, Any]], say: Callable[[str], str] = str) -> str:
    """The decisions and other changes, with how many findings each."""
    counts: dict[str, int] = {}
    for change in changes:
        kinds = change.get("operations") or ()
        for kind in kinds if isinstance(kinds, list) else ():
            word = _told(kind, change)
            counts[word] = counts.get(word, 0) + 1
    several = say("{count} {word}")
    return ", ".join(
        say(word) if count == 1 else several.format(count=count, word=say(word)) for word, count in counts.items()
    )


def _told(kind: object, change: Mapping[str, Any]) -> str:
    if kind in ("set-decision", "set-decisions"):
        return str(change.get("decision"))
    if kind == "set-opinion" and change.get("settled"):
        return "disagreement settled"
    return str(kind).removeprefix("set-")


def _listed(value: object) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return [each for each in value.values() if isinstance(each, Mapping)]
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
