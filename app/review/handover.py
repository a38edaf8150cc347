"""A review as a file that is handed to another reviewer: one reviewer's decisions on documents, signed with her key.

The file is JSON, or a zip of that where it is large. It holds no text of the documents but the findings' own words, and on
request not even those. Whoever reads one has it from outside: everything about it is bounded and checked.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import msgspec

from app.analysis.analysis import AnalysisSettings, ModelIdentity, TagScore
from app.documents.document import Quad
from app.errors import FusenError
from app.review.audit import LONGEST_NAME, Signer, canonical, fingerprint, is_signed, unhex
from app.review.findings import Decision, Finding, Opinion, Piece, Span, as_proposed, finding_id

ENDING = ".fusenreview"
MOST_FILE_BYTES = 1 << 26
MOST_BYTES = 1 << 28
"""Of a file, and of what it unpacks to."""
ZIPPED_FROM = 1 << 18
_MEMBER = "review.json"
_PURPOSE = b"fusen.review/1\n"

_Offset = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
_Page = Annotated[int, msgspec.Meta(ge=1, le=1 << 24)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Name = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
_Text = Annotated[str, msgspec.Meta(max_length=1 << 20)]
_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Date = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class HandedTag(msgspec.Struct, frozen=True):
    """A tag with its probability."""

    tag: _Name
    probability: _Share


class HandedSpan(msgspec.Struct, frozen=True):
    """A range of the document."""

    start: _Offset
    end: _Offset
    page: _Page
    text: _Text = ""
    quads: tuple[Quad, ...] = ()
    more: tuple[Piece, ...] = ()


class HandedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as the model had it, and what the reviewer made of it; `span` and `own_tags` where they are not the model's."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    proposed: HandedSpan
    importance: _Share
    interval: tuple[_Share, _Share]
    tags: tuple[HandedTag, ...] = ()
    rank: _Offset = 0
    decision: Decision
    comment: _Text = ""
    at: _Name = ""
    span: HandedSpan | None = None
    own_tags: tuple[HandedTag, ...] | None = None
    owner: _Text = ""
    due: _Date = ""
    raised: bool = False


class HandedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document's findings that the reviewer touched, and the analysis that proposed them."""

    sha256: _Sha256
    title: _Text
    model: ModelIdentity | None = None
    settings: AnalysisSettings | None = None
    findings: tuple[HandedFinding, ...] = ()


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What one reviewer hands over; `signer` is the fingerprint of the key that signed it, once it was read from a file."""

    reviewer: _Name
    at: _Name
    documents: tuple[HandedDocument, ...]
    signer: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="fusen.review/1"):
    signer: Annotated[str, msgspec.Meta(max_length=64)]
    signature: Annotated[str, msgspec.Meta(max_length=128)]
    review: msgspec.Raw


class _Any(msgspec.Struct):
    schema: str = ""


_file = msgspec.json.Decoder(_File)
_any = msgspec.json.Decoder(_Any)
_review = msgspec.json.Decoder(Review)


def is_own(finding: Finding) -> bool:
    """Whether the decision is that of the workspace's own reviewer, and not taken from another's opinion."""
    return finding.decision != "undecided" and finding.decided_by not in {o.reviewer for o in finding.opinions}


def taken_from(finding: Finding) -> Opinion | None:
    """The opinion that the decision was taken from, if it was."""
    return next((o for o in finding.opinions if o.reviewer == finding.decided_by), None)


def is_touched_by_owner(finding: Finding) -> bool:
    """Whether the workspace's own reviewer said anything of it: what was taken from an opinion is another's."""
    taken = taken_from(finding)
    if taken is None:
        return replace(finding, opinions=()).is_touched
    own = ((getattr(finding, name), getattr(taken, name)) for name in ("comment", "owner", "due", "raised"))
    chosen = finding.proposed_tags is not None and finding.tags != taken.tags
    return chosen or any(now and now != theirs for now, theirs in own)


def handed(finding: Finding, *, texts: bool) -> HandedFinding | None:
    """What the workspace's own reviewer made of a finding; None where that is nothing."""
    own, taken = is_own(finding), taken_from(finding)
    decision = finding.decision if own else "undecided"
    comment = "" if taken is not None and finding.comment == taken.comment else finding.comment
    if decision == "undecided" and not comment:
        return None
    proposal = as_proposed(finding)
    return HandedFinding(
        id=finding.id,
        proposed=_span(finding.proposed, texts=texts),
        importance=finding.importance,
        interval=finding.interval,
        tags=_tags(proposal.tags),
        rank=finding.rank,
        decision=decision,
        comment=comment,
        at=finding.decided_at if own else "",
        span=_span(finding.span, texts=texts) if own and finding.proposal is not None else None,
        own_tags=_tags(finding.tags) if own and finding.proposed_tags is not None else None,
        owner=finding.owner if own else "",
        due=finding.due if own else "",
        raised=own and finding.raised,
    )


