"""The messages between the window (or the command line) and the workers: small typed values, encoded as MessagePack.

Client to worker: a `Call` (with a number) or a `Cancel`. Worker to client, for each call: `Started`, any number of
`Progress` and `PageBegun`, among them at most one `Preliminary`, then one `Result` or `Failure`. Page images do not travel
in messages: the client makes a shared-memory block, the worker fills it (`app.workers.page_memory`).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np

from app.analysis.analysis import Analysis, AnalysisSettings, Explanation
from app.analysis.structure.values import Structure
from app.documents.collecting import without_collection
from app.documents.document import Document, DocumentFormat, DocumentKind, Notice, OcrMode, Quad
from app.documents.left_out import Reason
from app.errors import ErrorCode
from app.export.brief import Opinion
from app.review.findings import Finding


class OpenDocument(msgspec.Struct, tag=True, frozen=True):
    """Identify the file and measure its pages, without reading its text. Result: `OpenedDocument`."""

    path: str
    password: str | None = None


class ReadDocument(msgspec.Struct, tag=True, frozen=True):
    """Read everything but the pages `left_out` (from 1), which the document's warnings name. Progress a page.

    `ocr` says which pages are recognised, where a recogniser is installed. Result: `ReadResult`; `ConversionWanted` for a
    document of the old Word without `converted`, a DOCX that was made of it. Without `structure` that stays empty.
    """

    path: str
    password: str | None = None
    left_out: dict[int, Reason] = {}
    converted: str | None = None
    ocr: OcrMode = "off"
    structure: bool = True


class RenderPage(msgspec.Struct, tag=True, frozen=True):
    """Draw one page (from 1) at `scale` pixels a point into the shared-memory block `memory` as RGB888. Result: `PageImage`.

    `area` (left, top, right, bottom in pixels of the whole page at this scale): draw that tile alone.
    """

    path: str
    page: int
    scale: float
    memory: str
    password: str | None = None
    area: tuple[int, int, int, int] | None = None


class _Annotate(msgspec.Struct, frozen=True):
    """What both kinds of annotated copies need."""

    path: str
    output: str
    findings: tuple[Finding, ...]
    author: str = "Fusen"
    password: str | None = None
    opinions: dict[str, tuple[Opinion, ...]] = {}
    undecided: bool = False
    audit_head: str = ""
    new: bool = False


class AnnotatePdf(_Annotate, tag=True, frozen=True):
    """Write a copy of the PDF at `path` to `output` with a highlight annotation for each finding. Result: `Written`.

    The worker may write in its scratch folder only: its client gives it an `output` there and moves what was written.
    `opinions`: what each of several reviewers says of findings, by the finding's id. `undecided`: these are marked too.
    `audit_head`: hash of the audit log's last entry, which the copy is to name. `new`: the output replaces no file.
    """


class AnnotateDocx(_Annotate, tag=True, frozen=True):
    """As `AnnotatePdf`, of a DOCX, with comments. Result: `Written`, with what the user must know of the copy."""


class DrawPassage(msgspec.Struct, tag=True, frozen=True):
    """Draw what stands around `quads` on `page` (from 1), `width` pixels wide, these highlighted. Result: `PassagePicture`."""

    path: str
    page: int
    quads: tuple[Quad, ...]
    password: str | None = None
    width: int = 1200


class Analyze(msgspec.Struct, tag=True, frozen=True):
    """Score a document. Progress by stage; a `Preliminary` on the way if `preliminary` asks for it. Result: `Analysis`."""

    document: Document
    settings: AnalysisSettings
    preliminary: bool = False


class Explain(msgspec.Struct, tag=True, frozen=True):
    """Say what words of `passages[index]` its importance hangs on; the others are its neighbours. Result: `ExplanationResult`."""

    passages: tuple[str, ...]
    index: int
    kind: DocumentKind
    device: Literal["auto", "cpu", "cuda"] = "auto"


class Ask(msgspec.Struct, tag=True, frozen=True):
    """How likely each passage answers `query`; overtakes analyses. Result: `Answers`.

    The first time a document is asked about it is read whole, with progress by stage; an empty query does only that. The
    document may come without quads.
    """

    document: Document
    query: str


class Describe(msgspec.Struct, tag=True, frozen=True):
    """Load what is needed and say what is there (model, device, versions; confinement). Result: `Description`."""


Body = (
    OpenDocument
    | ReadDocument
    | RenderPage
    | AnnotatePdf
    | AnnotateDocx
    | DrawPassage
    | Analyze
    | Explain
    | Ask
    | Describe
)


def file_of(body: Body) -> str | None:
    """The file that a request is about, for messages to the user."""
    if isinstance(body, Describe | Explain):
        return None
    return body.document.file if isinstance(body, Analyze | Ask) else body.path


class Call(msgspec.Struct, tag=True, frozen=True):
    """One numbered request."""

    id: int
    body: Body


class Cancel(msgspec.Struct, tag=True, frozen=True):
    """Stop call `id` soon; it ends in a `Failure` with the code `cancelled`."""

    id: int


class PageSize(msgspec.Struct, frozen=True):
    """Displayed size of a page in PDF points."""

    width: float
    height: float


class OpenedDocument(msgspec.Struct, tag=True, frozen=True):
    """What is known before reading. `pages` is empty for formats without pages."""

    path: str
    sha256: str
    format: DocumentFormat
    pages: tuple[PageSize, ...]


class PageImage(msgspec.Struct, tag=True, frozen=True):
    """Size of the image in the shared-memory block, in pixels; `stride` is bytes a row.

    `seconds`: processor time that drawing took.
    """

    page: int
    width: int
    height: int
    stride: int
    seconds: float = 0.0


class PassagePicture(msgspec.Struct, tag=True, frozen=True):
    """A picture as PNG, its size in pixels, and whether the passage is all on it."""

    png: bytes
    width: int
    height: int
    whole: bool = True


class Written(msgspec.Struct, tag=True, frozen=True):
    """A file that was written whole, and what the user must know of it."""

    path: str
    notices: tuple[Notice, ...] = ()


class Description(msgspec.Struct, tag=True, frozen=True):
    """Facts for `fusen doctor`, in the order to show them: name and value; and what is missing: name and reason."""

    facts: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...] = ()


class ReadResult(msgspec.Struct, tag=True, frozen=True):
    """A document that was read, and what its text says of its own structure."""

    document: Document
    structure: Structure = Structure()


class ConversionWanted(msgspec.Struct, tag=True, frozen=True):
    """The document is of the old Word, and the worker may start no program that reads it. Never reaches who sent the call."""


class AnalysisResult(msgspec.Struct, tag=True, frozen=True):
    """An analysis that is complete."""

    analysis: Analysis


class ExplanationResult(msgspec.Struct, tag=True, frozen=True):
    """What an `Explain` found."""

    explanation: Explanation


class Answers(msgspec.Struct, tag=True, frozen=True):
    """Of each passage of the document, in its order: the range of the text, and the probability that it answers the query."""

    places: tuple[tuple[int, int], ...]
    relevance: tuple[float, ...]


Value = (
    OpenedDocument
    | PageImage
    | PassagePicture
    | Written
    | Description
    | ReadResult
    | ConversionWanted
    | AnalysisResult
    | ExplanationResult
    | Answers
)


class Started(msgspec.Struct, tag=True, frozen=True):
    """The worker takes up the call now; from here its time counts. A call that was cancelled in the queue never starts."""

    id: int


class Progress(msgspec.Struct, tag=True, frozen=True):
    """How far a call is: `done` of `total` units of a stage.

    `stage` is one of reading, recognising (a page that is a picture was read),
    loading-model, scanning, deepening, attending, scoring, linking, writing.
    """

    id: int
    stage: str
    done: int
    total: int


class PageBegun(msgspec.Struct, tag=True, frozen=True):
    """A reading is at `page` (from 1) of `total` from now until its next `Progress`.

    `recognising`: the page was read already, is a picture and is recognised from now on, which takes longer.
    """

    id: int
    page: int
    total: int
    recognising: bool = False


class Preliminary(msgspec.Struct, tag=True, frozen=True):
    """First scores of the document that an `Analyze` is about; the precise ones follow, unless it fails or is cancelled."""

    id: int
    analysis: Analysis


class Result(msgspec.Struct, tag=True, frozen=True):
    """The call's value."""

    id: int
    value: Value


