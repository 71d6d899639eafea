"""Makes anew what the project ships of the bundled model and CLDR: ``python -m benchmarks.ship``.

Run it after a change to a folder of ``pipeline/data/``, to an example in ``sample_data/``, to the
bundled model or to Babel, which brings CLDR; a test fails until it was.
"""

from pathlib import Path

from benchmarks.data import SAMPLE
from benchmarks.options import read_flags
from pipeline.embedding.embed import write_sample_vectors
from pipeline.embedding.parallel_corpus import compute_parallel_means
from pipeline.embedding.reference import compute_line_means, ship
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder
from pipeline.heads.heads import compute_heads
from pipeline.heads.judged_sentences import NAME as JUDGED
from pipeline.heads.questions import NAME as QUESTIONS
from pipeline.heads.questions import compute_question_head
from pipeline.reviews.cldr_words import compute_cldr_words
from pipeline.reviews.date_words import write_cldr_words
from pipeline.reviews.read import read_reviews
from pipeline.reviews.units import REVIEW, SENTENCE, make_units
from pipeline.text.language_id import detect_languages
from pipeline.text.passages import split_passages
from pipeline.topics.aspect_classes import NAME as MATTERS
from pipeline.topics.aspect_classes import compute_aspect_classes
from pipeline.topics.aspects import NAME as ASPECTS
from pipeline.topics.aspects import NON_HOTEL
from pipeline.topics.glosses import compute_vocabulary_vectors
from pipeline.topics.polarity import NAME as POLARITY

EXAMPLES = tuple(SAMPLE / name for name in ("hotel_reviews.csv", "resort_group.csv", "ryokan.csv"))


def embedded_texts(file: Path) -> list[str]:
    """What analyses of a file embed: its reviews, their sentences, and the passages of both."""
    reviews = read_reviews(file).texts
    languages = detect_languages(reviews)
    texts: list[str] = []
    for kind in (REVIEW, SENTENCE):
        units = make_units(reviews, languages, kind)
        passages = split_passages(units.texts, languages[units.review])
        texts += [*units.texts, *passages.cut(units.texts)]
    return texts


def main() -> None:
    """Compute and write all; some five minutes."""
    read_flags("ship", __doc__)
    print(write_cldr_words(compute_cldr_words()))
    encoder = load_encoder(f"{DEFAULT_MODEL}:float32")
    print(ship("parallel", encoder, compute_parallel_means(encoder)))
    for name in (ASPECTS, NON_HOTEL, POLARITY):
        print(ship(name, encoder, compute_line_means(name, encoder)))
    print(ship(JUDGED, encoder, compute_heads(encoder)))
    print(ship(QUESTIONS, encoder, compute_question_head(encoder)))
    print(ship(MATTERS, encoder, compute_aspect_classes(encoder)))
    print(ship("glosses", encoder, compute_vocabulary_vectors(encoder)))
    texts = [text for file in EXAMPLES for text in embedded_texts(file)]
    for model in (encoder, load_encoder(f"{DEFAULT_MODEL}:int8")):
        print(write_sample_vectors(model, texts))


if __name__ == "__main__":
    main()
