"""A workbook with one sheet, in the form in which Excel itself saves it.

pandas and openpyxl write other parts: Excel keeps texts in `sharedStrings.xml`, days as numbers
with a style, and its views and properties beside them (ECMA-376, part 1, chapters 12 and 18).
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = date(1899, 12, 30)

_CONTENT_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>\
<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>\
<Override PartName="/docProps/core.xml" \
ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>\
<Override PartName="/docProps/app.xml" \
ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>"""
_PACKAGE_LINKS = f"""<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId3" Type="{_OFFICE}/relationships/extended-properties" \
Target="docProps/app.xml"/>\
<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" \
Target="docProps/core.xml"/>\
<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" \
Target="xl/workbook.xml"/></Relationships>"""
_WORKBOOK_LINKS = f"""<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId3" Type="{_OFFICE}/relationships/sharedStrings" Target="sharedStrings.xml"/>\
<Relationship Id="rId2" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/>\
<Relationship Id="rId1" Type="{_OFFICE}/relationships/worksheet" \
Target="worksheets/sheet1.xml"/></Relationships>"""
_STYLES = f"""<styleSheet xmlns="{_MAIN}">\
<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>"""
_APP = f"""<Properties xmlns="{_OFFICE}/extended-properties"><Application>Microsoft Excel\
</Application><DocSecurity>0</DocSecurity><AppVersion>16.0300</AppVersion></Properties>"""
_CORE = f"""<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Front desk</dc:creator>\
</cp:coreProperties>"""

Cell = str | int | date


def excel_workbook(rows: Sequence[Sequence[Cell]], *, sheet: str = "Sheet1") -> bytes:
    """The bytes of an .xlsx file whose only sheet holds these rows."""
    texts: list[str] = []
    width = max(map(len, rows))
    last = f"{chr(64 + width)}{len(rows)}"
    body = "".join(
        f'<row r="{number}" spans="1:{width}">'
        + "".join(_cell(f"{chr(65 + at)}{number}", cell, texts) for at, cell in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE_LINKS,
        "xl/workbook.xml": _workbook(sheet),
        "xl/_rels/workbook.xml.rels": _WORKBOOK_LINKS,
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetViews>'
            '<sheetView tabSelected="1" workbookViewId="0"><selection activeCell="B2" sqref="B2"/>'
            '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
            f"<sheetData>{body}</sheetData>"
            '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" '
            'footer="0.3"/></worksheet>'
        ),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": _shared_strings(texts),
        "docProps/core.xml": _CORE,
        "docProps/app.xml": _APP,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, _HEAD + text)
    return out.getvalue()


def _workbook(sheet: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        '<fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="27328"/>'
        '<workbookPr defaultThemeVersion="166925"/>'
        '<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" '
        'windowHeight="12225"/></bookViews>'
        f'<sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets>'
        '<calcPr calcId="191029"/></workbook>'
    )


def _cell(place: str, cell: Cell, texts: list[str]) -> str:
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - _EPOCH).days}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{place}"><v>{cell}</v></c>'
    if cell not in texts:
        texts.append(cell)
    return f'<c r="{place}" t="s"><v>{texts.index(cell)}</v></c>'


def _shared_strings(texts: list[str]) -> str:
    """Each text once; the first word of a long one bold, as where somebody has formatted it."""
    items = []
    for text in texts:
        first, space, rest = text.partition(" ")
        if len(text) > 30:
            items.append(
                f'<si><r><rPr><b/><sz val="11"/></rPr><t>{escape(first)}</t></r>'
                f'<r><t xml:space="preserve">{escape(space + rest)}</t></r></si>'
            )
        else:
            items.append(f"<si><t>{escape(text)}</t></si>")
    size = f'count="{len(texts)}" uniqueCount="{len(texts)}"'
    return f'<sst xmlns="{_MAIN}" {size}>{"".join(items)}</sst>'
