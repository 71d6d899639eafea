"""Language identification: reviews to ISO 639-1 codes.

Three sources, the most reliable first: the file's own language column, the script (kana is
Japanese, hangul is Korean, ...), and py3langid's classifier among the languages of that script.
Text in Latin letters that the classifier is unsure of, and of whose words the language knows next
to none, stays undetermined; Hindi, Arabic and Greek in Latin letters are told by their words.

A classifier that looks at one text at a time scatters short reviews over languages that nobody in
the file writes. Its probabilities are therefore weighted by the shares of the languages in the
file, estimated by expectation-maximisation (Saerens, Latinne, Decaestecker 2002, "Adjusting the
outputs of a classifier to new a priori probabilities"). A rare language survives where the text
is long and the classifier confident, and gives way to a frequent one elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from pipeline.common.progress import Progress
from pipeline.text.known_words import known_share, words_of
from pipeline.text.language_codes import MERGED_CODES, language_code
from pipeline.text.language_model import language_classifier
from pipeline.text.romanised import romanised_language

UNKNOWN = "und"

# Scripts that are written in one language only, as far as hotel guests go.
_LANGUAGE_OF_SCRIPT = {
    "HANGUL": "ko", "THAI": "th", "HEBREW": "he", "GREEK": "el", "GEORGIAN": "ka",
    "ARMENIAN": "hy", "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "SINHALA": "si", "TAMIL": "ta",
    "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "GUJARATI": "gu", "GURMUKHI": "pa",
    "ORIYA": "or", "TIBETAN": "bo", "ETHIOPIC": "am", "THAANA": "dv",
}  # fmt: skip
# Scripts shared by several languages, among which the classifier decides. Latin is not listed: it
# takes every language that no other script claims.
_LANGUAGES_OF_SCRIPT = {
    "CYRILLIC": "ru uk bg sr mk be kk ky mn tg tt ba".split(),
    "ARABIC": "ar fa ur ps ug ku".split(),
    "DEVANAGARI": "hi mr ne sa".split(),
    "BENGALI": "bn as".split(),
}
_ALSO_IN_LATIN = {"sr", "ku"}
# Languages that guests write reviews in. The classifier's others (Latin, Esperanto, Breton, ...)
# need clearer evidence: short European texts are often mistaken for them.
_COMMON_LANGUAGES = set(
    "af ar az be bg bn bs ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk "
    "km ko lt lv mk mn mr ms my nl no pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz "
    "vi zh".split()
)
_RARE_LANGUAGE_WEIGHT = 0.1
# Characters of frequent Chinese words that Japanese does not write.
_CHINESE_ONLY_CHARACTERS = set("很们这吗吧没还你她它們這嗎个說说让给呢啊哦挺住们吃得")
_URL = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[^\s@]++@[^\s.]++\.\S+")
_MAX_CHARACTERS = 300  # of a text that the classifier sees: more costs seconds, gains no accuracy
# py3langid is underconfident: of its answers at 0.8, 98 % are right.
_SHARPENING_EXPONENT = 1.5
# A text in Latin letters is doubted if the classifier gives its first label less than this, if it
# has so many words, and if its language knows a lesser share of them, or none at all where the file
# has so many texts of it that are not doubted.
_DOUBTED_PROBABILITY = 0.6
_MIN_DOUBTED_WORDS = 4
_MIN_KNOWN_SHARE = 0.2
_MIN_ESTABLISHED = 20
_CLEAR_PROBABILITY = 0.9  # of a text that shows its language by itself
_MIN_CLEAR_WORDS = 5
# Languages so alike that one is easily taken for the other.
_ALIKE = (
    "no da sv",
    "id ms",
    "hr sr bs sl mk",
    "cs sk",
    "pt gl es ca",
    "ru uk bg be",
    "ar fa ur ps",
)
_MIN_FOREIGN_LETTERS = 3  # that exclude a language of another script
_KANA = re.compile("[\u3041-\u30ff]")
_MIN_KANA = 4  # that exclude Chinese and Korean
_PRIOR_PSEUDOCOUNT = 0.3  # reviews that each language starts with


def is_common_language(code: str) -> bool:
    """Whether guests write reviews in a language, given by its ISO 639-1 code."""
    return code in _COMMON_LANGUAGES


class _Classified(NamedTuple):
    """What the classifier says of a text.

    Attributes:
        probabilities: float16 (k,), of the k `_candidate_codes`.
        is_doubted: the text is in Latin letters, has several words, and is like no language.
    """

    probabilities: np.ndarray
    is_doubted: bool


def _sample(text: str) -> str:
    """The beginning of a text, without addresses."""
    sample = text[:_MAX_CHARACTERS]
    # Looked for only where there may be one: texts without spaces take the pattern long.
    may_have = "@" in sample or "://" in sample or "www." in sample
    return _URL.sub(" ", sample) if may_have else sample


def script_excludes(text: str, code: str) -> bool:
    """Whether a text holds no letter of a language's script, but several of another.

    Args:
        text: a review.
        code: ISO 639-1 code of the language.
    """
    own = _scripts_of_language(code)
    if not own or ("LATIN" in own and text.isascii()):
        return False
    sample = text[:_MAX_CHARACTERS]
    if code in ("zh", "ko") and len(_KANA.findall(sample)) >= _MIN_KANA:
        return not any(_script_of_letter(char) == "HANGUL" for char in sample)
    if any(_script_of_letter(char) in own for char in sample):
        return False
    counts = Counter(map(_script_of_letter, _sample(text)))
    del counts[None]
    if not counts:
        return False
    script, count = counts.most_common(1)[0]
    return count >= (2 if script in ("CJK", "KANA", "HANGUL") else _MIN_FOREIGN_LETTERS)


def clear_language(text: str) -> str | None:
    """The language that a text shows by itself; None where it leaves a doubt."""
    sample = _sample(text)
    script = _dominant_script(sample)
    code = _language_from_script(script, sample)
    if code or code == "" or script is None:
        return code or None
    found = _classify(sample, script)
    if found.is_doubted or len(words_of(sample)) < _MIN_CLEAR_WORDS:
        return None
    best = int(found.probabilities.argmax())
    return _candidate_codes()[best] if found.probabilities[best] >= _CLEAR_PROBABILITY else None


def are_alike(one: str, other: str) -> bool:
    """Whether two languages, ISO 639-1 codes, are the same or easily taken for each other."""
    return one == other or any({one, other} <= set(group.split()) for group in _ALIKE)


@lru_cache(maxsize=512)
def _scripts_of_language(code: str) -> frozenset[str]:
    """The scripts that a language is written in; empty if unknown."""
    if code in ("zh", "ja"):  # also written in Latin letters by guests without another keyboard
        return frozenset(("CJK", "BOPOMOFO", "LATIN") if code == "zh" else ("KANA", "CJK", "LATIN"))
    found = {script for script, own in _LANGUAGE_OF_SCRIPT.items() if own == code}
    found |= {script for script, codes in _LANGUAGES_OF_SCRIPT.items() if code in codes}
    if code in _ALSO_IN_LATIN or (not found and is_common_language(code)):
        found.add("LATIN")
    if code in ("az", "uz", "tr", "ms", "kk", "mn", "bs", "pa", "sd", "vi"):
        return frozenset()  # written in several, or quoted in another
    return frozenset(found)


def detect_languages(
    texts: Sequence[str],
    *,
    declared: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Detect the language of each text.

    Args:
        texts: n texts.
        declared: the file's own language column, n values. Those that `language_code` understands
            win, and they count towards the shares of the languages in the file.
        progress: called with the number of texts done and their total.

    Returns:
        ISO 639-1 codes, str (n,). A text without a letter ("10/10", "👍👍") and without a declared
        language is "und": that its guest writes the file's main language would be a mere guess. So
        is a text in Latin letters that is hardly in any language that the classifier knows.

    Raises:
        ValueError: `declared` and `texts` differ in length.
    """
    n = len(texts)
    if declared is not None and len(declared) != n:
        raise ValueError(f"declared has {len(declared)} values for {n} texts")
    codes = np.full(n, UNKNOWN, dtype=object)
    certain: Counter[str] = Counter()
    undecided_han: list[int] = []  # Han characters alone, which may be Chinese or Japanese
    classified: dict[int, _Classified] = {}
    of_sample: dict[str, _Classified] = {}  # exports repeat texts such as "Very good"
    for i, text in enumerate(_with_progress(texts, progress)):
        code = language_code(str(declared[i])) if declared is not None else None
        if code is None:
            sample = _sample(text)
            script = _dominant_script(sample)
            code = _language_from_script(script, sample)
            if code == "":
                undecided_han.append(i)
            elif code is None and script is not None:
                if sample not in of_sample:
                    of_sample[sample] = _classify(sample, script)
                classified[i] = of_sample[sample]
        if code:
            codes[i] = code
            certain[code] += 1
    codes[undecided_han] = _languages_of_han(texts, codes, undecided_han)
    rows = [found.probabilities for found in classified.values()]
    codes[list(classified)] = _apply_prior(rows, certain)
    doubted = [i for i, found in classified.items() if found.is_doubted]
    codes[_find_unknown(texts, codes, doubted)] = UNKNOWN
    if progress is not None:
        progress(n, n)
    return codes.astype(str)


