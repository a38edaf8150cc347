"""Files that the document worker writes: into its scratch folder by the worker, to where they are wanted by the client.

The worker may write nowhere else, so what it wrote is carried over here, whole or not at all.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.export.writing import refuse_original, replacing
from app.workers.protocol import AnnotateDocx, AnnotatePdf, Body, DrawPassage, Written

WRITING = (AnnotatePdf, AnnotateDocx)
"""The requests on which the worker writes a file."""

EXPORT_SECONDS: Mapping[type[Body], float] = {AnnotatePdf: 120, AnnotateDocx: 120, DrawPassage: 20}
"""How long each request of an export may take."""


def in_scratch(body: AnnotatePdf | AnnotateDocx, scratch: Path) -> AnnotatePdf | AnnotateDocx:
    """The request as the worker is to have it. Raises `FusenError` where the output is the original."""
    refuse_original(Path(body.path), Path(body.output))
    return msgspec.structs.replace(body, output=str(scratch / f"{secrets.token_hex(6)}.part"))


def deliver(written: Written, output: Path, *, new: bool) -> Written:
    """Carry what the worker wrote to `output`; the file in the scratch folder is gone in any case.

    `new`, and raises `FusenError`, as `replacing` does.
    """
    try:
        with replacing(output, new=new) as part:
            shutil.copyfile(written.path, part)
    finally:
        discard(written)
    return msgspec.structs.replace(written, path=str(output))


def discard(written: Written) -> None:
    """Remove what the worker wrote in its scratch folder."""
    with contextlib.suppress(OSError):
        Path(written.path).unlink()
