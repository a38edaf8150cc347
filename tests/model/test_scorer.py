"""The scorer: the shipped weights on the examples, and a made-up model for what does not depend on what was learnt."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_model import TINY, made_model

from model import int8
from model.attention import AdaptiveAttentionConfig
from model.calibration import RECALLS, Calibration, Sigmoid
from model.checkpoint import file_sha256, save_checkpoint, write_manifest
from model.relevance import ASKED_FEATURES
from model.scorer import MANIFEST, TOKENIZER, WEIGHTS, Attending, PassageScores, Scorer, unit_length
from model.structure import structure_of, unknown_structure
from model.tags import KINDS, TAGS
from model.training.corpora import document_spans

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"
PARALLEL = [
    (
        "Either party may terminate this Agreement on thirty days' notice.",
        "各当事者は30日前の通知により本契約を解除することができる。",
    ),
    ("The disclosed information must be kept secret.", "開示された情報は秘密として保持しなければならない。"),
    ("Payment is due at the end of the month.", "支払期限は月末とする。"),
    ("The train from Osaka arrives at nine in the morning.", "大阪発の列車は午前9時に到着する。"),
    ("The database is backed up every night.", "データベースは毎晩バックアップされる。"),
    ("He likes to cook fish for his children.", "彼は子供たちのために魚を料理するのが好きだ。"),
]


class CancelledError(Exception):
    pass


def example(name: str) -> list[str]:
    text = (EXAMPLES / name).read_text("utf-8")
    if text.startswith("title:"):
        text = text.split("\n\n", 1)[1]
    return [text[start:end] for start, end in document_spans(text)]


CONTRACT, JAPANESE = example("source/services-agreement.md"), example("source/outsourcing-agreement-ja.md")
DESIGN = example("design-proposal.md")
KNOWN = structure_of(DESIGN, range(len(DESIGN)))
"""The application always tells the structure; without its headings the model takes this proposal for a contract."""


def place(passages: list[str], words: str) -> int:
    (found,) = (i for i, passage in enumerate(passages) if words in passage)
    return found


@pytest.fixture(scope="module")
def scorer(weights: Path) -> Scorer:
    return Scorer(weights, "cpu")


@pytest.fixture(scope="module")
def contract(scorer: Scorer) -> PassageScores:
    return scorer.score(CONTRACT)


@pytest.fixture(scope="module")
def japanese(scorer: Scorer) -> PassageScores:
    return scorer.score(JAPANESE)


@pytest.fixture(scope="module")
def design(scorer: Scorer) -> PassageScores:
    return scorer.score(DESIGN, structure=KNOWN)


@pytest.fixture
def made(weights: Path, tmp_path: Path) -> Path:
    """A folder with a made-up model, the real tokenizer, and a manifest without calibration."""
    architecture = replace(TINY, vocabulary=34_784, window=30)
    save_checkpoint(made_model(architecture), tmp_path / WEIGHTS)
    shutil.copyfile(weights / TOKENIZER, tmp_path / TOKENIZER)
    facts = {"name": "made-up", "version": "0", "sha256": file_sha256(tmp_path / WEIGHTS)}
    write_manifest(tmp_path / MANIFEST, architecture, facts)
    return tmp_path


def change_manifest(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**manifest, **changes}), "utf-8")


# The shipped weights


@pytest.mark.parametrize(
    ("name", "passages", "kind"),
    [("contract", CONTRACT, "contract"), ("japanese", JAPANESE, "contract"), ("design", DESIGN, "design")],
)
def test_what_is_said_of_a_document_is_whole(name, passages, kind, request):
    scores: PassageScores = request.getfixturevalue(name)
    assert scores.kind == kind
    count = len(passages)
    for values in (scores.importance, scores.low, scores.high):
        assert values.shape == (count,)
        assert values.dtype == np.float64
        assert ((values >= 0) & (values <= 1)).all()
    assert (scores.low <= scores.importance).all()
    assert (scores.importance <= scores.high).all()
    assert (scores.low < scores.high).all()
    assert scores.tag_names == TAGS[kind]
    assert scores.tags.shape == (count, len(TAGS[kind]))
    assert ((scores.tags >= 0) & (scores.tags <= 1)).all()
    assert scores.vectors.shape[0] == count
    np.testing.assert_allclose(np.linalg.norm(scores.vectors, axis=1), 1.0, atol=1e-5)
    assert scores.tokens > count
    assert 0 < scores.density < 1, "long enough to be read sparsely"
    mass = scores.covered_mass
    assert 0.8 < mass.low <= mass.estimate <= mass.high <= 1
    assert np.ptp(scores.importance) > 0.05


def test_the_same_is_said_again(scorer, design):
    again = scorer.score(DESIGN, structure=KNOWN)
    for name in ("importance", "low", "high", "tags", "vectors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(design, name))
    assert (again.density, again.covered_mass) == (design.density, design.covered_mass)


def test_adaptive_and_dense_agree(scorer, design):
    dense = scorer.score(DESIGN, structure=KNOWN, attending=Attending(adaptive=False))
    everything = scorer.score(DESIGN, structure=KNOWN, attending=Attending(coverage=1.0))
    assert (dense.density, everything.density) == (1.0, 1.0)
    np.testing.assert_allclose(everything.importance, dense.importance, atol=1e-5)
    np.testing.assert_allclose(everything.tags, dense.tags, atol=1e-4)
    np.testing.assert_allclose(design.importance, dense.importance, atol=0.03)
    assert np.corrcoef(np.log(design.importance), np.log(dense.importance))[0, 1] > 0.99


@pytest.mark.parametrize(
    "words", ["PROVIDER'S AGGREGATE LIABILITY", "19.1 This Agreement is governed", "worldwide, perpetual, irrevocable"]
)
def test_what_matters_in_the_contract_outranks_its_boilerplate(contract, words):
    boilerplate = ["Headings", "A reference to a Section", "The Parties therefore agree", "(A) Customer operates"]
    found = [contract.importance[i] for i, text in enumerate(CONTRACT) if any(each in text for each in boilerplate)]
    assert len(found) >= 3
    assert contract.importance[place(CONTRACT, words)] > 5 * max(found)
    assert contract.importance[place(CONTRACT, words)] >= np.quantile(contract.importance, 0.9)


def test_what_matters_in_the_japanese_contract_outranks_its_headings(japanese):
    headings = [japanese.importance[i] for i, text in enumerate(JAPANESE) if text.startswith("#")]
    for words in ("従業員又は再委託先の要員を雇用し", "同種又は類似のシステムを、自ら"):
        assert japanese.importance[place(JAPANESE, words)] > 2 * max(headings)


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("PROVIDER'S AGGREGATE LIABILITY", "cap-on-liability"),
        ("19.1 This Agreement is governed", "governing-law"),
        ("This Agreement begins on the Effective Date", "expiration-date"),
        ("commercial general liability insurance", "insurance"),
    ],
)
def test_tags_say_what_a_passage_is(contract, words, tag):
    tags = contract.tags[place(CONTRACT, words)]
    assert tags[contract.tag_names.index(tag)] > 0.3
    assert contract.tag_names.index(tag) in np.argsort(-tags)[:2]


def test_english_and_japanese_sentences_of_one_meaning_are_near(scorer):
    """Each English sentence finds its translation among all the others, and most Japanese ones find theirs."""
    english, japanese = zip(*PARALLEL, strict=True)
    vectors = scorer.score([*english, *japanese], kind="contract").vectors
    near = vectors[: len(PARALLEL)] @ vectors[len(PARALLEL) :].T
    own = np.arange(len(PARALLEL))
    np.testing.assert_array_equal(near.argmax(1), own)
    assert (near.argmax(0) == own).sum() >= len(PARALLEL) - 1
    unrelated = near[~np.eye(len(PARALLEL), dtype=np.bool_)]
    assert near.diagonal().mean() > unrelated.mean() + unrelated.std()


@pytest.mark.parametrize(
    ("passages", "query", "words"),
    [
        (CONTRACT, "How often are back-ups made?", "shall make back-ups daily"),
        (JAPANESE, "損害賠償の上限はいくらか", "損害賠償責任は、債務不履行"),
    ],
)
def test_a_query_brings_up_what_was_asked_for(scorer, passages, query, words):
    asked = scorer.score(passages, query=query)
    rank = int((asked.importance > asked.importance[place(passages, words)]).sum())
    assert rank < 5
    assert ((asked.low <= asked.importance) & (asked.importance <= asked.high)).all()


def test_a_query_changes_the_order_and_nothing_else(scorer, design):
    asked = scorer.score(DESIGN, structure=KNOWN, query="Which data of drivers must be erased?")
    other = scorer.score(DESIGN, structure=KNOWN, query="What does the change cost?")
    assert not np.array_equal(np.argsort(asked.importance), np.argsort(design.importance))
    assert not np.array_equal(np.argsort(asked.importance), np.argsort(other.importance))
    np.testing.assert_array_equal(asked.tags, design.tags)
    np.testing.assert_array_equal(asked.vectors, design.vectors)
    assert asked.kind == design.kind


def test_a_kind_may_be_given(scorer):
    scores = scorer.score(DESIGN[:20], kind="report")
    assert scores.kind == "report"
    assert scores.tag_names == TAGS["report"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_higher_recall_selects_from_a_lower_importance(scorer, kind):
    for query in (False, True):
        thresholds = [scorer.threshold(kind, recall, query=query) for recall in RECALLS]
        assert all(0 < threshold < 1 for threshold in thresholds)
        assert sorted(thresholds, reverse=True) == thresholds
        assert thresholds[0] > thresholds[-1]
    assert scorer.threshold(kind, 0.9, query=True) == scorer.threshold("contract", 0.9, query=True)


def test_one_short_passage_can_be_scored(scorer):
    scores = scorer.score(["Payment is due."])
    assert scores.importance.shape == (1,)
    assert (scores.density, scores.covered_mass.estimate) == (1.0, pytest.approx(1.0))
    odd = scorer.score(["", "\x00", "🙂" * 50, "Payment is due."], query="")
    assert np.isfinite(odd.importance).all()


# A made-up model


def test_weights_that_the_manifest_does_not_name_are_refused(made):
    change_manifest(made, sha256="0" * 64)
    with pytest.raises(ValueError, match="SHA-256"):
        Scorer(made, "cpu")


def test_one_changed_byte_of_the_weights_is_noticed(made):
    content = bytearray((made / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (made / WEIGHTS).write_bytes(content)
    with pytest.raises(ValueError, match="SHA-256"):
        Scorer(made, "cpu")


@pytest.mark.parametrize("name", [WEIGHTS, MANIFEST, TOKENIZER])
def test_a_missing_file_is_said(made, name):
    (made / name).unlink()
    with pytest.raises(FileNotFoundError):
        Scorer(made, "cpu")


def test_a_gpu_that_is_not_there_is_said(made, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="GPU"):
        Scorer(made, "cuda")
    assert Scorer(made, "auto").device == "cpu"


def test_no_passages_are_refused(made):
    with pytest.raises(ValueError, match="without passages"):
        Scorer(made, "cpu").score([])


STAGES = [("scanning", 0), ("attending", 0), ("attending", 1), ("scoring", 0)]


@pytest.mark.parametrize("stage", STAGES)
def test_whoever_is_told_may_cancel_and_ask_again(made, stage):
    scorer = Scorer.load(made, "cpu")
    told = []

    def report(name: str, done: int, total: int) -> None:
        assert 0 <= done < total
        told.append((name, done))
        if (name, done) == stage:
            raise CancelledError

    with pytest.raises(CancelledError):
        scorer.score(["One passage.", "Another."], report=report)
    assert told == STAGES[: STAGES.index(stage) + 1]
    assert scorer.score(["One passage.", "Another."]).importance.shape == (2,)


def test_without_calibration_the_model_is_taken_at_its_word(made):
    scorer = Scorer(made, "cpu")
    scores = scorer.score(["One passage.", "Another."], kind="report")
    raw, tokens = scorer.logits(["One passage.", "Another."], Attending())
    expected = torch.sigmoid(raw.importance[:, KINDS.index("report")]).numpy()
    np.testing.assert_allclose(scores.importance, expected, rtol=1e-5)
    np.testing.assert_array_equal(scores.low, scores.high)
    assert scores.tokens == tokens
    assert scorer.threshold("report", 0.9) == 0.5


def test_the_calibration_is_that_of_the_kind_or_of_the_query(made):
    sigmoids = {"contract": Sigmoid(0.5, 1.0, 0.1, 0.1), "report": Sigmoid(2.0, -1.0), "query": Sigmoid(0.1, 0.3)}
    kinds = {
        name: Calibration(sigmoid, tuple((i + 1) / 100 - recall / 100 for recall in RECALLS), 5).to_json()
        for i, (name, sigmoid) in enumerate(sigmoids.items())
    }
    tags = {"report": {"slope": 3.0, "offset": -2.0}}
    change_manifest(made, calibration={"kinds": kinds, "tags": tags, "relevance": [1.0, 2.0, 0.0, 0.0, -0.5]})
    scorer = Scorer(made, "cpu")
    passages = ["The fee is due.", "The rest is not.", "A fee."]
    raw, _ = scorer.logits(passages, Attending())
    scores = scorer.score(passages, kind="report")
    logits = raw.importance.double().numpy()[:, KINDS.index("report")]
    np.testing.assert_allclose(scores.importance, 1 / (1 + np.exp(-(2.0 * logits - 1.0))), rtol=1e-6)
    names = slice(len(TAGS["contract"]), len(TAGS["contract"]) + len(TAGS["report"]))
    tag_logits = raw.tags.double().numpy()[:, names]
    np.testing.assert_allclose(scores.tags, 1 / (1 + np.exp(-(3.0 * tag_logits - 2.0))), rtol=1e-6)
    asked = scorer.score(passages, kind="report", query="fee")
    vectors = unit_length(raw.vectors)
    cosine = (vectors @ scorer.query_vector("fee")).astype(np.float64)
    words = np.array([1.0, 0.0, 1.0])
    relevance = (cosine - cosine.mean()) / cosine.std() + 2.0 * words - 0.5
    np.testing.assert_allclose(asked.importance, 1 / (1 + np.exp(-(0.1 * relevance + 0.3))), rtol=1e-4)
    assert scorer.threshold("report", 0.5) == pytest.approx(0.02 - 0.005)
    assert scorer.threshold("report", 0.5, query=True) == pytest.approx(0.03 - 0.005)
    assert scorer.threshold("design", 0.5) == 0.5, "none was calibrated"


def test_a_query_vector_is_that_of_the_same_text_as_a_passage(made):
    scorer = Scorer(made, "cpu")
    text = "Who may terminate the agreement, and when may that be done?"
    (vector,) = scorer.score([text]).vectors
    np.testing.assert_allclose(scorer.query_vector(text), vector, atol=1e-5)


def test_attention_settings_reach_the_encoder(made):
    assert Attending(adaptive=False).config() is None
    assert Attending(coverage=0.8, seed=4).config() == AdaptiveAttentionConfig(coverage=0.8, seed=4)
    scorer = Scorer(made, "cpu")
    passages = [f"The fee of month {i} is due at its end, {i % 7} days at most after notice." for i in range(180)]
    low, high = (scorer.score(passages, attending=Attending(coverage=c)).density for c in (0.2, 0.4))
    assert low < high < 1.0
    assert scorer.score(passages, attending=Attending(adaptive=False)).density == 1.0


def test_facts_name_the_model_and_the_machine(made):
    facts = dict(Scorer(made, "cpu").facts())
    assert facts["Model"].startswith("made-up 0, ")
    assert facts["Model runs on"] == "cpu"
    assert facts["PyTorch"] == torch.__version__


# What an architecture with a scan says


DEEP = replace(
    TINY,
    vocabulary=34_784,
    window=30,
    local_layers=4,
    scan_layers=2,
    first_layers=1,
    structure=True,
    asks=True,
    long_scale=0.1,
)
MANY = [f"Clause {i}. The fee of service number {i} is due on day {i} of the month." for i in range(120)]


@pytest.fixture
def scanning(made: Path) -> Path:
    """As `made`, with a model that scans before it reads."""
    save_checkpoint(made_model(DEEP), made / WEIGHTS)
    facts = {"name": "made-up", "version": "0", "sha256": file_sha256(made / WEIGHTS)}
    write_manifest(made / MANIFEST, DEEP, facts)
    return made


def interest_of(folder: Path) -> np.ndarray:
    raw, _ = Scorer(folder, "cpu").logits(MANY, Attending(whole=True))
    return raw.scans[-1].interest.numpy()


def test_nothing_is_ruled_out_until_it_was_found_how_much_may_be(scanning):
    scores = Scorer(scanning, "cpu").score(MANY)
    assert scores.deep.all()
    assert (scores.missed.estimate, scores.missed.high) == (0.0, 0.0)


def test_what_the_scan_rules_out_is_not_read_deeply_but_for_a_sample(scanning):
    threshold = float(np.quantile(interest_of(scanning), 0.95))
    change_manifest(scanning, calibration={"depth": dict.fromkeys(KINDS, threshold)})
    scorer = Scorer(scanning, "cpu")
    scores, whole = scorer.score(MANY), scorer.score(MANY, attending=Attending(whole=True))
    assert 0.05 < scores.deep.mean() < 0.95
    assert scores.missed.low <= scores.missed.estimate <= scores.missed.high
    assert scores.missed.blocks == 8
    assert 0 < scores.missed.estimate < len(MANY)
    assert whole.deep is None
    assert whole.missed is None
    assert not np.allclose(scores.importance, whole.importance)
    assert scores.vectors.shape == whole.vectors.shape
    other = scorer.score(MANY, attending=Attending(seed=1))
    assert other.deep.tolist() != scores.deep.tolist(), "another sample"


def test_first_scores_come_before_the_precise_ones(scanning):
    sigmoid = {"slope": 2.0, "offset": -1.0, "slope_variance": 0.01, "offset_variance": 0.01, "covariance": 0.0}
    change_manifest(scanning, calibration={"first": {"report": sigmoid}, "first_tags": {"report": sigmoid}})
    scorer = Scorer(scanning, "cpu")
    raw, _ = scorer.logits(MANY, Attending())
    told: list = []
    scores = scorer.score(
        MANY, kind="report", report=lambda stage, *_: told.append(stage), early=lambda first: told.append(first)
    )
    (place,) = (i for i, each in enumerate(told) if isinstance(each, PassageScores))
    first = told[place]
    assert "deepening" not in told[:place]
    assert "deepening" in told[place:]
    expected = Sigmoid(**sigmoid).probability(raw.scans[0].importance[:, KINDS.index("report")].double().numpy())
    np.testing.assert_allclose(first.importance, expected, atol=1e-5)
    assert (first.low < first.importance).all()
    assert first.tags.shape == scores.tags.shape
    assert (first.kind, first.tokens) == ("report", scores.tokens)
    asked: list = []
    scorer.score(MANY[:5], query="fee", early=asked.append)
    assert asked == [], "what is asked for is not in the scan"


def test_whoever_gets_first_scores_may_cancel(scanning):
    def early(_: PassageScores) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        Scorer(scanning, "cpu").score(MANY, early=early)


def test_structure_is_told_apart_from_nothing_known(scanning):
    scorer = Scorer(scanning, "cpu")
    texts = MANY[:6]
    plain, told = scorer.score(texts), scorer.score(texts, structure=structure_of(texts, [0, 0, 1, 2, 3, 3]))
    unknown = scorer.score(texts, structure=unknown_structure(6))
    assert not np.allclose(plain.importance, told.importance)
    np.testing.assert_array_equal(plain.importance, unknown.importance)


def test_japanese_has_its_own_calibration_where_there_is_one(scanning):
    def calibration(offset: float) -> dict:
        return Calibration(Sigmoid(1.0, offset), (0.1,) * len(RECALLS), 3).to_json()

    change_manifest(scanning, calibration={"kinds": {"contract": calibration(0.0), "contract-ja": calibration(3.0)}})
    scorer = Scorer(scanning, "cpu")
    for texts, offset in ((["The fee is due."], 0.0), (["料金は月末に支払う。"], 3.0)):
        raw, _ = scorer.logits(texts, Attending())
        expected = Sigmoid(1.0, offset).probability(raw.importance[:, KINDS.index("contract")].double().numpy())
        np.testing.assert_allclose(scorer.score(texts, kind="contract").importance, expected, atol=1e-5)


def test_heads_for_questions_are_weighed_with_the_rest(scanning):
    texts = MANY[:8]
    scorer = Scorer(scanning, "cpu")
    raw, _ = scorer.logits(texts, Attending(whole=True))
    found = scorer.relevance_features("service number 3", texts, unit_length(raw.vectors), raw.states)
    assert found.shape == (8, len(ASKED_FEATURES))
    weights = [0.0] * len(ASKED_FEATURES) + [0.0]
    weights[ASKED_FEATURES.index("asked")] = 1.0
    change_manifest(scanning, calibration={"relevance": weights})
    asked = Scorer(scanning, "cpu").score(texts, query="service number 3").importance
    assert np.argsort(asked).tolist() == np.argsort(found[:, ASKED_FEATURES.index("asked")]).tolist()


def test_several_questions_are_answered_from_one_reading_as_from_one_each(scanning):
    scorer, queries = Scorer(scanning, "cpu"), ["service number 3", "the fee"]
    found = scorer.answers(MANY[:8], queries)
    assert found.shape == (2, 8)
    for query, row in zip(queries, found, strict=True):
        np.testing.assert_allclose(row, scorer.score(MANY[:8], query=query).importance, rtol=1e-9)
    assert scorer.answers(MANY[:8], []).shape == (0, 8)


def test_int8_is_used_where_the_manifest_says_so_and_stays_close(scanning):
    exact = Scorer(scanning, "cpu").score(MANY)
    change_manifest(scanning, int8=True)
    scorer = Scorer(scanning, "cpu")
    rounded = scorer.score(MANY)
    kinds = {type(layer).__name__ for layer in scorer.model.encoder.local[0].children()}
    assert ("RoundedLinear" in kinds) == int8.is_supported()
    assert isinstance(scorer.model.encoder.local[0].down, torch.nn.Linear), "what has outliers is left out"
    # Only 32 numbers wide, so that roundings do not average out.
    assert np.corrcoef(exact.importance, rounded.importance)[0, 1] > 0.95
    assert scorer.facts()[0] == Scorer(scanning, "cpu").facts()[0]
    np.testing.assert_array_equal(rounded.importance, scorer.score(MANY).importance)
