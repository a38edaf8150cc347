"""Makes the example contracts from their text: PDF pages for both, a DOCX for the Japanese one.

Run from the repository's root with fontTools (`pip install fonttools`) beside Fusen's own packages, on a machine with the
fonts Noto Serif and Noto Serif CJK (Debian: fonts-noto-core, fonts-noto-cjk):

    python resources/examples/make_examples.py

The sources in `source/` are plain text: `#` to `###` are headings, `(1)` or `(a)` begins a list item, `|` a table row,
`---` a new page; everything else up to a blank line is one paragraph.
"""

from __future__ import annotations

import html
import re
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pymupdf
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from fontTools import subset

HERE = Path(__file__).resolve().parent
FONT_FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
ITEM = re.compile(r"\((?:[a-z]{1,3}|\d{1,2})\)\s")


@dataclass(frozen=True)
class Part:
    """One piece of a source: `kind` is h1, h2, h3, p, item, table or break."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Look:
    """Paper, fonts and style sheet of one language."""

    paper: str
    regular: str
    bold: str
    size: float
    leading: float
    page_label: str


LOOKS = {
    "en": Look("letter", "NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", 9.6, 1.42, "Page {page} of {pages}"),
    "ja": Look("a4", "NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc", 9.8, 1.6, "{page} / {pages}"),
}


def parse(source: str) -> tuple[dict[str, str], list[Part]]:
    """The `key: value` lines at the top, and the parts below them."""
    head, _, body = source.partition("\n\n")
    meta = dict(line.split(": ", 1) for line in head.splitlines())
    parts: list[Part] = []
    for chunk in re.split(r"\n{2,}", body.strip()):
        if chunk == "---":
            parts.append(Part("break"))
        elif chunk.startswith("#"):
            marks, text = chunk.split(" ", 1)
            parts.append(Part(f"h{len(marks)}", text))
        elif chunk.startswith("|"):
            rows = tuple(tuple(cell.strip() for cell in row.strip("| ").split(" | ")) for row in chunk.splitlines())
            parts.append(Part("table", rows=rows))
        else:
            joiner = "" if meta["lang"] == "ja" else " "
            text = joiner.join(chunk.splitlines())
            parts.append(Part("item" if ITEM.match(text) else "p", text))
    return meta, parts


def markup(parts: list[Part]) -> str:
    """HTML for the page layout. A line of signatures has no rules around its cells."""
    pieces: list[str] = []
    opening = ""
    for part in parts:
        if part.kind == "break":
            opening = ' style="page-break-before: always"'
            continue
        if part.kind == "table":
            signatures = len(part.rows[0]) == 2 and any(
                "___" in cell or "印" in cell for row in part.rows for cell in row
            )
            rows = [
                "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"
                for number, row in enumerate(part.rows)
                for tag in ("th" if number == 0 else "td",)
            ]
            pieces.append(f'<table class="{"signatures" if signatures else "fees"}">{"".join(rows)}</table>')
        else:
            tag = part.kind if part.kind.startswith("h") else "p"
            name = ' class="item"' if part.kind == "item" else ""
            pieces.append(f"<{tag}{name}{opening}>{html.escape(part.text)}</{tag}>")
        opening = ""
    return "".join(pieces)


def style(look: Look, lang: str) -> str:
    """The style sheet; Japanese is set ragged since its lines are even by nature."""
    align = "justify" if lang == "en" else "left"
    return f"""
    @font-face {{ font-family: text; src: url({look.regular}); }}
    @font-face {{ font-family: text; font-weight: bold; src: url({look.bold}); }}
    * {{ font-family: text; }}
    body {{ font-size: {look.size}pt; line-height: {look.leading}; }}
    h1 {{ font-size: {look.size * 1.6}pt; text-align: center; margin: 4pt 0 16pt 0; }}
    h2 {{ font-size: {look.size * 1.12}pt; margin: 14pt 0 5pt 0; }}
    h3 {{ font-size: {look.size * 1.02}pt; margin: 9pt 0 3pt 0; }}
    p {{ margin: 0 0 5.5pt 0; text-align: {align}; }}
    p.item {{ margin-left: 20pt; }}
    table {{ margin: 8pt 0 10pt 0; width: 100%; border-collapse: collapse; }}
    th, td {{ padding: 3.5pt 6pt 3.5pt 6pt; text-align: left; font-size: {look.size * 0.94}pt; }}
    table.fees th, table.fees td {{ border: 0.5pt solid #777777; }}
    table.signatures td, table.signatures th {{ padding: 7pt 10pt 3pt 0; width: 50%; }}
    """


def font_file(name: str) -> Path:
    """Where this machine keeps a font."""
    for folder in FONT_FOLDERS:
        if (folder / name).is_file():
            return folder / name
    sys.exit(f"The font {name} is missing. On Debian: apt-get install fonts-noto-core fonts-noto-cjk")


def font_bytes(name: str, characters: str) -> bytes:
    """A font with the characters that are needed and no others: a whole Japanese font has tens of megabytes."""
    # PDF names the glyphs of such a font by the numbers that they had in the whole font.
    options = subset.Options(font_number=0, layout_features=[], notdef_outline=True, retain_gids=True)
    font = subset.load_font(str(font_file(name)), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters + "".join(map(chr, range(32, 127))))
    subsetter.subset(font)
    buffer = BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def write_pdf(meta: dict[str, str], parts: list[Part], output: Path) -> int:
    """Lays the parts out on pages, then adds header and footer. Returns the number of pages."""
    look = LOOKS[meta["lang"]]
    content = markup(parts)
    fonts = pymupdf.Archive()
    for name in (look.regular, look.bold):
        fonts.add(font_bytes(name, content + meta["title"] + meta["footer"]), name)
    story = pymupdf.Story(html=content, user_css=style(look, meta["lang"]), archive=fonts)
    paper = pymupdf.paper_rect(look.paper)
    area = pymupdf.Rect(76, 74, paper.x1 - 76, paper.y1 - 74)
    buffer = BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    more = True
    while more:
        device = writer.begin_page(paper)
        more, _ = story.place(area)
        story.draw(device)
        writer.end_page()
    writer.close()
    with pymupdf.open("pdf", buffer.getvalue()) as document:
        running = font_bytes(look.regular, meta["title"] + meta["footer"])
        add_running_lines(document, meta, look.page_label, pymupdf.Font(fontbuffer=running))
        document.set_metadata({"title": meta["title"], "author": "Fusen example", "creationDate": "", "modDate": ""})
        document.set_language(meta["lang"])
        document.save(output, garbage=4, deflate=True, use_objstms=1, no_new_id=True)
        return int(document.page_count)


def add_running_lines(document: Any, meta: dict[str, str], label: str, font: Any) -> None:
    """The title above every page but the first, the parties and the page number below every page."""
    for page in document:
        page.wrap_contents()  # the layout leaves its own coordinates in force
        text = pymupdf.TextWriter(page.rect, color=(0.35, 0.35, 0.35))
        number = label.format(page=page.number + 1, pages=document.page_count)
        bottom = page.rect.height - 42
        text.append((76, bottom), meta["footer"], font=font, fontsize=7.6)
        text.append((page.rect.width - 76 - font.text_length(number, 7.6), bottom), number, font=font, fontsize=7.6)
        if page.number:
            width = font.text_length(meta["title"], 7.6)
            text.append((page.rect.width - 76 - width, 46), meta["title"], font=font, fontsize=7.6)
        text.write_text(page)


def write_docx(meta: dict[str, str], parts: list[Part], output: Path) -> None:
    """The same text as a Word document with real headings, lists, a table and page numbers."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(27)
    set_fonts(document)
    for part in parts:
        if part.kind == "break":
            document.add_page_break()
        elif part.kind == "table":
            add_table(document, part)
        elif part.kind.startswith("h"):
            heading = document.add_heading(part.text, level=int(part.kind[1]))
            if part.kind == "h1":
                heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        else:
            paragraph = document.add_paragraph(part.text)
            paragraph.paragraph_format.space_after = Pt(4)
            if part.kind == "item":
                paragraph.paragraph_format.left_indent = Mm(7)
    footer = section.footer.paragraphs[0]
    footer.text = meta["footer"] + "　"
    add_field(footer, "PAGE")
    document.core_properties.title = meta["title"]
    document.core_properties.author = "Fusen example"
    document.save(str(output))


def set_fonts(document: Any) -> None:
    """Word picks another font for Japanese than for Latin letters; both are named."""
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        font = document.styles[name].font
        font.name = "Times New Roman"
        font.color.rgb = None
        fonts = document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), "MS Mincho" if name == "Normal" else "MS Gothic")
    document.styles["Normal"].font.size = Pt(10.5)


def add_table(document: Any, part: Part) -> None:
    """A table with the cells of `part`."""
    table = document.add_table(rows=0, cols=len(part.rows[0]))
    table.style = "Table Grid"
    for row in part.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def add_field(paragraph: Any, code: str) -> None:
    """A field that Word fills in, such as the page number."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def main() -> None:
    """Writes every example beside this script."""
    for name in ("services-agreement", "outsourcing-agreement-ja"):
        meta, parts = parse((HERE / "source" / f"{name}.md").read_text(encoding="utf-8"))
        pages = write_pdf(meta, parts, HERE / f"{name}.pdf")
        if meta["lang"] == "ja":
            write_docx(meta, parts, HERE / f"{name}.docx")
        print(f"{name}: {pages} pages, {(HERE / f'{name}.pdf').stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
