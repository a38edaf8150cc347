"""What a PDF would do besides showing its pages is told of, and not what every document does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from app.documents.loading import load_document

SCRIPT = "<</S/JavaScript/JS(app.alert\\(1\\))>>"
Change = Callable[[pymupdf.Document], None]


def warnings(path: Path, change: Change) -> list[tuple[str, str]]:
    pdf = pymupdf.open()
    for _ in range(2):
        pdf.new_page().insert_text((72, 100), "The supplier is liable.")
    change(pdf)
    pdf.save(path)
    return [(warning.code, warning.message) for warning in load_document(path).warnings]


def in_catalog(key: str, value: str) -> Change:
    return lambda pdf: pdf.xref_set_key(pdf.pdf_catalog(), key, value)


def on_second_page(key: str, value: str) -> Change:
    return lambda pdf: pdf.xref_set_key(pdf[1].xref, key, value)


def in_an_object(key: str, value: str) -> Change:
    def change(pdf: pymupdf.Document) -> None:
        number = pdf.get_new_xref()
        pdf.update_object(number, value)
        pdf.xref_set_key(pdf.pdf_catalog(), key, f"{number} 0 R")

    return change


def after_another(pdf: pymupdf.Document) -> None:
    number = pdf.get_new_xref()
    pdf.update_object(number, SCRIPT)
    pdf.xref_set_key(pdf.pdf_catalog(), "OpenAction", f"<</S/GoTo/D[{pdf[0].xref} 0 R/Fit]/Next {number} 0 R>>")


def in_a_field(pdf: pymupdf.Document) -> None:
    field = pymupdf.Widget()
    field.field_name, field.field_type, field.rect = (
        "total",
        pymupdf.PDF_WIDGET_TYPE_TEXT,
        pymupdf.Rect(72, 200, 200, 220),
    )
    field.script_calc = "event.value = 1"
    pdf[1].add_widget(field)


def embedded(pdf: pymupdf.Document) -> None:
    pdf.embfile_add("notes.txt", b"words")


def attached(pdf: pymupdf.Document) -> None:
    pdf[1].add_file_annot((72, 200), b"words", "notes.txt")


LAUNCH = "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(a.exe)>>>>"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (in_catalog("OpenAction", SCRIPT), "active-content", "scripts"),
        (in_an_object("OpenAction", SCRIPT), "active-content", "scripts"),
        (after_another, "active-content", "scripts"),
        (in_a_field, "active-content", "scripts"),
        (in_catalog("Names", f"<</JavaScript<</Names[(a) {SCRIPT}]>>>>"), "active-content", "scripts"),
        (
            on_second_page("AA", f"<</O {SCRIPT}>>"),
            "active-content",
            "scripts (JavaScript), which were not run (page 2)",
        ),
        (on_second_page("Annots", f"[{LAUNCH}]"), "active-content", "start another program"),
        (in_catalog("OpenAction", "<</S/URI/URI(http://127.0.0.1:9/)>>"), "active-content", "open a web page"),
        (in_catalog("AA", "<</WC<</S/SubmitForm/F(http://127.0.0.1:9/)>>>>"), "active-content", "another machine"),
        (in_catalog("OpenAction", "<</S/GoToR/F(b.pdf)/D[0/Fit]>>"), "active-content", "other files"),
        (embedded, "embedded-files", "holds other files"),
        (attached, "embedded-files", "holds other files"),
        (in_catalog("AcroForm", "<</Fields[]/XFA(x)>>"), "xfa-form", "XFA"),
    ],
)
def test_what_a_file_would_do_is_told_of(tmp_path: Path, change: Change, code: str, words: str) -> None:
    found = warnings(tmp_path / "a.pdf", change)
    assert [entry[0] for entry in found] == [code]
    assert words in found[0][1]


def links(pdf: pymupdf.Document) -> None:
    where = pymupdf.Rect(72, 90, 200, 105)
    pdf[0].insert_link({"kind": pymupdf.LINK_URI, "from": where, "uri": "https://example.org/"})
    pdf[0].insert_link({"kind": pymupdf.LINK_GOTO, "from": where, "page": 1, "to": pymupdf.Point(0, 0)})


@pytest.mark.parametrize(
    "change",
    [links, in_catalog("OpenAction", "[3 0 R/Fit]"), in_catalog("Names", "<</Dests<</Names[]>>>>"), lambda pdf: None],
)
def test_usual_documents_are_not_told_of(tmp_path: Path, change: Change) -> None:
    assert warnings(tmp_path / "a.pdf", change) == []


def test_actions_in_a_circle_end(tmp_path: Path) -> None:
    def change(pdf: pymupdf.Document) -> None:
        first, second = pdf.get_new_xref(), pdf.get_new_xref()
        pdf.update_object(first, f"<</S/JavaScript/JS(1)/Next {second} 0 R>>")
        pdf.update_object(second, f"<</S/Launch/F(b)/Next[{first} 0 R {second} 0 R]>>")
        pdf.xref_set_key(pdf.pdf_catalog(), "OpenAction", f"{first} 0 R")

    assert len(warnings(tmp_path / "a.pdf", change)) == 2
