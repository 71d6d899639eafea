"""Which language a review is written in, as an ISO 639-1 code.

Three sources, the surest first: the file's own language column, the script (kana is Japanese,
hangul is Korean, ...), and py3langid's classifier within the languages of that script.

A classifier that looks at one text at a time scatters short reviews over languages nobody in the
file writes. Its probabilities are therefore weighted with the shares of the languages in the
file, found by expectation-maximisation (Saerens, Latinne, Decaestecker 2002, "Adjusting the
outputs of a classifier to new a priori probabilities"). A language seen a few times survives
where the text is long and the classifier certain, and gives way to a well-present one elsewhere.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import numpy as np

UNKNOWN = "und"

# Country codes and loose names that exports use for a language. "kr" and "se" are codes of Kanuri
# and Northern Sami, which no booking system means by them.
_ALIASES = {
    "jp": "ja", "cn": "zh", "tw": "zh", "hk": "zh", "kr": "ko", "cz": "cs", "dk": "da", "gr": "el",
    "ua": "uk", "vn": "vi", "se": "sv", "us": "en", "gb": "en", "castellano": "es",
    "bahasa": "id", "bahasa melayu": "ms", "mandarin": "zh", "cantonese": "zh",
    "simplified chinese": "zh", "traditional chinese": "zh",
}  # fmt: skip
# One code where the standard has several for what a reader calls one language.
_MERGED = {
    "nb": "no", "nn": "no", "fil": "tl", "yue": "zh", "wuu": "zh", "cmn": "zh", "arz": "ar",
    "ary": "ar", "uzs": "uz", "sdh": "ku", "ckb": "ku", "kmr": "ku", "sh": "sr", "mo": "ro",
}  # fmt: skip

# Scripts that settle the language by themselves.
_SCRIPT_LANGUAGE = {
    "HANGUL": "ko", "THAI": "th", "HEBREW": "he", "GREEK": "el", "GEORGIAN": "ka",
    "ARMENIAN": "hy", "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "SINHALA": "si", "TAMIL": "ta",
    "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "GUJARATI": "gu", "GURMUKHI": "pa",
    "ORIYA": "or", "TIBETAN": "bo", "ETHIOPIC": "am", "THAANA": "dv",
}  # fmt: skip
# Scripts that leave a choice to the classifier; Latin takes every language not named here.
_SCRIPT_CHOICE = {
    "CYRILLIC": "ru uk bg sr mk be kk ky mn tg tt ba".split(),
    "ARABIC": "ar fa ur ps ug ku".split(),
    "DEVANAGARI": "hi mr ne sa".split(),
    "BENGALI": "bn as".split(),
}
_ALSO_LATIN = {"sr", "ku"}
# Languages guests write reviews in. The classifier's others (Latin, Esperanto, Breton, ...) must
# show clearer evidence: short European texts are often taken for them.
_USUAL = set(
    "af ar az be bg bn bs ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk "
    "km ko lt lv mk mn mr ms my nl no pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz "
    "vi zh".split()
)
_UNUSUAL_WEIGHT = 0.1
# Words that only Chinese has, among those written in Han characters that Japanese also uses.
_CHINESE_ONLY = set("很们这吗吧没还你她它們這嗎个說说让给呢啊哦挺住们吃得")
_URL = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_LONGEST = 300  # characters the classifier sees: more adds seconds, not accuracy
_SHARPEN = 1.5  # py3langid's probabilities are too modest: of those at 0.8, 98 % are right
_SMOOTHING = 0.3  # reviews that every language is given before any is counted


@lru_cache(maxsize=4096)
def language_code(value: str) -> str | None:
    """The ISO 639-1 code that a language column's value means, or None when it means none.

    Reads codes of ISO 639-1, -2 and -3 in any case with region or script ("ja-JP", "JA_jp",
    "jpn", "zh-Hant-TW"), names in most languages ("Japanese", "japanisch", "日本語", "Français")
    and country codes that exports use for a language ("jp", "cz"). Norwegian Bokmål and Nynorsk
    are "no", Cantonese and Mandarin "zh", Filipino "tl".
    """
    import langcodes

    text = unicodedata.normalize("NFKC", value).strip().casefold()
    text = re.sub(r"\.utf-?8$", "", text).strip(" .")
    if not text or len(text) > 60:
        return None
    if text in _ALIASES:
        return _ALIASES[text]
    tag = re.sub(r"\s*[_-]\s*", "-", text)
    if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag) and langcodes.tag_is_valid(tag):
        return _two_letters(langcodes.Language.get(tag))
    for name in dict.fromkeys((text, re.split(r"\s*[-/,;:(\[|]", text)[0])):
        if name in _ALIASES:
            return _ALIASES[name]
        # A single Latin letter or two would match some small language's name by its beginning.
        if name and not (name.isascii() and len(name) < 4):
            try:
                return _two_letters(langcodes.find(name))
            except LookupError:
                continue
    return None


def identify(
    texts: Sequence[str],
    *,
    given: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """The language of each text: an (n,) array of ISO 639-1 codes.

    `given` is the file's own language column, (n,) values; those that `language_code` reads win,
    and they count for what is usual in the file. A text without one letter ("10/10", "👍👍") and
    without a given language is "und": to call it the file's main language would be a claim about
    a guest that nothing supports. `progress` is called with texts done and texts in all.

    Raises ValueError when `given` has another length than `texts`.
    """
    n = len(texts)
    if given is not None and len(given) != n:
        raise ValueError(f"given has {len(given)} values for {n} texts")
    codes = np.full(n, UNKNOWN, dtype=object)
    certain: Counter[str] = Counter()
    han_only: list[int] = []  # Han characters alone, which Chinese or Japanese may write
    guesses: dict[int, np.ndarray] = {}
    known: dict[str, np.ndarray] = {}  # exports repeat texts such as "Very good"
    for i, text in enumerate(texts):
        if progress is not None and i % 500 == 0:
            progress(i, n)
        code = language_code(str(given[i])) if given is not None else None
        if code is None:
            sample = _URL.sub(" ", text[:_LONGEST])
            script = _main_script(sample)
            code = _by_script(script, sample)
            if code == "":
                han_only.append(i)
            elif code is None and script is not None:
                if sample not in known:
                    known[sample] = _probabilities(sample, script)
                guesses[i] = known[sample]
        if code:
            codes[i] = code
            certain[code] += 1
    japanese_file = certain["ja"] > 0 and certain["zh"] * 4 <= certain["ja"]
    for i in han_only:
        codes[i] = "ja" if japanese_file else "zh"
    for i, code in zip(guesses, _weigh(list(guesses.values()), certain), strict=True):
        codes[i] = code
    if progress is not None:
        progress(n, n)
    return codes.astype(str)


def _two_letters(language) -> str | None:
    code = language.prefer_macrolanguage().language or ""
    code = _MERGED.get(code, code)
    return code if len(code) == 2 and language.is_valid() else None


@cache
def _script_of(char: str) -> str | None:
    """The script of a letter by the first word of its Unicode name; None for other characters."""
    if not char.isalpha():
        return None
    name = unicodedata.name(unicodedata.normalize("NFKC", char)[0], "").split(" ")[0]
    if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"):
        return "KANA"
    known = name in ("LATIN", "CJK", "BOPOMOFO") or name in _SCRIPT_LANGUAGE
    return name if known or name in _SCRIPT_CHOICE else None


def _main_script(text: str) -> str | None:
    """The script that holds most of a text, EAST for Han and kana; None without letters."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else None
    shares: Counter[str] = Counter()
    for char, count in Counter(text).items():
        script = _script_of(char)
        if script in ("CJK", "KANA", "BOPOMOFO"):
            # One such character says about as much as two letters of an alphabet.
            shares["EAST"] += 2 * count
        elif script is not None:
            shares[script] += 2 * count if script == "HANGUL" else count
    return shares.most_common(1)[0][0] if shares else None


