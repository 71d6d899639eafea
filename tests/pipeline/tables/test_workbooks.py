import base64
import io
import zipfile
import zlib

import pytest

from pipeline.common.errors import InputError
from pipeline.tables.read import read_table
from pipeline.tables.report import summarise

ROWS = [
    ["Alpenblick", "2024-03-05", "8.5", "Das Frühstück war kalt."],
    ["Seeperle", "2024-12-31", "10", "前台很热情。"],
    ["Seeperle", "2024-01-01", "4", "Loud music\nall night"],
]
# Written by xlwt 1.3.0: the sheets "Info" of one cell, "Reviews" and, hidden, "Hidden".
XLS = zlib.decompress(
    base64.b85decode(
        rb"""c-rk)O=uHA6n?YW{F=0BOqEtBp<vb8isHpfjg{I~G^Mr&e-PR<+1ijb37gbfFIH>7i%{^Sc(70pUh2=mA5>6OP!K"""
        rb"""A55CoysqX-Hr9@54)Z+Bx_qcozGmi@xKnR)Z(o3}G>W;XkLqHJ>XTICeX!B#NAOx6yTJRQSi*DG$o_H33H_1uOjY"""
        rb"""hY2qZo`GNnBk7=nU$|0U+*ap;HvllCBR!u2O$A%@tEXWKx`);f{gpnz$_Sh0!HKolqFC>o_R=yNG>ONg{<$A+(w!"""
        rb"""+Bpc9nk{y5ve_QPqEt2;M)znsklEF>t^O`i9pd6m?NIpKoR9iDNDv_YP$Qr6dCyW6uYKs(;6kacdOW*+5kEjm>>Y"""
        rb"""JJ-!HWw%24Av1fY18QzV9>i3#(^<`fs!K)?estxQKK0X9W>p2(sOb2Xh*na8cwfBJ7Oy#?w#=U(LL3g%0URL>fq@"""
        rb"""G45M!JXkEy8VQG`SO!MGg(gl+XxrEm?@wXg8c#_way1205>`7yaYe!-LZ!i2YLpXFtVfQ7qAR&k($}nH`jV+kDC!"""
        rb"""#sD!yn?PHn((IwdI~DKd6tfsT)zr@KBR9(M~Hy#Tx8{bAqX{$wQN2+FcA7CF?H!Z<#PY0$y%8#<rdv(6_M?O7+vF"""
        rb"""g_YDm(k93<K$#6e|iz<Y4>-LW{B=2_2yd5Cke7}g7?7ACAk(=)>4o4Bu^6SDk@i!^x~{wUejK#6`F_1<`lKo;5eH"""
        rb"""JFa2xs%4@Nle!u5dRr;NO9hS#irjB{XU-?I&8gJ4t_UFH0sAF~P{5g)>em!T}3HOF%#ZRZ5O>k?zXSM6O6sGz9Mw"""
        rb"""F>{xZr^s+!Rm4A6ST46?1a2&Z<~&R{0aFHGOu}nt(M^u4clTsBy6ZT#UH*j=YE7a9=%e{SoKb<>Fkb4QH`vEJ6Vm"""
        rb"""fmo~>i$E;BPdQ61=qv)U*fbVX0T$CN7L)4BL(byKv6zU(u16I7kBAbM=stDi#R)4IC(C|2?*<GQFkryIpMYt1t4V"""
        rb"""ubGi!IZRr{_pjcLaCOtNIr0df4L@DJq<h+(e4U{Ue20?bV3V)N{ye=p?Ni=!(Lg&y)FT6Fy4yBEuUo_Tk4|Gh0#?"""
        rb"""D#Xq`1y~={|?+SVhI"""
    )
)
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Info"><table:table-row><table:table-cell office:value-type="string">
<text:p>About</text:p></table:table-cell></table:table-row></table:table>
<table:table table:name="Reviews">%s
<table:table-row table:number-rows-repeated="1048570"><table:table-cell
 table:number-columns-repeated="16384"/></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"""


def cell(value, **attributes):
    named = {key.replace("_", ":", 1).replace("_", "-"): v for key, v in attributes.items()}
    written = " ".join(f'{key}="{value}"' for key, value in named.items())
    return f"<table:table-cell {written}><text:p>{value}</text:p></table:table-cell>"


def ods(rows):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS % rows)
    return out.getvalue()


def ods_row(*cells):
    return "<table:table-row>" + "".join(cells) + "</table:table-row>"


OWN_ROWS = "".join(
    [
        ods_row(
            *(
                cell(name, office_value_type="string")
                for name in ("Hotel", "Date", "Score", "Review")
            )
        ),
        ods_row(
            cell("Alpenblick", office_value_type="string"),
            cell("05.03.24", office_value_type="date", office_date_value="2024-03-05T00:00:00"),
            cell("8,5", office_value_type="float", office_value="8.5"),
            cell("Das <text:span>Frühstück</text:span><text:s/>war kalt."),
        ),
        ods_row(
            cell("Seeperle"),
            cell("31.12.24", office_value_type="date", office_date_value="2024-12-31"),
            cell("10", office_value_type="float", office_value="10"),
            cell("前台很热情。"),
        ),
        ods_row(
            cell("Seeperle"),
            cell("01.01.24", office_value_type="date", office_date_value="2024-01-01"),
            cell("4", office_value_type="float", office_value="4"),
            cell("Loud music</text:p><text:p>all night"),
        ),
    ]
)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_workbook_of_an_older_kind(kind):
    table = read_table(XLS if kind == "xls" else ods(OWN_ROWS), name=f"book.{kind}")
    assert (table.kind, table.sheet, table.sheets[:2]) == (kind, "Reviews", ("Info", "Reviews"))
    assert list(table.frame.columns) == ["Hotel", "Date", "Score", "Review"]
    assert table.frame.values.tolist() == ROWS
    assert table.lines.tolist() == [2, 3, 4]
    program = "Excel" if kind == "xls" else "OpenDocument"
    assert summarise(table) == f"book.{kind}: {program} sheet “Reviews”, 3 rows read, 0 rejected"


def test_sheets_are_chosen():
    assert read_table(XLS, sheet="Hidden").sheets == ("Info", "Reviews", "Hidden")
    for data in (XLS, ods(OWN_ROWS)):
        assert read_table(data, sheet=2).sheet == "Reviews"
        with pytest.raises(InputError, match="no sheet 'Nope'.*Info, Reviews"):
            read_table(data, sheet="Nope")


def test_a_workbook_in_an_archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("book.xls", XLS)
        archive.writestr("read me.pdf", b"%PDF")
    assert read_table(out.getvalue(), sheet="Reviews").frame.values.tolist() == ROWS


def test_damaged_workbooks():
    for data in (XLS[:1500], b"\xd0\xcf\x11\xe0" + bytes(600), ods("<broken")):
        with pytest.raises(InputError, match="damaged or locked"):
            read_table(data)


def test_chains_of_sectors_that_run_in_a_circle():
    table = (int.from_bytes(XLS[76:80], "little") + 1) * 512
    for sector in range(9):
        data = bytearray(XLS)
        data[table + 4 * sector : table + 4 * sector + 4] = sector.to_bytes(4, "little")
        with pytest.raises(InputError, match="damaged or locked") as error:
            read_table(bytes(data))
        assert "circle" in str(error.value.__cause__)


def test_cells_and_rows_that_repeat_without_end():
    row = cell("Good", table_number_columns_repeated="999999999")
    bomb = ods_row(row).replace(
        "<table:table-row", '<table:table-row table:number-rows-repeated="99999999"'
    )
    table = read_table(ods(bomb), sheet="Reviews")
    assert len(table.frame.columns) <= 1000 and table.rows_read <= 1000


def test_entities_of_a_spreadsheet_are_refused():
    data = ods(OWN_ROWS)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "content.xml":
                content = content.replace(
                    b"<office:doc", b'<!DOCTYPE x [<!ENTITY a "b">]><office:doc', 1
                )
            new.writestr(entry.filename, content)
    with pytest.raises(InputError, match="XML declares entities"):
        read_table(out.getvalue())
