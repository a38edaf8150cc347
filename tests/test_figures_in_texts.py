"""The figures in texts are those of the manifest, which come from a command."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
MANIFEST = json.loads((REPOSITORY / "resources" / "model" / "manifest.json").read_text("utf-8"))
HEADINGS = {"contract": "Contracts", "design": "Design documents", "report": "Reports", "japanese": "Japanese"}


def newest() -> dict[str, dict]:
    """Of each corpus the last figures in the manifest, as the model card shows them."""
    return {corpus["corpus"]: corpus for figures in MANIFEST["figures"] for corpus in figures["corpora"]}


def section(heading: str) -> str:
    card = (REPOSITORY / "docs" / "model-card.md").read_text("utf-8")
    return card.split(f"**{heading}**:")[1].split("\n\n**")[0]


def shown_rows(text: str) -> dict[str, dict[str, str]]:
    """Of the first table in a section: by method, the cell of each heading."""
    table = itertools.takewhile(lambda line: line.startswith("|"), text[text.index("\n|") + 1 :].splitlines())
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
    return {cells[0]: dict(zip(header, cells, strict=True)) for cells in rows}


@pytest.mark.parametrize("corpus", HEADINGS)
def test_the_model_card_shows_the_manifest(corpus: str) -> None:
    shown = shown_rows(section(HEADINGS[corpus]))
    rows = newest()[corpus]["rows"]
    assert len(rows) >= 8
    assert list(shown) == [row["method"] for row in rows]
    for row in rows:
        cells = shown[row["method"]]
        expected = [row["average_precision"], *(row["recall"][share] for share in ("0.1", "0.2", "0.3"))]
        found = [float(cells[name]) for name in ("AP", "recall@10", "recall@20", "recall@30")]
        assert found == pytest.approx(expected, abs=5e-4)


def test_what_is_said_of_contracts_in_the_readme_holds() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    rows = {row["method"]: row for row in newest()["contract"]["rows"]}
    for method, ap, recall in re.findall(r"^\| ([^|]+?) \| (\.\d{2}) \| (\.\d{2}) \|$", readme, re.MULTILINE):
        assert float(ap) == pytest.approx(rows[method]["average_precision"], abs=5e-3)
        assert float(recall) == pytest.approx(rows[method]["recall"]["0.2"], abs=5e-3)
    assert "| Fusen (adaptive) |" in readme
