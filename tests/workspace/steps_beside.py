"""What `tests.workspace.steps` interrupts besides what replaces a workspace: what is written beside it, and what goes in and out.

Each work has what it finds (`prepare`), what it does, and what must hold afterwards (`check`); the workspace, its decisions and
its audit log are looked at by `steps` itself.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# Renderers are imported before the steps are counted: what they read of their own is none.
from app.export import docx_brief, due_dates, html_brief, json_brief, markdown, pptx_slides, xlsx_issues
from app.export.formats import FORMATS
from app.export.writing import write_whole
from app.review.handover import read_review
from app.review.operations import SetDecision, SetDue, Together
from app.ui.settings import Settings
from app.workers import delivering
from app.workers.protocol import Written
from app.workspace import embedding, signing
from app.workspace.briefing import brief_of
from app.workspace.merging import hand_over, merge, read_file
from app.workspace.store import Workspace
from tests.samples import ENGLISH, make_analysis, make_document
from tests.workspace.power_loss import check_exports

BESIDE = "beside"
"""The folder of a work's own files, beside the workspace."""
DOCUMENT = make_document(ENGLISH * 8, file="/services.pdf")
REVIEW, SETTINGS, OLD = "sato.fusenreview", "settings.json", b"the older one"
_LOADED = docx_brief, due_dates, html_brief, json_brief, markdown, pptx_slides, xlsx_issues


@dataclass(frozen=True)
class Work:
    """`prepare` and `do` have the workspace's place; `check` also whether `do` came to its end."""

    do: Callable[[Path], object]
    check: Callable[[Path, bool], object]
    prepare: Callable[[Path], object] = lambda _path: None


def beside(path: Path) -> Path:
    """Where a work has its own files."""
    return path.parent / BESIDE


# ---- into the workspace and out of it


def _put_document(path: Path) -> None:
    (beside(path) / "services.pdf").write_bytes(DOCUMENT.text.encode())


def _keep(path: Path) -> None:
    with Workspace.open(path) as workspace:
        workspace.embedding.keep(DOCUMENT.sha256, beside(path) / "services.pdf")


def _check_kept(path: Path, ended: bool) -> None:
    assert (beside(path) / "services.pdf").read_bytes() == DOCUMENT.text.encode()
    with Workspace.open(path) as workspace:
        workspace.embedding.drop_unfinished()  # as at the next start
        assert workspace.embedding.holds(DOCUMENT.sha256) or not ended
        assert workspace.embedding.is_sound(DOCUMENT.sha256) == workspace.embedding.holds(DOCUMENT.sha256)


def _embed(path: Path) -> None:
    _put_document(path)
    _keep(path)


