"""Reliability: bins by hand, intervals, the picture and its command."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from model.evaluation import reliability
from model.evaluation.figures import Judged, calibration_error
from model.evaluation.reliability import BINS, LARGEST, draw, main, read


def documents(count: int, size: int = 40, seed: int = 0, shift: float = 0.0) -> list[Judged]:
    """Calibrated but for `shift`."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        probabilities = generator.beta(0.4, 4, size)
        important = generator.random(size) < np.clip(probabilities + shift, 0, 1)
        found.append(Judged(important, probabilities, np.full(size, 10)))
    return found


def test_bins_by_hand() -> None:
    # Twenty passages, ten bins of two.
    probabilities = np.arange(20) / 20
    important = np.array([False] * 10 + [True, False] * 5)
    order = np.random.default_rng(0).permutation(20)
    known = [Judged(important[part], probabilities[part], np.full(len(part), 10)) for part in np.split(order, [6, 13])]
    found = reliability.reliability("model", "contract", "en", known)
    assert (found.documents, found.passages) == (3, 20)
    assert [each.passages for each in found.bins] == [2] * 10
    assert [each.probability for each in found.bins] == pytest.approx([(4 * i + 1) / 40 for i in range(10)])
    assert [each.frequency for each in found.bins] == [0.0] * 5 + [0.5] * 5
    assert found.calibration_error == pytest.approx(calibration_error(important, probabilities))
    assert all(each.interval is None for each in found.bins)  # three documents say nothing about others


def test_intervals_are_over_documents() -> None:
    found = reliability.reliability("model", "design", "en", documents(30))
    assert len(found.bins) == BINS
    for each in found.bins:
        low, high = each.interval
        assert low <= each.frequency <= high
    same = documents(1) * 30  # documents that do not differ
    assert all(
        each.interval == (each.frequency,) * 2 for each in reliability.reliability("m", "design", "en", same).bins
    )
    again = reliability.reliability("model", "design", "en", documents(30))
    assert again == found
    assert reliability.reliability("model", "design", "en", documents(30), seed=1) != found


def test_calibrated_probabilities_lie_in_their_intervals() -> None:
    found = reliability.reliability("model", "report", "en", documents(200))
    # Below, most samples of documents hold no important passage at all.
    seen = [each for each in found.bins if each.probability > 0.01]
    inside = [each.interval[0] <= each.probability <= each.interval[1] for each in seen]
    assert len(inside) >= 5
    assert sum(inside) >= len(inside) - 1
    skewed = reliability.reliability("model", "report", "en", documents(200, shift=0.2))
    assert not any(each.interval[0] <= each.probability <= each.interval[1] for each in skewed.bins)


def test_without_documents_there_is_nothing() -> None:
    found = reliability.reliability("model", "report", "ja", [])
    assert (found.documents, found.calibration_error, found.bins) == (0, None, ())


@pytest.fixture
def panels() -> list[reliability.Reliability]:
    wanted = [("contract", "en", 55), ("design", "en", 90), ("report", "en", 11)]
    wanted += [("japanese", "ja", 6), ("contract", "ja", 2), ("design", "ja", 2), ("report", "ja", 2)]
    return [reliability.reliability("Model", kind, language, documents(n), seed=0) for kind, language, n in wanted]


def facts(panels: list[reliability.Reliability]) -> dict:
    """As the JSON of the importance command: two splits, two methods."""
    others = [{**asdict(panel), "method": "Other"} for panel in panels]
    validation = {"corpus": "contract", "split": "validation", "reliability": [asdict(panels[-1])]}
    unlabelled = {"corpus": "report", "split": "test", "reliability": []}
    test = {"corpus": "all", "split": "test", "reliability": [*map(asdict, panels), *others]}
    return json.loads(json.dumps({"corpora": [validation, test, unlabelled]}))


def test_every_kind_has_a_panel_in_a_light_picture(panels: list[reliability.Reliability], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra training")
    out = tmp_path / "reliability.svg"
    draw(panels, "test", out)
    assert 0 < out.stat().st_size <= LARGEST
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", out.read_text("utf-8")))
    for title in (
        "English contracts",
        "English design documents",
        "Japanese reports",
        "Japanese all kinds",
        "test documents",
    ):
        assert title in words
    assert f"ECE {panels[0].calibration_error:.3f}" in words
    before = out.read_bytes()
    draw(panels, "test", out)
    assert out.read_bytes() == before


def test_the_command_draws_the_last_split_of_the_first_way(
    panels: list[reliability.Reliability], tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra training")
    split, found = read(facts(panels))
    assert split == "test"
    assert found == panels
    (tmp_path / "figures.json").write_text(json.dumps(facts(panels)), "utf-8")
    assert main(["--json", str(tmp_path / "figures.json"), "--out", str(tmp_path / "a.svg")]) == 0
    draw(panels, "test", tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_figures_without_a_model_cannot_be_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "figures.json").write_text('{"corpora": [{"split": "test", "reliability": []}]}', "utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["--json", str(tmp_path / "figures.json"), "--out", str(tmp_path / "a.svg")])
    assert stopped.value.code == 2
    assert "only the model gives probabilities" in capsys.readouterr().err
    assert not (tmp_path / "a.svg").exists()