def _by_script(script: str | None, text: str) -> str | None:
    """The language where the script settles it, "" for undecided Han text, None to classify."""
    if script is None:
        return None
    if script != "EAST":
        return _SCRIPT_LANGUAGE.get(script)
    counts = Counter(_script_of(char) for char in text)
    kana, east = counts["KANA"], counts["KANA"] + counts["CJK"] + counts["BOPOMOFO"]
    chinese = sum(char in _CHINESE_ONLY for char in text)
    # Running Japanese is a third kana and more; a Chinese review may quote a shop's kana name.
    if kana and (kana >= 0.35 * east or (kana >= 0.1 * east and not chinese)):
        return "ja"
    if chinese or counts["BOPOMOFO"] or kana:
        return "zh"
    # Neither kana nor a telling word: the character sets of both countries often decide,
    # because each reformed its characters in its own way (変 变 變).
    han = "".join(char for char in text if _script_of(char) == "CJK")
    japanese = _fits(han, "shift_jis")
    if japanese == (_fits(han, "gb2312") or _fits(han, "big5")):
        return ""
    return "ja" if japanese else "zh"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _classifier():
    """py3langid's own model with probabilities; a private copy, as its labels are global else."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _weights(script: str) -> dict[str, tuple[str, float]]:
    """py3langid's label -> (ISO 639-1 code, weight), for the languages a script may hold."""
    elsewhere = set(_SCRIPT_LANGUAGE.values()) | {"ja", "zh"}
    elsewhere.update(code for codes in _SCRIPT_CHOICE.values() for code in codes)
    weights = {}
    for label in _classifier().labels:
        code = _MERGED.get(label, label)
        if len(code) != 2:
            continue
        choice = _SCRIPT_CHOICE.get(script)
        if code in choice if choice else code not in elsewhere - _ALSO_LATIN:
            weights[label] = (code, 1.0 if code in _USUAL else _UNUSUAL_WEIGHT)
    return weights