def _span(span: Span, *, texts: bool) -> HandedSpan:
    return HandedSpan(span.start, span.end, span.page, span.text if texts else "", span.quads, span.more)


def _tags(tags: Sequence[TagScore]) -> tuple[HandedTag, ...]:
    return tuple(HandedTag(tag.tag, tag.probability) for tag in tags)


def opinion_of(found: HandedFinding, reviewer: str, review: Review) -> Opinion:
    """As it is kept beside the receiver's finding."""
    span = found.span
    return Opinion(
        reviewer=reviewer,
        decision=found.decision,
        comment=found.comment,
        at=found.at,
        signer=review.signer,
        span=None if span is None else Span(span.start, span.end, span.page, span.text, span.quads, span.more),
        tags=None if found.own_tags is None else tuple(TagScore(t.tag, t.probability) for t in found.own_tags),
        owner=found.owner,
        due=found.due,
        raised=found.raised,
        handed_at=review.at,
    )


def finding_of(found: HandedFinding, sha256: str) -> Finding | None:
    """The finding as the sender's model proposed it; None where the file was made without words."""
    span = found.proposed
    if finding_id(sha256, span.start, span.end, span.text) != found.id:
        return None
    return Finding(
        id=found.id,
        document_sha256=sha256,
        start=span.start,
        end=span.end,
        page=span.page,
        text=span.text,
        quads=span.quads,
        importance=found.importance,
        interval=found.interval,
        tags=tuple(TagScore(t.tag, t.probability) for t in found.tags),
        rank=found.rank,
        selected=False,
        more=span.more,
    )


def write_review(review: Review, signer: Signer) -> bytes:
    """The file's bytes."""
    content = canonical(msgspec.to_builtins(msgspec.structs.replace(review, signer="")))
    signature = signer.sign(_PURPOSE + content)
    whole = msgspec.json.encode(
        _File(signer=signer.public.hex(), signature=signature.hex(), review=msgspec.Raw(content))
    )
    return whole if len(whole) < ZIPPED_FROM else _zipped(whole)


def read_review(content: bytes, name: str) -> Review:
    """What `write_review` wrote; `name` is the file's. Raises FusenError `damaged`, `unsupported` or `too-large`."""
    if len(content) > MOST_FILE_BYTES:
        raise _too_large(name)
    whole = _unzipped(content, name) if content[:4] == b"PK\x03\x04" else content
    try:
        file = _file.decode(whole)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise _not_readable(whole, name) from error
    public, raw = unhex(file.signer), bytes(file.review)
    if not is_signed(public, _PURPOSE + raw, unhex(file.signature)):
        raise FusenError(
            "damaged",
            f"{name} was changed after it was signed, or is damaged.",
            "Ask for the review to be handed over again.",
        )
    try:
        review = _review.decode(raw)
        _check(review)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError) as error:
        raise _no_review(name) from error
    return msgspec.structs.replace(review, signer=fingerprint(public))


def _check(review: Review) -> None:
    """Raises ValueError for what the types let pass."""
    for document in review.documents:
        ids = {found.id for found in document.findings}
        if len(ids) != len(document.findings):
            raise ValueError("a finding comes twice")
        for found in document.findings:
            if found.interval[0] > found.interval[1]:
                raise ValueError("an interval has no inside")
            for span in (found.proposed, found.span):
                if span is not None and span.end <= span.start:
                    raise ValueError("a range is empty")


def _zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # Always the same date, so that the same review is the same file.
        info = zipfile.ZipInfo(_MEMBER, date_time=(1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, content)
    return file.getvalue()


def _unzipped(content: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_MEMBER) as member:
            whole = member.read(MOST_BYTES + 1)
    except Exception as error:  # zipfile and the decompressors raise classes of many kinds
        raise _no_review(name) from error
    if len(whole) > MOST_BYTES:
        raise _too_large(name)
    return whole


def _not_readable(content: bytes, name: str) -> FusenError:
    try:
        schema = _any.decode(content).schema
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _no_review(name)
    if schema.startswith("fusen.review/") and schema != "fusen.review/1":
        return FusenError(
            "unsupported",
            f"{name} was handed over by a newer version of Fusen.",
            "Install the current version of Fusen.",
        )
    return _no_review(name)


def _no_review(name: str) -> FusenError:
    return FusenError(
        "damaged",
        f"{name} is damaged or is not a review that was handed over.",
        "Choose a file that Fusen wrote, or ask for the review to be handed over again.",
    )


def _too_large(name: str) -> FusenError:
    return FusenError("too-large", f"{name} is larger than any review.", "Ask for the review to be handed over again.")


def matters(decision: Decision) -> bool | None:
    """Whether a decision says that the passage matters; None where nothing was decided."""
    return None if decision == "undecided" else decision != "rejected"
