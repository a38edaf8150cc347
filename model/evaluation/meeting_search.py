"""Questions to meetings: how well the turns that answer them are found. Human labels of QMSum (Zhong et al. 2021).

A passage is a unit of `corpora.document_spans`, and relevant where `corpora.covered` says that an annotated span of the question
covers it. Questions about the whole meeting have no spans and are left out. Every question ranks the passages of its own
meeting; figures are means over questions, and intervals 95 % over resampled meetings.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.evaluation import figures
from model.evaluation.figures import Floats, Judged
from model.evaluation.output import bounds, number, progress, table
from model.evaluation.search_methods import SearchMethod
from model.training import corpora

SHARES = (0.1, 0.2)
"""Shares of the text after which recall is measured."""

RESAMPLES = 1000


@dataclass(frozen=True)
class Meeting:
    """Passages of one meeting with their lengths (passages,) in characters; questions, and what answers each (passages,)."""

    passages: tuple[str, ...]
    lengths: NDArray[np.int64]
    questions: tuple[str, ...]
    answers: tuple[NDArray[np.bool_], ...]


@dataclass(frozen=True)
class MeetingRow:
    """One method. `difference`: its AP minus that of the first method on the same questions, with its interval."""

    method: str
    average_precision: float
    average_precision_interval: tuple[float, float] | None
    recall: dict[str, float]
    recall_interval: dict[str, tuple[float, float] | None]
    difference: float | None
    difference_interval: tuple[float, float] | None
    seconds: float


@dataclass(frozen=True)
class MeetingFigures:
    """All methods on the meetings of a split; `relevant`: mean share of passages that answer a question."""

    split: str
    meetings: int
    questions: int
    passages: int
    relevant: float
    rows: tuple[MeetingRow, ...]


def read_meetings(data: Path, split: str, limit: int | None, most: int | None, seed: int) -> list[Meeting]:
    """Meetings of a split that have answered questions: `limit` of them, `most` questions each, drawn with the seed."""
    documents = [document for document in corpora.read_meetings(data) if document.split == split]
    found = []
    generator = np.random.default_rng(seed)
    for place in sorted(generator.permutation(len(documents))[:limit].tolist()):
        document = documents[place]
        chosen = sorted(generator.permutation(len(document.queries))[:most].tolist())
        if chosen:
            found.append(
                Meeting(
                    tuple(document.texts()),
                    np.diff(np.array(document.spans), axis=1)[:, 0],
                    tuple(document.queries[index][0] for index in chosen),
                    tuple(document.queries[index][1] for index in chosen),
                )
            )
    return found


def measure(split: str, meetings: Sequence[Meeting], methods: dict[str, SearchMethod], seed: int) -> MeetingFigures:
    """All methods on the same questions. Raises `ValueError` without meetings."""
    if not meetings:
        raise ValueError("no meeting to search in")
    owner = np.repeat(np.arange(len(meetings)), [len(meeting.questions) for meeting in meetings])
    rows: list[MeetingRow] = []
    first: Floats | None = None
    for name, method in methods.items():
        started = time.perf_counter()
        values = _values(name, method, meetings)
        seconds = time.perf_counter() - started
        rows.append(_row(name, values, first, owner, seed, seconds))
        first = values[:, 0] if first is None else first
    shares = [float(answers.mean()) for meeting in meetings for answers in meeting.answers]
    return MeetingFigures(
        split,
        len(meetings),
        len(owner),
        sum(len(meeting.passages) for meeting in meetings),
        float(np.mean(shares)),
        tuple(rows),
    )


def described(result: MeetingFigures) -> str:
    """The table for people."""
    heading = (
        f"\nMeetings, split {result.split}: {result.questions} questions to {result.meetings} meetings of {result.passages:,} "
        f"passages in all; {result.relevant:.1%} of a meeting's passages answer a question\n"
    )
    header = ["method", "AP", "95 %"]
    for share in SHARES:
        header += [f"recall@{100 * share:.0f}", "95 %"]
    header += ["AP beside the first", "95 %", "seconds"]
    return heading + "\n" + table(header, [_cells(row) for row in result.rows])


def _values(name: str, method: SearchMethod, meetings: Sequence[Meeting]) -> Floats:
    """(questions of all meetings, 1 + shares): AP, and recall at each of `SHARES`."""
    values = []
    for done, meeting in enumerate(meetings, 1):
        scores = method(meeting.questions, [meeting.passages]).astype(np.float64)
        for answers, row in zip(meeting.answers, scores, strict=True):
            judged = [Judged(answers, row, meeting.lengths)]
            each = [figures.average_precision(judged), *(figures.recall_when_reading(judged, s) for s in SHARES)]
            values.append(each)
        progress(name, done, len(meetings))
    return np.array(values, dtype=np.float64)


def _row(
    name: str, values: Floats, first: Floats | None, owner: NDArray[np.int64], seed: int, seconds: float
) -> MeetingRow:
    def sampled(column: Floats) -> tuple[float, float] | None:
        return figures.interval(figures.bootstrap_mean(column, owner, RESAMPLES, seed))

    beside = None if first is None else values[:, 0] - first
    return MeetingRow(
        name,
        float(values[:, 0].mean()),
        sampled(values[:, 0]),
        {str(share): float(values[:, 1 + place].mean()) for place, share in enumerate(SHARES)},
        {str(share): sampled(values[:, 1 + place]) for place, share in enumerate(SHARES)},
        None if beside is None else float(beside.mean()),
        None if beside is None else sampled(beside),
        seconds,
    )


def _cells(row: MeetingRow) -> list[str]:
    cells = [row.method, number(row.average_precision), bounds(row.average_precision_interval)]
    for share, recall in row.recall.items():
        cells += [number(recall), bounds(row.recall_interval[share])]
    return [*cells, number(row.difference), bounds(row.difference_interval), number(row.seconds, 1)]
