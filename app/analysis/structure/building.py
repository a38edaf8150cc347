"""Document -> Structure: everything in this room put together."""

from __future__ import annotations

from app.analysis.structure.clauses import find_clauses
from app.analysis.structure.dates import find_dates
from app.analysis.structure.definitions import find_definitions
from app.analysis.structure.languages import block_languages
from app.analysis.structure.parties import find_parties
from app.analysis.structure.passages import walk
from app.analysis.structure.references import find_references
from app.analysis.structure.values import Structure
from app.documents.collecting import without_collection
from app.documents.document import Document

MOST_CHARACTERS, MOST_BLOCKS = 5_000_000, 150_000


def structure_of(document: Document) -> Structure:
    """What the text says of its structure, without any model.

    Time is linear in the text, about a second for a million characters; of a text of more than `MOST_CHARACTERS` or
    `MOST_BLOCKS`, which no one reads clause by clause, nothing is said.
    """
    if len(document.text) > MOST_CHARACTERS or len(document.blocks) > MOST_BLOCKS:
        return Structure()
    with without_collection():
        walked = walk(document)
        clauses = find_clauses(walked)
        definitions = find_definitions(walked, clauses)
        return Structure(
            clauses=clauses.found,
            references=find_references(walked, clauses),
            definitions=definitions,
            parties=find_parties(document, definitions) if document.kind == "contract" else (),
            dates=find_dates(document),
            languages=block_languages(document),
        )
