"""Tokenisation, language by language."""

import logging
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from pipeline.text import tokenise
from pipeline.text.tokenise import (
    drop_dictionaries,
    split_words,
    tokenise_texts,
    unnegated_form,
)

DICTIONARIES = {"zh": "jieba", "ja": "fugashi", "ko": "kiwipiepy", "th": "pythainlp"}
SENTENCES = {
    "zh": "房間很大，早餐丰富，服务员很热情，就是隔音差，晚上很吵",
    "ja": "露天風呂が最高で、フロントの対応も良かったです。大浴場は狭く、チェックインに一時間",
    "ko": "수영장이 깨끗하고 직원분들이 친절했어요. 조식이 맛있었습니다 ㅋㅋ",
    "th": "ห้องพักสะอาด พนักงานบริการดีมาก อาหารเช้าอร่อย สระว่ายน้ำสวย",
    "ru": "Завтраки были вкусные, а завтрак в номер не принесли",
    "en": "The rooms were spotless and the breakfast superb",
}


@pytest.fixture
def fresh(monkeypatch):
    """No tokeniser is loaded yet, as in a new process."""
    load = tokenise._load_tokeniser.__wrapped__
    monkeypatch.setattr(tokenise, "_load_tokeniser", cache(load))
    return monkeypatch


def test_chinese_words_in_either_script():
    found = split_words(SENTENCES["zh"], "zh")
    assert {"房間", "早餐", "服务员", "晚上", "吵"} <= set(found)
    assert "酒店" not in split_words("酒店很好", "zh")
    (traditional,), (simplified,) = tokenise_texts(["房間"], "zh"), tokenise_texts(["房间"], "zh")
    assert traditional[0].text == "房間" and traditional[0].key == simplified[0].key


def test_japanese_compounds_and_dictionary_forms():
    found = split_words(SENTENCES["ja"], "ja")
    assert {"露天風呂", "フロント", "大浴場", "狭い", "チェックイン"} <= set(found)
    assert not {"チェック", "イン", "する", "です"} & set(found)
    assert split_words("お部屋で食べられる", "ja") == ["部屋", "食べる"]
    keys = {tokenise_texts([text], "ja")[0][0].key for text in ("おいしい", "美味しい")}
    assert len(keys) == 1


def test_korean_nouns_and_dictionary_forms():
    found = split_words(SENTENCES["ko"], "ko")
    assert {"수영장", "깨끗하다", "직원", "친절하다", "조식", "맛있다"} <= set(found)
    assert "수영장이" not in found and not any("ᄏ" in word or "ㅋ" in word for word in found)


def test_a_negating_prefix_is_kept():
    assert "불친절하다" in split_words("직원이 불친절했어요", "ko")
    assert "친절하다" not in split_words("직원이 불친절했어요", "ko")
    assert split_words("無愛想なスタッフ", "ja") == ["無愛想", "スタッフ"]


NEGATED = {
    "zh": {"房间不干净": "不干净", "没有那么干净": "不干净", "房間不太乾淨": "不乾淨"},
    "ja": {
        "部屋は清潔ではない": "清潔ではない",
        "きれいじゃない": "きれいではない",
        "きれいではありませんでした": "きれいではない",
        "美味しくなかった": "美味しくない",
        "眠れず": "眠れない",
        "予約が取れません": "取れません",
    },
    "ko": {
        "안 깨끗해요": "깨끗하지 않다",
        "방이 깨끗하지도 않고": "깨끗하지 않다",
        "친절하지는 않았습니다": "친절하지 않다",
    },
    "th": {"ห้องไม่สะอาด": "ไม่สะอาด", "ไม่ค่อยสะอาด": "ไม่สะอาด"},
    "en": {"The room was not very clean": "not clean", "It wasn’t clean": "not clean"},
    "de": {"Das Bad war nicht sehr sauber": "nicht sauber"},
    "fr": {"La chambre n'était pas du tout propre": "pas propre"},
    "es": {"El baño no estaba muy limpio": "no limpio"},
}


@pytest.mark.parametrize("language", NEGATED)
def test_a_negated_word_is_a_different_word(language):
    for text, negated in NEGATED[language].items():
        word = tokenise_texts([text], language)[0][-1]
        assert word.text == negated and word.key != word.negates != ""
        positive = unnegated_form(negated, language)
        assert positive and positive not in split_words(text, language)
        assert unnegated_form(positive, language) == ""


