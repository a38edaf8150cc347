"""Tamper with a workspace at random, many times, and see whether `fusen audit verify` notices each.

    python -m tests.review.tampering --times 1000 --seed 1

The tamperer can write the workspace's file as she likes, drops its guards first and puts them back after, and knows the format;
she has neither the signing key nor the heads that are kept beside it.
"""

# ruff: noqa: S608 -- the names of tables and columns are those below

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from app.errors import FusenError
from app.review import audit, operations
from app.review.audit import Entry, Sealed, Signer
from app.review.findings import Finding, Piece, finding_id
from app.review.second_look import Look
from app.workspace.signing import known_keys
from app.workspace.store import Workspace
from app.workspace.verifying import Report
from tests.samples import make_analysis, make_document

Tampering = Callable[[sqlite3.Connection, random.Random], object]
COLUMNS = "number, signer, content, hash, signature"


def make_workspace(path: Path, earlier: list[bytes]) -> None:
    """A workspace with some of everything; `earlier` gets its bytes at several moments."""
    for number in range(3):
        document = replace(make_document(), sha256=f"{number + 1:064x}")
        analysis = make_analysis(document)
        with Workspace.open(path) as workspace:
            workspace.reviewer = "Sato"
            workspace.save_analysis(document, analysis)
            findings = workspace.findings(document.sha256)
            workspace.apply(operations.SetDecision(findings[0].id, "accepted"))
            workspace.apply(operations.SetComment(findings[0].id, "Who pays?"))
            workspace.apply(operations.SetDecisions(tuple(f.id for f in findings), "rejected"))
            workspace.undo()
            workspace.apply(operations.SetOwner(findings[1].id, "Legal"))
            workspace.apply(operations.SetDue(findings[1].id, "2026-12-01"))
            workspace.apply(operations.SetRaised(findings[2].id, raised=True))
            workspace.undo()
            workspace.keep(over_two_pages(findings[2]))
            workspace.looks.add_shown(document.sha256, "page", (1, 2))
            workspace.looks.add_second_look(document.sha256, Look((900, 950), matters=False, cut=3, model="m", draw=0))
            workspace.audit.record("exported", {"files": [{"name": "a.json", "sha256": "0" * 64, "format": "json"}]})
        earlier.append(path.read_bytes())
    with Workspace.open(path) as workspace:
        workspace.save_analysis(document, replace(analysis, settings=replace(analysis.settings, recall=0.5)))
        workspace.versions.follow(document, f"{2:064x}")
        workspace.choose_share(f"{1:064x}", 0.5)
        workspace.library.remove(f"{2:064x}")


def over_two_pages(finding: Finding) -> Finding:
    """A range of the reviewer's own, which goes on over the end of its page."""
    name, piece = finding_id(finding.document_sha256, 1, 9, "own words"), Piece(finding.page + 1, finding.quads)
    return replace(finding, id=name, start=1, end=9, text="own words", more=(piece,))


# ---- the log


def _entries(connection: sqlite3.Connection) -> list[Sealed]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM audit_log ORDER BY number").fetchall()
    return [Sealed(*row) for row in rows]


def _write(connection: sqlite3.Connection, entries: list[Sealed]) -> None:
    connection.execute("DELETE FROM audit_log")
    rows = [(e.number, e.signer, e.content, e.hash, e.signature) for e in entries]
    connection.executemany(f"INSERT INTO audit_log ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)


def _read(sealed: Sealed) -> Entry:
    entry = audit.read(sealed)
    assert entry is not None
    return entry


def _rechained(entries: list[Sealed], signer: Signer | None = None) -> list[Sealed]:
    """Numbered from 1 with the hashes of a whole chain; signed anew by `signer`, else with the signatures that they had."""
    chained: list[Sealed] = []
    for number, sealed in enumerate(entries, 1):
        previous = chained[-1].hash.hex() if chained else audit.BEFORE_THE_FIRST
        entry = replace(_read(sealed), number=number, previous=previous)
        if signer is not None:
            entry = replace(entry, signer=signer.fingerprint)
            if number == 1:
                entry = replace(entry, details={**entry.details, "public_key": signer.public.hex()})
        made = audit.seal(entry, signer or Signer(bytes(32)))
        chained.append(made if signer is not None else replace(made, signature=sealed.signature))
    return chained


def flip_a_bit(connection: sqlite3.Connection, chance: random.Random) -> None:
    column = chance.choice(("content", "hash", "signature", "signer"))
    number, value = chance.choice(connection.execute(f"SELECT number, {column} FROM audit_log").fetchall())
    content = bytearray(value.encode() if isinstance(value, str) else value)
    # Of a text only such bits that leave it a text.
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8 if column != "signer" else 1)
    changed = content.decode() if column == "signer" else bytes(content)
    connection.execute(f"UPDATE audit_log SET {column} = ? WHERE number = ?", (changed, number))