def _with_progress(texts: Sequence[str], progress: Progress | None) -> Iterator[str]:
    for i, text in enumerate(texts):
        if progress is not None and i % 500 == 0:
            progress(i, len(texts))
        yield text


def _languages_of_han(texts: Sequence[str], codes: np.ndarray, undecided: list[int]) -> list[str]:
    """The languages of texts in Han characters alone: Chinese where nobody else writes kana."""
    if not undecided or not (codes == "ja").any():
        return ["zh"] * len(undecided)
    certain = {
        code: [texts[i][:_MAX_CHARACTERS] for i in np.flatnonzero(codes == code).tolist()]
        for code in ("ja", "zh")
    }
    from pipeline.text.han import decide_han

    chosen = [texts[i][:_MAX_CHARACTERS] for i in undecided]
    return decide_han(chosen, japanese=certain["ja"], chinese=certain["zh"])


def _find_unknown(texts: Sequence[str], codes: np.ndarray, doubted: list[int]) -> list[int]:
    """The doubted texts that are hardly in the language that they were given."""
    if not doubted:
        return []
    counts = Counter(codes.tolist())
    counts.subtract(codes[doubted].tolist())
    unknown = []
    for i in doubted:
        known = known_share(texts[i][:_MAX_CHARACTERS], codes[i])
        if known == 0 or (known < _MIN_KNOWN_SHARE and counts[codes[i]] < _MIN_ESTABLISHED):
            unknown.append(i)
    return unknown


