"""Which findings get a slide of their own. Without the libraries that make slides, for those who prepare their pictures."""

from __future__ import annotations

from app.export.brief import Brief, BriefFinding

MOST_FINDINGS = 40
"""So many slides of findings where none is to be raised; the rest is counted on a slide of its own."""


def slide_findings(brief: Brief) -> tuple[BriefFinding, ...]:
    """In the order of the brief: those that are to be raised; where there are none, the first accepted ones."""
    kept = [brief.findings[index] for _, members in brief.groups for index in members] or list(brief.findings)
    raised = [finding for finding in (*kept, *brief.undecided) if finding.raised]
    return tuple(raised or kept[:MOST_FINDINGS])
