"""Where PyMuPDF is imported, once and prepared: silent, and without what it would load beside itself.

It is not safe in threads and is run in the document worker only.
"""

from __future__ import annotations

import re
import sys

# PyMuPDF tries to import its layout model and Markdown converter, which load ONNX Runtime: five times the time to start
# and three times the memory for what is not used here. None makes those imports fail, for which PyMuPDF is prepared.
for _unused in ("pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]

import pymupdf  # noqa: E402

__all__ = ["FLAGS", "check_memory", "has_annotations", "is_of_memory", "pymupdf"]

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
pymupdf.no_recommend_layout()

FLAGS: int = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_MEDIABOX_CLIP
"""How text is taken from a page: what lies outside it, or is clipped away, is left out."""


def check_memory(error: Exception) -> None:
    """MuPDF reports a failed allocation as an error like any other; here it is a `MemoryError`."""
    if is_of_memory(error):
        raise MemoryError(str(error)) from error


def is_of_memory(error: Exception) -> bool:
    """Whether an error of MuPDF says that memory was missing."""
    told = re.search(r"\b[cm]alloc\b|\brealloc\b|out of memory|bad_alloc", str(error), re.IGNORECASE)
    return isinstance(error, MemoryError) or told is not None


def has_annotations(page: pymupdf.Page) -> bool:
    """Whether annotations may lie on the page; of a page that is no object of its own that is not known."""
    return not page.xref or bool(page.parent.xref_get_key(page.xref, "Annots")[0] != "null")
