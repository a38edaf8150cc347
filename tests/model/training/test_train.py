"""The parts of training, on a model that learns in seconds: what lowers the loss, what is masked, what is averaged."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from made_model import TINY, made_model

from model.depth import RandomDepth
from model.importance import ImportanceModel
from model.structure import COLUMNS
from model.tags import KINDS, TAG_COUNT, tag_slice
from model.tokenizer import PADDING
from model.training.batches import Batch
from model.training.concentration import Concentration
from model.training.losses import (
    DocumentTasks,
    document_task_loss,
    interest_loss,
    label_targets,
    labelled_loss,
    pair_loss,
    relevance_loss,
    sentence_vectors,
    transfer_loss,
)
from model.training.train import Recipe, blend, make_optimizer, schedule, training_attention

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe()
PLAIN = replace(TINY, dropout=0.0)
DEEP = replace(
    PLAIN, local_layers=4, scan_layers=2, first_layers=1, structure=True, asks=True, long_scale=0.1, headings=8
)
TASKS = DocumentTasks(TINY.width)


def made_batch(seed: int = 0, passages: int = 12) -> Batch:
    """Two documents; a passage is important, and has the first tag of its group, where three of its seven tokens are 5."""
    generator = torch.Generator().manual_seed(seed)
    both = 2 * passages
    bounds = torch.arange(0, 7 * both + 1, 7)
    ids = torch.randint(4, PLAIN.vocabulary, (7 * both,), generator=generator)
    important = (torch.rand(both, generator=generator) < 0.4).long()
    for passage in important.nonzero().flatten().tolist():
        ids[7 * passage + 2 : 7 * passage + 5] = 5
    tags, known = torch.zeros(both, TAG_COUNT), torch.zeros(both, TAG_COUNT, dtype=torch.bool)
    for group, part in (("contract", slice(0, passages)), ("design", slice(passages, both))):
        known[part, tag_slice(group)] = True
        tags[part, tag_slice(group).start] = important[part].float()
    kinds = torch.tensor([KINDS.index("contract"), KINDS.index("design")])
    return Batch(
        ids,
        bounds,
        [0, passages, both],
        kinds,
        kinds.repeat_interleave(passages),
        important,
        tags,
        known,
        structure=torch.ones(both, COLUMNS, dtype=torch.long),
        moved=torch.zeros(both, dtype=torch.bool),
        links=torch.tensor([[1, 5], [passages + 2, passages]]),
        sections=torch.tensor([[0, 11], [3, 11]]),
        queries=torch.tensor([[7, 8, PADDING], [9, 10, 11]]),
        query_document=torch.tensor([0, 1]),
        answers=torch.tensor([[0, 3], [0, 4], [1, passages + 1]]),
        soft=torch.zeros(0),
        weak=torch.full((both,), -0.01),
    )


def loss_of(scores, batch: Batch) -> torch.Tensor:
    return labelled_loss(scores, batch, label_targets(batch, 0.5), GOES_ON)


GOES_ON = torch.zeros(len(KINDS), dtype=torch.bool)


def scored(model: ImportanceModel, batch: Batch):
    return model(batch.ids, batch.passage_bounds, batch.document_bounds, None)


def test_a_few_steps_lower_the_loss():
    torch.manual_seed(0)
    model, batch = made_model(PLAIN).train(), made_batch()
    optimizer = make_optimizer(model, TASKS, replace(RECIPE, rate=2e-3, head_rate=5e-3, long_rate=5e-3))
    english, japanese = (torch.randint(4, 64, (6, 5), generator=torch.Generator().manual_seed(i)) for i in (1, 2))
    losses, pairs = [], []
    for _ in range(100):
        watched = Concentration(0.1, shortest=64)
        scores = model(batch.ids, batch.passage_bounds, batch.document_bounds, None, watch=watched)
        labelled, paired = loss_of(scores, batch), pair_loss(model, [english, japanese])
        loss = labelled + RECIPE.pair_weight * paired + RECIPE.concentration_weight * watched.loss()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
        optimizer.step()
        losses.append(labelled.item())
        pairs.append(paired.item())
    assert losses[-1] < 0.4 * losses[0]
    assert pairs[-1] < 0.7 * pairs[0]
    scores = scored(model.eval(), batch)
    own = scores.importance.gather(1, batch.passage_kind[:, None])[:, 0]
    assert ((own > 0) == (batch.importance == 1)).float().mean() > 0.9


def test_sparse_attention_carries_gradients_to_queries_and_keys():
    torch.manual_seed(0)
    model, batch = made_model(PLAIN).train(), made_batch(passages=90)  # ten token blocks a document
    for layer in model.encoder.long_layers():
        torch.nn.init.normal_(layer.out.weight, std=0.1)  # it starts as the identity, which passes nothing back
    dense = _gradients(model, batch, RECIPE)
    everything = _gradients(model, batch, replace(RECIPE, attention_density=1.0, sparse_from=0))
    few = _gradients(model, batch, replace(RECIPE, attention_density=0.01, sparse_from=0))
    assert torch.allclose(everything, dense, atol=1e-6)
    assert not torch.allclose(few, dense, atol=1e-6), "pairs are left out"
    assert torch.cosine_similarity(few, dense, dim=0) > 0.5
    for part in few.chunk(len(list(model.encoder.long_layers()))):
        queries, keys, _ = part.chunk(3)
        assert queries.norm() > 0
        assert keys.norm() > 0


def _gradients(model: ImportanceModel, batch: Batch, recipe: Recipe) -> torch.Tensor:
    model.zero_grad()
    scores = model(batch.ids, batch.passage_bounds, batch.document_bounds, training_attention(recipe, step=3))
    torch.autograd.backward(loss_of(scores, batch))
    return torch.cat([layer.qkv.weight.grad.flatten() for layer in model.encoder.long_layers()])


def test_training_is_dense_unless_told_and_explores_anew_each_step():
    assert training_attention(RECIPE, step=1) is None
    first, second = (training_attention(replace(RECIPE, attention_density=0.1), step) for step in (1, 2))
    assert (first.density, first.dense_below, first.audit_rows) == (0.1, 2048, 0)
    assert first.seed != second.seed


def test_every_parameter_learns_at_its_rate():
    model = made_model(PLAIN)
    optimizer = make_optimizer(model, TASKS, RECIPE)
    peak = {id(p): group["peak"] for group in optimizer.param_groups for p in group["params"]}
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    named = dict(model.named_parameters()) | dict(TASKS.named_parameters())
    assert len(peak) == len(named) == sum(len(group["params"]) for group in optimizer.param_groups)
    assert peak[id(named["encoder.local.1.qkv.weight"])] == pytest.approx(RECIPE.rate)
    assert peak[id(named["encoder.local.0.qkv.weight"])] == pytest.approx(RECIPE.rate * RECIPE.layer_decay)
    assert peak[id(named["encoder.positions"])] == pytest.approx(RECIPE.rate * RECIPE.layer_decay**2)
    assert peak[id(named["encoder.long.0.qkv.weight"])] == RECIPE.long_rate
    for name in ("outputs.weight", "kind.bias", "moved.weight"):
        assert peak[id(named[name])] == RECIPE.head_rate
    for name, parameter in named.items():
        assert decay[id(parameter)] == (0.01 if parameter.dim() > 1 else 0.0), name


def test_what_is_not_labelled_teaches_nothing():
    model, batch = made_model(PLAIN), made_batch()
    unknown = replace(
        batch, importance=torch.full_like(batch.importance, -1), tag_known=torch.zeros_like(batch.tag_known)
    )
    scores = scored(model, batch)
    only_kind = 0.1 * F.cross_entropy(scores.kind, batch.kind)
    assert loss_of(scores, unknown).item() == pytest.approx(only_kind.item())
    # Unknown labels may say anything.
    other = replace(unknown, tags=1 - batch.tags)
    assert loss_of(scores, other).item() == pytest.approx(only_kind.item())


def test_the_labelled_loss_by_hand():
    model, batch = made_model(PLAIN), made_batch()
    importance = batch.importance.clone()
    importance[::3] = -1
    batch = replace(batch, importance=importance)
    scores = scored(model, batch)
    expected = torch.zeros(())
    known = [i for i in range(24) if importance[i] >= 0]
    for i in known:
        logit = scores.importance[i, batch.passage_kind[i]]
        expected = expected - F.logsigmoid(logit if importance[i] else -logit) / len(known)
    for group, passages in (("contract", range(12)), ("design", range(12, 24))):
        for i in passages:
            for t in range(tag_slice(group).start, tag_slice(group).stop):
                logit = scores.tags[i, t]
                expected = expected - F.logsigmoid(logit if batch.tags[i, t] else -logit) / 12 * (12 / 24) ** 0.5
    for logits, kind in zip(scores.kind, batch.kind, strict=True):
        expected = expected - 0.1 * torch.log_softmax(logits, 0)[kind] / 2
    assert loss_of(scores, batch).item() == pytest.approx(expected.item(), rel=1e-4)


@torch.inference_mode()
def test_a_sentence_vector_is_the_mean_of_its_tokens_without_padding():
    model = made_model(PLAIN)
    rows = [[5, 6, 7], [8], [9, 10, 11, 12, 13]]
    padded = torch.tensor([row + [PADDING] * (5 - len(row)) for row in rows])
    vectors = sentence_vectors(model, padded)
    for vector, row in zip(vectors, rows, strict=True):
        alone = model.encoder.read_locally(torch.tensor(row), [0, len(row)]).mean(0)
        torch.testing.assert_close(vector, alone, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_pairs_that_match_have_less_loss_than_shuffled_ones():
    torch.manual_seed(0)
    model = made_model(PLAIN)
    ids = torch.randint(4, 64, (6, 5), generator=torch.Generator().manual_seed(0))
    matched, shuffled = pair_loss(model, [ids, ids]).item(), pair_loss(model, [ids, ids.roll(1, 0)]).item()
    assert matched < math.log(6) < shuffled, "guessing one of six has a loss between"
    assert matched < 0.25 * shuffled
    assert pair_loss(model, [ids, ids.flip(1)]).item() == pytest.approx(
        pair_loss(model, [ids.flip(1), ids]).item(), rel=1e-4
    )


@pytest.mark.parametrize("keep", [0.0, 0.25, 1.0])
def test_the_average_moves_by_its_share(keep):
    average, model = made_model(PLAIN, seed=1), made_model(PLAIN, seed=2)
    before = [p.clone() for p in average.parameters()]
    blend(list(average.parameters()), list(model.parameters()), keep)
    for old, mine, theirs in zip(before, average.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(mine, keep * old + (1 - keep) * theirs)


def test_the_rate_warms_up_and_falls_to_nothing():
    rates = [schedule(done / 1000, 0.06) for done in range(1001)]
    assert rates[0] == 0.0
    assert rates[60] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(0.0)
    assert all(a < b for a, b in pairwise(rates[:61]))
    assert all(a > b for a, b in pairwise(rates[60:]))
    assert rates[30] == pytest.approx(0.5)
    assert rates[530] == pytest.approx(0.5)


def test_a_teacher_stands_beside_labels_and_in_for_those_that_are_missing():
    batch = made_batch()
    importance = batch.importance.clone()
    importance[::2] = -1
    moved = torch.zeros(24, dtype=torch.bool)
    moved[5] = True
    soft = torch.full((24, len(KINDS) + TAG_COUNT), 0.2)
    batch = replace(batch, importance=importance, moved=moved, soft=soft, tag_known=batch.tag_known & ~moved[:, None])
    targets = label_targets(batch, 0.25)
    assert targets.known.tolist() == [i != 5 for i in range(24)]
    torch.testing.assert_close(targets.importance[0], torch.tensor(0.2))
    torch.testing.assert_close(targets.importance[1], 0.75 * importance[1] + 0.05)
    contract = tag_slice("contract")
    torch.testing.assert_close(targets.tags[1, contract], 0.75 * batch.tags[1, contract] + 0.05)
    assert not targets.tag_known[5].any()
    assert targets.tag_known[1, contract].all()
    assert not targets.tag_known[1, tag_slice("report")].any(), "a contract has no tags of reports"
    nobody = replace(batch, tag_known=torch.zeros_like(batch.tag_known))
    targets = label_targets(nobody, 0.25)
    torch.testing.assert_close(targets.tags[1, contract], torch.full((contract.stop - contract.start,), 0.2))
    assert targets.tag_known[1, contract].all()


def test_errors_of_tags_are_summed_over_tags_and_averaged_over_the_passages_of_their_group():
    weight = label_targets(made_batch(), 0.5).tag_weight
    known = made_batch().tag_known
    assert (weight > 0).equal(known)
    for kind in KINDS:
        part = tag_slice(kind)
        labelled = known[:, part].any(1).sum().item()
        column = weight[:, part].sum(0)
        torch.testing.assert_close(column, torch.full_like(column, (labelled / 24) ** 0.5))


def test_a_stopped_kind_teaches_importance_no_further():
    model, batch = made_model(PLAIN), made_batch()
    scores = scored(model, batch)
    stopped = torch.tensor([kind == "design" for kind in KINDS])
    targets = label_targets(batch, 0.5)
    other = replace(targets, importance=1 - targets.importance)
    first, second = (labelled_loss(scores, batch, each, stopped) for each in (targets, other))
    assert first != second, "contracts are learnt"
    only_design = targets.importance.clone()
    only_design[12:] = 1 - only_design[12:]
    changed = replace(targets, importance=only_design)
    torch.testing.assert_close(labelled_loss(scores, batch, changed, stopped), first)


def test_everything_learns_together():
    """All losses at once, half of the steps reading some of it deeply: each falls."""
    torch.manual_seed(0)
    model, batch = made_model(DEEP).train(), made_batch()
    batch = replace(batch, moved=torch.arange(24) % 6 == 0)
    tasks = DocumentTasks(TINY.width)
    optimizer = make_optimizer(model, tasks, replace(RECIPE, rate=2e-3, head_rate=5e-3, long_rate=2e-3))
    depth = RandomDepth(np.random.default_rng(0))
    history, taught = [], set()
    for step in range(160):
        scores = model(
            batch.ids,
            batch.passage_bounds,
            batch.document_bounds,
            None,
            structure=batch.structure,
            depth=depth if step % 2 else None,
        )
        targets = label_targets(batch, 0.5)
        parts = {
            "labels": labelled_loss(scores, batch, targets, GOES_ON),
            "first": labelled_loss(scores.scans[0], batch, targets, GOES_ON),
            "scan": labelled_loss(scores.scans[1], batch, targets, GOES_ON),
            "interest": interest_loss(scores.scans[1], targets),
            "tasks": document_task_loss(tasks, scores, batch),
            "relevance": relevance_loss(model, scores, batch),
        }
        optimizer.zero_grad()
        torch.autograd.backward(sum(parts.values()))
        assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
        taught |= {name for name, p in model.named_parameters() if p.grad is not None}
        optimizer.step()
        history.append({name: part.item() for name, part in parts.items()})
    assert taught == {name for name, _ in model.named_parameters()}, "every part of the model has a task"
    for name in history[0]:
        begun = np.mean([each[name] for each in history[:10]])
        ended = np.mean([each[name] for each in history[-10:]])
        assert ended < 0.75 * begun, name


def test_what_is_said_in_english_is_carried_over_and_stands():
    torch.manual_seed(0)
    model = made_model(DEEP).train()
    english, japanese = (torch.randint(4, 64, (8, 5), generator=torch.Generator().manual_seed(i)) for i in (1, 2))
    same = transfer_loss(model, english, english, run=4)
    other = transfer_loss(model, english, japanese, run=4)
    assert same < other
    torch.autograd.backward(transfer_loss(model, english, japanese, run=4))
    assert model.outputs.weight.grad.abs().max() > 0


def test_links_are_sought_in_their_own_document_and_never_lead_to_themselves():
    model, batch = made_model(DEEP), made_batch()
    scores = scored(model, batch)
    logits = TASKS.links(scores.states, batch.links, torch.tensor([0] * 12 + [1] * 12))
    allowed = torch.isfinite(logits)
    assert allowed[0].tolist() == [i < 12 and i != 1 for i in range(24)]
    assert allowed[1].tolist() == [i >= 12 and i != 14 for i in range(24)]


def test_a_rule_stands_in_where_nobody_labelled():
    batch = made_batch()
    weak = torch.full((24,), -0.01)
    weak[3:6] = torch.tensor([0.0, 0.4, 0.9])
    importance = batch.importance.clone()
    importance[2:6] = -1
    targets = label_targets(replace(batch, importance=importance, weak=weak), 0.5)
    assert targets.known.tolist() == [i != 2 for i in range(24)]
    torch.testing.assert_close(targets.importance[3:6], weak[3:6])
    assert targets.importance[6:].tolist() == batch.importance[6:].tolist()
