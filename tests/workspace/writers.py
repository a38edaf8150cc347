"""What a process does while it is killed, one function each: it says aloud what is stored, and goes on until its end.

Each works in `folder`, where `prepare` put what it needs, and calls `say` with what a check must find afterwards.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.analysis.analysis import AnalysisSettings
from app.export.formats import FORMATS
from app.review.operations import SetComment, SetDecision, SetDue, Together
from app.workspace.backups import backups_of
from app.workspace.briefing import brief_of
from app.workspace.database import migration_scripts
from app.workspace.store import Workspace
from tests.samples import ENGLISH, JAPANESE, make_analysis, make_document
from tests.workspace.old_files import make_old_file

Say = Callable[[Any], None]
STORE, OUT, EMBEDDED = "w.fusen", "out", "big.pdf"
DOCUMENTS = [
    make_document(
        tuple(f"{sentence} {number}" for number in range(40) for sentence in sentences), file=f"/contracts/{name}"
    )
    for sentences, name in ((ENGLISH, "services.pdf"), (JAPANESE, "業務委託.pdf"))
]
ANALYSES = [make_analysis(document, selected=tuple(range(1, 150, 2))) for document in DOCUMENTS]
CONTENT = random.Random(5).randbytes(6 << 20)
KEPT = replace(DOCUMENTS[0], file=f"/contracts/{EMBEDDED}")


def prepare(folder: Path, work: str) -> None:
    """The workspace and the files that `work` begins with."""
    if work == "updating":
        oldest = random.Random(folder.name).randrange(1, len(migration_scripts()))
        make_old_file(folder / STORE, oldest, list(zip(DOCUMENTS, ANALYSES, strict=True)))
        return
    with Workspace.open(folder / STORE) as workspace:
        for document, analysis in zip(DOCUMENTS, ANALYSES, strict=True):
            workspace.save_analysis(document, analysis)
            ids = [finding.id for finding in workspace.findings(document.sha256)]
            workspace.apply(Together(tuple(SetDecision(each, "accepted") for each in ids[:20])))
            workspace.apply(SetDue(ids[0], "2027-03-31"))
    (folder / OUT).mkdir()
    if work == "embedding":
        (folder / EMBEDDED).write_bytes(CONTENT)
        with Workspace.open(folder / STORE) as workspace:
            sha256 = hashlib.sha256(CONTENT).hexdigest()
            workspace.add_document(replace(KEPT, sha256=sha256, file=str(folder / EMBEDDED)))


def deciding(folder: Path, chance: random.Random, say: Say) -> None:
    """Decisions, comments and their undoing."""
    with Workspace.open(folder / STORE) as workspace:
        findings = [f for document in DOCUMENTS for f in workspace.findings(document.sha256)]
        for number in itertools.count():
            finding = chance.choice(findings)
            decision = chance.choice(("accepted", "rejected"))
            workspace.apply(Together((SetDecision(finding.id, decision), SetComment(finding.id, f"{number} 確認"))))
            say((finding.id, decision, f"{number} 確認"))
            if number % 5 == 4:
                say("undo")
                change = workspace.undo()
                assert change is not None
                say((finding.id, change.findings[0].decision, change.findings[0].comment, "undone"))


def analysing(folder: Path, chance: random.Random, say: Say) -> None:
    """Analyses under other settings, again and again."""
    with Workspace.open(folder / STORE) as workspace:
        for number in itertools.count(1):
            place = chance.randrange(len(DOCUMENTS))
            settings = AnalysisSettings(recall=0.5 + number / 10_000)
            workspace.save_analysis(DOCUMENTS[place], replace(ANALYSES[place], settings=settings))
            say((place, settings.recall))


def updating(folder: Path, chance: random.Random, say: Say) -> None:
    """A file of an earlier version, which is copied and brought up to date, then a decision."""
    with Workspace.open(folder / STORE):
        say("updated")
    deciding(folder, chance, say)


def exporting(folder: Path, chance: random.Random, say: Say) -> None:
    """Every format that is written in this process, and the matrix."""
    with Workspace.open(folder / STORE) as workspace:
        brief = brief_of(workspace)
        for number in itertools.count():
            formats = [each for each in FORMATS.values() if each.renderer]
            chance.shuffle(formats)
            for each in formats:
                output = folder / OUT / f"{each.stem}{number % 3}{each.ending}"
                each.write(brief, output)
                say(output.name)


def embedding(folder: Path, _chance: random.Random, say: Say) -> None:
    """A file that is kept inside, and taken out of it again."""
    with Workspace.open(folder / STORE) as workspace:
        sha256 = next(d.sha256 for d in workspace.documents() if d.file.endswith(EMBEDDED))
        while True:
            workspace.embedding.keep(sha256, folder / EMBEDDED)
            say("kept")
            say("dropping")
            workspace.embedding.drop(sha256)
            say("dropped")


WORKS: dict[str, Callable[[Path, random.Random, Say], None]] = {
    "deciding": deciding,
    "analysing": analysing,
    "updating": updating,
    "exporting": exporting,
    "embedding": embedding,
}


def run(work: str, folder: Path, seed: int, say: Say) -> None:
    """Begin `work`, and never come back."""
    WORKS[work](folder, random.Random(seed), say)


def leftovers(folder: Path) -> Iterator[Path]:
    """Files that no user put there and no workspace needs."""
    expected = {STORE, f"{STORE}-wal", f"{STORE}-shm", EMBEDDED, OUT}
    expected |= {backup.name for backup in backups_of(folder / STORE)}
    yield from (entry for entry in folder.iterdir() if entry.name not in expected)
    if (folder / OUT).is_dir():
        yield from (entry for entry in (folder / OUT).iterdir() if entry.name.startswith("."))
