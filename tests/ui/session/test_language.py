"""The language of the interface: found, chosen, kept in the address, and of one session alone."""

from streamlit.testing.v1 import AppTest


def script():
    """A page with the control, a text of the catalogues and a button."""
    from types import SimpleNamespace

    import streamlit as st

    from pipeline.common.translation import gettext as _
    from ui.components.language_choice import show_language_choice
    from ui.session.address import follow_address
    from ui.session.language import begin_language
    from ui.style.document import set_up_document

    begin_language()
    set_up_document()
    follow_address(SimpleNamespace(view=None, link=None, job=None), (), opened=False)
    show_language_choice()

    @st.fragment
    def piece():
        st.text(_("Hotels"))
        st.button("again", on_click=lambda: st.session_state.update(said=_("Hotels")))

    piece()


def opened(**params):
    at = AppTest.from_function(script, default_timeout=30)
    at.query_params.update(params)
    at.run()
    assert not at.exception
    return at


def test_two_sessions_side_by_side_in_their_languages():
    japanese, arabic = opened(lang="ja"), opened(lang="ar")
    for at, word, tag in ((japanese, "ホテル", "ja"), (arabic, "الفنادق", "ar")):
        at.button[0].click().run()
        assert at.text[0].value == word and at.session_state["said"] == word
        assert f'data-lang="{tag}"' in at.html[0].body
    assert 'data-dir="rtl"' in arabic.html[0].body and 'data-dir="ltr"' in japanese.html[0].body


def test_the_choice_is_kept_in_the_address_and_over_a_reload():
    at = opened()
    assert at.text[0].value == "Hotels" and "lang" not in at.query_params
    at.selectbox[0].set_value("fr").run()
    assert at.text[0].value == "Hôtels" and at.query_params["lang"] in ("fr", ["fr"])
    again = opened(lang="fr")
    assert (again.selectbox[0].value, again.text[0].value) == ("fr", "Hôtels")
    again.selectbox[0].set_value("en").run()
    assert again.text[0].value == "Hotels" and again.query_params["lang"] in ("en", ["en"])


def test_the_setting_is_the_default_and_nonsense_is_dropped(monkeypatch):
    monkeypatch.setenv("POLYGUEST_LANGUAGE", "es-MX")
    at = opened(lang="<b>")
    assert at.text[0].value == "Hoteles" and "lang" not in at.query_params
