"""The report as PDF, opened again by another library."""

import sys
from dataclasses import replace

import pypdfium2
import pytest

from pipeline.common.errors import InputError
from pipeline.exports import typesetting
from pipeline.exports.report_pdf import report_pdf
from tests.support.exported import documents, guests
from tests.support.naughty import NAUGHTY


def text_of(data):
    book = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded() for page in book]


@pytest.fixture
def no_fonts(monkeypatch):
    """Only the fonts that come with the typesetter, which have no Japanese."""
    from typst import Compiler, Fonts

    own = Fonts(include_system_fonts=False)
    monkeypatch.setattr(typesetting, "_fonts", lambda: own)
    monkeypatch.setattr(
        typesetting, "_compiler", lambda: Compiler(font_paths=own, ignore_system_fonts=True)
    )


def test_pages_words_and_embedded_fonts():
    data = documents(guests()).report_pdf()
    pages = text_of(data)
    assert 1 <= len(pages) <= 4
    text = " ".join("".join(pages).split())
    for words in ("What guests say", "Where it hurts", "How this was made", "Page 1 of"):
        assert words in text
    assert "Loud music at night" in text
    assert b"FontFile" in data and data == documents(guests()).report_pdf()


def test_every_script_is_written_or_named(monkeypatch):
    made = documents(guests()).report
    quotes = [quote for item in (*made.pains, *made.praised) for quote in item.quotes]
    arabic = replace(quotes[0], text="الإفطار ممتاز", language="ar", direction="rtl")
    japanese = replace(quotes[0], text="朝食がとても美味しい", language="ja")
    pain = replace(made.pains[0], quotes=(arabic, japanese))
    text = "".join(text_of(report_pdf(replace(made, pains=(pain,)))))
    assert "朝食がとても美味しい" in text or "no font for" in text
    assert any("\u0600" <= char <= "\ufeff" for char in text) or "no font for" in text


def test_a_computer_without_fonts_says_so_instead_of_drawing_boxes(no_fonts):
    made = documents(guests()).report
    quote = replace(made.pains[0].quotes[0], text="朝食がとても美味しい", language="ja")
    quote = replace(quote, language_name="Japanese")
    pain = replace(made.pains[0], quotes=(quote,))
    text = " ".join("".join(text_of(report_pdf(replace(made, pains=(pain,), praised=())))).split())
    assert "has no font for Japanese" in text and "朝食" not in text
    assert "Quotes in Japanese could not be printed" in text


def test_hostile_texts_are_typeset_as_they_are():
    texts = [f"The night was loud {text[:90]} #eval(1) $x$ *b*" for text in NAUGHTY[:180]]
    hotels = ["#panic()", '"+json("x")+"', "\\u{202e} Hotel"]
    made = documents(guests(texts=texts, hotels=hotels, topics=("#a", "@b", "= c")))
    text = " ".join("".join(text_of(made.report_pdf())).split())
    assert "#panic()" in text and "@b" in text


def test_without_the_typesetter_one_line_says_what_to_do(monkeypatch):
    typesetting._fonts.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match="pip install typst"):
        documents(guests()).report_pdf()
    typesetting._fonts.cache_clear()
