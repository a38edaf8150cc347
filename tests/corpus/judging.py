"""One case, read and judged: what is right about it, what falls short, and the figures for the table."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import ERROR_CODES
from tests.corpus.cases import Case
from tests.corpus.comparing import (
    ASKS_PASSWORD,
    CLEAR_ERROR,
    OPENS,
    WITH_WARNING,
    Truths,
    accepted,
    compare_labels,
    compare_pages,
    compare_truth,
    glued_in_plain_text,
    inconsistencies,
    outcome_of,
)
from tests.corpus.process import Run, read_file

WRONG_PASSWORD = "surely not this one"


SCANNED_PAGE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, in seconds, and how large, in bytes, one run of the command may be; `trace`: watch its system calls."""

    seconds: float = 20.0
    peak_bytes: int = 1 << 30
    trace: bool = True


@dataclass(slots=True)
class Verdict:
    """What is known of one case. Nothing falls short where `short` is empty."""

    room: str
    name: str
    kind: str
    language: str
    outcome: str = ""
    code: str = ""
    pages: int | None = None
    truths: Truths = field(default_factory=Truths)
    glued: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    network_checked: bool = False
    short: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def judge(case: Case, limits: Limits) -> Verdict:
    """Read the case's file as often as it takes and say what falls short."""
    verdict = Verdict(case.room, case.name, case.kind, case.language)
    with tempfile.TemporaryDirectory(prefix="case-") as folder:
        try:
            path = case.make(Path(folder)) if case.make is not None and case.path is None else case.path
        except OSError as error:
            verdict.notes.append(f"not made: {error}")
            return verdict
        assert path is not None
        _judge_file(case, path, limits, verdict)
    return verdict


def _judge_file(case: Case, path: Path, limits: Limits, verdict: Verdict) -> None:
    grow = case.meanwhile
    meanwhile = None if grow is None else lambda: grow(path)
    run = read_file(path, seconds=limits.seconds + _recognising(case), trace=limits.trace, meanwhile=meanwhile)
    _judge_run(run, path, limits, verdict)
    verdict.outcome = outcome_of(run.answer)
    verdict.code = str((run.answer or {}).get("code") or "")
    good = accepted(case.expect, case.also_ok, case.special, root=os.name == "posix" and os.geteuid() == 0)
    if verdict.outcome not in good and not run.ended:
        said = f": {verdict.code}" if verdict.code else ""
        verdict.short.append(f"{verdict.outcome}{said} instead of {' or '.join(sorted(good))}")
    document = run.answer
    if verdict.outcome == ASKS_PASSWORD and ASKS_PASSWORD in good:
        document = _judge_passwords(case, path, limits, verdict)
    if document is not None and document.get("schema") == "fusen.document/1":
        growing = case.meanwhile is not None
        _judge_document(case, document, None if growing else path, verdict)


def _recognising(case: Case) -> float:
    """Seconds more for a file known to be scanned, whose pages are recognised."""
    return SCANNED_PAGE_SECONDS * (case.truth.get("pages") or 1) if case.truth.get("no_text_layer") else 0.0


def _judge_run(run: Run, path: Path, limits: Limits, verdict: Verdict) -> None:
    """What holds for every run, whatever the file."""
    short = verdict.short
    verdict.seconds = max(verdict.seconds, run.seconds)
    verdict.peak_bytes = max(verdict.peak_bytes, run.peak_bytes)
    verdict.network_checked |= run.network_checked
    if run.ended:
        short.append(run.ended)
    if run.peak_bytes > limits.peak_bytes:
        short.append(f"took {run.peak_bytes >> 20} MB")
    if "Traceback" in run.stderr:
        short.append(f"traceback: {run.stderr.strip().splitlines()[-1][:160]}")
    short += [f"connected: {call}" for call in run.connected]
    short += run.written
    if run.ended:
        return
    if run.answer is None:
        short.append(f"{len(run.answers)} answers, exit status {run.status}: {run.stderr.strip()[-160:]}")
        return
    failed = run.answer.get("schema") == "fusen.error/1"
    if run.status != (1 if failed else 0):
        short.append(f"exit status {run.status}")
    if failed:
        short += error_faults(run.answer)
    if run.answer.get("file") != str(path.absolute()):
        short.append(f"the answer is about {run.answer.get('file')!r}")


def error_faults(answer: Mapping[str, Any]) -> list[str]:
    """What is wrong with a `fusen.error/1` as such."""
    wrong = [] if answer.get("code") in ERROR_CODES else [f"unknown code {answer.get('code')!r}"]
    for key in ("message", "advice"):
        words = answer.get(key)
        if not isinstance(words, str) or not words.strip():
            wrong.append(f"an error without {key}")
        elif "Traceback" in words or "Error:" in words or not words.rstrip().endswith((".", "。")):
            wrong.append(f"no sentence for a user: {words[:120]}")
    return wrong


def _judge_passwords(case: Case, path: Path, limits: Limits, verdict: Verdict) -> dict[str, Any] | None:
    """A file that asks: a wrong password is told of, the right one opens. Returns what the right one gave."""
    wrong = read_file(path, seconds=limits.seconds, password=WRONG_PASSWORD, trace=False)
    _judge_run(wrong, path, limits, verdict)
    clear_error_is_fine = CLEAR_ERROR in (case.expect, case.also_ok)
    code = (wrong.answer or {}).get("code")
    if code != "wrong-password" and not clear_error_is_fine:
        verdict.short.append(f"a wrong password is answered with {code or outcome_of(wrong.answer)}")
    if case.password is None:
        verdict.notes.append("no password known")
        return None
    right = read_file(path, seconds=limits.seconds, password=case.password, trace=False)
    _judge_run(right, path, limits, verdict)
    outcome = outcome_of(right.answer)
    verdict.outcome += f", then {outcome}"
    verdict.code = str((right.answer or {}).get("code") or "")
    if outcome not in (OPENS, WITH_WARNING):
        words = f"its password does not open it ({(right.answer or {}).get('code')})"
        (verdict.notes if clear_error_is_fine else verdict.short).append(words)
    return right.answer


def _judge_document(case: Case, document: dict[str, Any], path: Path | None, verdict: Verdict) -> None:
    wrong = inconsistencies(document)
    verdict.short += wrong
    if any(fault.startswith("not a fusen.document/1") for fault in wrong):
        return
    verdict.pages = document["page_count"]
    verdict.notes += [f"{warning['code']}: {warning['message']}" for warning in document["warnings"]]
    if path is not None:
        with contextlib.suppress(OSError):
            if hashlib.sha256(path.read_bytes()).hexdigest() != document["sha256"]:
                verdict.short.append("the SHA-256 is not the file's")
    if case.room == "hostile" and "root:x:0:0" in document["text"]:
        verdict.short.append("a file of the system was read into the text")
    if not case.truth:
        return
    verdict.short += compare_pages(document, case.truth)
    verdict.truths = (
        compare_labels(document, case.truth) if case.room == "contracts" else compare_truth(document, case.truth)
    )
    verdict.glued = glued_in_plain_text(document, case.truth)
    verdict.short += verdict.truths.missing
    verdict.notes += verdict.truths.missing_stretch
    for what, said, known in (("kind", document["kind"], case.kind), ("language", document["language"], case.language)):
        if known and known != "other" and said not in known:
            verdict.notes.append(f"{what} is said to be {said}, not {known}")