class Failure(msgspec.Struct, tag=True, frozen=True):
    """The call's error, as in `FusenError`."""

    id: int
    code: ErrorCode
    message: str
    advice: str


ToWorker = Call | Cancel
FromWorker = Started | Progress | PageBegun | Preliminary | Result | Failure


def _encode_array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "shape": list(value.shape), "data": np.ascontiguousarray(value).tobytes()}
    raise TypeError(f"{type(value).__name__} cannot be sent between processes")


def _decode_array(kind: type, value: Any) -> Any:
    # np.frombuffer never unpickles; the result is read-only, as a frozen value should be.
    return np.frombuffer(value["data"], dtype=np.dtype(value["dtype"])).reshape(value["shape"])


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_array)
_to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker, dec_hook=_decode_array)
_from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker, dec_hook=_decode_array)


def encode(message: ToWorker | FromWorker) -> bytes:
    """Bytes of one message, without framing."""
    return _encoder.encode(message)


def decode_to_worker(data: bytes) -> ToWorker:
    """A message that the client sent; raises `msgspec.DecodeError` or `msgspec.ValidationError`."""
    return _to_worker.decode(data)


def decode_from_worker(data: bytes) -> FromWorker:
    """A message that a worker sent; raises `msgspec.DecodeError` or `msgspec.ValidationError`."""
    with without_collection():  # a long document is half a million values, and the window stands still meanwhile
        return _from_worker.decode(data)
