"""What a spreadsheet opens carries no formula."""

import csv
import io
import unicodedata

import pytest
import regex

from pipeline.common.csv_writer import escape_formula, to_csv


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "- dash"]
)
def test_formulas_are_defused(cell):
    assert escape_formula(cell) == f"'{cell}"


def test_formulas_are_found_behind_what_is_not_seen():
    unseen = " \u00a0\u3000\u200b\u2060\ufeff\0\t\r\n\x1f\u00ad\u202e\ufe0f\u3164\u2800\U000e0001"
    for before in ("", *unseen, " \ufeff\n\u200b"):
        for sign in "=+-@＝＋－＠﹦﹢﹣﹫":
            cell = f"{before}{sign}cmd|' /C calc'!A0"
            assert escape_formula(cell) == f"'{cell}", ascii(cell)


def test_every_form_of_a_sign_and_every_unseen_character_counts():
    unseen = regex.compile(r"[\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]")
    wrong = []
    for code in (*range(0xD800), *range(0xE000, 0x1E000), *range(0xE0000, 0xE1000)):
        char = chr(code)
        is_sign = unicodedata.normalize("NFKC", char)[0] in "=+-@"
        cell = f"{char}A1" if is_sign else f"{char}=A1"
        is_escaped = escape_formula(cell) != cell
        if is_escaped != (is_sign or unseen.match(char) is not None):
            wrong.append(f"{code:x}")
    assert wrong == []


@pytest.mark.parametrize("cell", ["-3", "+4.5", "-1,5", "12 %", "a=b", "", "日本語", "0", "-0.2%"])
def test_plain_cells_stay(cell):
    assert escape_formula(cell) == cell


def test_harmless_cells_keep_their_bytes():
    numbers = [" -3", "\u00a0+4.5", "－３", "＋5", "−5", "\u200b-0.2%"]
    texts = [" leading space", "\ufeffHotel", "\u200bgut", "•- list", "¡=!", "’=1", "très bien"]
    texts += ["🙂 = fine", "(+) pool", "\u200b", " ", "\u3164", "①=1", "よい=", "\0"]
    assert list(map(escape_formula, numbers + texts)) == numbers + texts


def test_header_and_quotes():
    text = to_csv(["=evil", "b"], [['say "hi", ok', "two\nlines"], [None, 3]])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["'=evil", "b"], ['say "hi", ok', "two\nlines"], ["", "3"]]
