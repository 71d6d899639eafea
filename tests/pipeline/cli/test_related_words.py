import json

import pytest

from pipeline.analysis.storage import save_analysis
from tests.support.command import run
from tests.support.word_corpus import group_of, word_analysis


@pytest.fixture(scope="module")
def folder(tmp_path_factory, file_cache):
    target = tmp_path_factory.mktemp("words") / "result"
    save_analysis(word_analysis(), target)
    return target


def test_json_has_the_promised_keys_and_a_warning(folder):
    done = run("related-words", folder, "elevator", "--top", "8", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [set(each) for each in found] == [{"word", "score"}] * 8
    assert {each["word"] for each in found} <= group_of("elevator")
    assert "warning: learnt from 600 sentences in English" in done.stderr


def test_an_analogy(folder):
    done = run("analogy", folder, "lift", "button", "eggs", "--json", "--top", "3")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [set(each) for each in found] == [{"word", "score"}] * 3
    assert not {"lift", "button", "eggs"}.intersection(each["word"] for each in found)


def test_settings_and_vectors_for_other_programs(folder, tmp_path):
    from gensim.models import KeyedVectors  # takes a second to import

    out = tmp_path / "vectors.txt"
    options = ("--vector-size", "10", "--sg", "0", "--epochs", "2", "--out", out)
    done = run("related-words", folder, "lift", *options)
    assert done.returncode == 0, done.stderr
    assert KeyedVectors.load_word2vec_format(str(out)).vector_size == 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("related-words", "xyzzy"), "too rare"),
        (("related-words", "lift", "--language", "fr"), "too few texts in 'fr'"),
        (("analogy", "lift", "the", "eggs"), "function word"),
        (("related-words", "lift", "--window", "0"), "not a number from 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder, arguments, said):
    command, *rest = arguments
    done = run(command, folder, *rest)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]


def test_a_folder_without_an_analysis(tmp_path):
    done = run("related-words", tmp_path, "lift")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
