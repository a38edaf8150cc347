"""Every format is read back by a library that did not write it: everything that was decided is there, at its place."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from export.made_briefs import FILES, HOSTILE, NOW, full_brief, hostile_brief
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from openpyxl import load_workbook

from app.documents.document import Language
from app.errors import FusenError
from app.export.arranging import arranged
from app.export.brief import Brief
from app.export.docx_brief import render as render_docx
from app.export.formats import FORMATS
from app.export.wording import excerpt, printable, say, tag_words

LANGUAGES: tuple[Language, ...] = ("en", "ja")
RENDERED = [name for name, each in FORMATS.items() if each.renderer]


def empty_brief() -> Brief:
    """Nothing was found, and nothing accepted."""
    full = full_brief("en", 0)
    return replace(full, undecided=(), summary=(), questions=(), changes=(), rejected=0, reviewers=(), audit_head="")


# ---- Word


def docx_rows(content: bytes) -> list[list[str]]:
    """The rows of all tables of findings but their heads; fast, for python-docx counts every table anew for each cell."""
    rows = []
    for table in open_docx(io.BytesIO(content)).tables:
        if len(table._tbl.tblGrid.gridCol_lst) == 5:
            for row in table._tbl.tr_lst[1:]:
                texts = [["".join(p.itertext("{*}t")) for p in cell.iter("{*}p")] for cell in row.tc_lst]
                rows.append(["\n".join(text) for text in texts])
    return rows


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("grouping", ["none", "section"])
def test_word_has_every_finding_with_its_words_place_tags_and_decision(language: Language, grouping: Any) -> None:
    made = arranged(full_brief(language, 8), grouping=grouping)
    content = render_docx(made)
    rows = docx_rows(content)
    assert len(rows) == len(made.findings) + len(made.undecided)
    for number, (row, finding) in enumerate(zip(rows, made.findings, strict=False), start=1):
        assert row[0] == str(number)
        quote, place = row[1].split("\n")[:2]
        assert quote == finding.quote.text
        assert say("page-citation", language, page=finding.quote.label) in place
        assert finding.section[-1] in place
        assert row[2] == tag_words(finding.tags, language)
        assert say(finding.decision, language) in row[3]
        assert finding.comment in row[4]
        assert finding.owner in row[4]
        assert finding.due in row[4]
    headings = [p.text for p in open_docx(io.BytesIO(content)).paragraphs if p.style.name == "Heading 2"]  # type: ignore[union-attr] -- every paragraph has a style
    assert headings == [name for name, _ in made.groups]


def test_numbers_in_word_lead_to_their_places_and_back() -> None:
    made = full_brief("en", 3)
    document = zipfile.ZipFile(io.BytesIO(render_docx(made))).read("word/document.xml")
    root = etree.fromstring(document)
    names = root.xpath("//*[local-name()='bookmarkStart']/@*[local-name()='name']")
    targets = root.xpath("//*[local-name()='hyperlink']/@*[local-name()='anchor']")
    assert len(names) == len(set(names))
    assert set(targets) == set(names)
    ids = root.xpath("//*[local-name()='bookmarkStart']/@*[local-name()='id']")
    assert sorted(ids) == sorted(root.xpath("//*[local-name()='bookmarkEnd']/@*[local-name()='id']"))
    places = [p.text for p in open_docx(io.BytesIO(render_docx(made))).paragraphs]
    assert "[2] services-agreement.pdf, p. 2, 12 Term and termination, characters 1001–1088" in places


# ---- Excel


@pytest.mark.parametrize("language", LANGUAGES)
def test_excel_has_every_finding_with_dates_as_dates_and_a_choice_of_states(language: Language) -> None:
    made = full_brief(language, 8)
    book = load_workbook(io.BytesIO(FORMATS["xlsx"].render(made)))
    sheet = book[say("issues", language)]
    head, *rows = list(sheet.iter_rows(values_only=True))
    columns = {name: number for number, name in enumerate(head)}
    findings = (*made.findings, *made.undecided)
    assert len(rows) == len(findings)
    for number, (row, finding) in enumerate(zip(rows, findings, strict=True), start=1):

        def cell(key: str, row: tuple[Any, ...] = row) -> Any:
            return row[columns[say(key, language)]]

        assert (cell("number"), cell("quote"), cell("id")) == (number, finding.quote.text, finding.id)
        assert (cell("page"), cell("section")) == (finding.quote.label, finding.section[-1])
        assert cell("tags") == tag_words(finding.tags, language)
        assert (cell("owner-column") or "", cell("comment") or "") == (finding.owner, finding.comment)
        if finding.due:
            assert cell("due-column") == datetime.fromisoformat(finding.due)
        if finding.scored:
            assert cell("importance") == finding.importance
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", f"A1:P{len(findings) + 1}")
    (validation,) = sheet.data_validations.dataValidation
    assert validation.formula1.count(",") == 3
    assert say("status-done", language) in validation.formula1
    assert next(row[1] for row in book[say("questions", language)].iter_rows(min_row=2, values_only=True))
    about = [str(row[1]) for row in book[say("about", language)].iter_rows(values_only=True)]
    assert any(made.documents[0].sha256 in text for text in about)
    assert any(made.audit_head in text for text in about)


def test_nothing_hostile_becomes_a_formula_or_a_link_in_excel() -> None:
    made = hostile_brief()
    content = FORMATS["xlsx"].render(made)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            root = etree.fromstring(package.read(name))
            assert not root.xpath("//*[local-name()='f' or local-name()='hyperlink' or local-name()='hyperlinks']"), (
                name
            )
            assert not root.xpath("//*[@TargetMode='External']"), name
    book = load_workbook(io.BytesIO(content))
    sheet = book[say("issues", "en")]
    quotes = [row[4] for row in sheet.iter_rows(min_row=2)][: len(HOSTILE)]
    for cell, text in zip(quotes, HOSTILE, strict=True):
        assert cell.data_type == "s"
        assert cell.value == printable(text)[:32_000]
        if printable(text).startswith(("=", "+", "-", "@")):
            assert cell.quotePrefix


# ---- the web page


def page(made: Brief) -> Any:
    return lxml_html.fromstring(FORMATS["html"].render(made), parser=lxml_html.HTMLParser(encoding="utf-8"))


READ_AT_ALL = {"en": "These pages could not be read: 12.", "ja": "次のページを読み込めませんでした：12"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_web_page_has_every_finding_and_says_which_language_it_is_in(language: Language) -> None:
    made = arranged(full_brief(language, 8), grouping="tag", order="importance")
    root = page(made)
    assert root.get("lang") == language
    assert root.xpath(f"//dd[.='{READ_AT_ALL[language]}']"), "what the reading warns of is said in the brief's language"
    assert [h.text for h in root.iter("h3")] == [name for name, _ in made.groups]
    rows = root.xpath("//section[@id='findings']//tbody/tr")
    assert len(rows) == len(made.findings)
    for number, (row, finding) in enumerate(zip(rows, made.findings, strict=True), start=1):
        assert row.xpath("string(th[@scope='row'])") == str(number)
        assert row.xpath("string(.//blockquote)") == finding.quote.text
        assert say(finding.decision, language) in row.xpath("string(td[3])")
        assert finding.due in row.xpath("string(td[4])")
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(th.get("scope") == "col" for th in table.xpath("thead//th"))
    targets = {a.get("href") for a in root.iter("a")}
    assert all(target.startswith("#") for target in targets)
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in targets} <= set(ids)


def test_a_quotation_in_another_language_is_marked_as_such() -> None:
    made = replace(full_brief("ja"), language="en")
    assert page(made).xpath("//section[@id='findings']//blockquote/@lang") == ["ja"] * 4


def test_hostile_text_on_the_web_page_is_text() -> None:
    root = page(hostile_brief())
    assert not list(root.iter("script", "img", "iframe", "object", "link", "base", "form"))
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or name == "src"]
    quotes = [q.text_content() for q in root.xpath("//section[@id='findings']//blockquote")]
    assert quotes == [printable(text) for text in HOSTILE]
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_style_sheet_is_the_one_that_the_policy_allows() -> None:
    import base64
    import hashlib

    text = FORMATS["html"].render(full_brief()).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "url(" not in style
    assert "@import" not in style


# ---- Markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_quotes_every_finding(language: Language) -> None:
    made = full_brief(language, 8)
    tokens = MarkdownIt().parse(FORMATS["md"].render(made).decode())
    quotes = [tokens[n + 2].content for n, token in enumerate(tokens) if token.type == "blockquote_open"]
    plain = [re.sub(r"\\(.)", r"\1", quote) for quote in quotes]
    assert plain == [*(f.quote.text for f in made.findings), *(excerpt(f.quote.text) for f in made.undecided)]
    text = FORMATS["md"].render(made).decode()
    for fact in (made.audit_head, made.documents[0].sha256, made.findings[0].owner, made.findings[0].due):
        assert fact in text.replace("\\", "")


def test_hostile_text_in_markdown_is_neither_markup_nor_code() -> None:
    text = FORMATS["md"].render(hostile_brief()).decode()
    assert "http://" not in text, "GitHub makes links of bare addresses"
    html = MarkdownIt("commonmark", {"html": True}).render(text)
    root = lxml_html.fromstring(f"<body>{html}</body>")
    assert not list(root.iter("script", "img", "a", "code"))
    assert "<script>alert(1)</script>" in root.text_content()
    assert "http://example.invalid/aaa" in root.text_content()


# ---- JSON


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_keeps_its_keys_and_gains_some(language: Language) -> None:
    made = arranged(full_brief(language, 5), grouping="section")
    value = json.loads(FORMATS["json"].render(made))
    assert value["schema"] == "fusen.brief/1"
    kept = {"title", "purpose", "language", "created_at", "documents", "summary", "findings", "undecided", "rejected"}
    assert kept | {"questions", "reviewers", "audit_head", "changes", "groups", "left_out"} <= set(value)
    for entry, finding in zip(value["findings"], made.findings, strict=True):
        assert (entry["id"], entry["text"], entry["page"]) == (finding.id, finding.quote.text, finding.quote.page)
        assert (entry["start"], entry["end"]) == (finding.start, finding.end)
        assert entry["section"] == list(finding.section)
    assert [name for name, _ in value["groups"]] == [name for name, _ in made.groups]


# ---- the calendar


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_has_the_findings_with_a_due_date_as_whole_days(language: Language) -> None:
    made = full_brief(language, 8)
    content = FORMATS["ics"].render(made)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(content)
    events = list(calendar.walk("VEVENT"))
    dated = [finding for finding in made.findings if finding.due]
    assert len(events) == len(dated) == 2
    for event, finding in zip(events, dated, strict=True):
        assert event["uid"] == f"{finding.id}@fusen"
        day = event["dtstart"].dt
        assert (type(day), day.isoformat()) == (date, finding.due)
        assert event["dtend"].dt == day + timedelta(days=1)
        assert finding.quote.text in event["description"]
        assert FILES[language] in event["description"]
        assert finding.owner in event["description"]
    assert calendar["x-fusen-audit-head"] == made.audit_head
    assert str(events[0]["summary"]).startswith(say("calendar-summary", language, text=""))


def test_without_a_due_date_there_is_no_calendar() -> None:
    made = full_brief()
    none = replace(made, findings=tuple(replace(f, due="") for f in made.findings))
    with pytest.raises(FusenError) as caught:
        FORMATS["ics"].render(none)
    assert caught.value.code == "empty"
    assert caught.value.advice


def test_hostile_text_makes_no_event_of_its_own() -> None:
    made = hostile_brief()
    events = icalendar.Calendar.from_ical(FORMATS["ics"].render(made)).walk("VEVENT")
    assert [str(e["uid"]) for e in events] == [f"{f.id}@fusen" for f in made.findings]
    assert all("\n" not in str(e["summary"]) for e in events)
    named = FORMATS["ics"].render(replace(full_brief(), title="A, B; C"))
    assert b"X-WR-CALNAME:A\\, B\\; C\r\n" in named


# ---- all of them


@pytest.mark.parametrize("name", RENDERED)
def test_the_same_brief_gives_the_same_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = full_brief("ja", 2)
    first = FORMATS[name].render(made)
    import time

    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert FORMATS[name].render(made) == first


@pytest.mark.parametrize("name", [name for name in RENDERED if name not in ("ics", "pptx")])
def test_nothing_found_and_five_hundred_findings(name: str) -> None:
    assert FORMATS[name].render(empty_brief())
    if name == "docx":
        assert len(docx_rows(FORMATS[name].render(full_brief("ja", 500)))) == 503
    elif name == "xlsx":
        book = load_workbook(io.BytesIO(FORMATS[name].render(full_brief("ja", 500))), read_only=True)
        assert sum(1 for _ in book.worksheets[0].iter_rows()) == 504
    else:
        text = FORMATS[name].render(full_brief("ja", 500)).decode()
        last = full_brief("ja", 500).findings[499].quote.text
        assert text.count(last) >= 125


def test_hostile_text_makes_no_word_document_ill() -> None:
    content = render_docx(hostile_brief())
    rows = docx_rows(content)
    for row, text in zip(rows, HOSTILE, strict=False):
        assert row[1].split("\n")[0] == printable(text)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"fldSimple" not in package.read("word/document.xml")
        relations = etree.fromstring(package.read("word/_rels/document.xml.rels"))
        assert not relations.xpath("//*[@TargetMode='External']")
    assert open_docx(io.BytesIO(content)).core_properties.created == NOW
