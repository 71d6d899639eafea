"""Japanese and Korean words, as an analyser of morphemes joins and bends them back.

Functions here are as those of :mod:`pipeline.splitters`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import regex

from pipeline.splitters import LATIN, Splitter, Word

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

# Korean. Verbs and adjectives made of a noun and one of these.
_KO_NOUN = frozenset({"NNG", "NNP"})
_KO_ADJECTIVE = "XSA"
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
                (node.surface, node.white_space, node.feature.pos1, node.feature.pos2 or "",
                 node.feature.orthBase or node.surface, node.feature.lemma or node.surface)
                for node in tagger(text)
            ]  # fmt: skip
        found: list[Word] = []
        run: list[tuple[str, str]] = []  # of nouns: (text, kind)
        for surface, space, kind, detail, base, lemma in morphemes:
            if space:
                found += _japanese_compound(run)
                run = []
            if kind == "名詞":
                kind = {"普通名詞": "noun", "固有名詞": "noun", "数詞": "number"}.get(detail, kind)
            elif kind == "接尾辞" and detail in ("名詞的", "形状詞的") and run:
                kind = "suffix"
            elif kind == "接頭辞" and surface not in _JA_POLITE:
                kind = "prefix"
            if kind.isascii() and _SPELLED.fullmatch(surface):
                run.append((surface, kind))
                continue
            found += _japanese_compound(run)
            run = []
            if kind in ("形容詞", "形状詞") or (kind == "動詞" and detail == "一般"):
                found.append(Word(lemma, base))
        return found + _japanese_compound(run)

    return lambda texts: [split(text) for text in texts]


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
        found: list[str] = []
        run: list[Any] = []  # of nouns without a space between
        for token in tokens:
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
                found.append("".join(part.form for part in run[-own:]) + f"{token.form}다")
            else:
                found += _korean_compound(run)
            run = []
            if tag.startswith(("VV", "VA")):
                found.append(str(token.lemma))
            elif tag == "SL" and LATIN.fullmatch(token.form):
                found.append(token.form)
        found += _korean_compound(run)
        return [Word(word, word) for word in found if not _JAMO.search(word)]

    # A list is shared out among threads; Kiwi itself may be called from several.
    return lambda texts: [split(tokens) for tokens in kiwi.tokenize(list(texts))]


def _korean_compound(run: list[Any]) -> list[str]:
    """Nouns written together -> the whole, and its parts of two syllables and more."""
    tags = [str(token.tag) for token in run]
    if not _KO_NOUN & set(tags):
        return []
    parts = [
        str(token.form)
        for place, token in enumerate(run)
        if tags[place] in _KO_NOUN and (place == 0 or tags[place - 1] != "XPN")
    ]
    if len(run) == 1:
        return parts
    return ["".join(token.form for token in run), *(part for part in parts if len(part) > 1)]
