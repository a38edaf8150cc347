"""Small DOCX packages written part by part, for what python-docx cannot write."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
NAMESPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def run(text: str, properties: str = "") -> str:
    """A run of one text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str = "", properties: str = "") -> str:
    """A paragraph; content that is no XML becomes one run."""
    inner = content if content.startswith("<") or not content else run(content)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def numbered(text: str, num_id: int, level: int = 0, more: str = "") -> str:
    """A paragraph in a list."""
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>'
    return paragraph(text, more + numbering)


def tracked(kind: str, content: str, author: str = "Ada", date: str = "2024-05-01T10:00:00Z") -> str:
    """A tracked change around runs."""
    return f'<w:{kind} w:id="1" w:author={quoteattr(author)} w:date="{date}">{content}</w:{kind}>'


def deleted_run(text: str) -> str:
    """What stands in a deletion."""
    return f'<w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r>'


def part(name: str, content: str) -> str:
    """A part's XML with all namespaces."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {NAMESPACES}>{content}</w:{name}>'


def relation(id_: str, kind: str, target: str, *, external: bool = False) -> str:
    """One relation of the main part."""
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{id_}" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>'


def write_docx(
    path: Path,
    body: str | bytes,
    *,
    parts: Mapping[str, str | bytes] | None = None,
    relations: str = "",
    content_type: str = MAIN,
) -> Path:
    """A package of the body's content (or of the main part's bytes), further parts (by their names below `word/`, each related
    by its name without ending) and relations of the main part.
    """
    main = body if isinstance(body, bytes) else part("document", f"<w:body>{body}</w:body>").encode()
    related = "".join(
        relation(f"rel-{name.partition('.')[0]}", name.partition(".")[0].rstrip("0123456789"), name)
        for name in parts or {}
        if name.endswith(".xml")
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    package_relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'{head}<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{content_type}"/></Types>',
        )
        package.writestr(
            "_rels/.rels",
            f'{head}<Relationships xmlns="{package_relations}">'
            f"{relation('rId1', 'officeDocument', 'word/document.xml')}</Relationships>",
        )
        package.writestr(
            "word/_rels/document.xml.rels",
            f'{head}<Relationships xmlns="{package_relations}">{related}{relations}</Relationships>',
        )
        package.writestr("word/document.xml", main)
        for name, content in (parts or {}).items():
            package.writestr(f"word/{name}", content)
    return path


def level(index: int, text: str, format_: str = "decimal", *, start: int = 1, more: str = "") -> str:
    """A level of a list."""
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{format_}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(levels: str, overrides: Mapping[int, str] | None = None, more: str = "") -> str:
    """Numbering with one abstract list 0 and the lists 1 and what `overrides` names."""
    lists = {1: "", **(overrides or {})}
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{inner}</w:num>' for number, inner in lists.items()
    )
    return part("numbering", f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{more}{nums}')
