"""Every format that a brief or a marked copy of a document is exported in: its ending, its words, and what writes it.

The window's export page and `fusen export` offer what stands here. A renderer's module is imported when it is called: few
sessions export, and the window starts without these libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

from app.documents.document import DocumentFormat, Language
from app.export.brief import Brief
from app.export.wording import say
from app.export.writing import write_whole

FormatName = Literal["docx", "pptx", "xlsx", "pdf", "annotated", "md", "json", "html", "ics"]
Render = Callable[[Brief, Path | None], bytes]
"""From the brief, and the template that the user chose, to the bytes of the file; the same bytes for the same brief."""

_WORD_ENDINGS = (".docm", ".dotx", ".dotm")
_NO_PICTURES: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Format:
    """One format, of the brief or of each document.

    Of the brief: one file with `ending`, written by `renderer`, "module:function" of a `Render`. Of each document: `copies` is
    what a marked copy ends in by the format of the original; the document worker makes it. `stem` is how the file is called
    where the user names none; `templates` are the endings of the templates that it takes; `pictures`: it shows passages.
    """

    name: FormatName
    ending: str
    stem: str = "brief"
    renderer: str = ""
    templates: tuple[str, ...] = ()
    copies: Mapping[DocumentFormat, str] = field(default_factory=dict)
    pictures: bool = False

    def title(self, language: Language) -> str:
        """What it is called: "Word document"."""
        return say(f"format-{self.name}", language)

    def purpose(self, language: Language) -> str:
        """One sentence on what it is good for."""
        return say(f"format-{self.name}-for", language)

    def copy_ending(self, original: str, format_: DocumentFormat) -> str:
        """What a marked copy of the file `original` ends in; empty where none is made.

        A Word file with macros, or a template, keeps its own ending: Word opens it under no other.
        """
        ending = self.copies.get(format_, "")
        suffix = Path(original).suffix.lower()
        own = ending.endswith(".docx") and suffix in _WORD_ENDINGS
        return ending.removesuffix(".docx") + suffix if own else ending

    def render(self, brief: Brief, template: Path | None = None, pictures: Mapping[str, bytes] = _NO_PICTURES) -> bytes:
        """The bytes of the file. Raises FusenError where the template is unusable, or the brief has nothing for this format.

        `pictures` of passages by the findings' ids, PNG, are for a format with `pictures`; it does without those that lack.
        """
        module, _, name = self.renderer.partition(":")
        function = getattr(import_module(module), name)
        if self.pictures:
            return bytes(function(brief, template, pictures))
        return cast("Render", function)(brief, template)

    def write(
        self,
        brief: Brief,
        output: Path,
        template: Path | None = None,
        pictures: Mapping[str, bytes] = _NO_PICTURES,
        *,
        new: bool = False,
    ) -> None:
        """Write `output` whole or not at all; `new`, and raises FusenError, as `render` and `write_whole` do."""
        write_whole(output, self.render(brief, template, pictures), new=new)


_ALL = (
    Format("docx", ".docx", renderer="app.export.docx_brief:render", templates=(".docx", ".dotx")),
    Format("pptx", ".pptx", "slides", "app.export.pptx_slides:render", (".pptx", ".potx"), pictures=True),
    Format("xlsx", ".xlsx", "issues", "app.export.xlsx_issues:render"),
    Format("md", ".md", renderer="app.export.markdown:render"),
    Format("html", ".html", renderer="app.export.html_brief:render"),
    Format("json", ".json", renderer="app.export.json_brief:render"),
    Format("ics", ".ics", "due-dates", "app.export.due_dates:render"),
    Format("pdf", ".pdf", copies={"pdf": "-annotated.pdf"}),
    Format("annotated", "", copies={"pdf": "-annotated.pdf", "docx": "-annotated.docx"}),
)
FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}
"""By name, in the order in which they are offered."""
