"""What the parts of a report are worked out from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.exports.selection import Selection
from pipeline.insights.attributes import ReviewAttributes
from pipeline.insights.impact import ThemeImpact, measure_impact
from pipeline.insights.theme_figures import ThemeFigures, theme_figures
from pipeline.insights.themes import Themes
from pipeline.topics.judged import Tally
from pipeline.topics.naming import name_polarity, rename_unjudged, without_judgement


@dataclass(frozen=True)
class ReportScope:
    """An analysis and the reviews that are reported on.

    Attributes:
        analysis: its topics are named in a language of the reader's.
        attributes: attributes of its reviews.
        themes: its topics as themes.
        selection: the reviews to report on.

    """

    analysis: Analysis
    attributes: ReviewAttributes
    themes: Themes
    selection: Selection

    @property
    def chosen(self) -> np.ndarray:
        """The reviews to report on: bool (n,)."""
        return self.selection.reviews

    @cached_property
    def figures(self) -> ThemeFigures:
        """Figures of the topics among these."""
        return theme_figures(self.themes, self.attributes, self.chosen)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the topics; none says praise or complaints that these reviews contradict.

        What guests of the whole file complain about may please those of one hotel.
        """
        names, figures = list(self.themes.names), self.figures
        if figures.praise is None or figures.complaints is None:
            return tuple(names)
        tally = Tally(figures.told, figures.praise, figures.complaints)
        own = {topic.key for topic in self.analysis.topics if topic.named}
        for theme, name in enumerate(self.themes.names):
            bare = without_judgement(name)
            judged = bare != name and self.themes.keys[theme] not in own
            if judged and tally.contradicts(theme, name_polarity(name)):
                others = [{"en": other} for other in names if other != name]
                names[theme] = rename_unjudged({"en": name}, others)["en"]
        return tuple(names)

    @cached_property
    def order(self) -> list[int]:
        """The topics that are mentioned and not hidden, the largest first."""
        hidden = {topic.key for topic in self.analysis.topics if topic.hidden}
        return [
            theme
            for theme in np.argsort(-self.figures.reviews, kind="stable").tolist()
            if self.figures.reviews[theme] and self.themes.keys[theme] not in hidden
        ]

    @cached_property
    def impacts(self) -> dict[int, ThemeImpact]:
        """Impact of each topic on the marks; none where too few reviews have one."""
        try:
            impact = measure_impact(self.analysis, self.themes, self.chosen)
        except InputError:
            return {}
        return {each.theme: each for each in impact.themes}

    def mark(self, rating: float) -> str:
        """A mean rating of up to 5 as it is shown; "" for none."""
        if not np.isfinite(rating):
            return ""
        return format_number(float(self.attributes.shown_rating(rating)), 1)