@contextmanager
def _temporary_in(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _take_out(path: Path) -> None:
    with _temporary_in(beside(path)), Workspace.open(path) as workspace:
        embedding.discard(workspace.embedding.take_out(DOCUMENT.sha256, "services.pdf"))


def _check_taken_out(path: Path, _ended: bool) -> None:
    for folder in beside(path).glob("fusen-document-*"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with _temporary_in(beside(path)):
        embedding.discard_abandoned()  # as at the next start
    assert list(beside(path).glob("fusen-document-*")) == []
    _check_kept(path, True)


# ---- reviews


def _hand_over(path: Path) -> None:
    with Workspace.open(path) as workspace:
        workspace.reviewer = "Mori"
        hand_over(workspace, write=partial(write_whole, beside(path) / REVIEW))


def _check_handed_over(path: Path, ended: bool) -> None:
    review = read_review((beside(path) / REVIEW).read_bytes(), REVIEW)
    assert review.reviewer == "Mori" or (review.reviewer == "Sato" and not ended)


def _review_of_another(path: Path) -> None:
    """By another person, with a key of her own."""
    home = os.environ["XDG_DATA_HOME"]
    with tempfile.TemporaryDirectory() as elsewhere:
        os.environ["XDG_DATA_HOME"] = elsewhere
        try:
            with Workspace.open(Path(elsewhere) / "hers.fusen") as workspace:
                workspace.reviewer = "Sato"
                workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
                ids = [finding.id for finding in workspace.findings(DOCUMENT.sha256)]
                workspace.apply(Together(tuple(SetDecision(each, "rejected") for each in ids)))
                hand_over(workspace, write=partial(write_whole, beside(path) / REVIEW))
        finally:
            os.environ["XDG_DATA_HOME"] = home


def _merge(path: Path) -> None:
    with Workspace.open(path) as workspace:
        merge(workspace, read_file(beside(path) / REVIEW))


def _check_merged(path: Path, ended: bool) -> None:
    assert read_review((beside(path) / REVIEW).read_bytes(), REVIEW).reviewer == "Sato"
    with Workspace.open(path) as workspace:
        heard = {bool(finding.opinions) for finding in workspace.findings(DOCUMENT.sha256)}
    assert heard == {True} or (heard == {False} and not ended), "a merge is one step"


# ---- exports


def _older_exports(path: Path) -> None:
    with Workspace.open(path) as workspace:
        workspace.apply(SetDue(workspace.findings(DOCUMENT.sha256)[0].id, "2027-03-31"))
    for each in FORMATS.values():
        (beside(path) / f"older{each.ending}").write_bytes(OLD)
    for stem in ("older", "newer"):
        (beside(path) / f"{stem}.part").write_bytes(b"%PDF annotated")  # by the document worker


def _export(name: str, path: Path) -> None:
    """A file that is there is replaced, and a new one written."""
    form = FORMATS[name]
    with Workspace.open(path) as workspace:
        brief = brief_of(workspace)
        for stem, new in (("older", False), ("newer", True)):
            output = beside(path) / f"{stem}{form.ending}"
            form.write(brief, output, new=new)
            workspace.record_export([output], name, [DOCUMENT.sha256])


def _deliver(path: Path) -> None:
    """What the document worker wrote in its scratch folder."""
    for stem, new in (("older", False), ("newer", True)):
        delivering.deliver(Written(str(beside(path) / f"{stem}.part")), beside(path) / f"{stem}.pdf", new=new)


def _check_exports(ending: str, path: Path, ended: bool) -> None:
    older, newer = (beside(path) / f"{stem}{ending}" for stem in ("older", "newer"))
    assert older.exists()
    assert newer.exists() or not ended
    for each in beside(path).iterdir():
        if each.name.endswith(".part") or each.read_bytes() == OLD:
            assert each != newer
            each.unlink()
    check_exports(beside(path), [])


# ---- settings and keys


def _settings_of_before(path: Path) -> None:
    (beside(path) / SETTINGS).write_text('{"reviewer": "Mori", "keys": {"accept": ["Ctrl+Return"]}}', "utf-8")


def _damaged_settings(path: Path) -> None:
    (beside(path) / SETTINGS).write_text('{"reviewer": "Mori", "keys": {"accept": ["Ctrl+Return"]},}', "utf-8")


def _set(path: Path) -> None:
    held = Settings.load(beside(path) / SETTINGS)
    held.choose("theme", "dark")
    held.choose_keys("reject", ["Ctrl+R"])


def _check_settings(path: Path, ended: bool) -> None:
    file = beside(path) / SETTINGS
    held = json.loads(file.read_text("utf-8"))
    assert held["reviewer"] == "Mori"
    assert held["keys"]["accept"] == ["Ctrl+Return"]
    assert held.get("theme") == "dark" or not ended
    assert held["keys"].get("reject") == ["Ctrl+R"] or not ended


def _check_aside(path: Path, ended: bool) -> None:
    held = [file.read_text("utf-8") for file in beside(path).iterdir() if not file.name.endswith(".new")]
    assert any("Ctrl+Return" in text for text in held), "what cannot be read is kept"
    assert not ended or Settings.load(beside(path) / SETTINGS)["theme"] == "dark"


def _rotate(path: Path) -> None:
    signing.signing_key()
    signing.rotate()
    with Workspace.open(path) as workspace:
        workspace.apply(SetDecision(workspace.findings(DOCUMENT.sha256)[0].id, "accepted"))


def _check_keys(path: Path, ended: bool) -> None:
    signing._held.clear()
    key = signing.signing_key()
    unkept = any(part.kept == "nowhere" for part in key.parts)  # it ended with its process, as was told
    assert key.part.follows or unkept or not ended
    with Workspace.open(path) as workspace:
        report = workspace.verify()
    assert report.strangers == ()
    assert {signer.fingerprint for signer in report.signers} <= report.ours


WORKS: dict[str, Work] = {
    "embed": Work(_keep, _check_kept, _put_document),
    "take-out": Work(_take_out, _check_taken_out, _embed),
    "hand-over": Work(_hand_over, _check_handed_over, _review_of_another),
    "merge": Work(_merge, _check_merged, _review_of_another),
    **{
        f"export-{name}": Work(partial(_export, name), partial(_check_exports, form.ending), _older_exports)
        for name, form in FORMATS.items()
        if form.renderer
    },
    "export-annotated": Work(_deliver, partial(_check_exports, ".pdf"), _older_exports),
    "settings": Work(_set, _check_settings, _settings_of_before),
    "settings-damaged": Work(_set, _check_aside, _damaged_settings),
    "rotate": Work(_rotate, _check_keys),
}
