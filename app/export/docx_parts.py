"""What a copy of a DOCX adds to its package: new parts, their types in the list of contents, the relations that lead to them.

Several may add to one list; it is read once and written once. What the lists hold already stays.
"""

from __future__ import annotations

import posixpath
from itertools import count

from lxml import etree

from app.documents.docx.names import CONTENT_TYPES, PACKAGE_RELATIONS, STRICT_TO_TRANSITIONAL, Element
from app.documents.docx.package import Package

_TYPES_PART = "[Content_Types].xml"


class Additions:
    """The parts of one package that change or come new while something is added to it."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._lists: dict[str, Element] = {}
        self._content: dict[str, bytes] = {}

    def put(self, name: str, content: bytes) -> None:
        """Let the part `name`, which may be new, have this content."""
        self._content[name] = content

    def state_type(self, name: str, content_type: str) -> None:
        """List the part's type, where it is not stated yet."""
        root = self._list(_TYPES_PART, f"{{{CONTENT_TYPES}}}Types")
        override = f"{{{CONTENT_TYPES}}}Override"
        if not any((entry.get("PartName") or "").lower() == f"/{name}".lower() for entry in root.iter(override)):
            etree.SubElement(root, override, {"PartName": f"/{name}", "ContentType": content_type})
            self._note(_TYPES_PART, root, strict=False)

    def relate(self, source: str, type_: str, target: str, *, strict: bool) -> None:
        """Let the part `source` ("" for the package) refer to the part `target`; `strict`: in the strict variant's names.

        Raises `BrokenPartError` where its relations cannot be read.
        """
        folder, base = posixpath.split(source)
        part = posixpath.join(folder, "_rels", base + ".rels")
        root = self._list(part, f"{{{PACKAGE_RELATIONS}}}Relationships")
        used = {entry.get("Id") for entry in root}
        id_ = next(f"rId{number}" for number in count(len(used) + 1) if f"rId{number}" not in used)
        attributes = {"Id": id_, "Type": type_, "Target": posixpath.relpath(target, folder or ".")}
        etree.SubElement(root, f"{{{PACKAGE_RELATIONS}}}Relationship", attributes)
        self._note(part, root, strict=strict)

    def free_name(self, folder: str, stem: str) -> str:
        """The name of a new XML part."""
        names = (posixpath.join(folder, f"{stem}{number or ''}.xml") for number in count())
        return next(name for name in names if not self.package.has(name))

    def parts(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The parts that change and those that are new, by name; relations and types before what they tell of."""
        changed = {name: content for name, content in self._content.items() if self.package.has(name)}
        return changed, {name: content for name, content in self._content.items() if name not in changed}

    def _list(self, part: str, tag: str) -> Element:
        if part not in self._lists:
            self._lists[part] = self.package.xml(part) if self.package.has(part) else etree.Element(tag)
        return self._lists[part]

    def _note(self, part: str, root: Element, *, strict: bool) -> None:
        self._content[part] = part_bytes(root, strict=strict)


def part_bytes(root: Element, *, strict: bool = False) -> bytes:
    """A part's XML; with `strict` in the names of the strict variant, which reading replaces by the usual ones."""
    tree = root.getroottree()
    standalone = tree.docinfo.standalone
    data: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=standalone is not False)
    if strict:
        for other, transitional in STRICT_TO_TRANSITIONAL:
            data = data.replace(transitional.encode(), other.encode())
    return data
