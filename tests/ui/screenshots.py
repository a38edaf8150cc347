"""Makes the pictures in docs/images with the trained model: `python -m tests.ui.screenshots`, with a screen or offscreen.

The contract is one of CUAD in the folder `shared` beside the repository; docs/images/README.md names it. `pngquant`, where it
is installed, makes the pictures small.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.appearance import appearance
from app.ui.main_window import EXAMPLES, MainWindow
from app.ui.session import MODEL_WORKER, Session
from app.ui.state import BUSY, OpenFile
from app.ui.theme import DARK, LIGHT, Theme

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
CONTRACT = ROOT.parent / "shared/documents/contracts/KINGPHARMACEUTICALSINC_08_09_2006-EX-10.1-PROMOTION AGREEMENT.PDF"
COMMENT = "Which sublicensees does section 2.2 admit? Ask for prior consent."
Review = Callable[[Session, OpenFile], None]


def pump(application: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)


def decide(session: Session, file: OpenFile) -> None:
    """Accept the most important finding about a licence and comment it; reject the least important one on its page."""
    top = sorted(file.findings, key=lambda f: -f.importance)[:10]
    first = next(f for f in top if "licen" in f.text)
    other = next(f for f in sorted(file.findings, key=lambda f: f.importance) if f.page == first.page)
    for finding in (first, other):
        if finding.decision == "undecided":
            session.select(file, finding.id)
            session.decide("accepted" if finding is first else "rejected")
    session.comment(file, first.id, COMMENT)
    session.select(file, first.id)


def look(_session: Session, _file: OpenFile) -> None:
    """Leave it as it opens."""


def take(
    application: QApplication,
    store: Path,
    theme: Theme,
    name: str,
    files: list[Path],
    review: Review,
    model_worker: str,
) -> None:
    appearance().use(theme)
    session = Session(store, model_worker=model_worker)
    window = MainWindow(session)
    window.resize(1440, 840)
    window.show()
    session.start()
    session.open(files)
    end = time.monotonic() + 600
    while time.monotonic() < end and any(f.phase in BUSY for f in session.state.files.values()):
        pump(application, 0.1)
    # A document with a stored analysis is read again behind it, for its contents.
    while time.monotonic() < end and (current := session.state.current) is not None and current.document is None:
        pump(application, 0.1)
    pump(application, 1)
    if session.state.current is not None:
        review(session, session.state.current)
    pump(application, 2)
    picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    target = IMAGES / f"{name}.png"
    assert picture.save(str(target), quality=0)  # 0: packed as tightly as it goes
    if (pngquant := shutil.which("pngquant")) is not None:
        subprocess.run([pngquant, "--force", "--strip", "--speed=1", "--output", target, target], check=True)
    window.close()
    session.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-worker", default=MODEL_WORKER)
    parser.add_argument("--contract", type=Path, default=CONTRACT)
    arguments = parser.parse_args()
    worker = arguments.model_worker
    application = QApplication([])
    example, japanese = EXAMPLES / "services-agreement.pdf", EXAMPLES / "outsourcing-agreement-ja.pdf"
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        contract = Path(folder) / "promotion-agreement.pdf"
        shutil.copyfile(arguments.contract, contract)
        store, empty = Path(folder) / "pictures.fusen", Path(folder) / "empty.fusen"
        take(application, empty, LIGHT, "start", [], look, worker)
        take(application, store, LIGHT, "contract-light", [example, japanese, contract], decide, worker)
        take(application, store, DARK, "contract-dark", [example, japanese, contract], decide, worker)
        take(application, store, LIGHT, "japanese", [example, contract, japanese], look, worker)


if __name__ == "__main__":
    main()
