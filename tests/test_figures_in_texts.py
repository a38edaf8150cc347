"""The figures in texts are those of the manifest, which come from a command."""

from __future__ import annotations

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


@pytest.mark.parametrize("corpus", HEADINGS)
def test_the_model_card_shows_the_manifest(corpus: str) -> None:
    shown = {
        cells[0]: cells[1:]
        for line in section(HEADINGS[corpus]).splitlines()
        if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 8
    }
    rows = newest()[corpus]["rows"]
    assert len(rows) == 8
    for row in rows:
        recalls = [row["recall"][share] for share in ("0.1", "0.2", "0.3")]
        ap, _, *found = shown[row["method"]][:5]
        assert [float(ap), *map(float, found)] == pytest.approx([row["average_precision"], *recalls], abs=5e-4)


def test_what_is_said_of_contracts_in_the_readme_holds() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    rows = {row["method"]: row for row in newest()["contract"]["rows"]}
    for method, ap, recall in re.findall(r"^\| ([^|]+?) \| (\.\d{2}) \| (\.\d{2}) \|$", readme, re.MULTILINE):
        assert float(ap) == pytest.approx(rows[method]["average_precision"], abs=5e-3)
        assert float(recall) == pytest.approx(rows[method]["recall"]["0.2"], abs=5e-3)
    assert "| Fusen (adaptive) |" in readme
