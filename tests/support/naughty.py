"""512 strings that programs stumble over, made by rule; in the spirit of the list of that name."""

from __future__ import annotations

_WRITTEN = """
undefined|null|NULL|None|nil|true|false|NaN|-NaN|Infinity|-Infinity|0|1|-1|1.00|1e100|-0|0x0|1/0|
1E+02|08|0b11|999999999999999999999|1,000.00|1.000,00|１２３|٠١٢|²³|⅐|-9223372036854775808|
' OR 1=1 --|" OR ""="|'; DROP TABLE reviews; --|"); DROP TABLE vectors; --|1; SELECT * FROM meta|
' UNION SELECT sql FROM sqlite_master --|x' AND 1=(SELECT COUNT(*) FROM reviews); --|admin'--|
') OR ('a'='a|\\'; --|` OR 1=1|[reviews]|reviews"; --|/* */|--|;|; ATTACH DATABASE 'x' AS y|
select|from|where|table|group|order|and|or|not|in|is|missing|AND|Or|NOT NULL|rowid|ROWID|_rowid_|
oid|row|id|text|vector|c0|c1|meta|reviews|sqlite_master|language|rating|date|value|index|primary|
<script>alert(1)</script>|<img src=x onerror=alert(1)>|"><svg onload=alert(1)>|javascript:alert(1)|
**bold**|[a](javascript:alert(1))|![x](http://x.example/x.png)|# title|$x^2$|:red[x]|`code`|~~x~~|
=1+1|+1+1|-1+1|@SUM(1)|=HYPERLINK("http://x.example")|=cmd\\|'/c calc'!A0|\t=1|%0a=1|
../../../etc/passwd|..\\..\\windows|/dev/null|C:\\CON|CON|PRN|AUX|NUL|COM1|file:///etc/passwd|~|.|..|
$(touch x)|`touch x`|; ls -la|\\| cat|&& true|%s%s%s%n|%d|{0}|{0.__class__}|${jndi:ldap://x.example}|
{{7*7}}|<%= 7 %>|__import__('os')|__proto__|constructor|eval(1)|lambda: 0|\\x00|\\u0000|\\n|\\|\\\\|
田中さん|社會科學院語學研究所|울란바토르|ﾊﾝｶｸ|ｆｕｌｌ　ｗｉｄｔｈ|表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀|
Ω≈ç√∫|åß∂ƒ©˙∆|¡™£¢∞§¶|ЁЂЃЄЅІЇ|إختبار|בְּרֵאשִׁית|ภาษาไทย|हिन्दी|ǆ|ß|ẞ|İ|ı|ﬁ|ſ|Å|Å|Å|
¯\\_(ツ)_/¯|(｡◕ ∀ ◕｡)|😍|👩🏽|👨‍👩‍👧‍👦|🇯🇵|🏴󠁧󠁢󠁥󠁮󠁧󠁿|❤️|1️⃣|
'|"|''|""|'"|"'|'''|"'"|(|)|((|,|,,|=|==|<|>|<=|!=|!|≤|
a = b|a in (b, c)|not not|is missing|"a" = 'b'|a,b|a;b|a b|room 306号室|Wi-Fi|O'Brien|l'hôtel|
"""

_MARKS = "\x00 \x01 \x07 \x08 \x1b \x7f \x85 \xa0 \xad \u061c \u180e \u200b \u200c \u200d \u200e"
_MARKS += " \u200f \u2028 \u2029 \u202a \u202e \u2060 \u2066 \u2069 \ufeff \ufffd \ufffe \uffff"
_MARKS += " \ufff9 \U000e0001 \U0010ffff \u0300\u0301\u0302 \u3000 \u115f \ue000"
_SURROGATES = ["\ud800", "\udfff", "\udc80", "a\ud83d", "\ude00\ud83d"]


def _made() -> list[str]:
    parts = [part for line in _WRITTEN.strip().splitlines() for part in _split(line)]
    texts = ["", " ", "\n", "\r\n", "\t", "  a  ", *parts, *_SURROGATES]
    for mark in _MARKS.split(" "):
        texts += [mark, f"a{mark}b", f"{mark}' or 1=1"]
    texts += ["a" * length for length in (255, 256, 1000, 65_536)]
    texts += ["\u0301" * 500, "z\u0489\u0488" * 50, "é" * 10_000, "😀" * 2_000, "'" * 1001]
    for text in ("DROP TABLE reviews", "日本", "x", "1", "\\"):
        for before, after in zip("'\"`[(;{<%$", "'\"`]);}>%$", strict=True):
            texts.append(before + text + after)
            texts.append(before + text)
    return list(dict.fromkeys(texts))


def _split(line: str) -> list[str]:
    cells = line.replace("\\|", "\x00").split("|")
    return [cell.replace("\x00", "|") for cell in cells if cell]


_ALL = _made()
_MORE = (f"naughty' {number}\x00\"\n--" for number in range(512))
NAUGHTY: list[str] = [*_ALL, *_MORE][:512]
