"""Makes the pictures in docs/images with the trained model: `python -m tests.ui.screenshots`, with a screen or offscreen.

The contract is one of CUAD in the folder `shared` beside the repository; docs/images/README.md names it. Each is taken in both
themes.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.ui import language
from app.ui.appearance import appearance
from app.ui.main_window import EXAMPLES, MainWindow
from app.ui.session import MODEL_WORKER, Session
from app.ui.state import BUSY, OpenFile
from app.ui.theme import DARK, LIGHT
from tests.ui.pictures import packed

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
CONTRACT = ROOT.parent / "shared/documents/contracts/KINGPHARMACEUTICALSINC_08_09_2006-EX-10.1-PROMOTION AGREEMENT.PDF"
COMMENT = "Which sublicensees does section 2.2 admit? Ask for prior consent."
SIZE = (1440, 900)
_COLOURS = 128


class Camera:
    """One window over one workspace, and pictures of it."""

    def __init__(self, application: QApplication, store: Path, model_worker: str) -> None:
        self._application = application
        self.session = Session(store, model_worker=model_worker)
        self.window = MainWindow(self.session)
        self.window.resize(*SIZE)
        self.window.show()
        self.session.start()
        self.pump(0.5)

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        self.window.close()
        self.session.close()

    def pump(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents()
            time.sleep(0.01)

    def open(self, *paths: Path) -> OpenFile:
        """Open documents and wait until all of them are read and analysed; the last one is in view."""
        self.session.open(paths)
        end = time.monotonic() + 900
        files = self.session.state.files.values
        while time.monotonic() < end and any(f.phase in BUSY or f.document is None for f in files()):
            self.pump(0.1)
        assert self.session.state.current is not None
        return self.session.state.current

    def show(self, path: Path) -> OpenFile:
        """Bring one of the open documents into view."""
        file = self.session.state.with_path(path)
        assert file is not None
        self.session.show(file.key)
        self.pump(1.5)
        return file

    def take(self, name: str) -> None:
        """The window as it is now, in both themes."""
        for theme, suffix in ((LIGHT, "light"), (DARK, "dark")):
            appearance().use(theme)
            self.pump(1.5)
            packed(self.window.grab().toImage(), _COLOURS).save(IMAGES / f"{name}-{suffix}.png", optimize=True)
        appearance().use(LIGHT)

    def run(self, command: str) -> None:
        self.window.run_command(command)
        self.pump(1.0)


def decide(session: Session, file: OpenFile) -> None:
    """Accept the most important finding about a licence and comment it; reject the least important one on its page."""
    top = sorted(file.findings, key=lambda f: -f.importance)[:10]
    first = next((f for f in top if "licen" in f.text), top[0])
    other = next(f for f in sorted(file.findings, key=lambda f: f.importance) if f.page == first.page)
    for finding in (first, other):
        session.select(file, finding.id)
        session.decide("accepted" if finding is first else "rejected")
    session.comment(file, first.id, COMMENT)
    session.select(file, first.id)


def accept_most_important(session: Session, file: OpenFile, count: int) -> None:
    """As a reviewer does who is in agreement with the model."""
    for finding in sorted(file.findings.all(), key=lambda one: one.rank or 10**6)[:count]:
        session.select(file, finding.id)
        session.decide("accepted")


def english(camera: Camera, contract: Path) -> None:
    """The pictures in English."""
    example, japanese, design = (
        EXAMPLES / name for name in ("services-agreement.pdf", "outsourcing-agreement-ja.pdf", "design-proposal.md")
    )
    camera.take("start")
    camera.open(example, japanese, design, contract)
    decide(camera.session, camera.show(contract))
    camera.pump(2)
    camera.take("contract")
    camera.run("ledger")
    camera.take("ledger")
    camera.run("ledger")
    camera.run("matrix")
    camera.take("matrix")
    camera.run("matrix")
    accept_most_important(camera.session, camera.show(example), 6)
    camera.run("export")
    camera.take("export")
    camera.run("export")
    camera.run("settings")
    camera.take("settings")
    camera.run("settings")
    camera.show(design)
    camera.take("design")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model-worker", default=MODEL_WORKER)
    parser.add_argument("--contract", type=Path, default=CONTRACT)
    chosen = parser.parse_args()
    application = QApplication([])
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        contract = Path(folder) / "promotion-agreement.pdf"
        shutil.copyfile(chosen.contract, contract)
        language.use("en")
        with Camera(application, Path(folder) / "english.fusen", chosen.model_worker) as camera:
            english(camera, contract)
        language.use("ja")
        with Camera(application, Path(folder) / "japanese.fusen", chosen.model_worker) as camera:
            camera.open(EXAMPLES / "outsourcing-agreement-ja.pdf")
            camera.pump(1)
            camera.take("japanese")


if __name__ == "__main__":
    main()
