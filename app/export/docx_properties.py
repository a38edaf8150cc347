"""A custom property of a DOCX, which Word lists under File, Information, Properties, Advanced; all others stay."""

from __future__ import annotations

from lxml import etree

from app.documents.docx.names import Element
from app.documents.docx.package import BrokenPartError
from app.export.docx_parts import Additions, part_bytes

_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_TRANSITIONAL = ("http://schemas.openxmlformats.org/officeDocument/2006", "custom-properties")
_STRICT = ("http://purl.oclc.org/ooxml/officeDocument", "customProperties")
"""The beginning of each variant's names, and what they call such properties."""
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_ID = 2
"""[MS-OLEPS]: 0 and 1 are taken by the dictionary and the code page."""


def set_property(additions: Additions, name: str, value: str) -> None:
    """Give the package the text property `name`, in place of one that is called so; none where its properties are damaged."""
    package = additions.package
    base, kind = _STRICT if package.main.lower() in package.strict else _TRANSITIONAL
    relation = next(
        (r for r in package.relations("").values() if r.kind in (_TRANSITIONAL[1], _STRICT[1]) and not r.external), None
    )
    try:
        if relation is not None:
            part, root = relation.target, package.xml(relation.target)
        else:
            part, space = additions.free_name("docProps", "custom"), f"{base}/{kind}"
            root = etree.Element(f"{{{space}}}Properties", nsmap={None: space, "vt": f"{base}/docPropsVTypes"})
            additions.relate("", f"{base}/relationships/{kind}", part, strict="_rels/.rels" in package.strict)
    except BrokenPartError:
        return
    _set(root, name, value)
    additions.state_type(part, _TYPE)
    additions.put(part, part_bytes(root))


def _set(root: Element, name: str, value: str) -> None:
    space = etree.QName(root).namespace or ""
    types = f"{(_STRICT if space.startswith(_STRICT[0]) else _TRANSITIONAL)[0]}/docPropsVTypes"
    known = list(root)
    entry = next((each for each in known if (each.get("name") or "").lower() == name.lower()), None)
    if entry is None:
        ids = {each.get("pid") for each in known}
        number = next(number for number in range(_FIRST_ID, _FIRST_ID + len(known) + 1) if str(number) not in ids)
        entry = etree.SubElement(root, f"{{{space}}}property", {"fmtid": _FORMAT_ID, "pid": str(number), "name": name})
    for child in list(entry):
        entry.remove(child)
    text: Element = etree.SubElement(entry, f"{{{types}}}lpwstr", nsmap={"vt": types})
    text.text = value
