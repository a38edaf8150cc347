"""A fault leaves places in the code behind and no words: not on standard error, not in a log, not in a core dump."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import faults

ROOT = Path(__file__).resolve().parents[1]
SECRET = "The Supplier shall pay 4,000,000 yen"

BEGIN = """
import logging, os, sys, threading
from app import faults
secret = os.environ.pop("PLANTED")
def fail(clause):
    raise ValueError(f"cannot place {clause!r} of {locals()}")
"""
WAYS = {
    "uncaught": "faults.install(); fail(secret)",
    "in a thread": "faults.install(); t = threading.Thread(target=fail, args=(secret,)); t.start(); t.join()",
    "logged": """
faults.install()
try:
    fail(secret)
except ValueError:
    logging.getLogger("app.some").exception("call 3 failed")
""",
    "logged with a handler": """
logging.basicConfig()
faults.install()
try:
    fail(secret)
except ValueError:
    logging.getLogger("app.some").exception("call 3 failed")
""",
    "when it is collected": """
faults.install()
class Kept:
    def __del__(self):
        fail(secret)
Kept()
""",
    "in a task that nobody waits for": """
import asyncio
faults.install()
async def main():
    async def work():
        fail(secret)
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
asyncio.run(main())
import gc; gc.collect()
""",
    "in the interpreter itself": "import faulthandler; faulthandler.enable(); faults.install(); os.abort()",
    "in the command line": """
import app.cli
app.cli.app.command("break")(lambda: fail(secret))
sys.argv = ["fusen", "break"]
app.cli.main()
""",
    "in a worker": """
from app.workers import serving
def begin():
    fail(secret)
serving.serve(lambda *_: None, prepare=begin)
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_words_are_written(way: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", BEGIN + WAYS[way]],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PLANTED": SECRET},
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert SECRET not in result.stdout + result.stderr
    assert "cannot place" not in result.stdout + result.stderr
    told = "Aborted" if way == "in the interpreter itself" else "ValueError"
    assert told in result.stderr or way == "in a task that nobody waits for"
    assert list(tmp_path.iterdir()) == [], "no core dump"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_no_process_leaves_its_memory_behind() -> None:
    code = "import resource; from app import faults; faults.install(); print(resource.getrlimit(resource.RLIMIT_CORE))"
    told = subprocess.check_output([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True)
    assert told.strip() == "(0, 0)"


def test_the_causes_are_told_as_well() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        text = "\n".join(faults.places(type(error), error, error.__traceback__))
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), (ValueError, error, None))
        record.exc_text = SECRET
    assert SECRET not in text
    assert text.index("builtins.KeyError") < text.index("builtins.ValueError")
    assert SECRET not in faults.PlacesFormatter().format(record)
