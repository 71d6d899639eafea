"""Chinese and Thai tokenisers, which segment the text by dictionary.

Each loader imports its package and returns a :data:`pipeline.text.word.Tokeniser`. Nothing is
downloaded.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable

import regex

from pipeline.text.word import LATIN_WORD, Tokeniser, Word, negate

_HAN = regex.compile(r"\p{Han}+")

# Chinese. Tags of jieba's dictionary that mark function words: pronouns, adverbs, particles,
# prepositions, conjunctions, measure words, numerals, locatives such as "beside".
_ZH_FUNCTION_TAGS = frozenset("r rr rz d df p c u uj ul uv uz ug ud y o e q m mq f k h".split())
# Cues that negate any word after them; cues that negate adjectives and some verbs only (没有热水
# is still about hot water); and words that may stand between cue and negated word.
_ZH_CUES = frozenset("不 不太 不够 不怎么 并不".split())
_ZH_WEAK_CUES = frozenset("不是 没 没有".split())
_ZH_INTERVENING = frozenset("很 太 够 那么 怎么 特别 十分 算 是 多么 这么 如此 大".split())
_ZH_NEGATABLE_TAGS = frozenset("a ad an v vn".split())
_ZH_CONTENT_WORDS = frozenset("半夜 凌晨 隔壁 楼下 楼上".split())  # despite their tags
_ZH_SINGLE_CHARACTERS = frozenset("吵 脏 臭 贵 冷 热 床 茶 汤 鱼 海 雪 霉 蛇 虫".split())
_ZH_EXTRA_WORDS = (
    "无边泳池 自助早餐 怀石料理 私汤 露天温泉 室内泳池 健身中心 行政酒廊 礼宾部 网红 性价比高 "
    "隔音差 地暖 热水壶 可持续 隔音效果 接送机 欢迎水果 一次性用品 智能马桶 洗漱用品 服务生 半食宿"
).split()

# Thai.
_TH_CUES = frozenset({"ไม่", "ไม่ค่อย"})
_TH_INTERVENING = frozenset({"ค่อย", "ได้", "เคย", "น่า"})
_TH_SHORT_WORDS = frozenset({"รถ", "ผี"})
_TH_EXTRA_WORDS = (
    "เช็คอิน เช็กอิน เช็คเอาท์ เช็คเอาต์ เช็กเอาต์ ฟรอนต์ ฟร้อนท์ คีย์การ์ด รูมเซอร์วิส ซาวน่า ออนเซ็น "
    "ชิชา จากุซซี่ ผนังบาง กลิ่นอับ กลิ่นบุหรี่ ห้องอาหาร โปรโมชั่น เซอร์วิสชาร์จ "
    "รูฟท็อป ฮาล์ฟบอร์ด บัตรกำนัล คอนเซียร์จ วีแกน เทอร์เรซ ความอับชื้น"
).split()


def load_chinese() -> Tokeniser:
    """Load jieba: words of its dictionary, traditional text looked up in simplified characters.

    The dictionary alone, without jieba's HMM for unknown words, whose guesses are often fragments.
    """
    import jieba

    tokenizer = jieba.Tokenizer()
    # As jieba's gen_pfdict does, but with the tags, and without jieba's cache: a file of a known
    # name in the system's temporary folder, which any user could have written.
    counts: dict[str, int] = {}
    function_words: set[str] = set()
    negatable: set[str] = set()  # by a weak cue
    total = 0
    with io.TextIOWrapper(tokenizer.get_dict_file(), "utf-8") as file:
        for line in file:
            word, count, tag = line.split()
            counts[word] = number = int(count)
            total += number
            if tag in _ZH_FUNCTION_TAGS:
                function_words.add(word)
            elif tag in _ZH_NEGATABLE_TAGS:
                negatable.add(word)
    function_words -= _ZH_CONTENT_WORDS
    function_words |= (_ZH_CUES | _ZH_WEAK_CUES) & counts.keys()
    for word in _ZH_EXTRA_WORDS:
        counts[word] = counts.get(word, 0) + 2000
        total += 2000
    for word in list(counts):  # 0: only the beginning of words, which have at least 2
        for end in range(1, len(word)):
            counts.setdefault(word[:end], 0)
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = counts, total, True
    simplify = load_simplifier()

    def tokenise(text: str) -> list[Word]:
        simplified = simplify(text)
        found, start, in_scope, in_weak_scope = [], 0, False, False
        for token in tokenizer.cut(simplified, HMM=False):
            end = start + len(token)
            known = counts.get(token) and token not in function_words and _HAN.fullmatch(token)
            known = known and (len(token) > 1 or token in _ZH_SINGLE_CHARACTERS)
            if known or LATIN_WORD.fullmatch(token):
                word = Word(token, text[start:end])
                is_negated = in_scope or (in_weak_scope and token in negatable)
                found.append(negate(word, f"不{word.text}") if is_negated else word)
            still = (in_scope or in_weak_scope) and token in _ZH_INTERVENING
            in_scope = token in _ZH_CUES or still
            in_weak_scope = token in _ZH_WEAK_CUES
            start = end
        return found

    return lambda texts: [tokenise(text) for text in texts]


def load_simplifier() -> Callable[[str], str]:
    """Load a converter of traditional to simplified characters that keeps the text's length."""
    try:
        from opencc import OpenCC
    except ImportError:
        return str
    converter, lock = OpenCC("t2s"), threading.Lock()

    def simplify(text: str) -> str:
        with lock:
            simplified = converter.convert(text)
        # Offsets must hold in both.
        return simplified if len(simplified) == len(text) else text

    return simplify


def load_thai() -> Tokeniser:
    """Load PyThaiNLP's newmm: words of its dictionary; what is not in it is left out."""
    # Otherwise the package creates a download folder in the user's home.
    if "PYTHAINLP_READ_MODE" not in os.environ:
        os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
    from pythainlp.corpus import thai_words
    from pythainlp.tokenize import Tokenizer

    words = frozenset(thai_words()) | frozenset(_TH_EXTRA_WORDS)
    tokenizer = Tokenizer(custom_dict=set(words), engine="newmm")

    def tokenise(text: str) -> list[Word]:
        found, in_scope = [], False
        for token in tokenizer.word_tokenize(text):
            known = token in words and (len(token) > 2 or token in _TH_SHORT_WORDS)
            # Two letters are mostly the remains of a misspelt word.
            if (known and token not in _TH_CUES) or LATIN_WORD.fullmatch(token):
                word = Word(token, token)
                found.append(negate(word, f"ไม่{token}") if in_scope else word)
            in_scope = token in _TH_CUES or (in_scope and token in _TH_INTERVENING)
        return found

    return lambda texts: [tokenise(text) for text in texts]
