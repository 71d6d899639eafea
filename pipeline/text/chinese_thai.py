"""Chinese and Thai words, as a dictionary parts the text.

Each function here imports its package, loads what it needs and returns a :data:`Splitter`, which
takes texts in lower case and may be called by several threads at once. Nothing is downloaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

import regex


class Word(NamedTuple):
    """One word of a text.

    Attributes:
        key: alike for all spellings and forms of the word; counted by.
        text: as the guest wrote it, or in dictionary form; shown.
        negates: key of the word that this one is the negation of; "" for none.
    """

    key: str
    text: str
    negates: str = ""


def negated(word: Word, text: str) -> Word:
    """The negation of a word, shown as ``text``: its key is another, so that both are counted."""
    return Word(NEGATION + word.key, text, word.key)


NEGATION = "¬"  # first in the key of a negated word
Splitter = Callable[[Sequence[str]], list[list[Word]]]

LATIN = regex.compile(r"[a-z]{3,}|tv")  # guests mix them in
_HAN = regex.compile(r"\p{Han}+")

# Chinese. Tags of jieba's dictionary whose words say nothing by themselves: pronouns, adverbs,
# particles, prepositions, conjunctions, measures, numbers, places like "beside".
_ZH_EMPTY = frozenset("r rr rz d df p c u uj ul uv uz ug ud y o e q m mq f k h".split())
# What negates any word after it; what negates those of some tags alone (没有热水 is about hot water
# all the same); and what may stand between.
_ZH_NOT = frozenset("不 不太 不够 不怎么 并不".split())
_ZH_NOT_SOME = frozenset("不是 没 没有".split())
_ZH_BETWEEN = frozenset("很 太 够 那么 怎么 特别 十分 算 是 多么 这么 如此 大".split())
_ZH_NEGATED = frozenset("a ad an v vn".split())
_ZH_KEPT = frozenset("半夜 凌晨 隔壁 楼下 楼上".split())  # tagged as such, and telling all the same
_ZH_SINGLE = frozenset("吵 脏 臭 贵 冷 热 床 茶 汤 鱼 海 雪 霉 蛇 虫".split())
_ZH_MORE = (
    "无边泳池 自助早餐 怀石料理 私汤 露天温泉 室内泳池 健身中心 行政酒廊 礼宾部 网红 性价比高 "
    "隔音差 地暖 热水壶 可持续 隔音效果 接送机 欢迎水果 一次性用品 智能马桶 洗漱用品 服务生 半食宿"
).split()


def chinese() -> Splitter:
    """Words of jieba's dictionary; traditional text is looked up in its simplified form.

    The dictionary alone, without jieba's guesses at unknown words, which are often fragments.
    """
    import jieba

    tokenizer = jieba.Tokenizer()
    # As gen_pfdict does, but with the tags; and without jieba's cache, a file of a known name in
    # the system's folder for temporary files, which anyone there could have written.
    counts: dict[str, int] = {}
    empty: set[str] = set()
    said: set[str] = set()  # words that a negation turns into another word
    total = 0
    with tokenizer.get_dict_file() as file:
        for line in file:
            word, count, tag = line.decode("utf-8").split()
            counts[word] = int(count)
            total += int(count)
            if (
                word in _ZH_NOT
                or word in _ZH_NOT_SOME
                or (tag in _ZH_EMPTY and word not in _ZH_KEPT)
            ):
                empty.add(word)
            if tag in _ZH_NEGATED:
                said.add(word)
    for word in _ZH_MORE:
        counts[word] = counts.get(word, 0) + 2000
        total += 2000
    words = frozenset(counts)
    for word in words:
        for end in range(1, len(word)):
            counts.setdefault(word[:end], 0)
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = counts, total, True
    simplify = _simplifier()

    def split(text: str) -> list[Word]:
        simple = simplify(text)
        found, at, turned, some = [], 0, False, False
        for token in tokenizer.cut(simple, HMM=False):
            end = at + len(token)
            known = token in words and token not in empty and _HAN.fullmatch(token)
            if (known and (len(token) > 1 or token in _ZH_SINGLE)) or LATIN.fullmatch(token):
                word = Word(token, text[at:end])
                turns = turned or (some and token in said)
                found.append(negated(word, f"不{word.text}") if turns else word)
            turned = token in _ZH_NOT or ((turned or some) and token in _ZH_BETWEEN)
            some = token in _ZH_NOT_SOME
            at = end
        return found

    return lambda texts: [split(text) for text in texts]


def _simplifier() -> Callable[[str], str]:
    """Traditional characters -> simplified ones, of the same length."""
    try:
        from opencc import OpenCC
    except ImportError:
        return str
    converter, lock = OpenCC("t2s"), threading.Lock()

    def simplify(text: str) -> str:
        with lock:
            simple = converter.convert(text)
        # Places in the one must be places in the other.
        return simple if len(simple) == len(text) else text

    return simplify


def thai() -> Splitter:
    """Words of PyThaiNLP's dictionary, by its newmm; what it can't find there is left out."""
    # Else the package makes a folder for downloads in the user's home.
    if "PYTHAINLP_READ_MODE" not in os.environ:
        os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
    from pythainlp.corpus import thai_words
    from pythainlp.tokenize import Tokenizer

    words = frozenset(thai_words()) | frozenset(_TH_MORE)
    tokenizer = Tokenizer(custom_dict=set(words), engine="newmm")

    def split(text: str) -> list[Word]:
        found, turned = [], False
        for token in tokenizer.word_tokenize(text):
            known = token in words and (len(token) > 2 or token in _TH_SHORT)
            # Two letters are mostly what is left of a misspelt word.
            if (known and token not in _TH_NOT) or LATIN.fullmatch(token):
                word = Word(token, token)
                found.append(negated(word, f"ไม่{token}") if turned else word)
            turned = token in _TH_NOT or (turned and token in _TH_BETWEEN)
        return found

    return lambda texts: [split(text) for text in texts]


_TH_NOT = frozenset({"ไม่", "ไม่ค่อย"})
_TH_BETWEEN = frozenset({"ค่อย", "ได้", "เคย", "น่า"})
_TH_SHORT = frozenset({"รถ", "ผี"})
_TH_MORE = (
    "เช็คอิน เช็กอิน เช็คเอาท์ เช็คเอาต์ เช็กเอาต์ ฟรอนต์ ฟร้อนท์ คีย์การ์ด รูมเซอร์วิส ซาวน่า ออนเซ็น "
    "ชิชา จากุซซี่ ผนังบาง กลิ่นอับ กลิ่นบุหรี่ ห้องอาหาร โปรโมชั่น เซอร์วิสชาร์จ "
    "รูฟท็อป ฮาล์ฟบอร์ด บัตรกำนัล คอนเซียร์จ วีแกน เทอร์เรซ ความอับชื้น"
).split()