@cache
def _script_of_letter(char: str) -> str | None:
    """The script of a letter, from the first word of its Unicode name; None for anything else."""
    if not char.isalpha():
        return None
    name = unicodedata.name(unicodedata.normalize("NFKC", char)[0], "").split(" ")[0]
    if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"):
        return "KANA"
    known = name in ("LATIN", "CJK", "BOPOMOFO") or name in _LANGUAGE_OF_SCRIPT
    return name if known or name in _LANGUAGES_OF_SCRIPT else None


def _dominant_script(text: str) -> str | None:
    """The script of most letters, HAN_OR_KANA for Chinese and Japanese; None without letters."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else None
    shares: Counter[str] = Counter()
    for char, count in Counter(text).items():
        script = _script_of_letter(char)
        if script in ("CJK", "KANA", "BOPOMOFO"):
            # One such character carries about as much as two letters of an alphabet.
            shares["HAN_OR_KANA"] += 2 * count
        elif script is not None:
            shares[script] += 2 * count if script == "HANGUL" else count
    return shares.most_common(1)[0][0] if shares else None


def _language_from_script(script: str | None, text: str) -> str | None:
    """The language if the script decides it, "" for undecided Han text, None to classify."""
    if script is None:
        return None
    if script == "LATIN":
        return romanised_language(text)
    if script != "HAN_OR_KANA":
        return _LANGUAGE_OF_SCRIPT.get(script)
    counts = Counter(_script_of_letter(char) for char in text)
    kana, total = counts["KANA"], counts["KANA"] + counts["CJK"] + counts["BOPOMOFO"]
    chinese = sum(char in _CHINESE_ONLY_CHARACTERS for char in text)
    # Japanese prose is at least a third kana; a Chinese review may quote a shop's kana name.
    if kana and (kana >= 0.35 * total or (kana >= 0.1 * total and not chinese)):
        return "ja"
    if chinese or counts["BOPOMOFO"] or kana:
        return "zh"
    # Neither kana nor a Chinese word: the national character sets often decide, because each
    # country simplified its characters in its own way (変 变 變).
    han = "".join(char for char in text if _script_of_letter(char) == "CJK")
    japanese = _is_encodable(han, "shift_jis")
    if japanese == (_is_encodable(han, "gb2312") or _is_encodable(han, "big5")):
        return ""
    return "ja" if japanese else "zh"


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _label_weights(script: str) -> dict[str, tuple[str, float]]:
    """py3langid's label -> (ISO 639-1 code, weight), for the languages written in a script."""
    not_latin = set(_LANGUAGE_OF_SCRIPT.values()) | {"ja", "zh"}
    not_latin.update(code for codes in _LANGUAGES_OF_SCRIPT.values() for code in codes)
    weights = {}
    for label in language_classifier().labels:
        code = MERGED_CODES.get(label, label)
        if len(code) != 2:
            continue
        languages = _LANGUAGES_OF_SCRIPT.get(script)
        if code in languages if languages else code not in not_latin - _ALSO_IN_LATIN:
            weights[label] = (code, 1.0 if code in _COMMON_LANGUAGES else _RARE_LANGUAGE_WEIGHT)
    return weights


