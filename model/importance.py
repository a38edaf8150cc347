"""The heads, for importance, tags, kind of document and what a reader asks, and how a document is read for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.attention import AdaptiveAttentionConfig
from model.depth import Depth, Reading
from model.encoder import AttentionReport, Encoder, Places, Report, Watch
from model.layers import EncoderConfig, owners, segment_means, upload
from model.memory import give_back
from model.structure import HEADING
from model.tags import KINDS, TAG_COUNT


@dataclass(frozen=True)
class Scan:
    """What the coarse scan says, as logits as in `Scores`.

    `interest` (passages,): whether a passage is important or tagged.
    """

    importance: Tensor
    tags: Tensor
    kind: Tensor
    interest: Tensor


@dataclass(frozen=True)
class Scores:
    """What the model says of the passages, as logits.

    `importance` (passages, kinds), `tags` (passages, tag outputs), `kind` (documents, kinds);
    `vectors` (passages, width) are means of the local layers' states: near ones (by angle) say like things, in either
    language, among those read equally deeply. `states` (passages, width): what the heads were given. `scans`: what was said
    on the way, by the first layers and by the whole scan, as far as the architecture has them. `reading` is None where all
    was read deeply.
    """

    importance: Tensor
    tags: Tensor
    kind: Tensor
    vectors: Tensor
    attention: AttentionReport
    states: Tensor
    scans: tuple[Scan, ...] = ()
    reading: Reading | None = None


_ROWS_AT_ONCE = 8192
_LONG = 16_384
"""Tokens from which on it is worth the milliseconds to ask for freed memory back."""

Early = Callable[[Scan], None]
"""Called once with what the first layers say."""


class ScanHead(nn.Module):
    """One small network for all outputs of the coarse scan."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.hidden = nn.Linear(config.width, config.width)
        self.outputs = nn.Linear(config.width, len(KINDS) + TAG_COUNT + 1)
        self.kind = nn.Linear(config.width, len(KINDS))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, means: Tensor, document_bounds: Tensor) -> Scan:
        """`means` (passages, width) of the scan's states."""
        passages = self.norm(means)
        outputs = self.outputs(self.dropout(F.gelu(self.hidden(self.dropout(passages)))))
        importance, tags, interest = outputs.split([len(KINDS), TAG_COUNT, 1], dim=1)
        return Scan(importance, tags, self.kind(segment_means(passages, document_bounds)), interest[:, 0])


