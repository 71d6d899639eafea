"""Japanese and Chinese in Han characters alone."""

from pipeline.text.han import decide_han
from pipeline.text.language_id import detect_languages

JAPANESE = (
    "朝食最高 部屋清潔 接客丁寧 料理美味 温泉最高 無料駐車場完備 立地良好 "
    "眺望最高 露天風呂最高 浴室清潔 大浴場最高 残念"
).split()
CHINESE = (
    "房間乾淨 早餐豐富 服務態度好 位置好 非常好 下次再來 房間不大 "
    "不推薦 隔音差 早餐不好 有電梯 停車方便"
).split()
KANA = "部屋はとてもきれいで、朝食も美味しかったです。また泊まりたいです。"
HANT = "房間很乾淨，早餐也很好吃，下次還會再來住。"


def test_words_decide():
    assert decide_han(JAPANESE) == ["ja"] * 12
    assert decide_han(CHINESE) == ["zh"] * 12
    assert decide_han([]) == []


def test_words_of_the_file_decide():
    """A name that only the file's own texts tell."""
    assert decide_han(["鶴亀"], japanese=["鶴亀が最高でした"], chinese=[HANT]) == ["ja"]
    assert decide_han(["鶴亀"], japanese=[KANA], chinese=["鶴亀很好"]) == ["zh"]


def test_a_mixed_file_has_both():
    texts = [*JAPANESE, *CHINESE, *[KANA] * 20, *[HANT] * 20, *["The room was clean."] * 20]
    found = detect_languages(texts).tolist()
    assert found[:24] == ["ja"] * 12 + ["zh"] * 12


def test_without_kana_in_the_file_they_are_chinese():
    assert set(detect_languages([*JAPANESE[:6], *[HANT] * 5])) == {"zh"}
