"""The encoding of a file, judged on all of it: a 4 KB sample takes Shift-JIS for something else."""

import codecs
import math
import re
from collections import Counter
from dataclasses import dataclass

from pipeline.common.errors import InputError
from pipeline.tables.source import Source

_SAMPLE = 1 << 16  # bytes of non-ASCII lines that an old encoding is judged on
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x01\x1e\x1f"))
# Codecs of Python's that are no character sets, or that only one system has.
_NO_CHARSET = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs"}


@dataclass(frozen=True)
class Encoding:
    """A codec's name and, for lines that are not valid in it, that of a second codec or ""."""

    name: str
    second: str = ""


def wanted_encoding(wanted: str) -> Encoding:
    """The encoding a user asks for; InputError when Python knows no such character set."""
    try:
        name = codecs.lookup(wanted).name
        b"".decode(name)  # refuses codecs that are no text encodings
        if name.replace("-", "_") in _NO_CHARSET:
            raise LookupError
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise InputError(f"Unknown encoding {wanted!r}. Try utf-8, cp1252 or cp932.") from error
    return Encoding(name)


def guess_encoding(source: Source) -> Encoding:
    """The encoding of a text file. Raises InputError when the bytes are no text at all."""
    head = source.head(1 << 16)
    for bom, encoding in _BOMS:
        # FF FE 00 00 is also UTF-16 with a NUL first; text in UTF-32 has a size of fours.
        if head.startswith(bom) and not (encoding == "utf-32" and source.size % 4):
            second = _second(source) if encoding == "utf-8-sig" else ""
            return Encoding(encoding, second)
    wide = _guess_utf16(head, source.size)
    if wide:
        return Encoding(wide)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = controls = nul = 0
    escapes = False
    for block in source.blocks():
        controls += len(block) - len(block.translate(None, _CONTROLS))
        nul += block.count(0)
        escapes |= b"\x1b$" in block
        if not block.isascii() or decoder.getstate()[0]:
            text = decoder.decode(block)
            damaged = text.count("\ufffd") - block.count(b"\xef\xbf\xbd")
            bad += max(0, damaged)
            good += len(text) - len(text.encode("ascii", "ignore")) - damaged
    bad += len(decoder.decode(b"", True))
    plain = source.size - nul
    if controls - nul > 0.01 * plain + 2 and not escapes or plain < 0.7 * source.size:
        raise InputError(
            f"{source.name} is not a text file. Export the reviews as CSV and try again."
        )
    if escapes and not good and not bad and _is_iso2022(source):
        return Encoding("iso2022_jp")
    if not bad:
        return Encoding("utf-8")
    # Text in an old encoding is hardly ever valid UTF-8: this is UTF-8 with damage, or with rows
    # from another program.
    return Encoding("utf-8", _second(source)) if good > bad else Encoding(_guess_old(source))


