"""The page "Models": from the choice of models to the decision in words."""

import pytest

from pipeline.library.search_store import has_current_store, load_search_store
from tests.support.apptest import catalogue, finish, new, press, run_until, session, start, upload
from tests.support.waiting import wait_until
from ui.models.request import JOB

TOPICS = {
    "noise": "The street was loud all night and music came through the wall",
    "food": "Breakfast had fresh bread and the coffee was hot and strong",
    "pool": "The pool was warm and the children swam in it all day long",
}


def _reviews():
    rows = [
        f'"{words}, said guest {n}, who stayed for {n + 2} nights",{topic}'
        for n in range(15)
        for topic, words in TOPICS.items()
    ]
    return "\n".join(["review,about", *rows]).encode()


OWN = "multilingual-e5-small"


@pytest.fixture(scope="module")
def analysed():
    """A session that has analysed the reviews."""
    return finish(press(upload(start(), _reviews()), "Analyse"))


def opened(analysed):
    """Another session at the page with the same analysis."""
    at = new()
    at.query_params["analysis"] = session(analysed).file.autosave.revision.token
    return at.run().switch_page("ui/pages/models.py").run()


def test_models_are_compared_on_the_labels_of_a_column_and_fewer_dimensions_used(analysed):
    at = start().switch_page("ui/pages/models.py").run()
    assert any("No reviews to compare models on" in title.value for title in at.title)
    at = analysed.switch_page("ui/pages/models.py").run()
    compare = next(button for button in at.button if button.label == "Compare")
    assert compare.disabled  # there is nothing to measure models on yet
    at.multiselect(key="models-chosen").set_value([OWN, "tfidf@8", "sif@8", "lda"]).run()
    assert any("LDA only group" in each.value for each in at.warning)
    at.selectbox(key="models-labels").set_value("about").run()
    assert not at.warning
    at.multiselect(key="models-dimensions").set_value([16]).run()
    press(at, "Compare")
    job = at.session_state[JOB]
    wait_until(lambda: job.finished)
    run_until(at, lambda: any("Which model" in each.value for each in at.header))
    assert job.state == "done", job.message
    table = at.dataframe[0].value
    assert set(table["Model"]) == {OWN, "tfidf@8", "sif@8", "lda"}
    assert table["Quality"].max() > 90
    groups = table[table["Model"] == "lda"].iloc[0]
    assert (
        groups["Groups"] and not groups["Labels learnt"] and groups["Quality"] != groups["Quality"]
    )
    assert list(table["Kept"].unique()) == ["all", "the first", "by PCA", "groups only"]
    assert any("points" in each.value and "**" in each.value for each in at.markdown)

    token = session(at).file.autosave.revision.token
    folder = catalogue().path(token)
    at.button(key="models-fewer-dimensions").click().run()
    assert not at.exception
    (entry,) = catalogue().entries()
    assert entry.reduction in ("pca16", "prefix16")
    assert any("keeps" in each.value and "16 dimensions" in each.value for each in at.markdown)
    wait_until(lambda: has_current_store(folder))
    assert load_search_store(folder).reduction.dimension == 16
    at.button(key="models-all-dimensions").click().run()
    assert not at.exception and catalogue().find(token).reduction == ""
    wait_until(lambda: has_current_store(folder))
    assert load_search_store(folder).reduction is None


def test_a_model_that_nobody_has_named_is_not_loaded(analysed):
    at = opened(analysed)
    at.selectbox(key="models-labels").set_value("about").run()
    at.session_state["models-chosen"] = ["owner/*model*"]
    at.run()
    assert any(r"owner\/\*model\*" in each.value for each in at.warning)
    assert next(button for button in at.button if button.label == "Compare").disabled


def test_models_that_need_what_is_not_installed_say_so_before_they_are_compared(
    analysed, monkeypatch
):
    monkeypatch.setattr("pipeline.embedding.torch_library.has_torch", lambda: False)
    monkeypatch.setenv("POLYGUEST_PRECISION", "int8")
    monkeypatch.setenv("POLYGUEST_MODELS", "intfloat/multilingual-e5-base")
    at = opened(analysed)
    at.selectbox(key="models-labels").set_value("about").run()
    compare = next(button for button in at.button if button.label == "Compare")
    assert at.multiselect(key="models-chosen").value == [OWN, "tfidf", "word2vec"]
    assert not compare.disabled and not at.warning
    others = [f"{OWN}:float32", "intfloat/multilingual-e5-base", "lsa", "sif@8"]
    at.multiselect(key="models-chosen").set_value(others).run()
    assert next(button for button in at.button if button.label == "Compare").disabled
    float32, other = [each.value.replace("\\", "") for each in at.warning]  # it is Markdown
    assert "in float32 needs PyTorch" in float32
    assert other.startswith("Models other than the bundled one")
    for said in (float32, other):
        assert "'pip install \"polyguest[models]\"' or 'pip install -r requirements.txt'" in said
