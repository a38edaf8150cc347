"""A package of an office program with one fixed date for all its parts, whose dates would tell two exports of one brief apart."""

from __future__ import annotations

import io
import zipfile


def same_bytes(package: bytes) -> bytes:
    """The same parts in the same order, of the year in which the zip's calendar begins."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return fixed.getvalue()
