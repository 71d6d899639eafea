"""How many say it, queries side by side, saved searches, why it matched, golden sets."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.neutral import raw_space
from pipeline.search.compare import compare_queries
from pipeline.search.evaluation import evaluate, golden_set_csv, read_golden_set, record_judgement
from pipeline.search.highlights import find_highlights, highlight_terms, term_spans
from pipeline.search.hybrid import match_probabilities, search_reviews
from pipeline.search.prevalence import draw_sample, estimate_count, estimate_from_judgements
from pipeline.search.query import parse_query
from pipeline.search.saved import SavedSearch, count_by_group, count_by_month, parse_saved_search
from tests.pipeline.search.test_hybrid import INDEX, LANGUAGES, VECTORS, N


def test_shares_are_the_scores_of_the_search():
    query = parse_query("what guests say -room3")
    shares = match_probabilities(INDEX, query, VECTORS[17])
    (found,) = search_reviews(INDEX, [query], VECTORS[17:18], top=N)
    np.testing.assert_allclose(shares[found.reviews], found.scores, atol=1e-6)
    assert np.count_nonzero(shares) == len(found.reviews) < N
    allowed = LANGUAGES == "ja"
    assert not match_probabilities(INDEX, query, VECTORS[17], allowed=allowed)[~allowed].any()


def test_judgements_give_an_unbiased_estimate_whose_interval_holds():
    """Shares that are far too low: without judgements the estimate is wrong, with them right."""
    generator = np.random.default_rng(0)
    shares = generator.beta(0.2, 2.0, 5000)
    truth = generator.random(5000) < np.sqrt(shares)
    estimates, held = [], 0
    for seed in range(200):
        sample = draw_sample(shares, size=60, seed=seed)
        assert len(sample.reviews) == len(set(sample.reviews.tolist())) == 60
        answers = {int(row): bool(truth[row]) for row in sample.reviews}
        estimate = estimate_from_judgements(sample, answers)
        estimates.append(estimate.count)
        held += estimate.low <= truth.sum() <= estimate.high
    assert np.mean(estimates) == pytest.approx(truth.sum(), rel=0.05)
    assert held / 200 > 0.88
    assert estimate_count(shares).count < 0.6 * truth.sum()


def test_estimates_by_hand_and_at_the_ends():
    estimate = estimate_count(np.array([0.5, 0.5]))
    assert estimate.count == pytest.approx(1) and (estimate.low, estimate.high) == (0, 2)
    shares = np.array([0.9, 0.8, 0.1, 0.001])
    sample = draw_sample(shares, size=10)
    assert sample.reviews.tolist() == [0, 1, 2, 3]
    everything = estimate_from_judgements(sample, {0: True, 1: True, 2: False, 3: False})
    assert (everything.count, everything.low, everything.high, everything.judged) == (2, 2, 2, 4)
    none = estimate_from_judgements(sample, {})
    assert none.count == pytest.approx(1.801) and none.judged == 0
    empty = estimate_from_judgements(draw_sample(np.zeros(0)), {})
    assert (empty.count, empty.total) == (0, 0) and estimate_count(np.zeros(0)).high == 0
    some = draw_sample(shares, size=3, reviews=np.array([7, 8, 9, 10]))
    assert len(some.reviews) == 3 and set(some.reviews.tolist()) < {7, 8, 9, 10}


def test_queries_side_by_side():
    queries = [parse_query("one"), parse_query("two"), parse_query("-none")]
    compared = compare_queries(INDEX, queries, VECTORS[[17, 17, 40]])
    assert compared.hits[0].tolist() == compared.hits[1].tolist() != []
    assert compared.overlap[0, 1] == 1 and compared.overlap[0, 2] == 0
    assert compared.shared[0, 0] == len(compared.hits[0])
    assert sum(counts[0] for counts in compared.languages.values()) == len(compared.hits[0])


def test_saved_searches():
    search = SavedSearch("Noise", "loud -bar", "rating <= 2", balanced=True)
    assert parse_saved_search(search.to_json()) == search
    assert parse_saved_search({"name": "a", "query": "b", "later": 1}).min_probability == 0.2
    for bad in (
        [],
        {"name": "a"},
        {"name": "a", "query": 3},
        {"name": "a", "query": "b", "least": 2},
        {"name": "a", "query": "b" * 9999},
        {"name": "a", "query": "b", "balanced": "yes"},
    ):
        with pytest.raises(InputError):
            parse_saved_search(bad)


def test_counts_over_time_and_by_hotel():
    dates = np.array(["2024-01-05", "2024-01-09", "2024-03-01", "NaT"], "datetime64[D]")
    hits = np.array([True, False, True, True])
    months = count_by_month(dates, hits)
    assert [(m.group, m.reviews, m.hits) for m in months] == [
        ("2024-01", 2, 1),
        ("2024-02", 0, 0),
        ("2024-03", 1, 1),
    ]
    # Wilson's interval of 1 in 2, by hand.
    assert months[0].low == pytest.approx(0.0945, abs=1e-4)
    assert months[0].high == pytest.approx(0.9055, abs=1e-4)
    assert (months[1].low, months[1].high) == (0, 1)
    hotels = count_by_group(["B", "A", "", "A"], hits)
    assert [(h.group, h.reviews, h.hits) for h in hotels] == [("A", 2, 1), ("B", 1, 1)]
    assert count_by_month(np.array(["NaT"], "datetime64[D]"), np.array([True])) == ()


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("The CAFÉ near Wi-Fi, cafes", ("cafe", "wi-fi"), ["CAFÉ", "Wi-Fi"]),
        ("朝食がおいしい。ﾄﾞﾗｲﾔｰ無し", ("朝食", "ドライヤー"), ["朝食", "ﾄﾞﾗｲﾔｰ"]),
        ("306号室です", ("306号室",), ["306号室"]),
        ("barely a bar", ("bar",), ["bar"]),
        ("thin walls", ("thin walls", "walls"), ["thin walls"]),
        ("nothing", (), []),
    ],
)
def test_marked_words(text, words, marked):
    assert [text[start:end] for start, end in term_spans(text, words)] == marked


def test_words_worth_marking():
    assert highlight_terms(parse_query('the noise "at night" of it')) == (
        "at night",
        "noise",
        "night",
    )
    assert "朝食" in highlight_terms(parse_query("朝食がおいしい"))


def test_the_closest_sentence(fake_encoder):
    text = "We came by train. The sauna was cold. Breakfast was good."
    texts, languages = [text, "One sentence"], np.array(["en", "en"])
    vector = fake_encoder.encode_queries(["sauna cold"])[0]
    first, second = find_highlights(
        parse_query("sauna cold"), vector, texts, languages, fake_encoder, raw_space(64)
    )
    assert text[slice(*first.sentence)].strip() == "The sauna was cold."
    assert [text[start:end] for start, end in first.terms] == ["sauna", "cold"]
    assert second.sentence == (0, 12) and second.terms == ()
    assert fake_encoder.encoded == 1 + 3  # the query, and the sentences of the first text alone


def test_golden_figures_by_hand():
    golden = record_judgement((), "quiet", "a", True)
    golden = record_judgement(golden, "quiet", "b", True)
    golden = record_judgement(golden, "loud", "c", True)
    languages = {"a": "en", "b": "ja", "c": "ja", "x": "en", "y": "ja"}
    figures = evaluate(golden, [["x", "a", "y", "b"], ["y", "x"]], languages, k=2)
    # quiet: 1 of 2 in the first two, first at 2, (1/log2(3) + 1/log2(5)) / (1 + 1/log2(3)).
    assert figures["all"].recall == pytest.approx((0.5 + 0) / 2)
    assert figures["all"].mrr == pytest.approx((0.5 + 0) / 2)
    assert figures["all"].ndcg == pytest.approx((0.63093 + 0.43068) / 1.63093 / 2, abs=1e-4)
    # In Japanese "quiet" has y, b against b: at the second place; "loud" y against c.
    assert list(figures) == ["all", "ja", "en"] and figures["ja"].queries == 2
    assert figures["ja"].recall == pytest.approx(0.5)
    assert figures["ja"].ndcg == pytest.approx(0.63093 / 2, abs=1e-4)
    assert figures["en"].mrr == pytest.approx(0.5)


def test_golden_sets_are_read_and_written(tmp_path):
    path = tmp_path / "golden.csv"
    path.write_text("Query,review_ids\nquiet,r1 r2;r3\nquiet,r4|r1\n-loud,r0\n,\n", "utf-8")
    golden = read_golden_set(path, known=[f"r{n}" for n in range(9)])
    assert [(g.query, sorted(g.relevant)) for g in golden] == [
        ("quiet", ["r1", "r2", "r3", "r4"]),
        ("-loud", ["r0"]),
    ]
    golden = record_judgement(record_judgement(golden, "quiet", "r2", False), "-loud", "r0", None)
    assert golden[0].irrelevant == {"r2"} and len(golden) == 1
    golden = record_judgement(golden, "=1+1", "r5", True)
    path.write_text(golden_set_csv(golden), "utf-8")
    assert read_golden_set(path) == golden
    for text, words in (
        ("query,ids\na,b\nc,d\n", "review_ids"),
        ("query,review_ids\nquiet,\nloud,\n", "no query with right"),
        ("query,review_ids\nquiet,r1 zz\nloud,r1\n", "'zz'"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError, match=words):
            read_golden_set(path, known=["r1"])
