"""DOCX -> Document, from the XML itself: everything that a reader of Word sees, and nothing that a file does behind it.

`package` opens the zip, `names` holds the vocabulary, `styles` and `numbering` what paragraphs inherit, `paragraphs` reads
one paragraph, `story` walks a part, `assembly` and `reading` put the document together. `locked` opens what is under a
password, and `opening` decides.
"""

from app.documents.docx.reading import read_docx

__all__ = ["read_docx"]
