"""Which entry answers, and when none does."""

import csv
import json

import numpy as np
import pytest

from pipeline.answers.faq_file import faq_of_table
from pipeline.answers.faq_index import build_faq_index, bundled_question_space, choice_probabilities
from pipeline.answers.question_profiles import profiles
from pipeline.heads.questions import find_question_head, load_questions
from pipeline.tables.read import read_table
from tests.support.command import ROOT, run
from tests.support.fake_encoder import FakeEncoder

FAQ = ROOT / "benchmarks" / "faq" / "lake" / "entries.csv"
ENTRIES = (
    "question,answer\n"
    "How warm is the swimming pool water?,The swimming pool water is 28 degrees\n"
    "Do you have a cot for our baby?,A baby cot is free\n"
    "Where can we park the car?,Park the car behind the house\n"
)


def test_the_nearest_entry_is_first_and_probabilities_make_one():
    encoder = FakeEncoder()
    index = build_faq_index(faq_of_table(read_table(ENTRIES.encode())), encoder)
    asked = ["Where can we park the car?", "Zebra quarks"]
    raw = encoder.encode_queries(asked)
    first, none = index.match(asked, raw, top=2)
    assert [match.entry for match in first][0] == 2 and len(first) == 2
    assert first[0].probability > first[1].probability
    assert none == ()
    chances = index.probabilities(index.space.encode(raw, asked))
    assert chances.shape == (2, 4) and np.allclose(chances.sum(axis=1), 1)


def test_a_faq_of_one_entry_can_be_asked():
    encoder = FakeEncoder()
    faq = faq_of_table(read_table(b"question,answer\nIs there a lift?,Yes\n"))
    index = build_faq_index(faq, encoder)
    (found,) = index.match(["Is there a lift?"], encoder.encode_queries(["Is there a lift?"]))
    assert len(found) <= 1


def test_words_of_one_matter_have_like_profiles_in_two_languages():
    crib, cot, car = profiles(["baby crib", "детская кроватка", "парковка для машины"], None, None)
    assert crib @ cot > 0.5 > crib @ car


def test_no_answer_is_one_of_the_choices():
    features = np.array([[[1.0], [0.0]], [[0.0], [0.0]]])
    chances = choice_probabilities(features, np.array([9.0]), np.array([4.0, 4.0]))
    assert chances[0].argmax() == 0 and chances[1].argmax() == 2


def test_the_files_of_questions_have_the_same_lines():
    questions = load_questions()
    counts = np.bincount(questions.matters)
    assert len(counts) > 200 and counts.min() >= 15
    assert all(text == text.strip() != "" for text in questions.texts)


def test_the_shipped_head_belongs_to_the_questions(encoder):
    head = find_question_head(encoder.fingerprint)
    assert head is not None, "run `python -m benchmarks.ship`"
    assert len(head.known) == len(load_questions().texts)
    # The app has the space without loading the model.
    assert np.array_equal(bundled_question_space().neutral.removed, head.removed)


@pytest.fixture(scope="module")
def judged():
    with (ROOT / "benchmarks" / "faq" / "lake" / "questions.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_command_answers_in_other_languages_or_not_at_all(encoder, judged, tmp_path):
    done = run("faq", FAQ, "¿Tienen cuna para el bebé?", "--json")
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)[0]
    assert list(first) == ["rank", "id", "question", "answer", "probability"]
    assert first["id"] == "D22" and first["rank"] == 1 and 0.5 < first["probability"] <= 1
    assert json.loads(run("faq", FAQ, "Who is the president?", "--json").stdout) == []
    assert run("faq", FAQ, "Who is the president?").stdout == "no answer in the FAQ\n"

    questions, hits = tmp_path / "questions.txt", tmp_path / "hits.csv"
    questions.write_text("\n".join(each["question"] for each in judged), "utf-8")
    done = run("faq", FAQ, "--queries", questions, "--out", hits, "--top", 1)
    assert done.returncode == 0, done.stderr
    with hits.open(encoding="utf-8") as file:
        found = {row["query"]: row["id"] for row in csv.DictReader(file)}
    right = [found.get(each["question"]) == each["id"] for each in judged if each["id"]]
    false = [each["question"] in found for each in judged if not each["id"]]
    assert np.mean(right) >= 0.8, np.mean(right)
    assert np.mean(false) <= 0.15, np.mean(false)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give either a QUESTION or --queries FILE"),
        (("  ",), "The question is empty"),
        (("--queries", FAQ), "--queries needs --out"),
        (("a", "--answer-column", "Z"), "There is no column 'Z'"),
    ],
)
def test_wrong_arguments_are_one_line(arguments, said):
    done = run("faq", FAQ, *arguments)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
