"""The command line and a workspace: analyses that are there already, and recovering a damaged one."""

from __future__ import annotations

import json
import random
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from samples import make_analysis, make_document
from typer.testing import CliRunner, Result

import app.cli
from app.analysis import shipped
from app.analysis.analysis import Analysis, AnalysisSettings
from app.documents.document import Document
from app.review.operations import SetDecision
from app.workspace.store import Workspace

DOCUMENT = make_document()


def fusen(*arguments: object) -> Result:
    return CliRunner().invoke(app.cli.app, [str(argument) for argument in arguments])


def test_a_document_is_not_analysed_twice_under_the_same_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, store, analysed = tmp_path / "a.txt", tmp_path / "w.fusen", []
    file.write_text(
        "The Supplier's total liability shall not exceed the fees paid.\n\nThe laws of Japan govern this.\n"
    )

    class Idle:
        def start(self) -> None: ...

    def analyse(_analyst: Any, document: Document, settings: AnalysisSettings, _meter: Any) -> Analysis:
        analysed.append(settings.recall)
        like = make_analysis(make_document(tuple(document.text.split("\n"))), selected=(0,))
        model = replace(like.model, sha256=shipped.shipped_model_sha256())
        return replace(
            like, file=document.file, sha256=document.sha256, settings=settings, model=model, links=(), summary=()
        )

    real = app.cli.worker
    monkeypatch.setattr(app.cli, "worker", lambda name: nullcontext(Idle()) if name == "model_worker" else real(name))
    monkeypatch.setattr(app.cli, "_analyze_document", analyse)
    told = []
    for recall in (0.9, 0.7, 0.9, 0.7):
        result = fusen("analyze", file, "--json", "--recall", recall, "--workspace", store)
        assert result.exit_code == 0, result.output
        told.append(json.loads(result.stdout))
    assert analysed == [0.9, 0.7]
    assert told[0] == told[2]
    assert told[1] == told[3]
    with Workspace.open(store) as workspace:
        current = workspace.analysis(told[0]["sha256"])
        assert current is not None
        assert current.settings.recall == 0.7, "the current one is the one that was asked for last"
    file.write_text(file.read_text() + "\n\nAnd more.\n")
    fusen("analyze", file, "--json", "--workspace", store)
    assert analysed == [0.9, 0.7, 0.9], "another text is another document"


def test_the_shipped_model_is_the_one_whose_weights_are_there() -> None:
    import hashlib
    from importlib import resources

    weights = (resources.files("resources") / "model" / "model.safetensors").read_bytes()
    assert shipped.shipped_model_sha256() == hashlib.sha256(weights).hexdigest()


def test_a_damaged_workspace_is_told_and_recovered_beside(tmp_path: Path) -> None:
    store = tmp_path / "審査.fusen"
    with Workspace.open(store) as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
        workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))
        (page,) = workspace._rows("SELECT rootpage FROM sqlite_schema WHERE name = 'findings_by_place'")[0]
    content = bytearray(store.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = random.Random(1).randbytes(4096)
    store.write_bytes(content)
    result = fusen("export", store, "--to", "md", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "fusen recover" in result.output
    result = fusen("recover", store)
    assert result.exit_code == 0, result.output
    assert "1 documents and 1 decisions were saved" in result.output
    assert store.read_bytes() == content, "the damaged file is as it was"
    recovered = Path(result.stdout.splitlines()[-1])
    assert (recovered.parent, recovered.suffix) == (tmp_path, ".fusen")
    with Workspace.open(recovered) as workspace:
        assert workspace.findings(DOCUMENT.sha256)[0].decision == "accepted"
    assert fusen("recover", store, "--out", recovered).exit_code == 1, "nothing is overwritten"
    assert fusen("recover", tmp_path / "nothing.fusen").exit_code == 1
