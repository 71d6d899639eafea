"""What names of topics say of praise and complaints, beside the shares that pages show."""

from collections import Counter

import numpy as np
import pytest

from pipeline.analysis.add_file import add_reviews
from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit, undo
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis
from pipeline.embedding.reference import load_lines
from pipeline.insights.attributes import review_attributes
from pipeline.insights.theme_summary import summarise_themes
from pipeline.insights.themes import topic_themes
from pipeline.reviews.read import read_reviews
from pipeline.topics.aspects import aspect_names, aspect_vectors, cast_votes
from pipeline.topics.naming import name_polarity, name_subjects, without_judgement

GUESTS = (
    "Great central location, five minutes from the station and close to all the shops",
    "The breakfast was very average and the coffee machine was empty on both mornings",
    "The staff at the desk helped us with the bags and printed our tickets for the museum",
    "It was far too warm at night, the window opened only a little and there was no fan",
    "We had a quiet room on the courtyard side and slept very well",
    "The lift was out of order for three days and we carried everything up to the fourth floor",
    "We loved the bar on the roof, the view over the castle and the friendly people there",
    "The bathroom floor was always wet because the shower door does not close",
)
ENDINGS = ("", " and we would book it again", " which was a pity", ", as on our last visit")
# Subjects of the lines of ``data/polarity``, of which all but two guests praise one half and
# complain about the other: breakfast, staff, location, then quiet, pool, Wi-Fi.
PRAISED, BLAMED = (0, 2, 6), (4, 9, 10)


def file_of(rows):
    lines = ["id,rating,review", *(f'{n},{mark},"{text}"' for n, (mark, text) in enumerate(rows))]
    return read_reviews("\n".join(lines).encode())


def made(encoder, rows, **settings):
    settings = Settings(unit="review", with_map=False, **settings)
    return analyse(file_of(rows), settings, encoder=encoder)


@pytest.fixture(scope="module")
def contrary_marks(encoder):
    """Marks that say nothing of the texts: 6 to 10 in turn, as on a platform that rounds up."""
    texts = [said + ending for ending in ENDINGS * 2 for said in GUESTS]
    return made(encoder, [(6 + n % 5, f"{text}.") for n, text in enumerate(texts)])


def remarks(praised, blamed):
    """Remarks on subjects in every language of the lines, two of each subject the other way."""
    for subject in (*praised, *blamed):
        for place, lines in enumerate(load_lines("polarity").values()):
            blames = (subject in blamed) != (place < 2)
            yield lines[2 * subject + blames]


@pytest.fixture(scope="module")
def polar(encoder):
    """The same subjects in thirteen languages, all marked 1."""
    return made(encoder, [(1, text) for text in remarks(PRAISED, BLAMED)], topic_count=6)


def check(analysis):
    """No name says what no more than half of those say who are counted beside it."""
    shown = summarise_themes(analysis, review_attributes(analysis), topic_themes(analysis))
    judging = 0
    for theme in shown:
        polarity = name_polarity(theme.name)
        if polarity and without_judgement(theme.name) != theme.name:
            own, other = theme.praise.share, theme.complaints.share
            own, other = (own, other) if polarity == 1 else (other, own)
            assert own > 0.5 > other, (theme.name, theme.praise, theme.complaints)
            judging += 1
    return judging


def test_names_follow_what_guests_say_whatever_their_marks(contrary_marks):
    check(contrary_marks)
    complaining = np.arange(len(contrary_marks.texts)) % len(GUESTS) % 2 == 1
    for topic in contrary_marks.topics:
        said = Counter(complaining[contrary_marks.in_topic(topic.id)].tolist())
        if name_polarity(topic.name):
            assert said[name_polarity(topic.name) == -1] > said[name_polarity(topic.name) == 1]


def test_the_sample_in_sentences_and_a_file_in_five_languages(polar, sample_folder):
    assert check(load_analysis(sample_folder)) >= 1
    assert check(polar) >= 1


def test_typical_texts_say_what_the_name_says(polar):
    for topic in polar.topics:
        wanted = name_polarity(topic.name)
        for code, kinds in topic.typical.items():
            own = (polar.assignments == topic.id) & (polar.unit_languages == code)
            if wanted and wanted in polar.unit_sentiment[own]:
                assert (polar.unit_sentiment[kinds["closest"]] == wanted).all(), topic.name


def test_typical_texts_are_about_what_the_name_says(contrary_marks, encoder):
    made = contrary_marks
    votes = cast_votes(made.vectors, aspect_vectors(encoder), made.space)
    known = {name.casefold(): number for number, name in enumerate(aspect_names())}
    named = 0
    for topic in made.topics:
        aspects = [known[part] for part in name_subjects(topic.name) if part in known]
        fits = votes.fit(aspects) & (made.assignments == topic.id)
        if name_polarity(topic.name):
            fits &= made.unit_sentiment == name_polarity(topic.name)
        if aspects and fits.any():
            named += not fits[made.assignments == topic.id].all()
            assert fits[topic.typical["en"]["closest"][0]], topic.name
    assert named >= 1  # of which not all texts are about it


def test_after_edits_and_a_file_that_says_the_opposite(polar, encoder):
    keys = [topic.key for topic in polar.topics if not topic.is_outlier]
    judged = next(topic for topic in polar.topics if without_judgement(topic.name) != topic.name)
    other = next(key for key in keys if key != judged.key)
    merged = apply_edit(polar, {"do": "merge", "topics": [judged.key, other]}, encoder=encoder)
    check(merged)
    split = apply_edit(
        merged, {"do": "split", "topic": merged.topics[0].key, "parts": 2}, encoder=encoder
    )
    check(split)
    assert [topic.name for topic in undo(split, encoder=encoder).topics] == [
        topic.name for topic in merged.topics
    ]
    # Those who say the opposite of the same things, three times as many.
    opposite = list(remarks(BLAMED, PRAISED))
    rows = [(5, f"{text}{again}") for again in ("", "!", "!!") for text in opposite]
    added = add_reviews(polar, file_of(rows), name="more.csv", encoder=encoder)
    check(added)
    now = {topic.key: topic.name for topic in added.topics}
    changed = {topic.name: now[topic.key] for topic in polar.topics if now[topic.key] != topic.name}
    assert changed and all(new == without_judgement(old) for old, new in changed.items())
