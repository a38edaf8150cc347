"""What training minimises: labels, a teacher's words, tasks whose labels the documents hold, two languages saying the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.importance import ImportanceModel, Scan, Scores, document_of
from model.layers import segment_means, upload
from model.structure import COLUMNS
from model.tags import KINDS, TAGS, tag_slice
from model.tokenizer import PADDING
from model.training.batches import Batch

_TEMPERATURE = 0.05


class DocumentTasks(nn.Module):
    """Heads of tasks whose labels the documents hold themselves. They teach the encoder and are not kept.

    `moved`: was a passage moved in from another document? `links`: which passage does another refer to, or define a term of?
    `sections`: which of the headings that were taken away is that of a passage's section?
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.moved = nn.Linear(width, 1)
        self.links, self.sections = Pointer(width), Pointer(width)


class Pointer(nn.Module):
    """From passages to others of the same document."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.source = nn.Linear(width, width)
        self.target = nn.Linear(width, width)

    def forward(self, states: Tensor, pairs: Tensor, document: Tensor) -> Tensor:
        """(pairs, passages) logits for `states` (passages, width); candidates are the other passages of the source's document."""
        sources = pairs[:, 0]
        logits: Tensor = self.source(states[sources]) @ self.target(states).T / states.shape[1] ** 0.5
        elsewhere = document[sources][:, None] != document
        itself = sources[:, None] == torch.arange(len(states), device=states.device)
        return logits.float().masked_fill(elsewhere | itself, -torch.inf)


@dataclass(frozen=True)
class Targets:
    """Of importance (passages,) and tags (passages, tag outputs), each with what of it is known, bool.

    `tag_weight` (passages, tag outputs): what an error counts, 0 where nothing is known.
    """

    importance: Tensor
    known: Tensor
    tags: Tensor
    tag_known: Tensor
    tag_weight: Tensor


def label_targets(batch: Batch, share: float) -> Targets:
    """What is to be learnt from a batch.

    Where there is a teacher (`batch.soft`), `share` of a target is the teacher's where there are labels, all of it where
    there are none.
    """
    by_rule = batch.weak >= 0
    importance = torch.where(by_rule, batch.weak, batch.importance.clamp_min(0).float())
    known = (batch.importance >= 0) | by_rule
    tags, tag_known = batch.tags, batch.tag_known
    soft = batch.soft
    if not len(soft):
        return Targets(importance, known, tags, tag_known, _tag_weight(tag_known))
    has_kind = batch.passage_kind >= 0
    theirs = soft[:, : len(KINDS)].gather(1, batch.passage_kind.clamp_min(0)[:, None])[:, 0]
    importance = torch.where(known, (1 - share) * importance + share * theirs, theirs)
    mixed = (1 - share) * tags + share * soft[:, len(KINDS) :]
    wanted = tag_known.clone()
    for number, kind in enumerate(KINDS):
        wanted[:, tag_slice(kind)] |= (batch.passage_kind == number)[:, None]
    own = wanted & ~tag_known
    tags = torch.where(own, soft[:, len(KINDS) :], mixed)
    still = ~batch.moved
    wanted &= still[:, None]
    return Targets(importance, has_kind & still, tags, wanted, _tag_weight(wanted))


def _tag_weight(known: Tensor) -> Tensor:
    """Errors are summed over tags and averaged over a group's passages; a group counts by the root of its share of them."""
    weights = []
    for group in TAGS:
        part = known[:, tag_slice(group)]
        labelled = part.any(1).sum().clamp_min(1)
        weights.append(part / (labelled * len(known)).sqrt())
    return torch.cat(weights, dim=1)


def labelled_loss(said: Scores | Scan, batch: Batch, targets: Targets, stopped: Tensor) -> Tensor:
    """Cross entropy of importance (mean over labelled passages), of tags (summed over tags), and of kinds (weight .1).

    `stopped` (kinds,) bool: kinds whose importance is learnt no further.
    """
    kind = batch.passage_kind.clamp_min(0)
    logits = said.importance.gather(1, kind[:, None])[:, 0].float()
    errors = F.binary_cross_entropy_with_logits(logits, targets.importance, reduction="none")
    known = targets.known & ~stopped[kind]
    loss = (errors * known).sum() / known.sum().clamp_min(1)
    tag_errors = F.binary_cross_entropy_with_logits(said.tags.float(), targets.tags, reduction="none")
    loss = loss + (tag_errors * targets.tag_weight).sum()
    return loss + 0.1 * F.cross_entropy(said.kind.float(), batch.kind, ignore_index=-1)


