"""The tour: offered once, left at any step, and found again."""

import pytest

from tests.support.apptest import press, session, start
from ui.components.tour import _STEPS

LABELS = ("Take the tour", "Not now", "Next", "Done", "Back", "Leave the tour")


def offers(at):
    """The tour's buttons on the page."""
    return [button.label for button in at.button if button.label in LABELS]


def shown(at):
    """The title of the step that is shown; None outside the tour."""
    said = " ".join(text.value for text in at.markdown)
    return next((step.title for step in _STEPS if f"**{step.title}**" in said), None)


def test_a_newcomer_may_decline_and_is_not_asked_again():
    at = start()
    assert offers(at) == ["Take the tour", "Not now"]
    press(at, "Not now")
    assert offers(at) == [] and shown(at) is None
    at.switch_page("ui/pages/how_it_works.py").run()
    at.switch_page("ui/pages/start.py").run()
    assert offers(at) == []


def test_five_steps_forth_and_back():
    at = press(start(), "Take the tour")
    assert len(_STEPS) <= 5
    for step in _STEPS[:-1]:
        assert shown(at) == step.title
        assert "Leave the tour" in offers(at)
        press(at, "Next")
    assert shown(at) == _STEPS[-1].title
    press(at, "Back")
    assert shown(at) == _STEPS[-2].title
    press(press(at, "Next"), "Done")
    assert shown(at) is None and offers(at) == []


@pytest.mark.parametrize("page", ["explore", "questions"])
def test_the_help_menu_has_it_on_pages_without_an_analysis_too(page):
    at = press(start(), "Not now")
    at.switch_page(f"ui/pages/{page}.py").run()
    at.session_state["tour-step"] = 0  # what the help menu does
    at.run()
    assert not at.exception
    assert shown(at) == _STEPS[0].title
    press(at, "Leave the tour")
    assert shown(at) is None and session(at).is_blank
