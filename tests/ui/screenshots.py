"""Makes the pictures in docs/images: `python -m tests.ui.screenshots [--model-worker MODULE]`, with a screen or offscreen."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.appearance import appearance
from app.ui.main_window import EXAMPLES, MainWindow
from app.ui.session import MODEL_WORKER, Session
from app.ui.state import BUSY
from app.ui.theme import DARK, LIGHT, Theme

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def pump(application: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)


def take(application: QApplication, theme: Theme, name: str, files: list[Path], model_worker: str) -> None:
    appearance().use(theme)
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder) / "pictures.fusen", model_worker=model_worker)
        window = MainWindow(session)
        window.resize(1240, 740)
        window.show()
        session.start()
        session.open(files)
        end = time.monotonic() + 300
        while time.monotonic() < end and any(f.phase in BUSY for f in session.state.files.values()):
            pump(application, 0.1)
        if files:
            session.decide("accepted")
            session.decide("rejected")
            session.decide("accepted")
        pump(application, 2)
        picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        assert picture.save(str(IMAGES / f"{name}.png"), quality=0)  # 0: packed as tightly as it goes
        window.close()
        session.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-worker", default=MODEL_WORKER)
    chosen = parser.parse_args().model_worker
    application = QApplication([])
    contract, japanese = EXAMPLES / "services-agreement.pdf", EXAMPLES / "outsourcing-agreement-ja.pdf"
    IMAGES.mkdir(parents=True, exist_ok=True)
    take(application, LIGHT, "start", [], chosen)
    take(application, LIGHT, "contract-light", [japanese, contract], chosen)
    take(application, DARK, "contract-dark", [contract, japanese], chosen)


if __name__ == "__main__":
    main()