@cache
def _candidate_codes() -> tuple[str, ...]:
    scripts = ("LATIN", *_LANGUAGES_OF_SCRIPT)
    return tuple(
        sorted({code for script in scripts for code, _ in _label_weights(script).values()})
    )


def _classify(text: str, script: str) -> _Classified:
    weights = _label_weights(script)
    scores = dict.fromkeys(_candidate_codes(), 0.0)
    ranked = language_classifier().rank(text)
    for label, probability in ranked:
        if label in weights:
            code, weight = weights[label]
            scores[code] += probability * weight
    if script == "ARABIC" and re.search("[یکپچژگٹڈڑےںہھ]", text):
        scores["ar"] = 0.0  # Persian and Urdu use these letters, Arabic does not
    vector = np.array(list(scores.values())) ** _SHARPENING_EXPONENT
    is_doubted = (
        script == "LATIN"
        and ranked[0][1] < _DOUBTED_PROBABILITY
        and len(words_of(text)) >= _MIN_DOUBTED_WORDS
    )
    return _Classified((vector / max(vector.sum(), 1e-30)).astype(np.float16), is_doubted)


def _apply_prior(rows: list[np.ndarray], certain: Counter[str]) -> list[str]:
    """The best code for each text once its probabilities are weighted by the file's shares."""
    if not rows:
        return []
    matrix = np.stack(rows)
    codes = np.array(_candidate_codes())
    base = np.array([certain[str(code)] for code in codes]) + _PRIOR_PSEUDOCOUNT
    shares = base / base.sum()
    best = np.zeros(len(rows), dtype=np.int64)
    for _ in range(10):
        counts = base.copy()
        for start in range(0, len(rows), 50_000):  # bounds the memory for float64 copies
            part = matrix[start : start + 50_000] * shares
            best[start : start + 50_000] = part.argmax(axis=1)
            counts += (part / np.maximum(part.sum(axis=1, keepdims=True), 1e-30)).sum(axis=0)
        shares = counts / counts.sum()
    return [str(code) for code in codes[best]]
