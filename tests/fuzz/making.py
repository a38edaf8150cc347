"""Which file a case damages, and how: everything follows from the seed and the case's number."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import docx_mutations, docx_tree_mutations, pdf_mutations, pdf_structure_mutations, text_mutations
from tests.fuzz.made_texts import TEXTS

LARGEST_SOURCE = 4 << 20
PACKED = (".pdf", ".docx")
PLAIN = (".html", ".md", ".rst", ".txt")
MUTATIONS: dict[str, tuple[pdf_mutations.Mutation, ...]] = {
    ".pdf": (*pdf_mutations.MUTATIONS, *pdf_structure_mutations.MUTATIONS),
    ".docx": (*docx_mutations.MUTATIONS, *docx_tree_mutations.MUTATIONS),
    **dict.fromkeys(PLAIN, text_mutations.MUTATIONS),
}
_ROUNDS = (1, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole file that cases damage."""

    path: Path
    data: bytes

    @property
    def suffix(self) -> str:
        """The format, by the name, such as `.pdf`."""
        return self.path.suffix.lower()


@dataclass(frozen=True, slots=True)
class Damaged:
    """One case: the damaged bytes, and in words what was done to which file."""

    case: int
    source: Source
    data: bytes
    how: str


def find_sources(folder: Path, suffixes: Sequence[str] = PACKED, largest: int = LARGEST_SOURCE) -> list[Source]:
    """A folder's files of these formats, by name, up to `largest` bytes each, and what is made here of a format that it lacks.

    Raises `FileNotFoundError` where there is nothing of a format.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in suffixes)
    sources = [Source(p, p.read_bytes()) for p in files if p.is_file() and 0 < p.stat().st_size <= largest]
    found = {source.suffix for source in sources}
    made = [Source(Path(name), text.encode()) for name, text in TEXTS if Path(name).suffix not in found]
    sources += [source for source in made if source.suffix in suffixes]
    if missing := sorted(set(suffixes) - {source.suffix for source in sources}):
        raise FileNotFoundError(
            f"There is no file in {folder} named {' or '.join('*' + suffix for suffix in missing)}."
        )
    return sources


def damaged(sources: Sequence[Source], seed: int, case: int) -> Damaged:
    """Case number `case`, the formats in turn; the same seed, number and sources give the same bytes."""
    # A string is hashed the same way in every process; nothing else enters.
    rng = random.Random(f"{seed}/{case}")
    suffixes = list(dict.fromkeys(s.suffix for s in sources))
    suffix = sorted(suffixes, key=(*PACKED, *PLAIN).index)[case % len(suffixes)]
    # Small files are read sooner and damage meets more of them, so they are taken more often.
    pool = [s for s in sources if s.suffix == suffix]
    (source,) = rng.choices(pool, [1 / (len(s.data) + 50_000) for s in pool])
    data, names = source.data, []
    for _ in range(rng.choice(_ROUNDS)):
        mutation = rng.choice(MUTATIONS[suffix])
        try:
            data = mutation(data, rng) or data
        except Exception:
            # A package that the round before broke cannot be opened to break it further, and says so in many ways.
            if not names:
                raise
            continue
        names.append(mutation.__name__)
    return Damaged(case, source, data, " + ".join(names))
