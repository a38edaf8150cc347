"""One window a workspace: a second start hands its files to the first one and ends.

The first listens at a socket of its user (a named pipe on Windows). A socket that a killed program left answers nobody and is
replaced.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

PATIENCE = 1500
"""Milliseconds for each step between the two; a first window that hangs must not keep a second one from opening."""
LONGEST = 1 << 20
_TAKEN = b"taken\n"


def name_of(workspace: Path) -> str:
    """The socket's name: another for each user (by her workspace's place) and workspace."""
    return "fusen-" + hashlib.sha256(str(workspace.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def hand_over(name: str, files: Sequence[str]) -> bool:
    """Give `files` to the window that listens at `name`; whether one took them. An empty list brings it to the front."""
    channel = QLocalSocket()
    channel.connectToServer(name)
    if not channel.waitForConnected(PATIENCE):
        return False
    paths = [str(Path(file).absolute()) for file in files]
    channel.write(json.dumps(paths).encode("ascii") + b"\n")
    channel.flush()
    while not channel.canReadLine():
        if not channel.waitForReadyRead(PATIENCE):
            return False
    taken = bytes(channel.readLine().data()) == _TAKEN
    channel.disconnectFromServer()
    return taken


def _answers(name: str) -> bool:
    """Whether a window listens there: another one may have begun at the same moment, and must not be made deaf."""
    channel = QLocalSocket()
    channel.connectToServer(name)
    answered = channel.waitForConnected(PATIENCE)
    channel.abort()
    return answered


class Reception(QObject):
    """Listens for later starts; `asked` carries the paths that one hands over."""

    asked = Signal(list)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._channels: list[QLocalSocket] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        # With these options Qt takes another's place without a word, so it is asked first whether somebody has it.
        self.listens = not _answers(name) and QLocalServer.removeServer(name) and self._server.listen(name)

    def close(self) -> None:
        """Listen no more, and forget who is still connected."""
        self._server.close()
        for channel in self._channels:
            channel.blockSignals(True)  # what it would call is going away
            channel.abort()
        self._channels.clear()

    def _greet(self) -> None:
        while (channel := self._server.nextPendingConnection()) is not None:
            self._channels.append(channel)
            channel.readyRead.connect(partial(self._hear, channel))
            channel.disconnected.connect(partial(self._leave, channel))
            self._hear(channel)

    def _leave(self, channel: QLocalSocket) -> None:
        if channel in self._channels:
            self._channels.remove(channel)
            channel.deleteLater()

    def _hear(self, channel: QLocalSocket) -> None:
        if channel.bytesAvailable() > LONGEST:
            channel.abort()
            return
        if not channel.canReadLine():
            return
        try:
            paths = json.loads(bytes(channel.readLine().data()))
        except ValueError:
            paths = None
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            channel.abort()
            return
        channel.write(_TAKEN)
        channel.flush()
        self.asked.emit(paths)
