"""The heads: importance and tags of each passage, kind of the document; and the threshold that a recall target asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.attention import AdaptiveAttentionConfig
from model.encoder import AttentionReport, Encoder, EncoderConfig, Report, Watch
from model.tags import KINDS, TAG_COUNT


@dataclass(frozen=True)
class Scores:
    """What the model says of the passages, as logits.

    `importance` (passages, kinds), `tags` (passages, tag outputs), `kind` (documents, kinds);
    `vectors` (passages, width) are means of the local layers' states: near ones (by angle) say like things, in either
    language.
    """

    importance: Tensor
    tags: Tensor
    kind: Tensor
    vectors: Tensor
    attention: AttentionReport


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

    def forward(
        self,
        ids: Tensor,
        passage_bounds: Tensor,
        document_bounds: Sequence[int],
        attention: AdaptiveAttentionConfig | None,
        report: Report | None = None,
        watch: Watch | None = None,
    ) -> Scores:
        """Score documents laid end to end.

        `ids` (tokens,); passage p is `ids[passage_bounds[p]:passage_bounds[p + 1]]`; document d holds the passages
        `document_bounds[d]:document_bounds[d + 1]`.
        """
        token_bounds = passage_bounds[list(document_bounds)].tolist()
        local = self.encoder.read_locally(ids, token_bounds, report)
        states, said = self.encoder.read_whole(local, token_bounds, attention, report, watch)
        vectors = segment_means(local.float(), passage_bounds)
        passages = self.norm(segment_means(states.float(), passage_bounds))
        kind = self.kind(segment_means(passages, torch.tensor(document_bounds, device=ids.device)))
        outputs = self.outputs(self.dropout(F.gelu(self.hidden(self.dropout(passages)))))
        return Scores(outputs[:, : len(KINDS)], outputs[:, len(KINDS) :], kind, vectors, said)


def segment_means(values: Tensor, bounds: Tensor) -> Tensor:
    """Means of consecutive segments: (rows, width), bounds (segments + 1,) ascending -> (segments, width)."""
    lengths = bounds.diff()
    owner = torch.repeat_interleave(torch.arange(len(lengths), device=values.device), lengths)
    sums = values.new_zeros(len(lengths), values.shape[1]).index_add(0, owner, values[bounds[0] : bounds[-1]])
    return sums / lengths.clamp_min(1)[:, None]
