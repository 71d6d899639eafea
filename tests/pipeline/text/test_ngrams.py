from collections import Counter

from pipeline.text.ngrams import (
    character_ngrams,
    spell_ngram,
    split_word_sequences,
    word_ngrams,
)


def test_ngrams_of_words_are_those_of_all_lengths():
    words = ["heated", "ski", "room"]
    assert list(word_ngrams(words, 1, 2)) == ["heated", "ski", "room", "heated ski", "ski room"]
    assert list(word_ngrams(words, 3, 5)) == ["heated ski room"]


def test_ngrams_of_characters_are_scikit_learns():
    from sklearn.feature_extraction.text import CountVectorizer

    text = "Ski-in room, ÉTÉ a"
    theirs = CountVectorizer(analyzer="char_wb", ngram_range=(1, 3)).build_analyzer()(text)
    # That counts a word shorter than n once for each n.
    assert set(character_ngrams(text, 1, 3)) == {ngram for ngram in theirs if ngram != " "}


def test_a_compound_is_one_word_and_its_parts_are_none():
    (words,) = split_word_sequences(["露天風呂と客室から海が見えます"], "ja")
    assert [word.text for word in words][:2] == ["露天風呂", "客室"]
    (words,) = split_word_sequences(["風呂が好きで露天風呂と風呂に入った"], "ja")
    assert [word.text for word in words].count("風呂") == 2


def test_an_ngram_is_spelt_as_it_is_written_most_often():
    spellings = {"pool": Counter(pools=2, pool=3), "heat": Counter(heated=1)}
    assert spell_ngram("heat pool", spellings) == "heated pool"
    assert spell_ngram("¬clean", {}) == "clean"