def test_what_is_not_a_negation():
    assert split_words("没有热水", "zh") == ["热水"]  # about hot water all the same
    assert split_words("歩かなければならない", "ja") == ["歩く"]
    assert split_words("not only clean. Not. Quiet", "en") == ["clean", "quiet"]
    assert split_words("I would not stay", "en") == split_words("不推荐", "zh") == []
    assert split_words("방이 깨끗해요", "ko") == ["방", "깨끗하다"]


def test_numbers_and_counted_nouns_are_left_out():
    assert split_words("三泊四日で10時に着いた", "ja") == ["着く"]
    assert "重請求" not in split_words("カードの二重請求", "ja")


def test_thai_words():
    found = split_words(SENTENCES["th"], "th")
    assert {"ห้องพัก", "สะอาด", "อาหารเช้า", "อร่อย", "สระว่ายน้ำ"} <= set(found)
    assert split_words("โรงแรม", "th") == []


def test_languages_with_spaces():
    assert split_words("Die Bäder waren wunderschön!", "de") == ["bäder", "wunderschön"]
    assert "पानी" in split_words("गरम पानी नहीं था", "hi")
    assert split_words("L'ascenseur de l’hôtel", "fr") == ["ascenseur"]
    assert "check-in" in split_words("Slow check-in &amp; rude", "en")
    assert "wifi" in split_words("Wi-Fiが遅い", "ja") and "wifi" in split_words("Wi-Fi slow", "en")
    assert "nhân viên" in split_words("Nhân viên thân thiện", "vi")
    assert split_words("والمسبح", "ar") == ["المسبح"]


def test_inflections_of_a_word_share_a_key():
    keys = [word.key for word in tokenise_texts([SENTENCES["ru"]], "ru")[0]]
    assert keys.count("завтрак") == 2


@pytest.mark.parametrize("language", ["en", "zh", "ja", "ko", "th", "lo", "ar", "xx"])
def test_text_without_words(language):
    assert tokenise_texts([], language) == []
    assert tokenise_texts(["", "👍👍", "..."], language) == [[], [], []]


@pytest.mark.parametrize("language", ["en", "zh", "ja", "ko", "th", "xx", "lo"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "ｶﾞｷﾞ", "ก" * 5000, "啊" * 5000, "아" * 3000])
def test_odd_text_is_tokenised_without_error(language, text):
    assert all(len(word) <= 30 for word in split_words(text, language))


@pytest.mark.parametrize("language", sorted(DICTIONARIES))
def test_simple_rules_replace_a_missing_package(language, fresh, caplog):
    package = DICTIONARIES[language]
    for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
        fresh.delitem(sys.modules, name)
    fresh.setitem(sys.modules, package, None)
    with caplog.at_level(logging.WARNING):
        first = split_words(SENTENCES[language], language)
        split_words(SENTENCES[language], language)
    assert bool(first) == (language != "th")
    assert len(caplog.records) == 1 and language in caplog.text


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_no_network_is_used(language, fresh):
    def refuse(*_args, **_kwargs):
        raise AssertionError("tried the network")

    fresh.setattr(socket.socket, "connect", refuse)
    fresh.setattr(socket, "getaddrinfo", refuse)
    assert split_words(SENTENCES[language], language)


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_threads_agree(language):
    texts = [SENTENCES[language] * (1 + n % 3) for n in range(40)]
    expected = [split_words(text, language) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: split_words(text, language), texts)) == expected


@pytest.mark.slow  # a process of its own
def test_packages_are_imported_when_their_language_occurs(tmp_path):
    code = (
        "import sys; from pipeline.text.tokenise import split_words;"
        "split_words('A nice pool', 'en');"
        f"assert not set({list(DICTIONARIES.values())}) & set(sys.modules), sorted(sys.modules);"
        f"split_words({SENTENCES['th']!r}, 'th'); split_words({SENTENCES['zh']!r}, 'zh');"
        "assert not {'fugashi', 'kiwipiepy'} & set(sys.modules)"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert list(tmp_path.iterdir()) == []  # nothing left in the user's home


@pytest.mark.slow  # computes for seconds
def test_dictionaries_that_were_dropped_are_loaded_again():
    text = "ห้องสะอาดมาก อาหารเช้าอร่อย"
    before = tokenise_texts([text], "th")
    drop_dictionaries()
    assert tokenise_texts([text], "th") == before != [[]]
