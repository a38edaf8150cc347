"""How well a model in training does on the packed validation documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from torch import Tensor

from model.depth import AdaptiveDepth
from model.importance import ImportanceModel, document_of
from model.tags import TAGS, tag_slice
from model.training.batches import Batch, Corpus
from model.training.losses import DocumentTasks, sentence_vectors

Floats = NDArray[np.float32]

SHARES_CHOSEN = (0.1, 0.2, 0.3)
"""Shares of the passages that the scan does not rule out, at which adaptive depth is looked at."""


@dataclass(frozen=True)
class _Said:
    importance: Floats
    tags: Floats
    labels: NDArray[np.int64]
    truth: Floats
    lengths: NDArray[np.int64]
    document: NDArray[np.int64]
    deep: float


@torch.no_grad()
def validate(
    model: ImportanceModel,
    corpus: Corpus,
    japanese: Corpus,
    device: torch.device,
    most: int = 1000,
    *,
    thorough: bool = True,
) -> dict[str, float]:
    """How well importance, tags and questions are answered; figures by name.

    Average precision of importance, recall at 20 % of the tokens, mean average precision of tags for each group (its first
    `most` documents); the same of the scan alone and under adaptive depth; Japanese importance; recall at 10 % of meetings
    for questions.
    """
    model.eval()
    figures: dict[str, float] = {}
    for group in TAGS:
        batches = [batch.to(device) for batch in corpus.whole(group, most=most)]
        figures |= _named(group, _figures(_collect(model, batches, None, scan=None), group))
        if thorough and model.encoder.config.scan_layers:
            for number in range(1 + bool(model.encoder.config.first_layers)):
                figures |= _named(f"{group}_scan{number}", _figures(_collect(model, batches, None, scan=number), group))
            for share, threshold in _thresholds(model, batches).items():
                said = _collect(model, batches, AdaptiveDepth(threshold, 0.0, 0), scan=None)
                figures |= _named(f"{group}_{share}", {**_figures(said, group), "deep": said.deep})
    said = _collect(model, [batch.to(device) for batch in japanese.whole("none")], None, scan=None)
    figures["japanese_ap"] = average_precision_score(said.labels, said.importance)
    figures["japanese_ap_by_document"] = _ap_by_document(said)
    if model.encoder.config.asks:
        figures["meeting_recall10"] = _questions(model, corpus, device)
    return {name: float(value) for name, value in figures.items()}


@torch.no_grad()
def validate_tasks(
    model: ImportanceModel, tasks: DocumentTasks, corpus: Corpus, device: torch.device, seed: int = 0, most: int = 60
) -> dict[str, float]:
    """How well a document's own tasks are done.

    Average precision of finding passages moved in from elsewhere (6 % of them), how often a link's target ranks first, and how
    often the heading of a passage's section, where up to six headings stand apart.
    """
    model.eval()
    generator = np.random.default_rng(seed)
    figures = {}
    for group in ("contract", "design"):
        logits, labels, ranks, sections = [], [], [], []
        members = corpus.members(group)
        for document in members[:most].tolist():
            crop = corpus.crop(document, 16_384, generator)
            crop = corpus.with_moved(crop, int(generator.choice(members)), 0.06, generator)
            crop = corpus.with_headings_apart(crop, 6, generator)
            batch = corpus.batch([crop], generator).to(device)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                scores = model(batch.ids, batch.passage_bounds, batch.document_bounds, None, structure=batch.structure)
                logits.append(tasks.moved(scores.states)[:, 0].float())
                document = document_of(batch.document_bounds, device)
                found = tasks.links(scores.states, batch.links, document)
                headings = tasks.sections(scores.states, batch.sections, document)
            labels.append(batch.moved)
            ranks.append(found.argmax(1) == batch.links[:, 1])
            sections.append(headings.argmax(1) == batch.sections[:, 1])
        moved = torch.cat(labels).cpu().numpy()
        figures[f"{group}_moved_ap"] = float(average_precision_score(moved, torch.cat(logits).cpu().numpy()))
        for name, each in (("link", ranks), ("section", sections)):
            found_first = torch.cat(each).float()
            if len(found_first):
                figures[f"{group}_{name}_top1"] = float(found_first.mean())
    return figures


def _collect(
    model: ImportanceModel, batches: Iterable[Batch], depth: AdaptiveDepth | None, *, scan: int | None
) -> _Said:
    parts: list[tuple[Tensor, ...]] = []
    deep = total = documents = 0
    for batch in batches:
        device = batch.ids.device
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            scores = model(
                batch.ids, batch.passage_bounds, batch.document_bounds, None, structure=batch.structure, depth=depth
            )
        said = scores if scan is None else scores.scans[scan]
        own = said.importance.gather(1, batch.passage_kind.clamp_min(0)[:, None])[:, 0]
        lengths = batch.passage_bounds.diff().to(device)
        document = document_of(batch.document_bounds, device) + documents
        documents += len(batch.document_bounds) - 1
        deep += int(lengths[scores.reading.deep].sum()) if scores.reading else int(lengths.sum())
        total += int(lengths.sum())
        parts.append((own.float(), said.tags.float(), batch.importance, batch.tags, lengths, document))
    columns = [torch.cat(column).cpu().numpy() for column in zip(*parts, strict=True)]
    importance, tags, labels, truth, sizes, documents_of = columns
    return _Said(importance, tags, labels, truth, sizes, documents_of, deep / max(total, 1))


def _figures(said: _Said, group: str) -> dict[str, float]:
    figures = {}
    known = said.labels >= 0
    if known.any():
        figures["ap"] = average_precision_score(said.labels[known], said.importance[known])
        figures["recall20"] = _recall(said, 0.2)
    truth, score = said.truth[:, tag_slice(group)], said.tags[:, tag_slice(group)]
    each = [average_precision_score(truth[:, i], score[:, i]) for i in np.flatnonzero(truth.any(0))]
    figures["tag_map"] = float(np.mean(each))
    return figures


def _recall(said: _Said, share: float) -> float:
    found = []
    for document in np.unique(said.document):
        own = said.document == document
        important, lengths = said.labels[own] == 1, said.lengths[own]
        if important.any():
            order = np.argsort(-said.importance[own], kind="stable")
            read = np.cumsum(lengths[order]) <= share * lengths.sum()
            found.append(important[order][read].sum() / important.sum())
    return float(np.mean(found)) if found else 0.0


def _ap_by_document(said: _Said) -> float:
    owns = [said.document == document for document in np.unique(said.document)]
    return float(np.mean([average_precision_score(said.labels[own], said.importance[own]) for own in owns]))


def _thresholds(model: ImportanceModel, batches: list[Batch]) -> dict[float, float]:
    interest = []
    for batch in batches:
        with torch.autocast(batch.ids.device.type, torch.bfloat16, enabled=batch.ids.is_cuda):
            scores = model(batch.ids, batch.passage_bounds, batch.document_bounds, None, structure=batch.structure)
        interest.append(scores.scans[-1].interest.float())
    ranked = torch.cat(interest).sort(descending=True).values
    return {share: float(ranked[int(share * len(ranked))]) for share in SHARES_CHOSEN}


def _questions(model: ImportanceModel, corpus: Corpus, device: torch.device) -> float:
    found = []
    for whole in corpus.whole("meeting", tokens=1):
        batch = whole.to(device)
        if not len(batch.queries):
            continue
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            scores = model(batch.ids, batch.passage_bounds, batch.document_bounds, None, structure=batch.structure)
            logits = model.relevance(sentence_vectors(model, batch.queries), scores.states).float().cpu().numpy()
        lengths = batch.passage_bounds.diff().cpu().numpy()
        query, passage = batch.answers.cpu().numpy().T
        for number, row in enumerate(logits):
            order = np.argsort(-row, kind="stable")
            read = order[np.cumsum(lengths[order]) <= 0.1 * lengths.sum()]
            found.append(np.isin(passage[query == number], read).mean())
    return float(np.mean(found))


def _named(name: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{name}_{key}": value for key, value in figures.items()}