def _changed(sealed: Sealed, chance: random.Random) -> Sealed:
    entry = _read(sealed)
    made = chance.choice(
        (
            replace(entry, by=entry.by + "x"),
            replace(entry, at=entry.at.replace("T", "t")),
            replace(entry, kind="shown" if entry.kind != "shown" else "decided"),
            replace(entry, details={**entry.details, "share": 0.25}),
        )
    )
    content = audit.seal(made, Signer(bytes(32))).content
    return replace(sealed, content=content)


def change_a_field(connection: sqlite3.Connection, chance: random.Random) -> None:
    entries = _entries(connection)
    place = chance.randrange(len(entries))
    entries[place] = _changed(entries[place], chance)
    if chance.random() < 0.5:
        entries = _rechained(entries)
    _write(connection, entries)


def delete_entries(connection: sqlite3.Connection, chance: random.Random) -> None:
    entries = _entries(connection)
    place = chance.randrange(len(entries) - 1)
    del entries[place : place + chance.randint(1, 3)]
    _write(connection, _rechained(entries) if chance.random() < 0.5 else entries)


def cut_off_the_end(connection: sqlite3.Connection, chance: random.Random) -> None:
    entries = _entries(connection)
    kept = chance.randrange(len(entries))
    connection.execute("DELETE FROM audit_notes WHERE number > ?", (kept,))
    _write(connection, entries[:kept])
    if not kept and chance.random() < 0.5:
        connection.execute("UPDATE audit_workspace SET begun = 0")


def insert_an_entry(connection: sqlite3.Connection, chance: random.Random) -> None:
    entries = _entries(connection)
    entries.insert(chance.randrange(1, len(entries) + 1), chance.choice(entries[1:]))
    if chance.random() < 0.5:
        _write(connection, _rechained(entries))
    else:
        _write(connection, [replace(each, number=number) for number, each in enumerate(entries, 1)])


def swap_entries(connection: sqlite3.Connection, chance: random.Random) -> None:
    entries = _entries(connection)
    one, other = chance.sample(range(len(entries)), 2)
    entries[one], entries[other] = (
        replace(entries[other], number=entries[one].number),
        replace(entries[one], number=entries[other].number),
    )
    _write(connection, entries)


def sign_anew(connection: sqlite3.Connection, chance: random.Random) -> None:
    """Another decision, and a log that goes with it, whole in itself, by another key; perhaps of another workspace."""
    entries, signer = _entries(connection), Signer(secrets.token_bytes(32))
    place = chance.choice([i for i, each in enumerate(entries) if _read(each).kind == "decided"])
    del entries[place]
    if chance.random() < 0.5:
        other = secrets.token_hex(16)
        connection.execute("UPDATE audit_workspace SET id = ?", (other,))
        first = _read(entries[0])
        entries[0] = audit.seal(replace(first, details={**first.details, "workspace": other}), signer)
    _write(connection, _rechained(entries, signer))


def begin_anew(connection: sqlite3.Connection, chance: random.Random) -> None:
    """No log at all, as if the workspace were of an older version; decisions as she likes."""
    connection.execute("DELETE FROM audit_notes")
    connection.execute("DELETE FROM audit_log")
    connection.execute("UPDATE audit_workspace SET begun = ?", (chance.randrange(2),))
    if chance.random() < 0.5:
        connection.execute("UPDATE audit_workspace SET id = ?", (secrets.token_hex(16),))
    change_a_decision(connection, chance)


def add_as_a_stranger(connection: sqlite3.Connection, chance: random.Random) -> None:
    """More entries by a signer of her own: as another machine would, so that only who names the signers she trusts is told."""
    entries, signer = _entries(connection), Signer(secrets.token_bytes(32))
    for kind, details in (("signer-added", {"public_key": signer.public.hex()}), ("exported", {"files": []})):
        last = entries[-1]
        entry = Entry(last.number + 1, last.hash.hex(), "2026-01-01", kind, "Sato", signer.fingerprint, details)
        entries.append(audit.seal(entry, signer))
    _write(connection, entries)


# ---- the tables


def _set(connection: sqlite3.Connection, chance: random.Random, table: str, column: str, *values: object) -> None:
    rows = connection.execute(f'SELECT rowid, "{column}" FROM {table}').fetchall()
    row, before = chance.choice(rows)
    after = chance.choice([value for value in values if value != before])
    connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', (after, row))


def change_a_decision(connection: sqlite3.Connection, chance: random.Random) -> None:
    _set(connection, chance, "findings", "decision", "accepted", "rejected", "undecided", "edited")


