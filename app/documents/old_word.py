"""What is said of a document of the old Word that nothing has made a DOCX of; light, for the window's side asks it too."""

from __future__ import annotations

from app.errors import FusenError


class OldWordError(FusenError):
    """The document is of the old Word and must be converted before it can be read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "unsupported",
            f"{name} was made by an old Word. Fusen reads such files only where LibreOffice is installed.",
            "Save it as DOCX and open that, or install LibreOffice.",
        )
