"""How quick a large workspace is: 300 documents with 100,000 findings, English and Japanese.

    python -m tests.benchmarks.large_workspace [--documents 300] [--findings 100000] [--versions 30] [--keep FILE] [--window]

Makes the workspace (seeded, with sentences as long as those of contracts), prints its size, and milliseconds of wall clock and
of CPU for opening it, with the check of the file, and for everything that the window asks of all documents at once. Ends with 1
where opening takes over a second or a question over a tenth of one, in CPU time, which other work on the machine does not
lengthen. So many documents as `--versions` says are new versions of others, a passage in twenty changed. `--keep` leaves the file
for the next time; `--window` measures the sidebar, the search and the matrix in a window.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from app.analysis.analysis import (
    Analysis,
    AnalysisSettings,
    Cost,
    CoveredMass,
    Link,
    ModelIdentity,
    ScoredPassage,
    TagScore,
)
from app.documents.document import Block, Document, Page
from app.review.operations import SetComment, SetDecisions, SetDue, SetOwner, SetRaised
from app.tags import tag_names
from app.workspace.across import Wish
from app.workspace.checking import PATIENCE
from app.workspace.store import Workspace

OPEN_LIMIT, LIMIT = 1000.0, 100.0
WISHES = (
    Wish(decision="accepted"),
    Wish(decision="undecided"),
    Wish(owner="佐藤"),
    Wish(due_by="2027-03-31"),
    Wish(tag="governing-law"),
    Wish(tag="governing-law", decision="accepted"),
    Wish(owner="佐藤", due_by="2027-06-30", not_rejected=True),
    Wish(owner="", decision="kept"),
    Wish(dated=True),
    Wish(owner=""),
    Wish(words="損害"),
    Wish(words="liability"),
    Wish(words="arbitration tokyo"),
    Wish(words="署名前"),
    Wish(words="penguin"),
    Wish(words="損害", decision="undecided"),
    Wish(words="損害", tag="governing-law"),
    Wish(words="署名前", owner="佐藤"),
)
PASSAGES_PER_FINDING = 3
PER_PAGE = 22
OWNERS = ("Sato", "佐藤", "Legal", "Meier", "購買部", "Finance")
_ENGLISH = (
    "the supplier customer party agreement shall not exceed any liability damages notice written thirty days payment"
    " invoice confidential information disclose obligation termination breach material remedy cure period services"
    " deliverables acceptance warranty indemnify hold harmless third claim intellectual property licence grant royalty"
    " governing law courts jurisdiction arbitration tokyo assignment consent prior unreasonably withheld force majeure"
    " insurance audit records term renewal automatically unless either gives fees taxes interest rate per annum"
)
_JAPANESE = (
    "受託者 委託者 本契約 は に を の 損害 賠償 責任 秘密 情報 開示 してはならない 通知 書面 三十日 以内 支払 請求書"
    " 解除 違反 催告 相当 期間 是正 業務 成果物 検収 保証 第三者 請求 知的財産権 許諾 準拠法 管轄 裁判所 仲裁 譲渡"
    " 承諾 事前 不可抗力 保険 監査 記録 更新 自動的 料金 消費税 遅延 利息 年率 上限 とする ものとする"
)
WORDS = {"en": _ENGLISH.split(), "ja": _JAPANESE.split()}


def make_workspace(path: Path, documents: int, findings: int, versions: int = 0, seed: int = 1) -> None:
    """A workspace with so many documents, and findings in equal parts; two of five of them are decided on.

    The last `versions` of the documents follow the first ones, and are asked about where they changed.
    """
    chance, texts = random.Random(seed), list[list[str]]()
    with Workspace.open(path) as workspace:
        hashes: list[str] = []
        for number in range(documents):
            older = number - (documents - versions)
            if older < 0:
                texts.append(_passages(number, findings // documents * PASSAGES_PER_FINDING, chance))
                document = make_document(number, texts[-1])
            else:
                changed = [p if chance.random() > 0.05 else _passage(older, chance) for p in texts[older]]
                document = make_document(number, changed, _language(older))
            hashes.append(document.sha256)
            workspace.save_analysis(document, make_analysis(document, chance))
            if older < 0:
                _decide(workspace, document.sha256, chance)
            else:
                workspace.versions.follow(document, hashes[older])


def _language(number: int) -> Literal["en", "ja"]:
    return "ja" if number % 3 == 2 else "en"


def _passage(number: int, chance: random.Random) -> str:
    language = _language(number)
    words = chance.choices(WORDS[language], k=max(4, int(chance.gauss(26, 12))))
    return ("" if language == "ja" else " ").join(words) + ("。" if language == "ja" else ".")


def _passages(number: int, count: int, chance: random.Random) -> list[str]:
    return [_passage(number, chance) for _ in range(count)]


def make_document(number: int, passages: Sequence[str], language: Literal["en", "ja"] | None = None) -> Document:
    """One paragraph a passage, and a heading on each page."""
    language = language or _language(number)
    blocks, pages = [], []
    start = page_start = 0
    for row, text in enumerate(passages):
        page = row // PER_PAGE + 1
        blocks.append(Block("heading" if row % PER_PAGE == 0 else "paragraph", start, start + len(text), page, None))
        start += len(text) + 1
        if (row + 1) % PER_PAGE == 0 or row == len(passages) - 1:
            pages.append(Page(page, 595, 842, page_start, start - 1))
            page_start = start
    whole = "\n".join(passages)
    name = f"契約書{number}.pdf" if language == "ja" else f"agreement-{number}.pdf"
    return Document(
        file=f"/contracts/{number % 12}/{name}",
        sha256=hashlib.sha256(f"{number} {whole}".encode()).hexdigest(),
        format="pdf",
        language=language,
        kind="contract",
        page_count=len(pages),
        text=whole,
        pages=tuple(pages),
        blocks=tuple(blocks),
    )


def make_analysis(document: Document, chance: random.Random) -> Analysis:
    """Every block scored; one in `PASSAGES_PER_FINDING` is selected, one in four has tags."""
    tags = sorted(tag_names())
    importance = [chance.random() ** 2 for _ in document.blocks]
    order = sorted(range(len(importance)), key=lambda index: -importance[index])
    rank = {index: place + 1 for place, index in enumerate(order)}
    selected = len(order) // PASSAGES_PER_FINDING
    passages = tuple(
        ScoredPassage(
            start=block.start,
            end=block.end,
            page=block.page,
            text=document.text[block.start : block.end],
            quads=tuple(_quad(index, line) for line in range(1 + (block.end - block.start) // 90)),
            importance=importance[index],
            interval=(importance[index] * 0.8, min(1.0, importance[index] * 1.1)),
            tags=tuple(TagScore(tag, chance.random()) for tag in chance.sample(tags, 2))
            if chance.random() < 0.25
            else (),
            selected=rank[index] <= selected,
            rank=rank[index],
        )
        for index, block in enumerate(document.blocks)
    )
    links = tuple(
        Link(chance.randrange(len(passages)), chance.randrange(len(passages)), 0.5, "reference") for _ in range(60)
    )
    return Analysis(
        file=document.file,
        sha256=document.sha256,
        kind="contract",
        language=document.language,
        passages=passages,
        links=links,
        summary=tuple(sorted(order[:12])),
        model=ModelIdentity("fusen-importance", "2", "ab" * 32),
        settings=AnalysisSettings(),
        cost=Cost(60_000, 20.0, 900_000_000, 0.2, CoveredMass(0.96, 0.95, 0.97), "cpu"),
    )


def _quad(row: int, line: int) -> tuple[float, float, float, float, float, float, float, float]:
    top = 60.0 + 33.1 * (row % PER_PAGE) + 11.3 * line
    return (72.0, top, 523.17, top, 523.17, top + 10.9, 72.0, top + 10.9)


def _decide(workspace: Workspace, sha256: str, chance: random.Random) -> None:
    ids = [finding.id for finding in workspace.findings(sha256)]
    chance.shuffle(ids)
    accepted, rejected = ids[: len(ids) // 4], ids[len(ids) // 4 : len(ids) * 2 // 5]
    for some, decision in ((accepted, "accepted"), (rejected, "rejected")):
        for first in range(0, len(some), 20):
            workspace.apply(SetDecisions(tuple(some[first : first + 20]), decision))  # type: ignore[arg-type] -- one of two
    for each in accepted[:10]:
        workspace.apply(SetOwner(each, chance.choice(OWNERS)))
        workspace.apply(SetDue(each, f"2027-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"))
        workspace.apply(SetComment(each, "Ask before signing. 署名前に確認。"))
    workspace.apply(SetRaised(accepted[0], raised=True))


# ---- measuring


@dataclass
class Measured:
    """Milliseconds: the median of wall clock and of CPU over so many times, and the limit of the latter."""

    what: str
    wall: float
    cpu: float
    limit: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it took longer than it may."""
        return self.limit is not None and self.cpu > self.limit


