"""An analysis as a list to read in a terminal: the selected passages by importance, and what the analysis cost."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from app.analysis.analysis import Analysis
from app.tags import tag_name


def analysis_listing(analysis: Analysis, pages: Sequence[str] | None, *, width: int) -> str:
    """The list, `width` columns wide (a Japanese character takes two).

    `pages` is what each page is called, from the first; None for a document without pages.
    """
    written = io.StringIO()
    console = Console(file=written, width=max(40, width), color_system=None, force_terminal=False)
    selected = sorted((p for p in analysis.passages if p.selected), key=lambda p: p.rank)
    console.print(Text(analysis.file))
    for passage in selected:
        facts = [f"{passage.importance:.0%}", f"p. {pages[passage.page - 1]}" if pages else ""]
        facts += [tag_name(tag.tag, analysis.language) for tag in passage.tags]
        console.print(Text("\n" + " · ".join(filter(None, facts))))
        console.print(Padding(Text(" ".join(passage.text.split())), (0, 0, 0, 4)))
    cost, mass = analysis.cost, analysis.cost.covered_mass
    console.print(
        Text(
            f"\n{len(selected)} of {len(analysis.passages)} passages selected · {cost.tokens:,} tokens in {cost.seconds:.1f} s"
            f" on {cost.device} · density {cost.density:.1%} · covered mass {mass.estimate:.1%}"
            f" ({mass.low:.1%}–{mass.high:.1%}) · read deeply {cost.read_deeply:.0%}"
            + ("" if cost.missed is None else f" (important ones expected in the rest: {cost.missed.estimate:.1f})")
            + f" · peak {cost.peak_bytes / 1e9:.2f} GB"
        )
    )
    for warning in analysis.warnings:
        console.print(Text(f"Note: {warning.message}"))
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"