def change_what_was_said(connection: sqlite3.Connection, chance: random.Random) -> None:
    column, *values = chance.choice(
        (
            ("comment", "No.", ""),
            ("owner", "Nobody", ""),
            ("due", "2030-01-01", ""),
            ("raised", 0, 1),
            ("skipped", 0, 1),
            ("edited", b"\x90", b"\x91"),
            ("own_tags", b"\x90", b"\x91"),
            ("decided_by", "Suzuki", ""),
            ("decided_at", "2020-01-01", "2020-01-02"),
        )
    )
    _set(connection, chance, "findings", column, *values)


def change_a_proposal(connection: sqlite3.Connection, chance: random.Random) -> None:
    column, *values = chance.choice(
        (
            ("text", "Nothing matters.", "x", b"\xff"),
            ("importance", 0.001, 0.999),
            ("start", 1, 2),
            ("page", 7, 8),
            ("quads", b"\x90", b"\x91"),
            ("tags", b"\x90", b"\x91"),
            ("selected", 0, 1),
            ("rank", 77, 78),
            ("high", 0.01, "x"),
            ("more", b"\x90", b"\x91", None),
        )
    )
    _set(connection, chance, "findings", column, *values)


def delete_a_finding(connection: sqlite3.Connection, chance: random.Random) -> None:
    rows = connection.execute("SELECT id FROM findings").fetchall()
    name = chance.choice(rows)
    connection.execute("DELETE FROM history WHERE finding_id = ?", name)
    connection.execute("DELETE FROM findings WHERE id = ?", name)


def add_a_finding(connection: sqlite3.Connection, chance: random.Random) -> None:
    (name,) = chance.choice(connection.execute("SELECT id FROM findings").fetchall())
    columns = [row[1] for row in connection.execute("PRAGMA table_info(findings)")]
    row = dict(zip(columns, connection.execute("SELECT * FROM findings WHERE id = ?", (name,)).fetchone(), strict=True))
    row["id"] = secrets.token_hex(16)
    row["decision"] = chance.choice(("undecided", "added"))
    names, marks = ", ".join(f'"{each}"' for each in columns), ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO findings ({names}) VALUES ({marks})", list(row.values()))


def change_the_history(connection: sqlite3.Connection, chance: random.Random) -> None:
    if chance.random() < 0.3:
        rows = connection.execute("SELECT number FROM history").fetchall()
        connection.execute("DELETE FROM history WHERE number = ?", chance.choice(rows))
    elif chance.random() < 0.3:
        _set(connection, chance, "history", "undone", 0, 1)
    else:
        _set(connection, chance, "history", chance.choice(("operation", "inverse", "at")), "{}", "[]")


def change_a_note(connection: sqlite3.Connection, chance: random.Random) -> None:
    *key, salt, note = chance.choice(connection.execute("SELECT * FROM audit_notes").fetchall())
    connection.execute("DELETE FROM audit_notes WHERE number = ? AND document_sha256 = ?", key)
    if chance.random() < 0.7:
        other = chance.choice(((secrets.token_bytes(32), note), (salt, note + b" ")))
        connection.execute("INSERT INTO audit_notes VALUES (?, ?, ?, ?)", (*key, *other))


def change_an_analysis(connection: sqlite3.Connection, chance: random.Random) -> None:
    kind = chance.randrange(3)
    if kind == 0:
        connection.execute("DELETE FROM analyses WHERE number = 1")
    elif kind == 1:
        connection.execute("UPDATE analyses SET number = 99 WHERE number = 3")
    else:
        _set(connection, chance, "analyses", "content", b"x", b"y")


def change_what_was_shown(connection: sqlite3.Connection, chance: random.Random) -> None:
    document = f"{chance.randint(1, 3):064x}"
    if chance.random() < 0.5:
        connection.execute("DELETE FROM shown WHERE document_sha256 = ?", (document,))
    else:
        connection.execute("INSERT INTO shown VALUES (?, 'page', 3, 4)", (document,))


def change_a_second_look(connection: sqlite3.Connection, chance: random.Random) -> None:
    document = f"{chance.randint(1, 3):064x}"
    change = chance.choice(("DELETE FROM second_looks", "UPDATE second_looks SET matters = 1"))
    connection.execute(f"{change} WHERE document_sha256 = ?", (document,))


def change_the_shelf(connection: sqlite3.Connection, chance: random.Random) -> None:
    change = chance.choice(
        (
            "UPDATE documents SET removed_at = NULL WHERE removed_at IS NOT NULL",
            "UPDATE documents SET removed_at = '2020' WHERE removed_at IS NULL",
            "UPDATE documents SET share = 0.9",
            "DELETE FROM documents WHERE rowid = 3",
        )
    )
    connection.execute(change)