def interest_loss(scan: Scan, targets: Targets) -> Tensor:
    """Cross entropy of the scan's interest: the larger of importance and the tags' probabilities, where either is known."""
    interest = torch.maximum(targets.importance * targets.known, (targets.tags * targets.tag_known).amax(1))
    either = targets.known | targets.tag_known.any(1)
    errors = F.binary_cross_entropy_with_logits(scan.interest.float(), interest, reduction="none")
    return (errors * either).sum() / either.sum().clamp_min(1)


def document_task_loss(tasks: DocumentTasks, scores: Scores, batch: Batch) -> Tensor:
    """Cross entropy of `moved` (mean over passages), of the target of each link, and of the heading of each section."""
    logits = tasks.moved(scores.states)[:, 0].float()
    loss = F.binary_cross_entropy_with_logits(logits, batch.moved.float())
    document = document_of(batch.document_bounds, logits.device)
    for point, pairs in ((tasks.links, batch.links), (tasks.sections, batch.sections)):
        if len(pairs):
            loss = loss + F.cross_entropy(point(scores.states, pairs, document), pairs[:, 1]) / 4
    return loss


def relevance_loss(model: ImportanceModel, scores: Scores, batch: Batch) -> Tensor | float:
    """-log of the share that the answers have in a softmax over the meeting's passages, each answer weighing the same."""
    if not len(batch.queries):
        return 0.0
    logits = model.relevance(sentence_vectors(model, batch.queries), scores.states).float()
    document = document_of(batch.document_bounds, logits.device)
    logits = logits.masked_fill(document != batch.query_document[:, None], -torch.inf)
    query, passage = batch.answers.unbind(1)
    counts = torch.bincount(query, minlength=len(logits)).clamp_min(1)
    return -(logits.log_softmax(1)[query, passage] / counts[query]).sum() / len(logits)


def pair_loss(model: ImportanceModel, sides: Sequence[Tensor]) -> Tensor:
    """InfoNCE in both directions between mean vectors of paired sentences after the local layers (temperature 0.05).

    `sides`: padded ids (sentences, longest) of a first and a second side, and so on for further kinds of pairs, each apart.
    """
    vectors = torch.split(F.normalize(sentence_vectors(model, stacked(sides)), dim=-1), [len(side) for side in sides])
    loss = torch.zeros((), device=vectors[0].device)
    for first, second in zip(vectors[::2], vectors[1::2], strict=True):
        similarity = first @ second.T / _TEMPERATURE
        target = torch.arange(len(similarity), device=similarity.device)
        loss = loss + F.cross_entropy(similarity, target) + F.cross_entropy(similarity.T, target)
    return loss


def transfer_loss(model: ImportanceModel, english: Tensor, japanese: Tensor, run: int) -> Tensor:
    """Cross entropy of what the model says of Japanese documents against what it says of them in English, which stands.

    `english`, `japanese` (sentences, longest) padded ids; `run` sentences make a document. Importance counts for every kind,
    tags are summed, as the labels' are.
    """
    ids, bounds = flattened(stacked([english, japanese]))
    documents = list(range(0, 2 * len(english) + 1, run))
    device = model.encoder.positions.device
    unknown = torch.zeros(len(bounds) - 1, COLUMNS, dtype=torch.long)
    scores: Scores = model(upload(ids, device), bounds, documents, None, structure=unknown)
    (importance, ours), (tags, our_tags) = (each.float().chunk(2) for each in (scores.importance, scores.tags))
    on_importance = F.binary_cross_entropy_with_logits(ours, importance.detach().sigmoid())
    on_tags = F.binary_cross_entropy_with_logits(our_tags, tags.detach().sigmoid(), reduction="none")
    return on_importance + on_tags.sum(1).mean() / len(TAGS)


def stacked(sides: Sequence[Tensor]) -> Tensor:
    """Padded ids of several sides below each other: (all sentences, longest)."""
    longest = max(side.shape[1] for side in sides)
    return torch.cat([F.pad(side, (0, longest - side.shape[1]), value=PADDING) for side in sides])


def sentence_vectors(model: ImportanceModel, ids: Tensor) -> Tensor:
    """Mean token states of the local layers: padded ids (sentences, tokens) -> (sentences, width), float32."""
    flat, bounds = flattened(ids)
    device = model.encoder.positions.device
    states = model.encoder.read_locally(upload(flat, device), bounds.tolist())
    return segment_means(states.float(), upload(bounds, device))


def flattened(ids: Tensor) -> tuple[Tensor, Tensor]:
    """Padded ids (rows, longest) -> ids (tokens,) end to end and bounds (rows + 1,)."""
    real = ids != PADDING
    return ids[real], F.pad(real.sum(1).cumsum(0), (1, 0))
