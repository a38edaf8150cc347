"""Files of reviews: what is written is read again, and a hostile one is refused in words."""

from __future__ import annotations

import contextlib
import io
import json
import random
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import FusenError
from app.review import handover
from app.review.audit import Signer, canonical
from app.review.findings import finding_id
from app.review.handover import HandedDocument, HandedFinding, HandedSpan, Review, read_review, write_review

SIGNER = Signer(bytes(32))
SHA256 = "0" * 64


def review(count: int = 2, **changes: object) -> Review:
    findings = []
    for number in range(count):
        text = f"Passage {number} 契約"
        start = number * 100
        span = HandedSpan(start=start, end=start + len(text), page=1, text=text, quads=((0.5,) * 8,))
        name = finding_id(SHA256, start, start + len(text), text)
        made = HandedFinding(
            id=name, proposed=span, importance=0.5, interval=(0.25, 0.75), decision="accepted", comment="Why?"
        )
        findings.append(msgspec.structs.replace(made, **changes))
    document = HandedDocument(sha256=SHA256, title="T", findings=tuple(findings))
    return Review(reviewer="Sato", at="2026-01-01T00:00:00", documents=(document,))


@pytest.mark.parametrize("count", [1, 3000])
def test_what_is_written_is_read_again(count: int) -> None:
    written = write_review(review(count), SIGNER)
    assert written.startswith(b"PK" if count > 1000 else b"{")
    read = read_review(written, "a")
    assert read.signer == SIGNER.fingerprint
    assert msgspec.structs.replace(read, signer="") == review(count)
    assert write_review(review(count), SIGNER) == written


def refusal(content: bytes) -> FusenError:
    with pytest.raises(FusenError) as caught:
        read_review(content, "a.fusenreview")
    assert caught.value.advice
    return caught.value


def test_a_changed_file_is_refused() -> None:
    written = write_review(review(), SIGNER)
    assert "changed after it was signed" in refusal(written.replace(b"accepted", b"rejected", 1)).message
    assert refusal(written.replace(b"fusen.review/1", b"fusen.review/2", 1)).code == "unsupported"
    other = json.loads(written)
    other["signer"] = Signer(bytes(31) + b"\1").public.hex()
    assert refusal(json.dumps(other).encode()).code == "damaged"


def signed(content: bytes) -> bytes:
    signature = SIGNER.sign(b"fusen.review/1\n" + content).hex().encode()
    signer = SIGNER.public.hex().encode()
    return b'{"schema":"fusen.review/1","signer":"%b","signature":"%b","review":%b}' % (signer, signature, content)


@pytest.mark.parametrize(
    "changes",
    [
        {"importance": 2.0},
        {"interval": (0.9, 0.1)},
        {"proposed": HandedSpan(start=5, end=5, page=1)},
        {"proposed": HandedSpan(start=0, end=5, page=0)},
        {"span": HandedSpan(start=9, end=5, page=1)},
        {"due": "soon"},
        {"id": "../../x"},
        {"decision": "destroyed"},
        {"comment": 5},
        {"id": "0" * 32},  # twice
    ],
)
def test_what_no_review_can_say_is_refused_also_when_signed(changes: dict[str, object]) -> None:
    content = canonical({k: v for k, v in msgspec.to_builtins(review(2, **changes)).items() if k != "signer"})
    assert refusal(signed(content)).code == "damaged"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"[" * 100_000,
        signed(b"[" * 50_000 + b"]" * 50_000),
        signed(b'{"reviewer":"\\ud800","at":"","documents":[]}'),
        b'{"schema":"fusen.review/1"}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_no_review_is_refused(content: bytes) -> None:
    assert refusal(content).code == "damaged"


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "MOST_BYTES", 1 << 20)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("review.json", b" " * (1 << 22))
    assert refusal(file.getvalue()).code == "too-large"
    monkeypatch.setattr(handover, "MOST_FILE_BYTES", 10)
    assert refusal(b" " * 11).code == "too-large"


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    refusal(content)


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    chance = random.Random(8)
    for whole in (write_review(review(), SIGNER), write_review(review(1500), SIGNER)):
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(chance.randint(1, 4)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            with contextlib.suppress(FusenError):
                read_review(bytes(damaged), "a")