@cache
def _codes() -> tuple[str, ...]:
    scripts = ("LATIN", *_SCRIPT_CHOICE)
    return tuple(sorted({code for script in scripts for code, _ in _weights(script).values()}))


def _probabilities(text: str, script: str) -> np.ndarray:
    """The probability of each of `_codes()` for a text in a script: (n codes,) float16."""
    weights = _weights(script)
    scores = dict.fromkeys(_codes(), 0.0)
    for label, probability in _classifier().rank(text):
        if label in weights:
            code, weight = weights[label]
            scores[code] += probability * weight
    if script == "ARABIC" and re.search("[یکپچژگٹڈڑےںہھ]", text):
        scores["ar"] = 0.0  # Arabic is not written with these letters, Persian and Urdu are
    vector = np.array(list(scores.values())) ** _SHARPEN
    return (vector / max(vector.sum(), 1e-30)).astype(np.float16)


def _weigh(rows: list[np.ndarray], certain: Counter[str]) -> list[str]:
    """One code for each text, its probabilities weighted with the shares in the file."""
    if not rows:
        return []
    matrix = np.stack(rows)
    codes = np.array(_codes())
    base = np.array([certain[str(code)] for code in codes]) + _SMOOTHING
    shares = base / base.sum()
    best = np.zeros(len(rows), dtype=np.int64)
    for _ in range(10):
        counts = base.copy()
        for start in range(0, len(rows), 50_000):  # bounds the memory of the float64 copies
            part = matrix[start : start + 50_000] * shares
            best[start : start + 50_000] = part.argmax(axis=1)
            counts += (part / np.maximum(part.sum(axis=1, keepdims=True), 1e-30)).sum(axis=0)
        shares = counts / counts.sum()
    return [str(code) for code in codes[best]]