def _guess_utf16(head: bytes, size: int) -> str | None:
    """UTF-16 without a byte order mark: ASCII's zero bytes stand at one parity only."""
    head = head[: len(head) // 2 * 2]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # One ideograph in some hundred has a zero for its lower byte.
    if size % 2 or even + odd < 2 or min(even, odd) > 0.1 * max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(encoding, "replace")[:5000]
    strange = sum(not (char.isprintable() or char.isspace()) or char == "\ufffd" for char in text)
    return encoding if strange <= 0.02 * len(text) else None


def _is_iso2022(source: Source) -> bool:
    try:
        decoder = codecs.getincrementaldecoder("iso2022_jp")()
        for block in source.blocks():
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _guess_old(source: Source) -> str:
    return likeliest(_sample(source, only_bad=False)) if source.size else "cp1252"


def _second(source: Source) -> str:
    """The encoding of the lines that are no UTF-8; "" where there is none."""
    sample = _sample(source, only_bad=True)
    return likeliest(sample) if sample else ""


def _sample(source: Source, *, only_bad: bool) -> bytes:
    """Non-ASCII lines from all over a file, about `_SAMPLE` bytes; NUL bytes removed."""
    kept: list[bytes] = []
    size, step, seen = 0, 1, 0
    for block in source.blocks():
        if block.isascii():
            continue
        for line in re.split(rb"[\r\n]+", block.translate(None, b"\0"))[: 1 << 18]:
            if line.isascii() or (only_bad and _is_utf8(line)):
                continue
            seen += 1
            if seen % step == 0:
                kept.append(line[:_SAMPLE])
                size += len(kept[-1])
            if size > 2 * _SAMPLE and len(kept) > 1:
                kept, step = kept[::2], step * 2
                size = sum(map(len, kept))
    return b"\n".join(kept)[: 2 * _SAMPLE]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# A language's telling characters beyond ASCII, the share of its non-ASCII text they make up, how
# many other characters it has, and the encodings it came in before UTF-8. Enough to tell
# encodings apart: the wrong one gives rare characters. (After Mozilla's universal charset
# detector, Li and Momoi 2001: frequency of characters, not validity alone.)
_WEST = "cp1252 iso8859_15 mac_roman"
PROFILES: tuple[tuple[str, float, int, str], ...] = (
    ("のいしてはたになとでがりまっをれかるもすこらくさんだきあー、。", 0.7, 3000, "cp932 euc_jp"),
    ("的了是不我有很在店一人房早餐服务間间好也住酒没就都非常前台，。！", 0.4, 5000, "gb18030"),
    ("的了是不我有很在店一人房早餐服務間好也住飯沒就都非常櫃檯，。！", 0.4, 5000, "big5"),
    ("이다는에고가을하지은리니도어서로한의기아요있좋습수", 0.45, 2300, "cp949"),
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґў", 0.98, 40, "cp1251 koi8_u iso8859_5 cp866"),
    ("αοιετσνηυρπκμλςωγδχθφβξζψάέήίόύώϊ", 0.98, 20, "cp1253 iso8859_7"),
    ("אבגדהוזחטיכלמנסעפצקרשתםןךףץ", 0.98, 20, "cp1255 iso8859_8"),
    ("المنيوترةبعدفهكسقحجشطصخضزثذغءأإآىئؤظ", 0.98, 20, "cp1256 iso8859_6"),
    ("านรอกเงมยลวดทสตะปบคหแจพชขใไโผถศซธฟณฐิีึืุูั่้๊๋์็ำ", 0.98, 30, "cp874"),
    ("áéíóúñü¿¡", 0.97, 80, _WEST), ("éèàùçâêîôûëïœ", 0.97, 80, _WEST),
    ("äöüß", 0.97, 80, _WEST), ("ãõçáéíóúâêôà", 0.97, 80, _WEST), ("àèéìòù", 0.97, 80, _WEST),
    ("åäöé", 0.97, 80, _WEST), ("æøåé", 0.97, 80, _WEST), ("ëéèïöü", 0.97, 80, _WEST),
    ("ąćęłńóśźż", 0.97, 80, "cp1250 iso8859_2"), ("áčďéěíňóřšťúůýž", 0.97, 80, "cp1250 iso8859_2"),
    ("áäčďéíĺľňóôŕšťúýž", 0.97, 80, "cp1250 iso8859_2"), ("čćđšž", 0.97, 80, "cp1250 iso8859_2"),
    ("áéíóöőúüű", 0.97, 80, "cp1250 iso8859_2"), ("ăâîșțşţ", 0.97, 80, "cp1250 iso8859_2"),
    ("çğıöşü", 0.97, 80, "cp1254 iso8859_9"), ("ąčęėįšųūž", 0.97, 80, "cp1257 iso8859_13"),
    ("āčēģīķļņšūž", 0.97, 80, "cp1257 iso8859_13"), ("äöõüšž", 0.97, 80, "cp1257 iso8859_13"),
)  # fmt: skip
_BETWEEN = re.compile(r"[a-z][^\W\x00-\x7f][a-z]")
_BESIDE = re.compile(r"[a-z][^\W\x00-\x7f]|[^\W\x00-\x7f][a-z]")
_MARKS = set("’‘“”„–—…€£°«»·•½´™®©№\xa0、。，！？「」（）：；～\u3000")
_LETTERS = set().union(*(telling + telling.upper() for telling, *_ in PROFILES))


def likeliest(sample: bytes) -> str:
    """The encoding whose reading of the sample is the likeliest text; the sample has no ASCII-only
    lines, which tell nothing.
    """
    best, best_score = "cp1252", -math.inf
    for telling, share, others, encodings in PROFILES:
        common = math.log(share / len(telling))
        rare = math.log((1 - share) / others)
        letters = set(telling)
        for encoding in encodings.split():
            text = sample.decode(encoding, "replace")
            # Alphabets don't mix inside a word, and Latin words hold no ideograph.
            mixed = _BETWEEN if others > 1000 else _BESIDE
            score = -4.0 * (0 if others == 80 else len(mixed.findall(text)))
            for char, count in Counter(text).items():
                score += count * _log_share(char, letters, common, rare, others)
            if score > best_score + 1e-9:
                best, best_score = encoding, score
    return best


def plausible(text: str) -> bool:
    """Whether every character beyond ASCII is one that some language writes often."""
    return all(char.isascii() or char in _LETTERS or char in _MARKS for char in text)


def _log_share(char: str, letters: set[str], common: float, rare: float, others: int) -> float:
    if char.isascii():
        return -3.4
    if char in letters:
        return common
    if char in _MARKS:
        return -6.0
    if char.lower() in letters:
        return common - 2.5  # capitals beyond ASCII are one in ten; a wrong encoding swaps cases
    if others > 1000:  # Chinese, Japanese, Korean
        return rare if "\u3041" <= char <= "\u30ff" or "\u4e00" <= char <= "\ud7a3" else -16.0
    return rare if char.isalpha() and char < "\u2100" else -12.0
