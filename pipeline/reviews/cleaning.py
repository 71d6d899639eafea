"""Cleaning of review texts: removes markup, damage and what platforms add."""

import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"<\s*/?\s*(?:p|div|li|ul|ol|b|i|u|em|strong|span|font|a)(?:\s[^<>]*)?/?>", re.I)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8}\d?);", re.IGNORECASE)
# Invisible characters. The joiners U+200C and U+200D stay: Persian and emoji need them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u200e\u200f]")

_CONTROL_CHARACTERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"[^\S\n]*\n[^\S\n]*")
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile("[ \u2000-\u200a]{2,}")
# A quick test before ftfy's: text without a match can't be UTF-8 that was decoded as something
# else. A lead byte and a continuation byte, decoded as Latin, Cyrillic or Mac Roman.
_MAY_BE_MOJIBAKE = re.compile(
    "[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Ã "
    "|[РС][^а-яА-ЯёЁ\\s\x00-\x7f]|√[^\\s\x00-\x7f]"
)

# Labels that platforms put on a translated review: "(Translated by Google) ... (Original) ...".
_TRANSLATION_LABEL = re.compile(
    r"[(（\[]\s*(?:translated by|übersetzt (?:von|durch)|traduit par|traducido por|tradotto da|"
    r"traduzido (?:por|pel[oa])|vertaald door|przetłumaczone przez|переведено|översatt av|"
    r"oversat af|oversatt av|çeviren:?|diterjemahkan oleh|ترجمة|แปลโดย|由|översättning av)\s*"
    r"(?:google|deepl|microsoft|bing|tripadvisor)[^)）\]]{0,20}[)）\]]"
    r"|[(（\[]\s*google\s*(?:翻訳|による翻訳|번역|번역 제공|提供的翻译|翻譯|翻译|переводчик)"
    r"[^)）\]]{0,12}[)）\]]|^\s*translated from \w+:?\s",
    re.IGNORECASE,
)
_ORIGINAL_LABEL = re.compile(
    r"[(（\[]\s*(?:original(?:e|text|ny)?|origineel|oryginał|оригинал|原文|原始評論|原始评论|"
    r"オリジナル|元の言語|원문|النص الأصلي|ต้นฉบับ|orijinal)\s*[)）\]]",
    re.IGNORECASE,
)
_READ_MORE = re.compile(
    r"\s*[….]{0,3}\s*(?:read more|show less|see more|see translation|mehr lesen|mehr anzeigen|"
    r"weniger anzeigen|lire la suite|voir plus|leer más|mostrar más|leggi tutto|mostra altro|"
    r"ler mais|lees meer|читать далее|もっと見る|続きを読む|查看更多|"
    r"展开全文|더보기)\s*[….]{0,3}\s*$",
    re.IGNORECASE,
)
_PLATFORM_NOTICE = re.compile(
    r"this review is the subjective opinion of (?:a|an individual) tripadvisor (?:member|traveler)"
    r"[^\n]*|review collected in partnership with[^\n.]*\.?",
    re.IGNORECASE,
)
_READ_MORE_LENGTH = 40  # characters at the end of a text within which "Read more" is found


@dataclass(frozen=True)
class CleaningRules:
    """Optional steps of cleaning.

    Attributes:
        drop_duplicates: reject a row that repeats another in every column; without an id column,
            only if its text has at least 40 characters, since guests may write the same few words.
        drop_one_word: reject reviews of a single word, which are otherwise only counted.
        strip_boilerplate: remove "(Translated by Google)", with the translation if the original is
            there too, and "Read more" and the like.
        repair_mojibake: turn "FrÃ¼hstÃ¼ck" into "Frühstück" (ftfy).
        join_title: put the title above the text of each review.
    """

    drop_duplicates: bool = True
    drop_one_word: bool = False
    strip_boilerplate: bool = True
    repair_mojibake: bool = True
    join_title: bool = False


class Cleaner:
    """Cleans texts and counts those with something to clean.

    Attributes:
        rules: what is done.
        counts: texts with "html", "mojibake" or "boilerplate", whether or not the rule is on.
    """

    def __init__(self, rules: CleaningRules) -> None:
        self.rules = rules
        self.counts: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        """Clean a text; "" if it is blank."""
        if ("&" in text and _ENTITY.search(text)) or (
            "<" in text and (_BREAK.search(text) or _TAG.search(text))
        ):
            self.counts["html"] += 1
        # Before cleaning, which removes control characters that garbled text consists of.
        if not text.isascii() and _MAY_BE_MOJIBAKE.search(text):
            repaired = _repair_mojibake(text)
            if repaired != text:
                self.counts["mojibake"] += 1
                text = repaired if self.rules.repair_mojibake else text
        text = clean_text(text)
        if len(text) > 8:
            stripped = strip_boilerplate(text)
            if stripped != text:
                self.counts["boilerplate"] += 1
                text = stripped if self.rules.strip_boilerplate else text
        return text


def clean_text(text: str) -> str:
    """Clean a review of markup and invisible characters.

    Decodes HTML entities and line breaks, removes simple formatting tags, control and invisible
    characters, trims white space and normalises to NFC.
    """
    # Twice, because some exports escape twice ("&amp;#39;").
    text = html.unescape(html.unescape(text)) if "&" in text else text
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if not text.isascii():
        text = _INVISIBLE.sub("", text.replace("\xa0", " "))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = _CONTROL_CHARACTERS.sub(" ", text)
        text = _LINE_END.sub("\n", text)
        text = _BLANK_LINES.sub("\n\n", text)
    if "  " in text or not text.isascii():
        text = _SPACES.sub(" ", text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def strip_boilerplate(text: str) -> str:
    """Remove what platforms add to a review; of a translated one, keep the original."""
    may_be_labelled = any(sign in text for sign in "(（[") or text[:15].lower() == "translated from"
    if may_be_labelled and _TRANSLATION_LABEL.search(text):
        text = _original_text(text)
    if "his review is the subj" in text or "ollected in partnership" in text:
        text = _PLATFORM_NOTICE.sub("", text)
    end = text[-_READ_MORE_LENGTH:]
    return (text[: len(text) - len(end)] + _READ_MORE.sub("", end)).strip()


def _original_text(text: str) -> str:
    """The part after "(Original)", else the one before the translation, else the translation."""
    labels = [(found, False) for found in _TRANSLATION_LABEL.finditer(text)]
    labels += [(found, True) for found in _ORIGINAL_LABEL.finditer(text)]
    labels.sort(key=lambda label: label[0].start())
    before = text[: labels[0][0].start()].strip()
    ends = [label[0].start() for label in labels[1:]] + [len(text)]
    parts = [
        (text[label.end() : end].strip(), original)
        for (label, original), end in zip(labels, ends, strict=True)
    ]
    own = [part for part, original in parts if original and part]
    rest = [part for part, original in parts if not original and part]
    return own[0] if own else before or " ".join(rest)


def is_one_word(text: str) -> bool:
    """Whether a text is a single word; in scripts without spaces, its length decides."""
    words = text.split()
    if len(words) != 1:
        return False
    unspaced = sum(char > "\u0e00" for char in text)
    return unspaced <= 3 if unspaced * 2 > len(text) else True


def _repair_mojibake(text: str) -> str:
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    return fix_encoding(text) if is_bad(text) else text
