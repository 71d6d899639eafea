"""The fixed list of aspects as a table."""

from pipeline.insights.theme_summary import Proportion, ThemeSummary
from ui.topics.aspect_list import _largest_first


def theme(key, count, parent=""):
    return ThemeSummary(key, key, parent, Proportion(count, 100), None, None, float("nan"))


def test_narrow_aspects_stay_below_their_broad_one():
    themes = (
        theme("noise", 5), theme("street", 2, "noise"), theme("walls", 4, "noise"),
        theme("staff", 9), theme("desk", 9, "staff"),
    )  # fmt: skip
    found = [one.key for one in _largest_first(themes)]
    assert found == ["staff", "desk", "noise", "walls", "street"]
