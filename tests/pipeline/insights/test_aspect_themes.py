"""The fixed list of aspects as themes."""

import numpy as np
import pytest

from pipeline.analysis import analysis as analysis_module
from pipeline.common.errors import InputError
from pipeline.insights.aspect_themes import aspect_themes, has_aspects
from pipeline.insights.themes import ASPECTS
from pipeline.reviews.passages import whole_units
from pipeline.reviews.units import review_units
from pipeline.topics.aspect_mentions import AspectMentions
from pipeline.topics.aspects import aspect_names
from tests.support.analyses import synthetic_analysis

NAMES = aspect_names()
POOL, SPA, WELLNESS = (
    NAMES.index(name) for name in ("Swimming pool", "Spa and massage", "Pool and wellness")
)
NOISE = NAMES.index("Noise")


class Classifier:
    """The second review mentions the pool and noise, the third the pool and the spa."""

    def match(self, raw, sentiment):
        return AspectMentions(np.array([1, 1, 2, 2]), np.array([POOL, NOISE, SPA, POOL]))


@pytest.fixture
def analysis(monkeypatch):
    monkeypatch.setattr(analysis_module, "find_aspect_classifier", lambda fingerprint: Classifier())
    texts = ("a", "b", "c", "d")
    units, raw = review_units(texts), np.eye(4, dtype=np.float32)
    found = synthetic_analysis(n=4, units=units, passages=whole_units(units, raw))
    found.__dict__["passage_sentiment"] = np.array([0, 1, -1, 0], np.int8)
    return found


def test_only_mentioned_aspects_are_shown_below_their_broad_one(analysis):
    themes = aspect_themes(analysis)
    assert themes.kind == ASPECTS
    assert set(themes.names) == {NAMES[each] for each in (POOL, SPA, WELLNESS, NOISE)}
    parent = themes.names.index(NAMES[WELLNESS])
    for narrow in (POOL, SPA):
        assert themes.parents[themes.names.index(NAMES[narrow])] == parent
        assert themes.names.index(NAMES[narrow]) > parent
    assert themes.parents[themes.names.index(NAMES[NOISE])] == -1


def test_a_review_mentions_the_broad_aspect_once(analysis):
    themes = aspect_themes(analysis)
    mentions = themes.mentions.toarray()
    by_name = {name: mentions[:, at].tolist() for at, name in enumerate(themes.names)}
    assert by_name[NAMES[POOL]] == [False, True, True, False]
    assert by_name[NAMES[SPA]] == [False, False, True, False]
    assert by_name[NAMES[WELLNESS]] == [False, True, True, False]
    broad = themes.names.index(NAMES[WELLNESS])
    assert themes.praise.toarray()[:, broad].tolist() == [False, True, False, False]
    assert themes.complaints.toarray()[:, broad].tolist() == [False, False, True, False]
    assert themes.passages_about(broad).tolist() == [1, 2]
    # A figure of a second aspect of a passage leads to that passage as well.
    for theme in range(len(themes)):
        counted = set(mentions[:, theme].nonzero()[0].tolist())
        passages = analysis.searched_passages.review[themes.passages_about(theme)]
        assert set(passages.tolist()) == counted, themes.names[theme]


def test_names_are_in_the_language_of_the_interface(analysis):
    german = aspect_themes(analysis, language="de")
    assert german.names[german.keys.index("swimming-pool")] == aspect_names("de")[POOL]


def test_a_model_without_heads_says_so():
    analysis = synthetic_analysis()
    assert not has_aspects(analysis)
    with pytest.raises(InputError, match="choose topics instead"):
        aspect_themes(analysis)
