"""Encoding detection on the whole file: from 4 KB alone, Shift-JIS is taken for something else."""

import codecs
import math
import re
from collections import Counter
from dataclasses import dataclass

from pipeline.common.errors import InputError
from pipeline.tables.input_file import InputFile

_SAMPLE_SIZE = 1 << 16  # bytes of non-ASCII lines by which legacy encodings are told apart
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x01\x1e\x1f"))
# Python's codecs that are not character sets, or that exist on one system only.
_NOT_A_CHARSET = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs"}

# For each language: its frequent non-ASCII characters, their share of all its non-ASCII text, the
# number of its other characters, and the legacy encodings it was written in. Enough to tell the
# encodings apart: a wrong one yields rare characters. (After Mozilla's universal charset detector,
# Li and Momoi 2001: character frequencies, not validity alone.)
_WESTERN = "cp1252 iso8859_15 mac_roman"
_PROFILES: tuple[tuple[str, float, int, str], ...] = (
    ("のいしてはたになとでがりまっをれかるもすこらくさんだきあー、。", 0.7, 3000, "cp932 euc_jp"),
    ("的了是不我有很在店一人房早餐服务間间好也住酒没就都非常前台，。！", 0.4, 5000, "gb18030"),
    ("的了是不我有很在店一人房早餐服務間好也住飯沒就都非常櫃檯，。！", 0.4, 5000, "big5"),
    ("이다는에고가을하지은리니도어서로한의기아요있좋습수", 0.45, 2300, "cp949"),
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґў", 0.98, 40, "cp1251 koi8_u iso8859_5 cp866"),
    ("αοιετσνηυρπκμλςωγδχθφβξζψάέήίόύώϊ", 0.98, 20, "cp1253 iso8859_7"),
    ("אבגדהוזחטיכלמנסעפצקרשתםןךףץ", 0.98, 20, "cp1255 iso8859_8"),
    ("المنيوترةبعدفهكسقحجشطصخضزثذغءأإآىئؤظ", 0.98, 20, "cp1256 iso8859_6"),
    ("านรอกเงมยลวดทสตะปบคหแจพชขใไโผถศซธฟณฐิีึืุูั่้๊๋์็ำ", 0.98, 30, "cp874"),
    ("áéíóúñü¿¡", 0.97, 80, _WESTERN), ("éèàùçâêîôûëïœ", 0.97, 80, _WESTERN),
    ("äöüß", 0.97, 80, _WESTERN), ("ãõçáéíóúâêôà", 0.97, 80, _WESTERN),
    ("àèéìòù", 0.97, 80, _WESTERN), ("åäöé", 0.97, 80, _WESTERN), ("æøåé", 0.97, 80, _WESTERN),
    ("ëéèïöü", 0.97, 80, _WESTERN),
    ("ąćęłńóśźż", 0.97, 80, "cp1250 iso8859_2"), ("áčďéěíňóřšťúůýž", 0.97, 80, "cp1250 iso8859_2"),
    ("áäčďéíĺľňóôŕšťúýž", 0.97, 80, "cp1250 iso8859_2"), ("čćđšž", 0.97, 80, "cp1250 iso8859_2"),
    ("áéíóöőúüű", 0.97, 80, "cp1250 iso8859_2"), ("ăâîșțşţ", 0.97, 80, "cp1250 iso8859_2"),
    ("çğıöşü", 0.97, 80, "cp1254 iso8859_9"), ("ąčęėįšųūž", 0.97, 80, "cp1257 iso8859_13"),
    ("āčēģīķļņšūž", 0.97, 80, "cp1257 iso8859_13"), ("äöõüšž", 0.97, 80, "cp1257 iso8859_13"),
)  # fmt: skip
_INSIDE_WORD = re.compile(r"[a-z][^\W\x00-\x7f][a-z]")
_NEXT_TO_LETTER = re.compile(r"[a-z][^\W\x00-\x7f]|[^\W\x00-\x7f][a-z]")
_PUNCTUATION = set("’‘“”„–—…€£°«»·•½´™®©№\xa0、。，！？「」（）：；～\u3000")
_FREQUENT_LETTERS = set().union(*(frequent + frequent.upper() for frequent, *_ in _PROFILES))


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file.

    Attributes:
        name: Python's name of the codec.
        fallback: the codec of lines that are not valid in the first; "" for none.
    """

    name: str
    fallback: str = ""


def find_encoding(name: str) -> Encoding:
    """Look up the encoding that a user asks for.

    Raises:
        InputError: Python knows no such character set.
    """
    try:
        codec = codecs.lookup(name).name
        b"".decode(codec)  # raises for codecs that are not text encodings
        if codec.replace("-", "_") in _NOT_A_CHARSET:
            raise LookupError
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            "Unknown encoding {name}. Try utf-8, cp1252 or cp932.",
            name=repr(name),
        ) from error
    return Encoding(codec)


def detect_encoding(file: InputFile) -> Encoding:
    """Detect the encoding of a text file.

    Raises:
        InputError: the bytes are not text.
    """
    head = file.head(1 << 16)
    for bom, encoding in _BOMS:
        # FF FE 00 00 may also be UTF-16 that starts with NUL; UTF-32 has a multiple of four bytes.
        if head.startswith(bom) and not (encoding == "utf-32" and file.size % 4):
            fallback = _fallback_encoding(file) if encoding == "utf-8-sig" else ""
            return Encoding(encoding, fallback)
    utf16 = _detect_utf16(head, file.size)
    if utf16:
        return Encoding(utf16)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    valid = invalid = controls = nulls = 0
    escapes = False
    for block in file.blocks():
        controls += len(block) - len(block.translate(None, _CONTROL_BYTES))
        nulls += block.count(0)
        escapes |= b"\x1b$" in block
        if not block.isascii() or decoder.getstate()[0]:
            text = decoder.decode(block)
            replaced = text.count("\ufffd") - block.count(b"\xef\xbf\xbd")
            invalid += max(0, replaced)
            valid += len(text) - len(text.encode("ascii", "ignore")) - replaced
    invalid += len(decoder.decode(b"", True))
    plain = file.size - nulls
    if controls - nulls > 0.01 * plain + 2 and not escapes or plain < 0.7 * file.size:
        raise InputError(
            "{file} is not a text file. Export the reviews as CSV and try again.",
            file=file.name,
        )
    if escapes and not valid and not invalid and _is_iso2022_jp(file):
        return Encoding("iso2022_jp")
    if not invalid:
        return Encoding("utf-8")
    # Text in a legacy encoding is hardly ever valid UTF-8: mostly valid means UTF-8 that is damaged
    # or that holds rows from another program.
    if valid > invalid:
        return Encoding("utf-8", _fallback_encoding(file))
    return Encoding(_legacy_encoding(file))


def is_plausible(text: str) -> bool:
    """Whether every non-ASCII character of a text is frequent in some language."""
    return all(char.isascii() or char in _FREQUENT_LETTERS or char in _PUNCTUATION for char in text)


def _detect_utf16(head: bytes, size: int) -> str | None:
    """Detect UTF-16 without a byte order mark: the zero bytes of ASCII are all odd or all even."""
    head = head[: len(head) // 2 * 2]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # One in a few hundred ideographs has zero as its lower byte.
    if size % 2 or even + odd < 2 or min(even, odd) > 0.1 * max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(encoding, "replace")[:5000]
    unprintable = sum(
        not (char.isprintable() or char.isspace()) or char == "\ufffd" for char in text
    )
    return encoding if unprintable <= 0.02 * len(text) else None


def _is_iso2022_jp(file: InputFile) -> bool:
    try:
        decoder = codecs.getincrementaldecoder("iso2022_jp")()
        for block in file.blocks():
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _legacy_encoding(file: InputFile) -> str:
    return _most_likely_encoding(_sample(file, invalid_only=False)) if file.size else "cp1252"


def _fallback_encoding(file: InputFile) -> str:
    """The encoding of the lines that are not valid UTF-8; "" if there are none."""
    sample = _sample(file, invalid_only=True)
    return _most_likely_encoding(sample) if sample else ""


def _sample(file: InputFile, *, invalid_only: bool) -> bytes:
    """Sample non-ASCII lines from all over a file, about `_SAMPLE_SIZE` bytes without NUL."""
    kept: list[bytes] = []
    size, step, seen = 0, 1, 0
    for block in file.blocks():
        if block.isascii():
            continue
        for line in re.split(rb"[\r\n]+", block.translate(None, b"\0"))[: 1 << 18]:
            if line.isascii() or (invalid_only and _is_utf8(line)):
                continue
            seen += 1
            if seen % step == 0:
                kept.append(line[:_SAMPLE_SIZE])
                size += len(kept[-1])
            if size > 2 * _SAMPLE_SIZE and len(kept) > 1:
                kept, step = kept[::2], step * 2
                size = sum(map(len, kept))
    return b"\n".join(kept)[: 2 * _SAMPLE_SIZE]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _most_likely_encoding(sample: bytes) -> str:
    """The encoding that turns a sample of non-ASCII lines into the most likely text."""
    best, best_score = "cp1252", -math.inf
    for characters, share, others, encodings in _PROFILES:
        common = math.log(share / len(characters))
        rare = math.log((1 - share) / others)
        frequent = set(characters)
        for encoding in encodings.split():
            text = sample.decode(encoding, "replace")
            # Alphabets don't mix within a word, and words in Latin letters hold no ideographs.
            mixed = _INSIDE_WORD if others > 1000 else _NEXT_TO_LETTER
            score = -4.0 * (0 if others == 80 else len(mixed.findall(text)))
            for char, count in Counter(text).items():
                score += count * _log_probability(char, frequent, common, rare, others)
            if score > best_score + 1e-9:
                best, best_score = encoding, score
    return best


def _log_probability(
    char: str, frequent: set[str], common: float, rare: float, others: int
) -> float:
    if char.isascii():
        return -3.4
    if char in frequent:
        return common
    if char in _PUNCTUATION:
        return -6.0
    if char.lower() in frequent:
        return common - 2.5  # one in ten is a capital; a wrong encoding swaps cases
    if others > 1000:  # Chinese, Japanese, Korean
        return rare if "\u3041" <= char <= "\u30ff" or "\u4e00" <= char <= "\ud7a3" else -16.0
    return rare if char.isalpha() and char < "\u2100" else -12.0
