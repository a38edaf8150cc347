"""Another selection from the same analysis: the reviewer asks for more or less to read, and nothing is computed again."""

from __future__ import annotations

from dataclasses import replace

from app.analysis.analysis import Analysis


def selected_share(analysis: Analysis) -> float:
    """The selected passages' share of the text that was scored, by characters."""
    scored = sum(passage.end - passage.start for passage in analysis.passages)
    chosen = sum(passage.end - passage.start for passage in analysis.passages if passage.selected)
    return chosen / scored if scored else 0.0


def select_share(analysis: Analysis, share: float) -> Analysis:
    """The analysis with the most important passages selected that together hold at most `share` (0 to 1) of its text.

    At least one is selected. The settings say `share` from then on.
    """
    room = share * sum(passage.end - passage.start for passage in analysis.passages)
    chosen: set[int] = set()
    for index in sorted(range(len(analysis.passages)), key=lambda index: analysis.passages[index].rank):
        room -= analysis.passages[index].end - analysis.passages[index].start
        if room < 0 and chosen:
            break
        chosen.add(index)
    passages = tuple(replace(passage, selected=index in chosen) for index, passage in enumerate(analysis.passages))
    return replace(analysis, passages=passages, settings=replace(analysis.settings, share=share))