def measure(what: str, work: Callable[[], object], limit: float | None = None, times: int = 5) -> Measured:
    """Do it so many times."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        cpus.append((time.process_time() - cpu) * 1000)
        walls.append((time.perf_counter() - wall) * 1000)
    return Measured(what, statistics.median(walls), statistics.median(cpus), limit)


def measure_all(path: Path) -> Iterator[Measured]:
    """Everything that is asked of the workspace as a whole."""

    def open_and_list() -> None:
        with Workspace.open(path, PATIENCE) as workspace:
            workspace.library.shelf()

    yield measure("opening, check included, and the list of documents", open_and_list, OPEN_LIMIT)
    yield measure("the whole check alone", lambda: Workspace.check(path), times=3)
    with Workspace.open(path) as workspace:
        library = workspace.library
        documents = workspace.documents()
        one = documents[len(documents) // 2].sha256
        yield measure("list of documents with their progress", library.shelf, LIMIT)
        for wish in WISHES:
            what = ", ".join(
                f"{name} {value}"
                for name, value in asdict(wish).items()
                if value not in (None, False, "") or (name, value) == ("owner", "")
            )
            found = library.across(wish).total
            yield measure(f"findings of all documents: {what} ({found:,})", lambda w=wish: library.across(w), LIMIT)
        for order in ("due", "owner", "decision"):
            yield measure(f"all findings by {order}", lambda o=order: library.across(Wish(), o), LIMIT)
        yield measure("findings with a word by decision", lambda: library.across(Wish(words="損害"), "decision"), LIMIT)
        yield measure("owners and tags that occur", library.occurring, LIMIT)
        yield measure("findings of one document", lambda: workspace.findings(one), LIMIT)
        yield measure("analysis of one document", lambda: workspace.analysis(one), LIMIT)
        yield measure("documents by tag", library.matrix, LIMIT)
        finding = workspace.findings(one)[0].id
        yield measure("a decision", lambda: workspace.apply(SetComment(finding, str(time.perf_counter_ns()))), LIMIT)
        yield measure("documents by tag, after a decision", library.matrix, LIMIT)
        for query in ("liability", "arbitration tokyo", "損害", "準拠法", "penguin"):
            total = sum(found.total for found in library.search(query))
            yield measure(f"search for {query} ({total:,} places)", lambda q=query: list(library.search(q)), LIMIT)


def measure_window(path: Path) -> Iterator[Measured]:
    """What the window's own thread is held up by, and until when an answer shows."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.ui.main_window import MainWindow
    from app.ui.session import Session

    application = QApplication.instance() or QApplication([])
    session = Session(path, model_worker="tests.ui.fake_model_worker")
    window = MainWindow(session)
    window.show()
    application.processEvents()
    yield measure("window: opening the workspace", session.start, OPEN_LIMIT, times=1)
    yield measure("window: filling the sidebar", window.sidebar.reload, LIMIT)
    for number in ("the first time", "again"):
        yield measure(f"window: documents by tag answered, {number}", lambda: _matrix(session, application), times=1)
    for number in ("the first time", "again"):
        yield measure(f"window: search answered, {number}", lambda: _search(session, application), times=1)
    session.close()


def _matrix(session: Any, application: Any) -> None:
    ended: list[object] = []
    session.archive.matrix(ended.append, ended.append)
    while not ended:
        application.processEvents()


def _search(session: Any, application: Any) -> None:
    ended: list[bool] = []
    session.archive.search("損害", lambda _hits: None, lambda: ended.append(True), lambda _error: ended.append(False))
    while not ended:
        application.processEvents()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--versions", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="where the workspace is made, and used from when it is there")
    parser.add_argument("--window", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "large.fusen"
        if not path.exists():
            make_workspace(path, arguments.documents, arguments.findings, arguments.versions)
        print(f"{path.stat().st_size / 1e6:,.0f} MB, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
        print(f"{'wall ms':>10} {'CPU ms':>8} {'limit':>6}")
        over = False
        for each in chain(measure_all(path), measure_window(path) if arguments.window else ()):
            limit = "" if each.limit is None else f"{each.limit:.0f}"
            print(
                f"{each.wall:10.1f} {each.cpu:8.1f} {limit:>6}  {each.what}{'  OVER' if each.is_over else ''}",
                flush=True,
            )
            over |= each.is_over
    return int(over)


if __name__ == "__main__":
    raise SystemExit(main())
