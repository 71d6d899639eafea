"""Which old encoding bytes are in, by how likely the text is that each one makes of them."""

import math
import re
from collections import Counter

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
