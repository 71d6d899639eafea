"""Japanese and Korean words, as an analyser of morphemes joins and bends them back.

Functions here are as those of :mod:`pipeline.text.chinese_thai`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import regex

from pipeline.text.chinese_thai import LATIN, Splitter, Word, negated

_KATAKANA = regex.compile(r"[\p{Katakana}ー]+")
_SPELLED = regex.compile(r"[\p{L}\p{M}ー々]+")

# Japanese. Nouns that only lend a hand to others ("the side of", "time of"), cut from the ends of
# compounds; and what a guest says politely before a noun (お部屋).
_JA_LIGHT = frozenset(
    "側 方 時 中 後 前 上 下 内 外 間 用 分 目 階 円 泊 人 日 付き 付 付け 掛け 等 達 様 さん たち "
    "的 化 性 者 ごと 全体 自体 以上 以外 以下 以降 以内 程度 辺 周り 際 度 回 感 越し 向け 気味 "
    "放題 毎 通り 頃 行き 沿い 近く 直後 直前 同士 次第 ぶり 目当て 寄り 当日 名 台 枚 本 個 "
    "つ 組 点 時間 分間 周辺 最後 最初 何 今 誰 他".split()
)
_JA_POLITE = frozenset({"お", "ご", "御"})
_JA_LONGEST = 3  # nouns a compound
# From an adjective or a verb to what negates it: its bent ends, and は, も. What means "must" is no
# negation (歩かなければならない), nor is "without having to" (食べなくてもいい).
_JA_LINKS = frozenset({"で", "じゃ", "は", "も", "あり", "ませ", "られ", "れ"})
_JA_NOT = frozenset({"無い", "ない", "ず"})  # lemmas
_JA_MUST = frozenset({"なけれ", "なきゃ"})
_JA_AFTER = frozenset({"て", "ちゃ", "ては"})

# Korean. Verbs and adjectives made of a noun and one of these.
_KO_NOUN = frozenset({"NNG", "NNP"})
_KO_ADJECTIVE = "XSA"
_KO_NOT = frozenset({"안", "못"})
_KO_BETWEEN = frozenset({"는", "도", "를", "가", "ᆫ", "ㄴ"})
_KO_MORE = "비건 체크인 체크아웃 컨시어지 도어락 카드키 미니바".split()
_JAMO = regex.compile(r"[\u1100-\u11ff\u3130-\u318f]")  # letters alone, a laugh: ㅋㅋ


def japanese() -> Splitter:
    """Nouns and their compounds, verbs and adjectives in dictionary form (UniDic).

    Spellings of a verb or adjective (おいしい, 美味しい) share a key, their lemma.
    """
    import fugashi
    import unidic_lite

    tagger = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}"')
    lock = threading.Lock()  # a tagger hands out memory of its own

    def split(text: str) -> list[Word]:
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
        run: list[tuple[str, str]] = []  # of nouns: (text, kind)
        for place, it in enumerate(morphemes):
            if it.space:
                found += _japanese_compound(run)
                run = []
            kind = it.kind
            if kind == "名詞":
                kind = {"普通名詞": "noun", "固有名詞": "noun", "数詞": "number"}.get(
                    it.detail, kind
                )
            elif kind == "接尾辞" and it.detail in ("名詞的", "形状詞的") and run:
                kind = "suffix"
            elif kind == "接頭辞" and it.surface not in _JA_POLITE:
                kind = "prefix"
            if kind.isascii() and _SPELLED.fullmatch(it.surface):
                told = _japanese_negation(morphemes, place) if it.adjective else ""
                if told and not run:
                    found.append(negated(Word(it.lemma, it.surface), told))
                else:
                    run.append((it.surface, kind))
                continue
            found += _japanese_compound(run)
            run = []
            if kind in ("形容詞", "形状詞") or (kind == "動詞" and it.detail == "一般"):
                word, told = Word(it.lemma, it.base), _japanese_negation(morphemes, place)
                found.append(negated(word, told) if told else word)
        return found + _japanese_compound(run)

    return lambda texts: [split(text) for text in texts]


class _Morpheme(NamedTuple):
    surface: str
    space: str  # before it
    kind: str
    detail: str
    base: str  # in dictionary form, as it is spelled here
    lemma: str
    adjective: bool  # a noun that may be one


def _japanese_negation(morphemes: Sequence[_Morpheme], place: int) -> str:
    """The negation of the word at a place, where it is negated: 清潔ではない; else ""."""
    word, end = morphemes[place], place + 1
    while end < len(morphemes) and morphemes[end].surface in _JA_LINKS:
        end += 1
    if end == len(morphemes) or morphemes[end].lemma not in _JA_NOT:
        return ""
    following = morphemes[end + 1].surface if end + 1 < len(morphemes) else ""
    if morphemes[end].surface in _JA_MUST or following in _JA_AFTER:
        return ""
    if word.adjective or word.kind == "形状詞":
        # 清潔 alone before ない would be "no cleanliness".
        return f"{word.base}ではない" if morphemes[place + 1].surface in ("で", "じゃ") else ""
    if word.kind == "形容詞":
        return f"{word.surface}ない"
    links = "".join(it.surface for it in morphemes[place:end])
    return links + ("ん" if links.endswith("ませ") else "ない")


def _japanese_compound(run: list[tuple[str, str]]) -> list[Word]:
    """Nouns side by side -> the whole, and those of its parts that are words."""
    while run and run[-1][0] in _JA_LIGHT:
        run = run[:-1]
    while run and run[0][0] in _JA_LIGHT:
        run = run[1:]
    kinds = [kind for _, kind in run]
    if "noun" not in kinds:
        return []
    # 愛想 is no part of 無愛想, nor is what a number counts a word (三泊).
    parts = [
        text
        for place, (text, kind) in enumerate(run)
        if kind == "noun"
        and (place == 0 or kinds[place - 1] not in ("prefix", "number"))
        and len(text) >= (3 if _KATAKANA.fullmatch(text) else 2)
    ]
    if len(run) == 1:
        parts = [run[0][0]]
    elif "number" not in kinds and len(run) <= _JA_LONGEST:
        parts.insert(0, "".join(text for text, _ in run))
    return [Word(word, word) for word in parts]


def korean() -> Splitter:
    """Nouns and their compounds, verbs and adjectives in dictionary form, with 다 (Kiwi)."""
    from kiwipiepy import Kiwi

    # The lists of typing errors and of titles of several words cost 70 MB and half the speed.
    kiwi = Kiwi(load_typo_dict=False, load_multi_dict=False)
    for word in _KO_MORE:
        kiwi.add_user_word(word, "NNG")

    def split(tokens: Iterable[Any]) -> list[Word]:
        listed = list(tokens)
        found: list[Word] = []
        run: list[Any] = []  # of nouns without a space between
        for place, token in enumerate(listed):
            tag = str(token.tag)
            if tag in _KO_NOUN or tag in ("XR", "XPN"):
                if run and run[-1].start + run[-1].len != token.start:
                    found += _korean_compound(run)
                    run = []
                run.append(token)
                continue
            if run and tag.startswith(_KO_ADJECTIVE):
                # With its prefix, if any: 불친절하다 is the opposite of 친절하다.
                own = 2 if len(run) > 1 and str(run[-2].tag) == "XPN" else 1
                found += _korean_compound(run[:-own])
                stem = "".join(part.form for part in run[-own:]) + token.form
                found.append(_korean_verb(f"{stem}다", listed, place - own, place))
            else:
                found += _korean_compound(run)
            run = []
            if tag.startswith(("VV", "VA")):
                found.append(_korean_verb(str(token.lemma), listed, place - 1, place))
            elif tag == "SL" and LATIN.fullmatch(token.form):
                found.append(Word(token.form, token.form))
        found += _korean_compound(run)
        return [word for word in found if not _JAMO.search(word.text)]

    # A list is shared out among threads; Kiwi itself may be called from several.
    return lambda texts: [split(tokens) for tokens in kiwi.tokenize(list(texts))]


def _korean_verb(lemma: str, tokens: Sequence[Any], before: int, last: int) -> Word:
    """A verb or adjective, or its negation where 안 stands before it or 지 않다 after it."""
    word = Word(lemma, lemma)
    turned = before >= 0 and str(tokens[before].tag) == "MAG" and tokens[before].form in _KO_NOT
    after = [str(token.form) for token in tokens[last + 1 : last + 4]]
    if after[:1] == ["지"]:
        rest = after[2:] if after[1:2] and after[1] in _KO_BETWEEN else after[1:]
        turned = turned or rest[:1] in (["않"], ["못"], ["못하"])
    return negated(word, f"{lemma[:-1]}지 않다") if turned else word


def _korean_compound(run: list[Any]) -> list[Word]:
    """Nouns written together -> the whole, and its parts of two syllables and more."""
    tags = [str(token.tag) for token in run]
    if not _KO_NOUN & set(tags):
        return []
    parts = [
        str(token.form)
        for place, token in enumerate(run)
        if tags[place] in _KO_NOUN and (place == 0 or tags[place - 1] != "XPN")
    ]
    if len(run) > 1:
        parts = ["".join(token.form for token in run), *(part for part in parts if len(part) > 1)]
    return [Word(word, word) for word in parts]
