"""Units: what "auto" chooses."""

import numpy as np
import pytest

from pipeline.reviews.units import make_units


@pytest.mark.parametrize(
    ("longer", "kind"), [(4, "review"), (5, "sentence"), (10, "sentence"), (0, "review")]
)
def test_auto_groups_sentences_from_one_and_a_half_a_review(longer, kind):
    texts = ["The bed was hard. The staff were kind."] * longer
    texts += ["The bed was really very hard."] * (10 - longer)
    assert make_units(texts, np.full(10, "en"), "auto").kind == kind
