"""The verdicts as a table to read, as Markdown for the documentation, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.corpus.judging import Verdict


def as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Everything that is known, one entry a case."""
    return {"schema": "fusen.corpus/1", "totals": totals(verdicts), "cases": [asdict(v) for v in verdicts]}


def totals(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Sums over all cases: cases that are right, truths held and looked for, by their kind."""
    sums: dict[str, Any] = {"cases": len(verdicts), "right": sum(not v.short for v in verdicts)}
    for name in ("plain", "stretch", "xml_only", "absent"):
        counts = [getattr(v.truths, name) for v in verdicts]
        sums[name] = [sum(count[0] for count in counts), sum(count[1] for count in counts)]
    sums["glued_in_plain_text"] = sum(v.glued for v in verdicts)
    sums["seconds"] = round(sum(v.seconds for v in verdicts), 1)
    sums["network_checked"] = sum(v.network_checked for v in verdicts)
    return sums


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """A table a room; what falls short stands below it."""
    sums = totals(verdicts)
    parts = [
        "# What is read how well",
        (
            "Written by `python -m tests.corpus --markdown`: each file read by `fusen read` in a process of its own, and what "
            "it gave beside what is known of the file: texts that must be there, texts that must not, the number of pages; of "
            "hostile files, the answer that is expected. Seconds and memory are those of the whole command on two cores."
        ),
        (
            f"{sums['right']} of {sums['cases']} files have nothing that falls short; {sums['plain'][0]} of "
            f"{sums['plain'][1]} texts are held, {sums['absent'][0]} of {sums['absent'][1]} unwanted texts are kept out."
        ),
    ]
    for room in dict.fromkeys(v.room for v in verdicts):
        of_room = [v for v in verdicts if v.room == room]
        parts.append(
            f"## {room.capitalize()}\n\n" + (_hostile_table(of_room) if room == "hostile" else _true_table(of_room))
        )
        short = [f"- `{v.name}`: {_cell(one)}" for v in of_room for one in v.short]
        parts.append("What falls short:\n\n" + "\n".join(short) if short else "Nothing falls short.")
    return "\n\n".join(parts) + "\n"


def _true_table(verdicts: Sequence[Verdict]) -> str:
    rows = [
        "| file | kind | language | pages | truths held | stretch | seconds | peak MB |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    for v in verdicts:
        t = v.truths
        held, wanted = (sum(count[i] for count in (t.plain, t.xml_only, t.absent)) for i in (0, 1))
        stretch = f"{t.stretch[0]}/{t.stretch[1]}" if t.stretch[1] else ""
        cells = (
            _cell(v.name),
            v.kind,
            v.language,
            v.pages or "",
            f"{held}/{wanted}",
            stretch,
            f"{v.seconds:.1f}",
            v.peak_bytes >> 20,
        )
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def _hostile_table(verdicts: Sequence[Verdict]) -> str:
    rows = ["| file | outcome | right | seconds | peak MB |", "|---|---|---|---:|---:|"]
    for v in verdicts:
        outcome = v.outcome + (f" ({v.code})" if v.code else "")
        right = "no" if v.short else "yes"
        rows.append(f"| {_cell(v.name)} | {outcome} | {right} | {v.seconds:.1f} | {v.peak_bytes >> 20} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def print_table(verdicts: Sequence[Verdict], console: Console) -> None:
    """All cases, then what falls short of each, then the sums."""
    table = Table(box=None, pad_edge=False)
    for name, right in (
        ("file", False),
        ("outcome", False),
        ("pages", True),
        ("truths", True),
        ("s", True),
        ("MB", True),
        ("", False),
    ):
        table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=name != "file")
    for v in verdicts:
        t = v.truths
        held, wanted = (sum(count[i] for count in (t.plain, t.xml_only, t.absent)) for i in (0, 1))
        cells = (v.name, f"{v.outcome} {v.code}", str(v.pages or ""), f"{held}/{wanted}" if wanted else "")
        mark = "SHORT" if v.short else "ok"
        table.add_row(*map(Text, (*cells, f"{v.seconds:.1f}", str(v.peak_bytes >> 20), mark)))
    console.print(table)
    for v in verdicts:
        if v.short:
            console.print(Text(f"\n{v.room}/{v.name}"))
            for one in v.short:
                console.print(Text(f"  - {one}"))
    console.print()
    console.print(Text(words_of(totals(verdicts))))


def words_of(sums: dict[str, Any]) -> str:
    """The sums in a few lines."""

    def share(name: str) -> str:
        return f"{sums[name][0]} of {sums[name][1]}"

    lines = [
        f"{sums['right']} of {sums['cases']} cases have nothing that falls short; {sums['seconds']} s in all",
        f"texts held: {share('plain')}, seen in the XML only: {share('xml_only')}, stretch: {share('stretch')}",
        f"unwanted texts absent: {share('absent')}; {sums['glued_in_plain_text']} meet who reads the text without its blocks",
        f"watched for connections: {sums['network_checked']} of {sums['cases']} cases"
        + ("" if sums["network_checked"] else " (no working strace here, so the network was NOT checked)"),
    ]
    return "\n".join(lines)
