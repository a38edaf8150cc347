"""Which file a case damages, and how: everything follows from the seed and the case's number."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import docx_mutations, pdf_mutations

LARGEST_SOURCE = 4 << 20
_ROUNDS = (1, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole file that cases damage."""

    path: Path
    data: bytes

    @property
    def suffix(self) -> str:
        """The format, by the name: `.pdf` or `.docx`."""
        return self.path.suffix.lower()


@dataclass(frozen=True, slots=True)
class Damaged:
    """One case: the damaged bytes, and in words what was done to which file."""

    case: int
    source: Source
    data: bytes
    how: str


def find_sources(folder: Path) -> list[Source]:
    """The PDF and DOCX files of a folder, by name, but for huge ones. Raises `FileNotFoundError` where there is none."""
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".pdf", ".docx"))
    sources = [Source(p, p.read_bytes()) for p in files if p.is_file() and p.stat().st_size <= LARGEST_SOURCE]
    if not sources:
        raise FileNotFoundError(f"There is no PDF or DOCX in {folder}.")
    return sources


def damaged(sources: Sequence[Source], seed: int, case: int) -> Damaged:
    """Case number `case`; the same seed, number and sources give the same bytes."""
    # A string is hashed the same way in every process; nothing else enters.
    rng = random.Random(f"{seed}/{case}")
    suffix = (".pdf", ".docx")[case % 2]
    # Small files are read sooner and damage meets more of them, so they are taken more often.
    pool = [s for s in sources if s.suffix == suffix] or list(sources)
    (source,) = rng.choices(pool, [1 / (len(s.data) + 50_000) for s in pool])
    mutations = pdf_mutations.MUTATIONS if source.suffix == ".pdf" else docx_mutations.MUTATIONS
    data, names = source.data, []
    for _ in range(rng.choice(_ROUNDS)):
        mutation = rng.choice(mutations)
        try:
            data = mutation(data, rng) or data
        except Exception:
            # A package that the round before broke cannot be opened to break it further, and says so in many ways.
            if not names:
                raise
            continue
        names.append(mutation.__name__)
    return Damaged(case, source, data, " + ".join(names))
