"""Precision of links: the sample, the table of verdicts, and the figures that come of them."""

from __future__ import annotations

import json
import lzma
import sys
from collections import Counter
from pathlib import Path

import pytest

from model.evaluation.link_precision import (
    FIELDS,
    MOST_OF_A_DOCUMENT,
    FoundLink,
    Verdict,
    documents,
    draw,
    links_of,
    main,
    precision,
    read_verdicts,
    wilson,
)

VERDICTS = Path(__file__).resolve().parents[3] / "tests" / "corpus" / "links" / "verdicts.tsv"
TEXT = "1. FEES\n\n2. TERM\n\nFees are due under Section 1.\n\nNotwithstanding Section 2, fees are due at once."


def made_links() -> list[FoundLink]:
    kinds = ("definition", "exception", "reference")
    spans = [(n, n + 1) for n in range(12)]
    return [
        FoundLink("contracts", f"d{d}", kind, spans[n], spans[n + 1])
        for d in range(9)
        for kind in kinds
        for n in range(5)
    ]


def write_data(folder: Path) -> None:
    """One validation contract, and empty files for the other corpora."""
    lines = [{"id": "a", "split": "validation", "text": TEXT}, {"id": "b", "split": "train", "text": TEXT}]
    for name, rows in {"contracts": lines, "design": [], "japanese": []}.items():
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_sample_is_even_over_kinds_and_documents() -> None:
    sample = draw(made_links(), 30, seed=1)
    assert Counter(link.kind for link in sample) == {"definition": 10, "exception": 10, "reference": 10}
    assert max(Counter((link.document, link.kind) for link in sample).values()) <= MOST_OF_A_DOCUMENT
    assert sample == draw(reversed(made_links()), 30, seed=1)
    assert sample != draw(made_links(), 30, seed=2)


def test_wilson() -> None:
    assert wilson(9, 10) == pytest.approx((0.596, 0.982), abs=1e-3)
    assert wilson(10, 10) == pytest.approx((0.722, 1.0), abs=1e-3)


def test_links_are_named_by_offsets() -> None:
    found = links_of("contracts", "a", TEXT)
    assert {(link.kind, TEXT[slice(*link.source)][:8], TEXT[slice(*link.target)]) for link in found} == {
        ("reference", "Fees are", "1. FEES"),
        ("exception", "Notwiths", "2. TERM"),
    }
    assert all(found.values())


def test_a_verdict_counts_as_drawn_and_while_its_link_is_found() -> None:
    one, two, three = made_links()[:3]
    verdicts = {one: Verdict(True, True), two: Verdict(False, True), three: Verdict(True, False)}
    rows = {row[0]: row[1:] for row in precision(verdicts, {one: True, three: False})}
    assert rows["all"] == ["2 of 3", "0.67", "[0.21, 0.94]", "2 of 2"]
    assert rows["to train on"] == ["1 of 2", "0.50", "[0.09, 0.91]", "1 of 1"]


def test_the_command_draws_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_data(tmp_path)
    table = tmp_path / "verdicts.tsv"
    arguments = ["link_precision", "--data", str(tmp_path), "--verdicts", str(table)]
    monkeypatch.setattr(sys, "argv", [*arguments, "--draw", "5"])
    main()
    drawn = capsys.readouterr().out
    assert drawn.splitlines()[0].split("\t") == list(FIELDS)
    assert len(drawn.splitlines()) == 3
    table.write_text(drawn, "utf-8")
    with pytest.raises(ValueError, match="right or wrong"):
        read_verdicts(table)
    table.write_text(drawn.replace("\tyes\t\t", "\tyes\tright\t"), "utf-8")
    monkeypatch.setattr(sys, "argv", [*arguments, "--draw", "5"])
    main()
    assert len(capsys.readouterr().out.splitlines()) == 1  # what was read is not drawn again
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| all")]
    assert [cell.strip() for cell in row.split("|")[2:4]] == ["2 of 2", "1.00"]


def test_the_sample_that_was_read_is_large_enough() -> None:
    verdicts = read_verdicts(VERDICTS)
    assert len(verdicts) >= 60
    assert {link.corpus for link in verdicts} == {"contracts", "designs", "japanese"}
    assert {link.kind for link in verdicts} == {"reference", "definition", "exception", "amendment"}


def test_the_rules_still_find_what_was_right(shared: Path) -> None:
    verdicts = read_verdicts(VERDICTS)
    found: dict[FoundLink, bool] = {}
    for document in documents(shared / "data", {(link.corpus, link.document) for link in verdicts}):
        found |= links_of(*document)
    lost = [link for link, verdict in verdicts.items() if verdict.right and link not in found]
    assert lost == []
    assert sum(not verdict.right for link, verdict in verdicts.items() if link in found) <= 4
