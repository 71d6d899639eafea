"""The heads: what is shipped, and that they know guests' remarks that they were not trained on."""

import numpy as np
import pytest

from pipeline.embedding.neutral import language_directions
from pipeline.heads import training
from pipeline.heads.heads import Heads, find_heads
from pipeline.heads.judged_sentences import NO_MATTER, load_judged_sentences
from pipeline.heads.network import Network
from pipeline.search.scores import judgement_of

PRAISE = (
    "The chambermaid left fresh flowers each morning",
    "朝のビュッフェは種類が多くて大満足",
    "Wir haben geschlafen wie die Murmeltiere",
    "老板娘很热情，还帮我们拎箱子",
    "La piscine chauffée a ravi les enfants",
    "الإطلالة على البحر تسحر القلب",
)
COMPLAINTS = (
    "Someone else's toenails were under the pillow",
    "フロントの対応が冷たくて残念でした",
    "Das Fenster ging auf den Müllhof hinaus",
    "半夜楼上一直拖椅子，根本没法睡",
    "On nous a facturé le minibar sans y toucher",
    "المكيف يصدر صوتاً مزعجاً ولا يبرد",
)


def test_every_language_has_every_matter_with_both_judgements():
    judged = load_judged_sentences()
    languages = np.unique(judged.languages)
    assert len(languages) >= 20
    matters = set(judged.matters) - set(NO_MATTER)
    assert len(matters) >= 50
    for code in languages:
        own = judged.languages == code
        for matter in matters:
            kinds = np.bincount(judged.polarities[own & (judged.matters == matter)], minlength=3)
            assert kinds.tolist() == [9, 3, 8], (code, matter)
    assert len(set(judged.texts)) > 0.995 * len(judged.texts)


@pytest.fixture(scope="module")
def heads(encoder):
    found = find_heads(encoder.fingerprint)
    assert found is not None, "run `python -m benchmarks.ship`"
    return found


def test_polarity_of_remarks_in_many_languages(encoder, heads):
    praise, complaints = (
        heads.polarities(encoder.encode_documents(texts)) for texts in (PRAISE, COMPLAINTS)
    )
    assert (praise > 0).mean() >= 5 / 6 and (complaints < 0).mean() >= 5 / 6
    queries = heads.polarities(encoder.encode_queries(["dirty room", "Fast Wi-Fi", "breakfast"]))
    assert [judgement_of(query) for query in queries.tolist()] == [-1, 1, 0]


def test_likeness_across_languages(encoder, heads):
    query = heads.likeness_vectors(encoder.encode_queries(["Loud music at night"]))
    texts = [
        "夜に音楽がうるさい",
        "晚上音乐很吵",
        "朝食が美味しい",
        "房间很干净",
        "Der Strand war weit",
    ]
    near = (heads.likeness_vectors(encoder.encode_documents(texts)) @ query.T)[:, 0]
    assert near[:2].min() > near[2:].max() + 0.2
    known, unknown = heads.familiarity(
        heads.likeness_vectors(encoder.encode_queries(["No hot water", "opera tickets"]))
    )
    assert known > 0.8 and unknown < 0.2


def test_eight_bits_use_the_same_heads(encoder, heads):
    folder, prompts = encoder.fingerprint.rsplit("-", 1)
    assert find_heads(f"{folder}-int8-7-{prompts}") is not None
    assert find_heads("another model") is None


def test_networks_are_averaged_and_stored():
    generator = np.random.default_rng(0)
    networks = [
        Network(
            *(generator.normal(size=shape).astype(np.float32) for shape in ((8, 5), 8, (3, 8), 3))
        )
        for _ in range(3)
    ]
    points = generator.normal(size=(7, 5)).astype(np.float32)
    mean = Network.mean(networks)
    np.testing.assert_allclose(
        mean(points), np.mean([n(points) for n in networks], axis=0), atol=1e-5
    )
    np.testing.assert_allclose(mean.scaled(2)(points), 2 * mean(points), rtol=1e-5)
    again = Network.from_arrays("a", mean.to_arrays("a"))
    np.testing.assert_array_equal(again(points), mean(points))


@pytest.mark.slow  # computes for seconds
def test_training_separates_what_it_is_told_to(monkeypatch):
    """On made-up vectors: matter in some directions, judgement in another."""
    monkeypatch.setattr(training, "_EPOCHS", 3)
    generator = np.random.default_rng(0)
    matters, polarities = generator.integers(0, 6, 3000), generator.integers(0, 2, 3000) * 2
    vectors = generator.normal(scale=0.5, size=(3000, 16)).astype(np.float32)
    vectors[np.arange(3000), matters] += 3
    vectors[:, 10] += 2 * (polarities - 1)
    network = training.fit_likeness(vectors, matters, polarities, [])
    output = network(vectors)
    output /= np.linalg.norm(output, axis=1, keepdims=True)
    cosines = output[:500] @ output[500:1000].T
    same_matter = matters[:500, None] == matters[None, 500:1000]
    same = same_matter & (polarities[:500, None] == polarities[None, 500:1000])
    assert cosines[same].mean() > cosines[same_matter & ~same].mean() > cosines[~same_matter].mean()
    classifier = training.fit_polarity(vectors, polarities, np.ones(3000))
    assert (classifier(vectors).argmax(axis=1) == polarities).mean() > 0.95
    arrays = {
        "removed": np.zeros((0, 16), np.float32),
        "matters": np.eye(128, dtype=np.float32)[:2],
        **network.to_arrays("likeness"),
        **classifier.to_arrays("polarity"),
    }
    heads = Heads.from_arrays(arrays)
    assert heads.likeness_vectors(vectors[:3]).shape == (3, 128)
    assert heads.fingerprint == Heads.from_arrays(arrays).fingerprint
    assert language_directions(np.eye(16, dtype=np.float32)[:3]).shape == (2, 16)
