"""Exports real documents in every format and reads them back with other programs: `python -m tests.export.round_trip --seed 1`.

Passages are drawn by chance (with `--model`, the model's own), decided on by chance, exported, and looked for in each file with
libraries that have nothing to do with Fusen's own; where LibreOffice is installed, also in the PDFs that it makes of them.
Prints a table, and what is missing; ends with 1 where anything is.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.analysis.analysis import Analysis, AnalysisSettings, Cost, CoveredMass, ModelIdentity, ScoredPassage, TagScore
from app.analysis.passages import document_passages
from app.analysis.structure.values import Structure
from app.documents.document import Document
from app.errors import FusenError
from app.export.brief import KEPT, Brief, BriefSource, make_brief
from app.export.formats import FORMATS
from app.review.findings import Decision, Finding
from app.review.ranges import span_of
from app.tags import tag_names
from app.workers.client import WorkerClient
from app.workers.picturing import pictures_of
from app.workers.protocol import AnalysisResult, Analyze, AnnotateDocx, AnnotatePdf, ReadDocument, ReadResult
from app.workspace.packing import finding_of
from tests.export import reading_back
from tests.export.docx_sameness import differences

DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "documents" / "realistic"
AUTHOR = "Round Trip"
NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
COMMENTS = (
    "",
    "Below what we agreed. Is this enough?",
    "二〇二四年の合意を下回る。\n法務に確認済みですか。",
    "<b>&amp; =1+1",
)
OWNERS = ("", "Sato", "森")
_DECISIONS: tuple[Decision, ...] = ("accepted", "accepted", "accepted", "edited", "added", "rejected", "undecided")
_CHECKS: dict[str, Callable[[bytes, Brief], list[str]]] = {
    "docx": reading_back.in_docx,
    "pptx": reading_back.in_pptx,
    "xlsx": reading_back.in_xlsx,
    "md": reading_back.in_markdown,
    "html": reading_back.in_html,
    "json": reading_back.in_json,
    "ics": reading_back.in_calendar,
}


@dataclass
class Outcome:
    """What became of one document: its findings, and by format what is missing (None: not made)."""

    name: str
    findings: int = 0
    missing: dict[str, list[str] | None] = field(default_factory=dict)
    exact: tuple[int, int] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not any(self.missing.values())


def round_trip(
    path: Path,
    folder: Path,
    documents: WorkerClient,
    draw: random.Random,
    count: int,
    model: WorkerClient | None = None,
) -> tuple[Outcome, Brief, dict[str, Path]]:
    """Read, decide, export and read back one document; the files by format."""
    read = documents.call(ReadDocument(str(path)))
    assert isinstance(read, ReadResult)
    document = read.document
    analysis = _analysed(document, model) if model is not None else _drawn(document, draw, count)
    findings = tuple(_decided(analysis, document, draw, count))
    brief = _brief(path, document, read.structure, analysis, findings)
    outcome = Outcome(path.name, len(brief.findings))
    files: dict[str, Path] = {}
    pictures = pictures_of(brief, {document.sha256: (path, None)}, documents)
    for name, check in _CHECKS.items():
        output = files[name] = folder / f"{path.stem}-{name}{FORMATS[name].ending}"
        try:
            FORMATS[name].write(brief, output, None, pictures)
        except FusenError as error:
            outcome.missing[name] = [] if error.code == "empty" else [str(error)]
            del files[name]
            continue
        outcome.missing[name] = check(output.read_bytes(), brief)
    if document.format == "pdf":
        outcome.missing["pictures"] = reading_back.without_picture(files["pptx"].read_bytes(), brief)
    if document.format in ("pdf", "docx"):
        files["annotated"] = folder / f"{path.stem}-annotated{path.suffix}"
        _annotate(path, files["annotated"], document, findings, documents, outcome)
    return outcome, brief, files


def _annotate(
    path: Path, output: Path, document: Document, findings: Sequence[Finding], documents: WorkerClient, outcome: Outcome
) -> None:
    kept = [finding for finding in findings if finding.decision in KEPT]
    if document.format == "docx":
        documents.call(AnnotateDocx(str(path), str(output), tuple(findings), AUTHOR))
        outcome.missing["annotated"] = reading_back.in_annotated_docx(output, kept, AUTHOR)
        outcome.missing["other parts"] = differences(path, output)
        return
    documents.call(AnnotatePdf(str(path), str(output), tuple(findings), AUTHOR))
    if not reading_back.is_read_by_others(path):
        return
    shown = [finding for finding in kept if finding.quads]
    missing, exact, looked = reading_back.in_annotated_pdf(output, shown)
    outcome.missing["annotated"], outcome.exact = missing, (exact, looked)


def _drawn(document: Document, draw: random.Random, count: int) -> Analysis:
    """An analysis as a model might give it, of passages drawn by chance."""
    passages = document_passages(document)
    chosen = set(draw.sample(range(len(passages)), min(count, len(passages))))
    tags = sorted(tag_names())
    scored = []
    for index, passage in enumerate(passages):
        importance = draw.random() if index in chosen else 0.01
        span = span_of(document, passage.start, passage.end) if index in chosen else None
        scored.append(
            ScoredPassage(
                passage.start,
                passage.end,
                1 if span is None else span.page,
                document.text[passage.start : passage.end],
                () if span is None else span.quads,
                importance,
                (importance / 2, (1 + importance) / 2),
                tuple(TagScore(tag, 0.5) for tag in draw.sample(tags, draw.randint(0, 2))) if index in chosen else (),
                index in chosen,
                index + 1,
            )
        )
    cost = Cost(1, 1.0, 1, 0.2, CoveredMass(0.96, 0.95, 0.97), "cpu")
    identity = ModelIdentity("drawn", "0", "00" * 32)
    settings = AnalysisSettings()
    return Analysis(
        document.file,
        document.sha256,
        document.kind,
        document.language,
        tuple(scored),
        (),
        (),
        identity,
        settings,
        cost,
        (),
    )


def _analysed(document: Document, model: WorkerClient) -> Analysis:
    result = model.call(Analyze(document, AnalysisSettings()))
    assert isinstance(result, AnalysisResult)
    return result.analysis


def _decided(analysis: Analysis, document: Document, draw: random.Random, count: int) -> Iterator[Finding]:
    selected = sorted((p for p in analysis.passages if p.selected), key=lambda passage: passage.rank)[:count]
    for passage in sorted(selected, key=lambda passage: passage.start):
        yield replace(
            finding_of(analysis.sha256, passage),
            decision=draw.choice(_DECISIONS),
            comment=draw.choice(COMMENTS),
            owner=draw.choice(OWNERS),
            due=draw.choice(("", (date(2026, 5, 1) + timedelta(days=draw.randrange(60))).isoformat())),
            raised=draw.random() < 0.4,
        )


def _brief(
    path: Path, document: Document, structure: Structure, analysis: Analysis, findings: tuple[Finding, ...]
) -> Brief:
    labels = tuple(page.label for page in document.pages)
    known = (path.name, path.stem, document.format, document.page_count)
    return make_brief([BriefSource(*known, analysis, findings, labels, structure)], created_at=NOW)


def through_office(files: dict[str, Path], brief: Brief, folder: Path) -> dict[str, list[str] | None]:
    """What is missing in the PDFs that LibreOffice makes of the Word document, the slides and the Excel list."""
    wanted = {kind: files[kind] for kind in ("docx", "pptx", "xlsx") if kind in files}
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *wanted.values()]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    found: dict[str, list[str] | None] = {}
    for kind, file in wanted.items():
        pdf = folder / f"{file.stem}.pdf"
        found[f"office {kind}"] = reading_back.in_office_pdf(pdf, brief, kind) if pdf.exists() else ["not converted"]
    return found


def main() -> int:
    """The whole run; the status to end with."""
    arguments = _arguments()
    files = [file for file in sorted(arguments.documents.iterdir()) if file.suffix in (".pdf", ".docx")]
    files = [file for file in files if file.match(arguments.match)]
    draw = random.Random(arguments.seed)
    chosen = sorted(draw.sample(files, min(arguments.count, len(files))))
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        documents = WorkerClient("app.workers.document_worker", name="document worker")
        model = WorkerClient("app.workers.model_worker", name="model worker") if arguments.model else None
        try:
            for path in chosen:
                seeded = random.Random(f"{arguments.seed} {path.name}")
                try:
                    outcome, brief, made = round_trip(path, folder, documents, seeded, arguments.findings, model)
                except FusenError as error:  # one that cannot be read has nothing to export
                    print(f"{path.name}: {error.code}", flush=True)
                    continue
                if arguments.office:
                    outcome.missing |= through_office(made, brief, folder)
                outcomes.append(outcome)
                print(_line(outcome), flush=True)
        finally:
            documents.close()
            if model is not None:
                model.close()
    return _tell(outcomes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.export.round_trip", description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="a folder of PDF and DOCX files")
    parser.add_argument("--match", default="*", metavar="GLOB", help="only files with such names")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20, help="so many documents, drawn by chance")
    parser.add_argument("--findings", type=int, default=12, help="so many passages of each")
    parser.add_argument("--model", action="store_true", help="passages that the model selects, not drawn ones")
    parser.add_argument(
        "--office",
        action=argparse.BooleanOptionalAction,
        default=shutil.which("soffice") is not None,
        help="LibreOffice too",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the files there")
    return parser.parse_args()


def _line(outcome: Outcome) -> str:
    cells = [f"{name} {'ok' if not missing else len(missing)}" for name, missing in outcome.missing.items()]
    exact = "" if outcome.exact is None else f" | words under highlights {outcome.exact[0]}/{outcome.exact[1]}"
    return f"{outcome.name}: {outcome.findings} findings | {' | '.join(cells)}{exact}"


def _tell(outcomes: Sequence[Outcome]) -> int:
    print(f"\n{'format':<14}{'documents':>10}{'whole':>7}{'missing':>9}")
    for name in dict.fromkeys(name for outcome in outcomes for name in outcome.missing):
        made = [missing for outcome in outcomes if (missing := outcome.missing.get(name)) is not None]
        print(f"{name:<14}{len(made):>10}{sum(not each for each in made):>7}{sum(map(len, made)):>9}")
    looked = [outcome.exact for outcome in outcomes if outcome.exact is not None]
    print(
        f"words under highlights of PDFs, as poppler reads them: {sum(e for e, _ in looked)} of {sum(n for _, n in looked)}"
    )
    print(f"findings: {sum(outcome.findings for outcome in outcomes)}; documents: {len(outcomes)}")
    for outcome in outcomes:
        for name, missing in outcome.missing.items():
            for words in (missing or [])[:4]:
                print(f"  {outcome.name}, {name}: {words[:300]}")
    return int(not all(outcome.is_whole for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
