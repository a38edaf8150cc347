"""A company's own template as it comes from a user: read within bounds, and made the kind of file that the libraries open."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.errors import FusenError

_MOST_BYTES = 200_000_000  # unpacked: a template that is a bomb must not fill the memory


@dataclass(frozen=True)
class TemplateKind:
    """Templates of one program: what is said of a file that is none, and of one that is broken; the main part's types."""

    none: tuple[str, str]
    broken: tuple[str, str]
    endings: tuple[str, str]
    template_type: bytes
    document_type: bytes


WORD = TemplateKind(
    ("is not a Word template.", "Choose a file that ends in .docx or .dotx."),
    (
        "cannot be opened as a Word document.",
        "Open it in Word, save it as .docx or .dotx without a password, and try again.",
    ),
    (".docx", ".dotx"),
    b"wordprocessingml.template.main+xml",
    b"wordprocessingml.document.main+xml",
)
POWERPOINT = TemplateKind(
    ("is not a PowerPoint template.", "Choose a file that ends in .pptx or .potx."),
    (
        "cannot be opened as a PowerPoint presentation.",
        "Open it in PowerPoint, save it as .pptx or .potx without a password, and try again.",
    ),
    (".pptx", ".potx"),
    b"presentationml.template.main+xml",
    b"presentationml.presentation.main+xml",
)


def filled(template: Path | None, kind: TemplateKind, render: Callable[[bytes | None], bytes]) -> bytes:
    """What `render` makes of the template as a document of that kind; of None without a template.

    Raises FusenError: `unsupported` for another ending, `not-found`, `permission`, `damaged`, `too-large`.
    """
    if template is None:
        return render(None)
    content = _content(template, kind)
    try:
        return render(_as_document(content, template, kind))
    except (FusenError, MemoryError):
        raise
    except Exception as error:
        # The libraries have no errors of their own for a file that is none of theirs. What fails without it too is our fault.
        render(None)
        words, advice = kind.broken
        raise FusenError("damaged", f"The template {template.name} {words}", advice) from error


def _content(template: Path, kind: TemplateKind) -> bytes:
    if template.suffix.lower() not in kind.endings:
        words, advice = kind.none
        raise FusenError("unsupported", f"{template.name} {words}", advice)
    try:
        return template.read_bytes()
    except FileNotFoundError as error:
        raise FusenError("not-found", f"The template {template} does not exist.", "Choose another file.") from error
    except OSError as error:
        raise FusenError(
            "permission",
            f"The template {template.name} cannot be read.",
            "Close it if another program has it open, or choose another file.",
        ) from error


def _as_document(content: bytes, template: Path, kind: TemplateKind) -> bytes:
    """A template differs from a document in the type that its contents list names alone."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        if sum(part.file_size for part in source.infolist()) > _MOST_BYTES:
            raise FusenError(
                "too-large", f"The template {template.name} is too large.", "Choose one without large pictures."
            )
        for name in dict.fromkeys(source.namelist()):
            part = source.read(name)
            if name == "[Content_Types].xml":
                part = part.replace(kind.template_type, kind.document_type)
            target.writestr(name, part)
    return changed.getvalue()
