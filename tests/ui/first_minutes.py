"""The first five minutes of a reviewer, scripted: open a contract, decide on ten findings, ask, look at what is left, export.

`python -m tests.ui.first_minutes` plays them in a real window with the trained model and writes docs/images/first-minutes.gif;
a test plays them with a model of a few rules. Everything is done as she would do it, by keys.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.main_window import EXAMPLES, MainWindow
from app.ui.session import MODEL_WORKER, Session
from app.ui.state import OpenFile
from tests.ui.pictures import packed

ROOT = Path(__file__).resolve().parents[2]
FILM = ROOT / "docs" / "images" / "first-minutes.gif"
CONTRACT = EXAMPLES / "services-agreement.pdf"
QUESTION = "who pays when the services fail?"
COMMENT = "Ask for a cap."
DECISIONS = "ARAARAARAA"
"""One key each; the third finding gets a comment first."""
SIZE = (1280, 780)
_WIDTH, _COLOURS = 960, 96
_TIMEOUT = 300.0


@dataclass
class Minutes:
    """Plays the script in `window`; `frames` are the pictures with the seconds for which each is shown."""

    window: MainWindow
    session: Session
    output: Path
    frames: list[tuple[QImage, float]] = field(default_factory=list)
    keys: int = 0

    def play(self) -> OpenFile:
        """From the start page to the exported brief; returns the file that was reviewed."""
        self.show(1.5)
        self.session.open([CONTRACT])
        self.wait(lambda: self._file().is_reviewable, show_every=0.5)
        self.wait(lambda: self._file().phase == "ready", show_every=0.5)
        self.wait(lambda: self._file().document is not None)
        self.show(2.0)
        for number, key in enumerate(DECISIONS):
            if number == 2:
                self._comment()
            self.press(key)
            self.show(0.5)
        self._ask()
        self.press("L")
        self.show(2.5)
        self.press("L")
        self.session.exporter.export(self._file(), "export-docx", self.output)
        self.wait(lambda: self.window.views[self._file().key].bar.message is not None)
        self.show(2.5)
        return self._file()

    def _comment(self) -> None:
        self.press("C")
        self.type(COMMENT)
        self.show(1.5)
        self.press(Qt.Key.Key_Escape)

    def _ask(self) -> None:
        self.press("Q")
        self.type(QUESTION)
        self.show(1.0)
        self.press(Qt.Key.Key_Return)
        ask = self.window.whole.ask
        self.wait(lambda: len(ask.answers) > 0)
        self.show(2.5)
        self.press(Qt.Key.Key_Escape)

    def press(self, key: str | Qt.Key) -> None:
        """One key, to whatever has the keys now."""
        self.keys += 1
        QTest.keyClick(self._focus(), getattr(Qt.Key, f"Key_{key}") if isinstance(key, str) else key)
        self.pump(0.05)

    def type(self, text: str) -> None:
        """Words, as typed."""
        QTest.keyClicks(self._focus(), text)
        self.pump(0.05)

    def wait(self, ready: Callable[[], bool], *, show_every: float = 0.0) -> None:
        """Let events run until it is so; a picture now and then."""
        end, shown = time.monotonic() + _TIMEOUT, time.monotonic()
        while not ready():
            assert time.monotonic() < end
            self.pump(0.02)
            if show_every and time.monotonic() - shown > show_every:
                self.show(0.3)
                shown = time.monotonic()

    def show(self, seconds: float) -> None:
        """What the window shows now, once it has come to rest."""
        self.pump(0.3)
        self.frames.append((self.window.grab().toImage(), seconds))

    def pump(self, seconds: float) -> None:
        """Let events run."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.005)

    def _file(self) -> OpenFile:
        file = self.session.state.current
        assert file is not None
        return file

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window


def write_film(frames: list[tuple[QImage, float]], target: Path) -> None:
    """The pictures as a GIF that plays again and again; small, for it goes into the repository."""
    pictures = [
        packed(image.scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation), _COLOURS) for image, _ in frames
    ]
    durations = [round(1000 * seconds) for _, seconds in frames]
    pictures[0].save(target, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True)


def main() -> None:
    """Play and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--film", type=Path, default=FILM)
    parser.add_argument("--model-worker", default=MODEL_WORKER)
    chosen = parser.parse_args()
    QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder, "first.fusen"), model_worker=chosen.model_worker)
        window = MainWindow(session)
        window.resize(*SIZE)
        window.show()
        session.start()
        minutes = Minutes(window, session, Path(folder, "brief.docx"))
        began = time.monotonic()
        minutes.play()
        print(
            f"{time.monotonic() - began:.0f} s, {len(DECISIONS)} decisions, {minutes.keys} keys, {len(minutes.frames)} pictures"
        )
        write_film(minutes.frames, chosen.film)
        window.close()
        session.close()


if __name__ == "__main__":
    main()
