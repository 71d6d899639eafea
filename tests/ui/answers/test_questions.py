"""The page "Questions" with a fake encoder: what it shows, sends, and says when it can't."""

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.answers.faq_file import faq_of_table
from pipeline.answers.faq_index import build_faq_index
from pipeline.insights.attributes import review_attributes
from pipeline.tables.read import read_table
from tests.support.analyses import review_file
from tests.support.chat_server import chat_server
from tests.support.fake_encoder import FakeEncoder
from ui.session.answer_service import OpenFaq
from ui.session.view import View

QUESTION = "loud music street night noise"
ENTRIES = (
    "question,answer\n"
    "Where can we park the car?,<script>1</script> Behind the house ![x](http://evil.example)\n"
    "Do you have a cot for our baby?,A baby cot is free\n"
)


class Worker:
    def encode(self, texts, model, *, documents=False):
        return FakeEncoder().encode_queries(texts)

    def cover(self, question, texts, model):
        raise AssertionError("a model without a question head is asked for vectors alone")


@pytest.fixture(scope="module")
def analysis():
    reviews = review_file(3, {"pool": 50, "breakfast": 40, "noise": 6})
    settings = Settings(topic_count=3, unit="review", space="raw", with_map=False, model="fake")
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


@pytest.fixture
def asked(analysis, tmp_path, monkeypatch):
    monkeypatch.delenv("POLYGUEST_CHAT_URL", raising=False)
    monkeypatch.setattr("ui.session.search_service.worker", Worker)
    monkeypatch.setattr("ui.session.answer_service.worker", Worker)

    def script():
        import numpy
        import streamlit

        from ui.answers.ask_reviews import ask_reviews

        view = streamlit.session_state["view"]
        ask_reviews(view, numpy.ones(len(view.analysis.units), bool))

    at = AppTest.from_function(script, default_timeout=60)
    at.session_state["view"] = View(1, tmp_path, analysis, review_attributes(analysis))
    return at


def ask(at, question=QUESTION):
    at.session_state["asked"] = question
    at.run()
    assert not at.exception
    return at


def shown(at):
    return " ".join(element.body for element in at.html)


def test_passages_and_their_counts_without_a_model(asked):
    at = asked.run()
    assert not at.exception and not at.code
    ask(at)
    assert "likely to speak of this" in shown(at) and "[1]" in shown(at)
    assert "REVIEWS" in at.code[0].value
    assert not [button for button in at.button if button.label == "Send and answer"]


def test_what_no_review_says(asked):
    at = ask(asked, "zebra xylophone quarks")
    assert "do not answer" in at.info[0].value and not at.code


def test_a_model_is_asked_only_after_the_button(asked, monkeypatch):
    with chat_server() as server:
        server.pieces = ["Loud music [1]. ", "**Bold** <script> [6][99]."]
        monkeypatch.setenv("POLYGUEST_CHAT_URL", server.url)
        at = ask(asked)
        assert server.asked == []
        assert any("Nothing else is sent" in element.value for element in at.markdown)
        next(button for button in at.button if button.label == "Send and answer").click().run()
        assert not at.exception and len(server.asked) == 1
        assert '**Bold** &lt;script&gt; [<a class="pg-cite" href="#passage-6">6</a>][99].' in shown(
            at
        )
        assert "There is no passage 99." in shown(at)
        at.run()
        assert len(server.asked) == 1  # the answer is kept


def test_a_model_that_is_not_there_is_one_line(asked, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CHAT_URL", "http://127.0.0.1:9/v1")
    at = ask(asked)
    next(button for button in at.button if button.label == "Send and answer").click().run()
    assert not at.exception and "be reached" in at.error[0].value


def test_a_setting_that_is_no_address(asked, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CHAT_URL", "nonsense")
    assert "is not an address" in ask(asked).error[0].value


def test_the_faq_answers_or_says_that_it_does_not(monkeypatch):
    monkeypatch.setattr("ui.session.answer_service.worker", Worker)

    def script():
        import streamlit

        from ui.answers.faq import show_faq

        show_faq(streamlit.session_state["open_faq"])

    faq = faq_of_table(read_table(ENTRIES.encode()))
    at = AppTest.from_function(script, default_timeout=60)
    at.session_state["open_faq"] = OpenFaq(faq, build_faq_index(faq, FakeEncoder()))
    at.session_state["faq_question"] = "Where can we park the car?"
    at.run()
    assert not at.exception
    assert "&lt;script&gt;1" in shown(at) and "<script>" not in shown(at)
    assert "% likely" in shown(at)
    at.session_state["faq_question"] = "Zebra quarks"
    at.run()
    assert "No answer in the FAQ" in at.info[0].value
