"""Passages: clauses that say one thing each, which search ranks, as offsets into the text.

A sentence such as "clean and quiet, but the TV was broken" says several things, and its vector is
close to none of them. Sentences are therefore cut at commas, semicolons, dashes and words such as
"but" where both sides are long enough to say something; what has no punctuation is cut into windows
of about twenty words. docs/search.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

import numpy as np
import regex

from pipeline.text.sentences import sentence_spans
from pipeline.text.spans import Spans

# A CJK letter weighs 1, a word of another script 2, three letters of Thai and its like 2.
_MIN_WEIGHT = 5
_MAX_WEIGHT = 52  # more is cut into windows
_WINDOW_WEIGHT = 40

# What begins a contrary clause where there may be no comma, by language ("de" is "but" in Hungarian
# and "of" in five others), as guests type it. Words that also stand within a clause, as
# "unfortunately" does, are left out.
_BUT = {
    "ar": "لكن|ولكن|بس|إلا أن|إلا أنه|الا انه|غير أن|ما عدا|باستثناء|المشكلة الوحيدة|العيب الوحيد",
    "bg": "но|обаче|само че|жалко че|единственият минус",
    "cs": "ale|avšak|jenže|nicméně|akorát|jenom že|škoda že|až na|jediné mínus",
    "da": "men|bortset fra|eneste minus|ærgerligt at",
    "de": "aber|abr|jedoch|allerdings|nur leider|schade dass|schade nur|einziges manko"
    "|einziger minuspunkt|einziger wermutstropfen",
    "el": "αλλά|όμως|ωστόσο|μόνο που|το μόνο κακό|το μόνο αρνητικό|μόνο μείον|κρίμα που",
    "en": "but|however|although|though|except|apart from|the only (?:thing"
    "|downside|complaint|gripe)|only (?:downside|complaint|gripe)|too bad|shame about|just a shame",
    "es": "pero|sino|aunque|xo|sin embargo|no obstante|eso sí|lo único|lo malo|una pena que"
    "|lástima que|salvo que|solo que",
    "fi": "mutta|paitsi|ainoa miinus|harmi että",
    "fr": "mais|cependant|toutefois|par contre|en revanche|dommage que|dommage pour|sauf que|à part"
    "|(?:seul|petit) (?:bémol|hic|souci)|seul point",
    "he": "אבל|אולם|אך|למעט|רק חבל|רק שאין|רק שלא|רק שהיה|חבל שאין|הבעיה היחידה|החיסרון היחיד",
    "hi": "लेकिन|मगर|परंतु|किन्तु|हालाँकि|पर हाँ|बस एक|lekin|magar|par haan|bas ek",
    "hu": "de|viszont|azonban|kivéve|kár hogy|egyetlen negatívum",
    "id": "tapi|tetapi|namun|tp|tpi|cuma|cuman|cmn|cma|hanya saja|sayangnya|minusnya|kecuali",
    "it": "ma|però|xò|tuttavia|peccato (?:che|per)|solo che|a parte|tranne"
    "|(?:l')?unic[ao] (?:pecca|neo|difetto|cosa)",
    "ko": "하지만|그런데|근데|그치만|그렇지만|그러나|다만|아쉬운|단점은|흠이라면",
    "ms": "tapi|tetapi|namun|cuma|cuman|tp|sayangnya|kecuali",
    "nl": "maar|echter|behalve|alleen (?:wel )?jammer|jammer dat|enige (?:minpunt|nadeel)",
    "no": "men|bortsett fra|eneste minus|synd at",
    "pl": "ale|jednak|lecz|natomiast|tylko że|tyle że|szkoda że|jedyny minus",
    "pt": "mas|porém|porem|contudo|só que|uma pena que|pena que|tirando|no entanto"
    "|(?:o )?único (?:problema|porém|ponto)",
    "ro": "dar|însă|insa|doar c[ăa]|numai c[ăa]|p[ăa]cat c[ăa]|singur(?:ul|a) (?:minus|problemă)"
    "|în schimb",
    "ru": "но|однако|зато|только вот|вот только|жаль что|единственн(?:ый минус|ое)|разве что",
    "sk": "ale|avšak|akurát|škoda že|až na|jediné mínus",
    "sv": "men|förutom|bortsett från|synd (?:bara )?att|enda (?:minuset|nackdelen)",
    "tr": "ama|amma|fakat|ancak|lakin|yalnız|tek (?:eksi|eksiği|sorun|sıkıntı)",
    "uk": "але|проте|однак|зате|от тільки|шкода що|єдиний мінус|хіба що",
    "vi": "nhưng|nhg|nhma|mỗi tội|chỉ tội|chỉ có điều|có điều|tuy nhiên|tiếc là",
}
# The same in languages that don't part words by spaces, or put it at the end of the first clause.
_BUT_WITHIN = {
    "ja": r"(?<=けれども|けれど|けど|ですが|ますが|したが)(?![もね、，。])\s*",
    "ko": r"(?<=지만)\s+",
    "th": r"(?<=\S)\s*(?=(?<!ตั้ง)แต่(?!ง|ละ)|เสียดาย|ติดตรง|ติดแค่|เสียอย่างเดียว)",
    "zh": r"(?<=\S)\s*(?=(?<![不非])但(?!凡)|可是|不[过過]|可惜|美中不足|唯一|就是(?:有点|不太))",
}
_MARKS = r"[,;:，、；：،؛·|](?!\d)\s*|\s[–—/+-]\s+|(?:…|\.{2,})\s*"
_WORD = regex.compile(
    r"(?P<letter>[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])"
    r"|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{1,3}"
    r"|[\p{L}\p{M}\p{N}--[\p{Han}\p{Hangul}\p{Katakana}\p{Hiragana}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+",
    regex.V1,
)


def split_passages(texts: Sequence[str], languages: np.ndarray) -> Spans:
    """Split texts into passages.

    Args:
        texts: m texts: reviews or sentences.
        languages: str (m,), ISO 639-1 codes.
    """
    return Spans.collect(
        [
            passage
            for start, end in sentence_spans(text, str(language))
            for passage in _split_sentence(text, start, end, _breaks(str(language)))
        ]
        for text, language in zip(texts, languages, strict=True)
    )


def text_weight(text: str) -> int:
    """The length of a text in any script: 2 for a word, 1 for a CJK letter."""
    return sum(weight for _, weight in _words(text, 0, len(text)))


def text_weights(texts: Sequence[str], *, words: int = 8) -> np.ndarray:
    """The lengths of n texts, int64 (n,), as :func:`text_weight` but of their first words only."""
    return np.array(
        [sum(weight for _, weight in islice(_words(text, 0, len(text)), words)) for text in texts],
        np.int64,
    )


@cache
def _breaks(language: str) -> regex.Pattern[str]:
    """What may part the clauses of a sentence."""
    pattern = _MARKS
    if words := _BUT.get(language):
        pattern += rf"|(?<!\s)\s++(?=(?:{words})[\s:])"
    if within := _BUT_WITHIN.get(language):
        pattern += f"|{within}"
    return regex.compile(pattern, regex.IGNORECASE)


def _split_sentence(
    text: str, start: int, end: int, breaks: regex.Pattern[str]
) -> list[tuple[int, int]]:
    """Start and end of each passage of a sentence."""
    if end - start <= _MIN_WEIGHT:
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    at, weight = start, 0
    previous = start
    for found in breaks.finditer(text, start, end):
        weight += _weight(text, previous, found.start())
        previous = found.end()
        if weight >= _MIN_WEIGHT:
            spans.append((at, found.start()))
            at, weight = found.end(), 0
    weight += _weight(text, previous, end)
    if weight >= _MIN_WEIGHT or not spans:
        spans.append((at, end))
    else:  # too short to stand alone
        spans[-1] = (spans[-1][0], end)
    return [window for span in spans for window in _windows(text, *span)]


def _windows(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A passage, or windows of even length where it is too long."""
    if end - start <= _MAX_WEIGHT:  # a character weighs 2 at most, and then it has a space
        return [(start, end)]
    words = list(_words(text, start, end))
    weights = np.cumsum([weight for _, weight in words])
    if not len(weights) or weights[-1] <= _MAX_WEIGHT:
        return [(start, end)]
    count = -(-int(weights[-1]) // _WINDOW_WEIGHT)
    bounds = np.arange(1, count) * (weights[-1] / count)
    cuts = [words[at][0] for at in np.unique(np.searchsorted(weights, bounds) + 1).tolist()]
    edges = [start, *cuts, end]
    spans = zip(edges[:-1], edges[1:], strict=True)
    return [(a, a + len(text[a:b].rstrip())) for a, b in spans]


def _weight(text: str, start: int, end: int) -> int:
    if end - start > 8 * _MIN_WEIGHT:  # certainly enough
        return _MIN_WEIGHT
    return sum(weight for _, weight in _words(text, start, end))


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each word of a part of a text starts, and its weight."""
    for found in _WORD.finditer(text, start, end):
        yield found.start(), 1 if found["letter"] else 2
