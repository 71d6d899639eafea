"""One review's text as its guest wrote it: markup, damage and other people's words taken out."""

import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"<\s*/?\s*(?:p|div|li|ul|ol|b|i|u|em|strong|span|font|a)(?:\s[^<>]*)?/?>", re.I)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8}\d?);", re.IGNORECASE)
# Marks that show nothing. The joiners U+200C and U+200D stay: Persian and emoji need them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u200e\u200f]")

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"[^\S\n]*\n[^\S\n]*")
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile("[ \u2000-\u200a]{2,}")
# Text without these can't be UTF-8 that was read as something else: a quick look before ftfy's,
# for a character's first byte and one that may follow, read as Latin, Cyrillic or Mac Roman.
_MAYBE_GARBLED = re.compile(
    "[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Ã "
    "|[РС][^а-яА-ЯёЁ\\s\x00-\x7f]|√[^\\s\x00-\x7f]"
)

# What platforms put around a translated review: "(Translated by Google) ... (Original) ...".
_TRANSLATED = re.compile(
    r"[(（\[]\s*(?:translated by|übersetzt (?:von|durch)|traduit par|traducido por|tradotto da|"
    r"traduzido (?:por|pel[oa])|vertaald door|przetłumaczone przez|переведено|översatt av|"
    r"oversat af|oversatt av|çeviren:?|diterjemahkan oleh|ترجمة|แปลโดย|由|översättning av)\s*"
    r"(?:google|deepl|microsoft|bing|tripadvisor)[^)）\]]{0,20}[)）\]]"
    r"|[(（\[]\s*google\s*(?:翻訳|による翻訳|번역|번역 제공|提供的翻译|翻譯|翻译|переводчик)"
    r"[^)）\]]{0,12}[)）\]]|^\s*translated from \w+:?\s",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[(（\[]\s*(?:original(?:e|text|ny)?|origineel|oryginał|оригинал|原文|原始評論|原始评论|"
    r"オリジナル|元の言語|원문|النص الأصلي|ต้นฉบับ|orijinal)\s*[)）\]]",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s*[….]{0,3}\s*(?:read more|show less|see more|see translation|mehr lesen|mehr anzeigen|"
    r"weniger anzeigen|lire la suite|voir plus|leer más|mostrar más|leggi tutto|mostra altro|"
    r"ler mais|lees meer|читать далее|もっと見る|続きを読む|查看更多|"
    r"展开全文|더보기)\s*[….]{0,3}\s*$",
    re.IGNORECASE,
)
_PLATFORM = re.compile(
    r"this review is the subjective opinion of (?:a|an individual) tripadvisor (?:member|traveler)"
    r"[^\n]*|review collected in partnership with[^\n.]*\.?",
    re.IGNORECASE,
)
_LONGEST_MORE = 40  # characters at the end of a text, where "Read more" stands
# What a guest, or the form, writes where nothing was to like or to dislike.
_NOTHING = set(
    "no positive|no negative|nothing|none|n/a|na|nil|-|--|.|nichts|keine|kein|rien|aucun|nada|"
    "ninguno|ninguna|niente|nessuno|niets|geen|нет|ничего|なし|無し|特になし|特にありません|无|無|没有|沒有|"
    "없음|없습니다|없어요|لا شيء|ไม่มี|yok|brak|nic|inget|ingen|ei mitään".split("|")
)


@dataclass(frozen=True)
class Rules:
    """What is done to reviews beyond reading them; each rule can be switched off.

    drop_duplicates: a row that repeats another in every column is rejected; where no column holds
        an id, only when its text has 40 characters or more (guests do write alike).
    drop_one_word: reviews of a single word are rejected. Off: they are only counted.
    strip_boilerplate: "(Translated by Google)" goes, with the translation where the original
        stands beside it; "Read more" and the like go too.
    repair_mojibake: "FrÃ¼hstÃ¼ck" becomes "Frühstück" (ftfy).
    join_title: the title goes above the text of each review.
    """

    drop_duplicates: bool = True
    drop_one_word: bool = False
    strip_boilerplate: bool = True
    repair_mojibake: bool = True
    join_title: bool = False


class Cleaner:
    """Cleans texts by the rules and counts what was found, by kind, in `found`.

    Kinds: "html", "mojibake", "boilerplate".
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.found: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        """The text cleaned; "" for a blank one."""
        if ("&" in text and _ENTITY.search(text)) or (
            "<" in text and (_BREAK.search(text) or _TAG.search(text))
        ):
            self.found["html"] += 1
        # Before cleaning, which takes out control characters that garbled text is made of.
        if not text.isascii() and _MAYBE_GARBLED.search(text):
            repaired = _repaired(text)
            if repaired != text:
                self.found["mojibake"] += 1
                text = repaired if self.rules.repair_mojibake else text
        text = clean_text(text)
        if len(text) > 8:
            stripped = strip_boilerplate(text)
            if stripped != text:
                self.found["boilerplate"] += 1
                text = stripped if self.rules.strip_boilerplate else text
        return text


def clean_text(text: str) -> str:
    """A review as a person reads it.

    HTML entities and line break tags are decoded, simple formatting tags, control and invisible
    characters taken out, white space trimmed, and the rest brought to Unicode's NFC.
    """
    # Twice: some exports escape what was escaped before ("&amp;#39;").
    text = html.unescape(html.unescape(text)) if "&" in text else text
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if not text.isascii():
        text = _INVISIBLE.sub("", text.replace("\xa0", " "))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
        text = _LINE_END.sub("\n", text)
        text = _BLANK_LINES.sub("\n\n", text)
    if "  " in text or not text.isascii():
        text = _SPACES.sub(" ", text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def strip_boilerplate(text: str) -> str:
    """A review without what platforms add; the guest's own words where a translation is beside."""
    marked = any(sign in text for sign in "(（[") or text[:15].lower() == "translated from"
    if marked and _TRANSLATED.search(text):
        text = _own_words(text)
    if "his review is the subj" in text or "ollected in partnership" in text:
        text = _PLATFORM.sub("", text)
    end = text[-_LONGEST_MORE:]
    return (text[: len(text) - len(end)] + _MORE.sub("", end)).strip()


def _own_words(text: str) -> str:
    """The part under "(Original)", else the one above the translation, else the translation."""
    marks = [(found, False) for found in _TRANSLATED.finditer(text)]
    marks += [(found, True) for found in _ORIGINAL.finditer(text)]
    marks.sort(key=lambda mark: mark[0].start())
    before = text[: marks[0][0].start()].strip()
    ends = [mark[0].start() for mark in marks[1:]] + [len(text)]
    parts = [
        (text[mark.end() : end].strip(), original)
        for (mark, original), end in zip(marks, ends, strict=True)
    ]
    own = [part for part, original in parts if original and part]
    rest = [part for part, original in parts if not original and part]
    return own[0] if own else before or " ".join(rest)


def join_parts(parts: list[str]) -> str:
    """Several cells of one review as one text, blanks, repetitions and "nothing" left out."""
    said = [part for part in dict.fromkeys(parts) if part.strip(" .!").casefold() not in _NOTHING]
    return "\n".join(part for part in said if part)


def is_one_word(text: str) -> bool:
    """Whether a text is a single word; scripts that don't space their words count by length."""
    words = text.split()
    if len(words) != 1:
        return False
    east = sum(char > "\u0e00" for char in text)
    return east <= 3 if east * 2 > len(text) else True


def _repaired(text: str) -> str:
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    return fix_encoding(text) if is_bad(text) else text
