"""Japanese and Korean tokenisers, which combine and lemmatise the morphemes of an analyser.

Each loader imports its package and returns a :data:`pipeline.text.word.Tokeniser`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import regex

from pipeline.common.memory import release_mapped
from pipeline.text.word import LATIN_WORD, Tokeniser, Word, negate

_KATAKANA = regex.compile(r"[\p{Katakana}ー]+")
_LETTERS = regex.compile(r"[\p{L}\p{M}ー々]+")

# Japanese. Light nouns ("the side of", "time of"), trimmed from the ends of compounds; honorific
# prefixes (お部屋).
_JA_LIGHT_NOUNS = frozenset(
    "側 方 時 中 後 前 上 下 内 外 間 用 分 目 階 円 泊 人 日 付き 付 付け 掛け 等 達 様 さん たち "
    "的 化 性 者 ごと 全体 自体 以上 以外 以下 以降 以内 程度 辺 周り 際 度 回 感 越し 向け 気味 "
    "放題 毎 通り 頃 行き 沿い 近く 直後 直前 同士 次第 ぶり 目当て 寄り 当日 名 台 枚 本 個 "
    "つ 組 点 時間 分間 周辺 最後 最初 何 今 誰 他".split()
)
_JA_HONORIFICS = frozenset({"お", "ご", "御"})
_JA_MAX_COMPOUND = 3  # nouns
# Between an adjective or verb and its negation: its endings, and は, も. "Must" is no negation
# (歩かなければならない), nor is "need not" (食べなくてもいい).
_JA_INTERVENING = frozenset({"で", "じゃ", "は", "も", "あり", "ませ", "られ", "れ"})
_JA_CUES = frozenset({"無い", "ない", "ず"})  # lemmas
_JA_OBLIGATION = frozenset({"なけれ", "なきゃ"})
_JA_NOT_NEGATED_BEFORE = frozenset({"て", "ちゃ", "ては"})

# Korean, with Kiwi's tags.
_KO_NOUN_TAGS = frozenset({"NNG", "NNP"})
_KO_DERIVING_TAG = "XSA"  # makes an adjective of the noun before it
_KO_CUES = frozenset({"안", "못"})
_KO_INTERVENING = frozenset({"는", "도", "를", "가", "ᆫ", "ㄴ"})
_KO_EXTRA_WORDS = "비건 체크인 체크아웃 컨시어지 도어락 카드키 미니바".split()
_JAMO = regex.compile(r"[\u1100-\u11ff\u3130-\u318f]")  # single letters, such as a laugh: ㅋㅋ


def load_japanese() -> Tokeniser:
    """Load MeCab with UniDic: nouns and their compounds, verbs and adjectives in dictionary form.

    All spellings of a verb or adjective (おいしい, 美味しい) have one key, the lemma.
    """
    import fugashi
    import unidic_lite

    tagger = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}"')
    lock = threading.Lock()  # a tagger's results point into its own memory

    def tokenise(text: str) -> list[Word]:
        with lock:
            morphemes = [
                _Morpheme(
                    node.surface, node.white_space, node.feature.pos1, node.feature.pos2 or "",
                    node.feature.orthBase or node.surface, node.feature.lemma or node.surface,
                    node.feature.pos3 == "形状詞可能",
                )
                for node in tagger(text)
            ]  # fmt: skip
        found: list[Word] = []
        run: list[tuple[str, str]] = []  # of nouns: (text, part of speech)
        for position, morpheme in enumerate(morphemes):
            if morpheme.space:
                found += _japanese_compound(run)
                run = []
            pos = morpheme.pos
            if pos == "名詞":
                pos = {"普通名詞": "noun", "固有名詞": "noun", "数詞": "number"}.get(
                    morpheme.subpos, pos
                )
            elif pos == "接尾辞" and morpheme.subpos in ("名詞的", "形状詞的") and run:
                pos = "suffix"
            elif pos == "接頭辞" and morpheme.surface not in _JA_HONORIFICS:
                pos = "prefix"
            if pos.isascii() and _LETTERS.fullmatch(morpheme.surface):
                negation = _japanese_negation(morphemes, position) if morpheme.adjective else ""
                if negation and not run:
                    found.append(negate(Word(morpheme.lemma, morpheme.surface), negation))
                else:
                    run.append((morpheme.surface, pos))
                continue
            found += _japanese_compound(run)
            run = []
            if pos in ("形容詞", "形状詞") or (pos == "動詞" and morpheme.subpos == "一般"):
                word = Word(morpheme.lemma, morpheme.base)
                negation = _japanese_negation(morphemes, position)
                found.append(negate(word, negation) if negation else word)
        return found + _japanese_compound(run)

    return lambda texts: [tokenise(text) for text in texts]


class _Morpheme(NamedTuple):
    surface: str
    space: str  # before it
    pos: str
    subpos: str
    base: str  # dictionary form in the spelling of this text
    lemma: str
    adjective: bool  # a noun that may be used as one


def _japanese_negation(morphemes: Sequence[_Morpheme], position: int) -> str:
    """The negated form of the word at a position: 清潔ではない; "" if it is not negated."""
    word, end = morphemes[position], position + 1
    while end < len(morphemes) and morphemes[end].surface in _JA_INTERVENING:
        end += 1
    if end == len(morphemes) or morphemes[end].lemma not in _JA_CUES:
        return ""
    following = morphemes[end + 1].surface if end + 1 < len(morphemes) else ""
    if morphemes[end].surface in _JA_OBLIGATION or following in _JA_NOT_NEGATED_BEFORE:
        return ""
    if word.adjective or word.pos == "形状詞":
        # 清潔 directly before ない would mean "no cleanliness".
        return f"{word.base}ではない" if morphemes[position + 1].surface in ("で", "じゃ") else ""
    if word.pos == "形容詞":
        return f"{word.surface}ない"
    endings = "".join(morpheme.surface for morpheme in morphemes[position:end])
    return endings + ("ん" if endings.endswith("ませ") else "ない")


def _japanese_compound(run: list[tuple[str, str]]) -> list[Word]:
    """Adjacent nouns -> the compound, and those of its parts that are words."""
    while run and run[-1][0] in _JA_LIGHT_NOUNS:
        run = run[:-1]
    while run and run[0][0] in _JA_LIGHT_NOUNS:
        run = run[1:]
    tags = [pos for _, pos in run]
    if "noun" not in tags:
        return []
    # Neither 愛想 in 無愛想 nor a counted noun (三泊) is a word of its own.
    parts = [
        text
        for position, (text, pos) in enumerate(run)
        if pos == "noun"
        and (position == 0 or tags[position - 1] not in ("prefix", "number"))
        and len(text) >= (3 if _KATAKANA.fullmatch(text) else 2)
    ]
    if len(run) == 1:
        parts = [run[0][0]]
    elif "number" not in tags and len(run) <= _JA_MAX_COMPOUND:
        parts.insert(0, "".join(text for text, _ in run))
    return [Word(word, word) for word in parts]


def release_japanese() -> None:
    """Give back the pages of the dictionary, 126 MB: MeCab never unmaps its files."""
    if "unidic_lite" in sys.modules:
        import unidic_lite

        release_mapped(Path(unidic_lite.DICDIR))


def load_korean() -> Tokeniser:
    """Load Kiwi: nouns and their compounds, verbs and adjectives in dictionary form, with 다."""
    # Or else mimalloc, which comes with it, keeps 110 MB of a model that was dropped.
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")
    from kiwipiepy import Kiwi

    # The typo dictionary and the multi-word one cost 70 MB and half the speed.
    kiwi = Kiwi(load_typo_dict=False, load_multi_dict=False)
    for word in _KO_EXTRA_WORDS:
        kiwi.add_user_word(word, "NNG")

    def tokenise(tokens: Iterable[Any]) -> list[Word]:
        listed = list(tokens)
        found: list[Word] = []
        run: list[Any] = []  # of nouns without a space between
        for position, token in enumerate(listed):
            tag = str(token.tag)
            if tag in _KO_NOUN_TAGS or tag in ("XR", "XPN"):
                if run and run[-1].start + run[-1].len != token.start:
                    found += _korean_compound(run)
                    run = []
                run.append(token)
                continue
            if run and tag.startswith(_KO_DERIVING_TAG):
                # With its prefix: 불친절하다 is the opposite of 친절하다.
                stem_length = 2 if len(run) > 1 and str(run[-2].tag) == "XPN" else 1
                found += _korean_compound(run[:-stem_length])
                stem = "".join(part.form for part in run[-stem_length:]) + token.form
                found.append(
                    _korean_predicate(f"{stem}다", listed, position - stem_length, position)
                )
            else:
                found += _korean_compound(run)
            run = []
            if tag.startswith(("VV", "VA")):
                found.append(_korean_predicate(str(token.lemma), listed, position - 1, position))
            elif tag == "SL" and LATIN_WORD.fullmatch(token.form):
                found.append(Word(token.form, token.form))
        found += _korean_compound(run)
        return [word for word in found if not _JAMO.search(word.text)]

    # Kiwi distributes a list over threads, and is itself thread-safe.
    return lambda texts: [tokenise(tokens) for tokens in kiwi.tokenize(list(texts))]


def _korean_predicate(lemma: str, tokens: Sequence[Any], before: int, last: int) -> Word:
    """A verb or adjective, negated if 안 stands before it or 지 않다 after it."""
    word = Word(lemma, lemma)
    is_negated = (
        before >= 0 and str(tokens[before].tag) == "MAG" and tokens[before].form in _KO_CUES
    )
    after = [str(token.form) for token in tokens[last + 1 : last + 4]]
    if after[:1] == ["지"]:
        rest = after[2:] if after[1:2] and after[1] in _KO_INTERVENING else after[1:]
        is_negated = is_negated or rest[:1] in (["않"], ["못"], ["못하"])
    return negate(word, f"{lemma[:-1]}지 않다") if is_negated else word


def _korean_compound(run: list[Any]) -> list[Word]:
    """Nouns written together -> the compound, and its parts of two or more syllables."""
    tags = [str(token.tag) for token in run]
    if not _KO_NOUN_TAGS & set(tags):
        return []
    parts = [
        str(token.form)
        for position, token in enumerate(run)
        if tags[position] in _KO_NOUN_TAGS and (position == 0 or tags[position - 1] != "XPN")
    ]
    if len(run) > 1:
        parts = ["".join(token.form for token in run), *(part for part in parts if len(part) > 1)]
    return [Word(word, word) for word in parts]
