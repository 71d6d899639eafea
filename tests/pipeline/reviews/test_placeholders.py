import pytest

from pipeline.reviews.placeholders import is_dash, is_placeholder, is_score_word

PLACEHOLDERS = (
    "|Nothing|NOTHING!!|N/A|n.a.|-|--|—|...|none :)|No Negative|nothing negative|Nothing at all.|"
    "rien|Rien à signaler|R.A.S.|nichts|Keine Angabe|nada|Nada negativo|niente|Nulla|niets|"
    "N.v.t.|ничего|Нет|なし|特にありません。|特になし|无|没有|暂无|없음|없습니다.|لا شيء|لا يوجد|"
    "ไม่มี|yok|brak|Inget|Ei mitään|nic|semmi|τίποτα|כלום|Không có|tidak ada|nimic|कुछ नहीं|"
    "There are no comments available for this review"
)
WORDS = (
    "Nothing works in this hotel|No breakfast|Nichts für Familien|Rien que du bonheur|Nada mal|"
    "なし崩し|没有热水|No hot water|👍|!!!|:)|10/10|ok|Nice"
)


@pytest.mark.parametrize("text", PLACEHOLDERS.split("|"))
def test_placeholders(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", WORDS.split("|"))
def test_what_says_something_is_no_placeholder(text):
    assert not is_placeholder(text)


def test_dashes():
    assert is_dash("-") and is_dash(" … ") and is_dash("") and not is_dash("+") and not is_dash("a")


def test_score_words():
    assert all(map(is_score_word, ["Superb", "Fabelhaft", "exceptional.", "非常に悪い", "很棒"]))
    assert not any(map(is_score_word, ["Superb breakfast", "Never again", "", "Sehr gut gelegen"]))
