"""What an annotated copy of a DOCX differs in from its original, our additions aside: the judge of tests and of the round trip.

Other parts must be the same bytes in the same order; custom properties may have one more, the head of the audit log. Of parts
with marks we take our comments, their marks and all highlights out, join neighbouring runs of the same properties and texts
within a run, on both sides, and compare what is left.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"


def differences(original: Path, copy: Path) -> list[str]:
    """In words; empty where there are none."""
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(copy) as after:
        assert after.testzip() is None
        old, new = before.namelist(), after.namelist()
        found = [] if new[: len(old)] == old else ["the parts stand in another order, or are not all there"]
        added = set(new) - set(old)
        found += [
            f"{name} is new" for name in added if not (_is_comments(name) or _is_custom(name) or name.endswith(".rels"))
        ]
        comments = _comments(before), _comments(after)
        ours = set(comments[1]) - set(comments[0])
        found += [f"comment {id_} changed" for id_ in comments[0] if comments[0][id_] != comments[1].get(id_)]
        for name in old:
            a, b = before.read(name), after.read(name)
            if a == b or _is_comments(name):
                continue
            if name == "[Content_Types].xml" or name.endswith(".rels"):
                lost = set(_entries(a)) - set(_entries(b))
                more = len(_entries(b)) - len(_entries(a))
                found += [f"{name} lost {lost}"] if lost or not 0 < more <= 2 else []
            elif _is_custom(name):
                found += [f"{name} changed"] if not _contains(_properties(b), _properties(a)) else []
            elif not name.startswith("word/") or not name.endswith(".xml"):
                found.append(f"{name} changed")
            else:
                found += _compared(name, a, b, ours)
    return found


def _compared(name: str, a: bytes, b: bytes, ours: set[str]) -> list[str]:
    marks = [[(text, mark) for text, mark in _marked(data) if mark] for data in (a, b)]
    found = [] if _contains(marks[1], marks[0]) else [f"{name}: a highlight of the original changed"]
    first, second = bare(a, set()), bare(b, ours)
    if first != second:
        at = next(
            (i for i, (x, y) in enumerate(zip(first, second, strict=False)) if x != y), min(len(first), len(second))
        )
        found.append(f"{name} differs: …{first[at - 80 : at + 80]!r} … {second[at - 80 : at + 80]!r}")
    return found


def bare(data: bytes, ours: set[str]) -> str:
    """The part without our additions, in a form that is the same for what means the same."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False))
    w = f"{{{root.nsmap.get('w', W[1:-1])}}}"
    for mark in list(root.iter(f"{w}commentRangeStart", f"{w}commentRangeEnd", f"{w}commentReference")):
        if mark.get(f"{w}id") in ours:
            gone = mark.getparent() if mark.tag == f"{w}commentReference" else mark
            gone.getparent().remove(gone)
    for highlight in list(root.iter(f"{w}highlight")):
        highlight.getparent().remove(highlight)
    for properties in list(root.iter(f"{w}rPr")):
        if not len(properties) and not properties.attrib:
            properties.getparent().remove(properties)
    for element in root.iter():
        element.tail = None
        if element.tag == f"{w}t":
            text = element.text or ""
            element.text = text if element.get(SPACE) == "preserve" else text.strip(" \t\r\n")
            element.attrib.pop(SPACE, None)
        elif len(element):
            element.text = None
    for run in list(root.iter(f"{w}r")):
        _join(run, w)
    for run in root.iter(f"{w}r"):
        _join_texts(run, w)
    return str(etree.tostring(root, method="c14n").decode())


def _join(run: etree._Element, w: str) -> None:
    """Take up the following runs of the same properties."""
    while (after := run.getnext()) is not None and after.tag == run.tag and run.getparent() is not None:
        mine, other = run.find(f"{w}rPr"), after.find(f"{w}rPr")
        if _written(mine) != _written(other) or dict(run.attrib) != dict(after.attrib):
            return
        if other is not None:
            after.remove(other)
        run.extend(list(after))
        after.getparent().remove(after)


def _join_texts(run: etree._Element, w: str) -> None:
    for text in list(run.iterchildren(f"{w}t")):
        before = text.getprevious()
        if before is not None and before.tag == text.tag:
            before.text = (before.text or "") + (text.text or "")
            run.remove(text)


def _written(element: etree._Element | None) -> bytes:
    return b"" if element is None else etree.tostring(element, method="c14n")


def _marked(data: bytes) -> list[tuple[str, str]]:
    root = etree.fromstring(data.replace(_STRICT, W[1:-1].encode()))
    found: list[tuple[str, str]] = []
    for run in root.iter(f"{W}r"):
        mark = run.find(f"{W}rPr/{W}highlight")
        text = "".join(part.text or "" for part in run.iterchildren(f"{W}t"))
        found += [(character, "" if mark is None else mark.get(f"{W}val")) for character in text]
    return found


def _properties(data: bytes) -> list[tuple[str, str]]:
    return [(each.get("pid") or "", etree.tostring(each, method="c14n").decode()) for each in etree.fromstring(data)]


def _contains(longer: list[tuple[str, str]], shorter: list[tuple[str, str]]) -> bool:
    rest = iter(longer)
    return all(any(entry == other for other in rest) for entry in shorter)


def _comments(package: zipfile.ZipFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in package.namelist():
        if _is_comments(name):
            root = etree.fromstring(package.read(name).replace(_STRICT, W[1:-1].encode()))
            for comment in root.iterchildren(f"{W}comment"):
                found[comment.get(f"{W}id") or ""] = etree.tostring(comment, method="c14n")
    return found


def _is_comments(name: str) -> bool:
    return re.fullmatch(r"(.*/)?comments\d*\.xml", name) is not None


def _is_custom(name: str) -> bool:
    return re.fullmatch(r"docProps/custom\d*\.xml", name) is not None


def _entries(data: bytes) -> list[str]:
    return [repr(sorted(element.attrib.items())) for element in etree.fromstring(data)]
