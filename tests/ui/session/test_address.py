"""The state of a page in its address: written, taken over, and never trusted."""

import pytest
from streamlit.testing.v1 import AppTest

TOKEN = "a" * 16


def script():
    """A page with a select box, a multiselect and a switch."""
    from types import SimpleNamespace

    import streamlit as st

    from ui.session.address import choice_part, choices_part, follow_address, switch

    view = SimpleNamespace(hotels={"Roma": "Roma", "<b>": "<b>", "é & =": "é & ="})
    session = SimpleNamespace(view=view, link="a" * 16, job=None)
    parts = (
        choice_part("colour", "the colour", "c", lambda v: {"red": 1, "blue": 2}, default=1),
        choices_part("hotel", "hotels", lambda v: "h", lambda v: v.hotels),
        choice_part("named", "names", "n", switch, default=True),
    )
    opened = st.session_state.pop("opened", False)
    follow_address(session, parts, opened=opened)
    if st.session_state.get("drawn", True):
        st.selectbox("c", [1, 2], key="c")
        st.multiselect("h", list(view.hotels), key="h")
        st.session_state.setdefault("n", True)
        st.toggle("n", key="n")


@pytest.fixture
def at():
    return AppTest.from_function(script, default_timeout=30)


def opened(at, **params):
    at.session_state["opened"] = True
    at.query_params["analysis"] = TOKEN
    for name, values in params.items():
        at.query_params[name] = values
    at.run()
    assert not at.exception
    return at


def shown(at):
    return at.selectbox[0].value, at.multiselect[0].value, at.toggle[0].value


def address(at):
    named = {
        name: [values] if isinstance(values, str) else values
        for name, values in at.query_params.items()
    }
    assert named.pop("analysis") == [TOKEN]
    return named


def test_the_address_follows_the_widgets_and_leaves_out_what_is_usual(at):
    at.run()
    assert address(at) == {}
    at.selectbox[0].set_value(2).run()
    at.multiselect[0].set_value(["é & =", "<b>"]).run()
    at.toggle[0].set_value(False).run()
    assert address(at) == {"colour": ["blue"], "hotel": ["<b>", "é & ="], "named": ["0"]}
    at.selectbox[0].set_value(1).run()
    assert "colour" not in address(at)
    at.session_state["drawn"] = False  # another page, which draws none of them
    at.run()
    at.session_state["drawn"] = True
    assert shown(at.run()) == (1, ["é & =", "<b>"], False)


def test_a_page_that_is_opened_takes_over_its_address(at):
    opened(at, colour=["blue"], hotel=["<b>", "Roma"], named=["0"], embed=["1"])
    assert shown(at) == (2, ["<b>", "Roma"], False) and not at.toast
    assert address(at)["embed"] == ["1"]  # not ours


@pytest.mark.parametrize(
    "params",
    [
        {"colour": ["<script>"]},
        {"colour": ["red", "blue"]},
        {"colour": ["x" * 3_000]},
        {"hotel": ["Paris"]},
        {"hotel": ["Roma"] * 101},
        {"named": ["true"]},
    ],
)
def test_what_does_not_fit_is_left_out_and_said_once(at, params):
    opened(at, **params)
    assert shown(at) == (1, [], True) and address(at) == {}
    (said,) = (toast.value for toast in at.toast)
    assert said.startswith("Parts of the address don't fit this file and are left out: ")
    assert not any(value in said for values in params.values() for value in values)
    assert not at.run().toast


def test_back_leads_and_a_late_address_does_not(at, monkeypatch):
    at.run()
    at.selectbox[0].set_value(2).run()
    at.query_params.pop("colour")  # the browser has not seen the last address yet
    assert shown(at.run())[0] == 2 and address(at) == {"colour": ["blue"]}
    monkeypatch.setattr("ui.session.address._LAG", 0.0)
    at.query_params.pop("colour")
    assert shown(at.run())[0] == 1 and address(at) == {}
    at.query_params["colour"] = ["blue"]  # forward
    assert shown(at.run())[0] == 2
    at.query_params.clear()  # a link to another page
    assert shown(at.run())[0] == 2 and address(at) == {"colour": ["blue"]}
    at.query_params["colour"] = ["red"]
    at.selectbox[0].set_value(1).run()  # a widget counts more than an address that is behind
    assert shown(at)[0] == 1 and address(at) == {}
