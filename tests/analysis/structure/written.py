"""Documents from a few lines and their structure, with every range checked against the text."""

from __future__ import annotations

from app.analysis.structure.building import structure_of
from app.analysis.structure.values import Clause, Reference, Structure
from app.documents.document import Document, Language
from tests.analysis.made import Made, made_document


def written(*blocks: Made | str, language: Language = "en") -> tuple[Document, Structure]:
    document = made_document(list(blocks), language=language)
    return document, checked(document)


def checked(document: Document) -> Structure:
    """The structure, after every offset and number in it was looked at."""
    structure = structure_of(document)
    size = len(document.text)
    for number, clause in enumerate(structure.clauses):
        assert 0 <= clause.start <= clause.head[0] <= clause.head[1] <= clause.end <= size
        assert document.text[clause.head[0] :].startswith(clause.number)
        assert clause.level == 1 + (structure.clauses[clause.parent].level if clause.parent is not None else 0)
        if clause.parent is not None:
            assert clause.parent < number
            around = structure.clauses[clause.parent]
            assert around.start <= clause.start <= clause.end <= around.end
    for reference in structure.references:
        assert 0 <= reference.start < reference.end <= size
        assert len(reference.targets) == len(reference.places)
        assert (reference.state == "found") == bool(reference.targets)
        for target, (start, end) in zip(reference.targets, reference.places, strict=True):
            assert structure.clauses[target].start <= start < end <= structure.clauses[target].end
    for definition in structure.definitions:
        assert document.text[definition.start : definition.end] == definition.term
        assert definition.defining[0] <= definition.start < definition.end <= definition.defining[1]
    for party in structure.parties:
        assert document.text[party.start : party.end].split() == party.name.split()
    for date in structure.dates:
        assert 0 <= date.start < date.end <= size
    assert len(structure.languages) == len(document.blocks)
    return structure


def tree(*blocks: Made | str, language: Language = "en") -> list[str]:
    """Each clause as "number title", indented by its level."""
    _, structure = written(*blocks, language=language)
    return ["  " * (clause.level - 1) + label(clause) for clause in structure.clauses]


def label(clause: Clause) -> str:
    return " ".join(filter(None, (clause.number, clause.title)))


def named(*blocks: Made | str, language: Language = "en") -> dict[str, list[str]]:
    """What each reference says -> the numbers and titles of the clauses it names; [state document] where there are none."""
    document, structure = written(*blocks, language=language)
    return {document.text[r.start : r.end]: _targets(structure, r) for r in structure.references}


def _targets(structure: Structure, reference: Reference) -> list[str]:
    if reference.targets:
        return [label(structure.clauses[target]) for target in reference.targets]
    return [f"{reference.state} {reference.document}".strip()]
