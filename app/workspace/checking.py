"""Whether a workspace's file is whole: all of its pages, its indexes, and what its rows point at.

The whole check is made whenever a program opens a workspace that it has not open yet. It is ended where it takes longer than the
caller can wait, and then made beside the work (`Workspace.check`); after an unclean end it is never cut short.
"""

from __future__ import annotations

import sqlite3
import threading

from app.workspace.driver import database_errors

PATIENCE = 0.6
"""Seconds that a window waits for the check: with opening and the first list, a start stays within one second."""


def is_whole(connection: sqlite3.Connection, patience: float | None = None) -> bool | None:
    """Whether nothing is damaged; None where that is not known after `patience` seconds (None: however long it takes).

    Damage that SQLite meets as an error on the way is raised as one.
    """
    if patience is None:
        return _look(connection)
    alarm = threading.Timer(patience, connection.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        return _look(connection)
    except database_errors() as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        alarm.cancel()
        alarm.join()  # or it might interrupt what follows


def _look(connection: sqlite3.Connection) -> bool:
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        return False
    return connection.execute("PRAGMA foreign_key_check").fetchone() is None
