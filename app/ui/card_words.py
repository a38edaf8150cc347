"""What the card of a finding says, in the user's language."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.analysis.analysis import Explanation, ScoredPassage
from app.export.wording import grade
from app.review.findings import Decision, Finding
from app.review.settling import decided_alone, disagree, settlement
from app.ui.findings_model import title_of
from app.ui.language import current, tag_name
from app.ui.places import clause_words, defined_in, section_path
from app.ui.state import OpenFile

_STEPS = 3
"""Of the path to a section, so many of the innermost are shown."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("FindingCard", text)


def heading(finding: Finding) -> str:
    """The tags with their probabilities; one that the reviewer gave has none. Without a tag, how important it is."""
    proposed = finding.tags if finding.proposed_tags is None else finding.proposed_tags
    known = {tag.tag for tag in proposed}
    names = {tag.tag: tag_name(tag.tag) for tag in finding.tags}
    named = (f"{names[tag.tag]} {tag.probability:.0%}" if tag.tag in known else names[tag.tag] for tag in finding.tags)
    return "  ·  ".join(named) or title_of(finding)


def place_line(file: OpenFile, finding: Finding) -> str:
    """Page by its label, and the sections around the passage."""
    page = _tr("p. {page}").format(page=file.page_words(finding.page)) if finding.quads else ""
    path = section_path(file.structure, finding.start)[-_STEPS:]
    return "  ·  ".join(filter(None, (page, " › ".join(path))))


def weight_line(file: OpenFile, finding: Finding) -> str:
    """How important it is, what that figure means, and what is special about the finding."""
    parts = [_weight(file, finding)]
    passages = len(file.analysis.passages) if file.analysis is not None else 0
    if passages and finding.rank:
        parts.append(_tr("rank {rank} of {passages:,}").format(rank=finding.rank, passages=passages))
    if finding.decision == "added":
        parts += [_tr("added by you")] if finding.tags else []  # without tags the heading says so
    elif not finding.selected and not file.has_first_findings:
        parts.append(_tr("not selected"))
    if finding.proposal is not None:
        parts.append(_tr("ends moved"))
    if finding.skipped and finding.decision == "undecided":
        parts.append(_tr("skipped"))
    return "  ·  ".join(parts)


def opinion_lines(finding: Finding) -> str:
    """What each of several reviewers decided and wrote, the workspace's own reviewer first; a line each."""
    if not finding.opinions:
        return ""
    said = [(each.reviewer, each.decision, each.comment) for each in finding.opinions]
    alone, _ = decided_alone(finding)
    if alone != "undecided":
        said.insert(0, (_tr("You"), alone, ""))
    lines = [
        f"{name}: {decision_words(decision)}" + (_tr(" – “{comment}”").format(comment=comment) if comment else "")
        for name, decision, comment in said
    ]
    if disagree(finding):
        lines.insert(0, _tr("The reviewers disagree; decide again to settle it."))
    elif (settled := settlement(finding)) is not None:
        told = _tr("They disagreed; {name} decided on {date}: {decision}")
        name, date = settled.by or _tr("You"), settled.at[:10]
        lines.insert(0, told.format(name=name, date=date, decision=decision_words(finding.decision)))
    return "\n".join(lines)


def decision_words(decision: Decision) -> str:
    """What a decision is called."""
    return {
        "undecided": _tr("undecided"),
        "accepted": _tr("accepted"),
        "rejected": _tr("rejected"),
        "edited": _tr("edited"),
        "added": _tr("added"),
    }[decision]


def _weight(file: OpenFile, finding: Finding) -> str:
    if not finding.rank:
        return _tr("The model did not weigh this text.")
    low, high = (round(100 * bound) for bound in finding.interval)
    told = _tr("{grade}: of 100 passages like this one, about {n} ({low} to {high}) must be read")
    if file.has_first_findings:
        told = _tr("First estimate: of 100 passages like this one, about {n} ({low} to {high}) must be read")
    return told.format(
        grade=grade(finding.importance, current()), n=round(100 * finding.importance), low=low, high=high
    )


def link_title(file: OpenFile, passage: ScoredPassage, *, defines: bool = False) -> str:
    """What a linked passage is called: the term that it defines, the clause whose head it is, else its own words.

    `defines`: it is linked for what it defines, and nothing else says so.
    """
    if term := defined_in(file.structure, passage):
        return _tr("Definition of {term}").format(term=term)
    if defines:
        return _tr("Definition: {words}").format(words=" ".join(passage.text.split()))
    heads = (clause for clause in file.structure.clauses if passage.start <= clause.head[0] < passage.end)
    head = next((clause for clause in heads if clause.title), None)
    return clause_words(head) if head is not None else passage.text


def shaded_words(text: str, explanation: Explanation, weights: Sequence[tuple[int, int, float]]) -> str:
    """What is shaded and what that means, the heaviest words first, so that the colour need not be seen."""
    alone = _tr("Read with its neighbours alone: {value:.0%}.").format(value=explanation.importance)
    if not weights:
        return f"{_tr('No words stand out: the estimate rests on the passage as a whole.')} {alone}"
    heaviest = sorted(weights, key=lambda weight: -weight[2])[:3]
    quoted = _tr(", ").join(
        _tr("“{words}”").format(words=" ".join(text[start:end].split()).strip(" ,.;:、。"))
        for start, end, _ in heaviest
    )
    told = _tr("Shaded: words without which the model's estimate falls most, first {words}.").format(words=quoted)
    return f"{told} {alone}"
