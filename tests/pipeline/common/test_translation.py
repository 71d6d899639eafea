"""Messages, numbers and dates in the reader's language."""

import logging
from datetime import date

import pytest

from pipeline.common import locale_format, translation
from pipeline.common.translation import gettext, ngettext, pgettext, use_language

ARABIC = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=6; plural=(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2 : "
"n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 && n % 100 <= 99 ? 4 : 5);\\n"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "zero"
msgstr[1] "one"
msgstr[2] "two"
msgstr[3] "few {n}"
msgstr[4] "many {n}"
msgstr[5] "other {n}"

msgid "{name} is open"
msgstr "broken {nothing}"

msgctxt "button"
msgid "Open"
msgstr "فتح"

#, fuzzy
msgid "Close"
msgstr "perhaps"
"""
JAPANESE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n}日"
"""


@pytest.fixture
def catalogues(tmp_path, monkeypatch):
    monkeypatch.setattr(translation, "CATALOGUES", tmp_path)
    for code, text in (("ar", ARABIC), ("ja", JAPANESE)):
        path = translation.catalogue_path(code)
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    translation._translations.cache_clear()
    yield
    translation._translations.cache_clear()


def test_plural_forms_follow_the_language(catalogues):
    counts = [0, 1, 2, 7, 11, 100, 1234]
    with use_language("ar"):
        assert [ngettext("{n} day", "{n} days", n) for n in counts] == [
            "zero", "one", "two", "few 7", "many 11", "other 100", "many 1,234",
        ]  # fmt: skip
    with use_language("ja"):
        assert [ngettext("{n} day", "{n} days", n) for n in counts[:3]] == ["0日", "1日", "2日"]
    assert [ngettext("{n} day", "{n} days", n) for n in (1, 1234)] == ["1 day", "1,234 days"]


def test_english_where_there_is_no_translation_or_a_broken_one(catalogues, caplog):
    caplog.set_level(logging.WARNING)
    with use_language("ar"):
        assert pgettext("button", "Open") == "فتح" and gettext("Open") == "Open"
        assert gettext("Close") == "Close"  # a fuzzy one is none
        assert not caplog.messages
        assert gettext("{name} is open", name="{x}") == "{x} is open"
        assert len(caplog.messages) == 1
        with use_language("xx"):
            assert pgettext("button", "Open") == "Open"
    with use_language("fr"):  # has no catalogue here
        assert gettext("{name} is open", name="a") == "a is open"
    assert gettext("100% {") == "100% {"  # without values braces are braces
    with use_language("ar"):
        assert gettext("") == ""


def test_the_source_tells_the_language_of_each_call(catalogues, monkeypatch):
    monkeypatch.setattr(translation, "_sources", [])
    languages = iter(["ja", None, "ar"])
    translation.set_language_source(lambda: next(languages))
    said = [ngettext("{n} day", "{n} days", 7) for _ in range(3)]
    assert said == ["7日", "7 days", "few 7"]
    with use_language("en"):
        assert translation.current_language() == "en"


def test_numbers_dates_and_lists():
    day = date(2026, 3, 3)

    def written(code):
        with use_language(code):
            return (
                locale_format.format_number(1234.56, 1),
                locale_format.format_number(-0.26, 1, signed=True),
                locale_format.format_percent(0.223, 1),
                locale_format.format_day(day),
                locale_format.format_month(day),
                locale_format.format_list(["a", "b", "c"]),
                locale_format.language_name("ja"),
            )

    assert written("en") == (
        "1,234.6", "-0.3", "22.3%", "3 March 2026", "March 2026", "a, b and c", "Japanese",
    )  # fmt: skip
    assert written("de") == (
        "1.234,6", "-0,3", "22,3\xa0%", "3. März 2026", "März 2026", "a, b und c", "Japanisch",
    )  # fmt: skip
    assert written("ja")[3:] == ("2026年3月3日", "2026年3月", "a、b、c", "日本語")
    assert written("ar")[:4] == ("1,234.6", "-0.3", "22.3%", "3 مارس 2026")
    assert locale_format.language_name("qqq") == "qqq"


def test_parts_of_sentences_are_joined_as_the_language_does():
    parts = ["a", "", "b", "c"]

    def joined(code):
        with use_language(code):
            return (
                locale_format.join_parts(parts),
                locale_format.join_names(parts),
                locale_format.join_statements(parts),
            )

    assert joined("en") == ("a, b, c", "a, b, c", "a; b; c")
    assert joined("zh") == ("a，b，c", "a、b、c", "a；b；c")
    assert joined("ar") == ("a، b، c", "a، b، c", "a؛ b؛ c")
    assert joined("fr")[2] == "a\xa0; b\xa0; c"
    assert locale_format.join_parts([]) == ""


def test_languages_of_browsers():
    found = {tag: translation.find_language(tag) for tag in ("ja-JP", "zh_Hans_CN", "pt-BR", "")}
    assert found == {"ja-JP": "ja", "zh_Hans_CN": "zh", "pt-BR": None, "": None}
    assert translation.direction("ar-EG") == "rtl" and translation.direction("ja") == "ltr"
