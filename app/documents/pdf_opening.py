"""Opening a PDF: unlocked where it is locked, written anew in memory where it is damaged, every failure a `FusenError`."""

from __future__ import annotations

import io
import logging
from pathlib import Path

from app.documents.files import check_readable, head_of
from app.documents.mupdf import check_memory, pymupdf
from app.errors import FusenError

log = logging.getLogger(__name__)

# Enough of the white space and junk that programs put before the header.
_HEAD = 1024

LARGEST_PAGE_COUNT = 50_000

LARGEST_REPAIRED = 256 << 20
"""Bytes of a damaged file that is written anew. Streams are copied as they are, so that what is written is as large."""


def open_pdf(path: Path, password: str | None = None) -> pymupdf.Document:
    """The opened and, where needed, unlocked file, with at least one page. Raises `FusenError`."""
    check_readable(path)
    if b"%PDF-" not in head_of(path, _HEAD):
        raise FusenError("unsupported", f"{path.name} is not a PDF, whatever its name says.", "Open the original file.")
    pdf = _opened(path, password) or _rewritten(path, password)
    if pdf is None:
        raise FusenError(
            "damaged",
            f"{path.name} is damaged and has no page that can be shown.",
            "Ask for the file again, or for another copy.",
        )
    if pdf.page_count > LARGEST_PAGE_COUNT:
        raise FusenError(
            "too-large", f"{path.name} has more than {LARGEST_PAGE_COUNT:,} pages.", "Split it and open the parts."
        )
    return pdf


def was_repaired(pdf: pymupdf.Document) -> bool:
    """Whether the file was damaged and something of it may be missing."""
    return bool(pdf.is_repaired) or was_rewritten(pdf)


def was_rewritten(pdf: pymupdf.Document) -> bool:
    """Whether what is open is not the file itself but what was written anew of it, in memory."""
    return not pdf.name


def _opened(path: Path, password: str | None) -> pymupdf.Document | None:
    """The file as MuPDF opens it; None where that fails or it has no page."""
    try:
        pdf = pymupdf.open(path, filetype="pdf")
        if pdf.needs_pass:
            _unlock(pdf, path, password)
        return pdf if pdf.is_pdf and pdf.page_count >= 1 else None
    except (FusenError, MemoryError):
        raise
    except Exception as error:
        check_memory(error)
        # MuPDF's errors have no tree that tells damage from limits; all of them mean that it cannot open this file.
        log.debug("MuPDF does not open the file: %s", error)
        return None


def _unlock(pdf: pymupdf.Document, path: Path, password: str | None) -> None:
    if password is None:
        raise _locked(path)
    if not pdf.authenticate(password):
        raise _wrong_password(path)


def _locked(path: Path) -> FusenError:
    return FusenError("encrypted", f"{path.name} is protected by a password.", "Enter its password.")


def _wrong_password(path: Path) -> FusenError:
    return FusenError("wrong-password", f"The password does not open {path.name}.", "Check it and enter it again.")


def _rewritten(path: Path, password: str | None) -> pymupdf.Document | None:
    """What another parser, qpdf, finds of the file, written anew in memory; None where that has no page either."""
    if path.stat().st_size > LARGEST_REPAIRED:
        return None
    # Not imported above: damaged files are rare, and the first page must not wait for it.
    import pikepdf

    written = io.BytesIO()
    try:
        with pikepdf.open(path, password=password or "", suppress_warnings=True) as found:
            if not len(found.pages):
                return None
            copied = pikepdf.StreamDecodeLevel.none
            found.save(written, encryption=False, compress_streams=False, stream_decode_level=copied)
        pdf = pymupdf.open(stream=written.getvalue(), filetype="pdf")
        return pdf if pdf.is_pdf and pdf.page_count >= 1 else None
    except pikepdf.PasswordError as error:
        raise (_locked(path) if password is None else _wrong_password(path)) from error
    except MemoryError:
        raise
    except Exception as error:
        check_memory(error)
        log.debug("qpdf does not repair the file: %s", error)
        return None
