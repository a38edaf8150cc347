"""The brief as `fusen.brief/1`, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.export.brief import Brief
from app.export.writing import write_whole
from app.tags import tag_name


def write_brief_json(brief: Brief, output: Path) -> None:
    """Write the brief to `output`, whole or not at all. Raises FusenError when it cannot be written."""
    write_whole(output, render(brief))


def render(brief: Brief, template: Path | None = None) -> bytes:
    """See `app.export.formats.Render`; there are no templates."""
    text = json.dumps(brief_json(brief), ensure_ascii=False, indent=2) + "\n"
    # A PDF may yield half a surrogate pair, which is no text in any encoding.
    return text.encode("utf-8", "replace")


def brief_json(brief: Brief) -> dict[str, Any]:
    """The `fusen.brief/1` object: the fields of `Brief`, tags with their words, times in ISO 8601."""
    fields = asdict(brief)
    for finding in (*fields["findings"], *fields["undecided"]):
        finding.update(finding.pop("quote"))
        finding["tags"] = [{"tag": tag, "name": tag_name(tag, brief.language)} for tag in finding["tags"]]
    fields["created_at"] = brief.created_at.isoformat(timespec="seconds")
    return {"schema": "fusen.brief/1", **fields}