def change_a_name(connection: sqlite3.Connection, chance: random.Random) -> None:
    """What a document is called, or where it lies."""
    column, *values = chance.choice(
        (
            ("file", "/elsewhere/x.pdf", "/y.pdf"),
            ("title", "Draft", "Final"),
            ("format", "docx", "html"),
            ("page_count", 77, 78),
            ("page_labels", '["i"]', '["ii"]'),
            ("added_at", "2020-01-01", "2020-01-02"),
            ("size", 77, 78),
        )
    )
    _set(connection, chance, "documents", column, *values)


def change_what_was_carried(connection: sqlite3.Connection, chance: random.Random) -> None:
    """From which finding, how and when a decision came over from the version before; or who said that it is one."""
    sources = [name for (name,) in connection.execute("SELECT id FROM findings").fetchall()]
    column, *values = chance.choice(
        (
            ("source_id", *chance.sample(sources, 2)),
            ("kind", "changed", "split"),
            ("decided_at", "2020-01-01", "2020-01-02"),
        )
    )
    change = chance.randrange(4)
    if change == 0:
        connection.execute("UPDATE versions SET recognised = 'offered'")
    elif change == 1:
        rows = connection.execute("SELECT rowid FROM carried").fetchall()
        connection.execute("DELETE FROM carried WHERE rowid = ?", chance.choice(rows))
    elif change == 2:
        # Also of a document that is no new version.
        row = (*chance.sample(sources, 2), "changed", "")
        connection.execute("INSERT OR REPLACE INTO carried VALUES (?, ?, ?, ?)", row)
    else:
        _set(connection, chance, "carried", column, *values)


def change_a_version(connection: sqlite3.Connection, chance: random.Random) -> None:
    first = f"{1:064x}"
    change = chance.choice(
        (
            "DELETE FROM versions",
            f"UPDATE versions SET predecessor = '{first}'",
            f"INSERT INTO versions SELECT predecessor, '{first}', recognised, at FROM versions",
        )
    )
    connection.execute(change)


TAMPERINGS: dict[str, Tampering] = {
    tampering.__name__.replace("_", " "): tampering
    for tampering in (
        flip_a_bit,
        change_a_field,
        delete_entries,
        cut_off_the_end,
        insert_an_entry,
        swap_entries,
        sign_anew,
        begin_anew,
        add_as_a_stranger,
        change_a_decision,
        change_what_was_said,
        change_a_proposal,
        delete_a_finding,
        add_a_finding,
        change_the_history,
        change_a_note,
        change_an_analysis,
        change_what_was_shown,
        change_a_second_look,
        change_the_shelf,
        change_a_name,
        change_what_was_carried,
        change_a_version,
    )
}
ROLL_BACK = "roll back the file"


class Target:
    """A workspace in a folder, brought back before each tampering."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "w.fusen"
        self.earlier: list[bytes] = []
        make_workspace(self.path, self.earlier)
        self.whole = self.path.read_bytes()

    def verify(self, *signers: str) -> Report:
        """As the command does."""
        with Workspace.open(self.path) as workspace:
            return workspace.verify(signers=signers)

    def is_noticed(self, kind: str, chance: random.Random) -> bool:
        """Tamper with the whole workspace and verify it."""
        self.path.write_bytes(self.whole if kind != ROLL_BACK else chance.choice(self.earlier))
        if kind != ROLL_BACK:
            self._tamper(TAMPERINGS[kind], chance)
        try:
            return not self.verify(*(known_keys() if kind == "add as a stranger" else ())).is_whole
        except FusenError as error:
            return error.code == "damaged"
        finally:
            for ending in ("-wal", "-shm"):
                Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def _tamper(self, tampering: Tampering, chance: random.Random) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = OFF")
            guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            tampering(connection, chance)
            for _, sql in guards:
                connection.execute(sql)
            connection.commit()


def kinds() -> Iterator[str]:
    """All, in turn, without end."""
    while True:
        yield from TAMPERINGS
        yield ROLL_BACK


def main() -> int:
    """How many of each kind were noticed; exit 1 if one was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="fusen-tampering-")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    tried: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder))
        if not target.verify().is_whole:
            print("the workspace is not whole before any tampering:", target.verify().problems)
            return 1
        for number, kind in zip(range(wanted.times), kinds(), strict=False):
            tried[kind] += 1
            missed[kind] += not target.is_noticed(kind, random.Random(f"{wanted.seed}:{number}"))
        target.path.write_bytes(target.whole)
        if not target.verify().is_whole:
            print("the workspace as it was is not whole any more:", target.verify().problems)
            return 1
    for kind, times in tried.items():
        print(f"{kind:24} {times - missed[kind]:5} of {times:5}")
    print(json.dumps({"tampered": tried.total(), "noticed": tried.total() - missed.total()}))
    shutil.rmtree(os.environ["XDG_DATA_HOME"], ignore_errors=True)
    return 1 if missed.total() else 0


if __name__ == "__main__":
    sys.exit(main())