class ImportanceModel(nn.Module):
    """Encoder, mean over each passage's tokens, and one small network for all outputs."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.norm = nn.LayerNorm(config.width)
        self.hidden = nn.Linear(config.width, config.width)
        self.outputs = nn.Linear(config.width, len(KINDS) + TAG_COUNT)
        self.kind = nn.Linear(config.width, len(KINDS))
        self.dropout = nn.Dropout(config.dropout)
        if config.first_layers:
            self.first = ScanHead(config)
        if config.scan_layers:
            self.scan = ScanHead(config)
        if config.asks:
            self.asked = nn.Linear(config.width, config.width)
            self.answers = nn.Linear(config.width, config.width)

    def forward(
        self,
        ids: Tensor,
        passage_bounds: Tensor,
        document_bounds: Sequence[int],
        attention: AdaptiveAttentionConfig | None,
        report: Report | None = None,
        watch: Watch | None = None,
        *,
        structure: Tensor | None = None,
        depth: Depth | None = None,
        early: Early | None = None,
    ) -> Scores:
        """Score documents laid end to end.

        `ids` (tokens,); passage p is `ids[passage_bounds[p]:passage_bounds[p + 1]]`; document d holds the passages
        `document_bounds[d]:document_bounds[d + 1]`. `structure` (passages, columns) as in `model.structure`, None: unknown.
        A GPU is not waited for where `passage_bounds` and `structure` are on the host.
        `depth` decides what is read deeply, None: everything.
        """
        encoder, bounds = self.encoder, upload(torch.tensor(document_bounds), ids.device)
        token_bounds = passage_bounds[list(document_bounds)].tolist()
        places = self._places(structure, ids, passage_bounds, document_bounds)
        passage_bounds = upload(passage_bounds, ids.device)
        shallow = encoder.embed(ids, token_bounds, places, report)
        scans: list[Scan] = []
        reading = None
        if encoder.config.first_layers:
            scans.append(self.first(segment_means(shallow.float(), passage_bounds), bounds))
            if early:
                early(scans[-1])
            shallow = encoder.scan(shallow, token_bounds, report)
        if encoder.config.scan_layers:
            means = segment_means(shallow.float(), passage_bounds)
            scans.append(self.scan(means, bounds))
            if depth is not None:
                reading = depth(scans[-1], passage_bounds, document_bounds)
        if reading is None:
            rows, row_bounds, limits = encoder.deepen(shallow, token_bounds, report), passage_bounds, token_bounds
            vectors = segment_means(rows.float(), passage_bounds)
        else:
            rows, row_bounds, vectors = self._read_some(shallow, means, passage_bounds, bounds, reading.deep, report)
            limits = row_bounds[bounds].tolist()
        del shallow  # As large as all that follows for a long document, which needs it no more.
        if structure is not None and encoder.config.structure:
            rows = _plus(rows, encoder.place_whole(upload(structure, ids.device)), row_bounds)
        # Handed over: for a long document each of these takes a hundred megabytes, and only what follows needs it.
        handed = [rows]
        del rows
        if not self.training and ids.device.type == "cpu" and len(ids) > _LONG:
            give_back()
        states, said = encoder.read_whole(handed.pop(), limits, attention, report, watch)
        passages = self.norm(segment_means(states.float(), row_bounds))
        kind = self.kind(segment_means(passages, bounds))
        outputs = self.outputs(self.dropout(F.gelu(self.hidden(self.dropout(passages)))))
        return Scores(
            outputs[:, : len(KINDS)], outputs[:, len(KINDS) :], kind, vectors, said, passages, tuple(scans), reading
        )

    def relevance(self, query: Tensor, states: Tensor) -> Tensor:
        """How well passages answer queries, logits (queries, passages).

        `query` (queries, width): vectors; `states` (passages, width): those of `Scores`.
        """
        asked = F.normalize(self.asked(F.normalize(query, dim=-1)), dim=-1)
        return 20.0 * asked @ F.normalize(self.answers(states), dim=-1).T

    def _places(
        self, structure: Tensor | None, ids: Tensor, passage_bounds: Tensor, document_bounds: Sequence[int]
    ) -> Places | None:
        if structure is None or not self.encoder.config.structure:
            return None
        owner = owners(passage_bounds, len(ids))
        vectors = self.encoder.place(upload(structure, ids.device))
        if self.encoder.config.headings:
            heading = _headings(structure, document_bounds)
            # Words of headings alone: the word vectors of all would take as much memory as the states.
            read = torch.zeros(len(structure) + 1, dtype=torch.bool, device=structure.device)
            read[heading] = True
            rows = upload(read[owner.to(structure.device)].nonzero()[:, 0], ids.device)
            words = self.encoder.embedding(ids[rows])
            means = words.new_zeros(len(structure), words.shape[1])
            means = means.index_add(0, upload(owner, ids.device)[rows], words)
            means = means / upload(passage_bounds, ids.device).diff().clamp_min(1)[:, None]
            vectors = vectors + self.encoder.headings(means, upload(heading, ids.device))
        return Places(vectors, upload(owner, ids.device))

    def _read_some(
        self,
        shallow: Tensor,
        means: Tensor,
        passage_bounds: Tensor,
        document_bounds: Tensor,
        deep: Tensor,
        report: Report | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Rows (rows, width) for the whole-document layers, bounds (passages + 1,) of each passage's, and vectors.

        A passage in `deep` has a row a token, read by the deep layers; another one row, its mean after the scan.
        """
        lengths = passage_bounds.diff()
        row_bounds = F.pad(torch.where(deep, lengths, 1).cumsum(0), (1, 0))
        deep_bounds = F.pad(torch.where(deep, lengths, 0).cumsum(0), (1, 0))
        summaries = (means + self.encoder.ruled_out).to(shallow.dtype)
        rows = shallow.new_zeros(int(row_bounds[-1]), shallow.shape[1])
        rows = rows.index_copy(0, row_bounds[:-1][~deep], summaries[~deep])
        if int(deep_bounds[-1]):
            is_deep = torch.repeat_interleave(deep, lengths)
            limits = torch.unique_consecutive(deep_bounds[document_bounds]).tolist()
            read = self.encoder.deepen(shallow[is_deep], limits, report)
            rows = rows.index_copy(
                0, torch.repeat_interleave(deep, torch.where(deep, lengths, 1)).nonzero()[:, 0], read
            )
        vectors = segment_means(rows.float(), row_bounds)
        return rows, row_bounds, vectors


def _plus(rows: Tensor, vectors: Tensor, bounds: Tensor) -> Tensor:
    """Rows, each with the vector of its passage added: (rows, width) and (passages, width)."""
    owner = owners(bounds, len(rows))
    if torch.is_grad_enabled():
        return rows + vectors.index_select(0, owner).to(rows.dtype)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        rows[part] += vectors[owner[part]].to(rows.dtype)
    return rows


def _headings(structure: Tensor, document_bounds: Sequence[int]) -> Tensor:
    """(passages,): the passage that is the heading of each one's section; -1 where none is known of its document."""
    passages = torch.arange(len(structure), device=structure.device)
    starts = upload(torch.tensor(document_bounds), structure.device)[document_of(document_bounds, structure.device)]
    found = passages - structure[:, HEADING].long()
    return torch.where((found < passages) & (found >= starts), found, -1)


def document_of(document_bounds: Sequence[int], device: torch.device) -> Tensor:
    """(passages,): the document that each passage belongs to."""
    sizes = np.diff(document_bounds)
    return upload(np.repeat(np.arange(len(sizes)), sizes), device)
