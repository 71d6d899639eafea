"""Footers: totals, page numbers and remarks in the last rows of a table."""

import re

from pipeline.tables.types import Record

_TOTALS = (
    "total|totals|grand total|sum|subtotal|count|rows|records|reviews|average|mean|gesamt|summe|"
    "insgesamt|anzahl|durchschnitt|moyenne|somme|nombre|suma|promedio|totale|media|somma|soma|"
    "média|totaal|aantal|gemiddelde|итого|всего|среднее|сумма|合計|総計|平均|件数|合计|总计|總計|共|"
    "합계|총계|평균|총|المجموع|الإجمالي|รวม|ทั้งหมด|toplam|ortalama|razem|suma|łącznie"
)
_REMARKS = (
    "generated|exported|created|printed|page|end of|report|source|copyright|©|erstellt|seite|"
    "exportiert|généré|exporté|página|pagina|generado|generato|esportato|出力日|作成日|ページ|导出|"
    "导出时间|생성|출력"
)
_STARTS_TOTAL = re.compile(rf"\W*(?:{_TOTALS})(?![^\W\d_])", re.I)
_STARTS_REMARK = re.compile(rf"\W*(?:{_TOTALS}|{_REMARKS})(?![^\W\d_])", re.I)
_IS_TOTAL = re.compile(rf"\W*(?:{_TOTALS})[^\w]{{0,3}}\s*[\d.,]+\s*[^\W\d]{{0,12}}\W*", re.I)
_NAMES_TOTAL = re.compile(rf"\W*(?:{_TOTALS})\W*", re.I)
_FIGURES = re.compile(r"[\d.,\s%/:\-–—n/a]*")
_COUNT = re.compile(r"[\d.,%/:–—-]+\s*[^\W\d]{0,15}\W{0,2}")  # "24 comments"


def is_footer(record: Record, cells: list[str], *, short: bool) -> bool:
    """Whether one of the last rows of a table is a footer.

    Args:
        record: the row as it stands in the file.
        cells: its cells, padded to the number of columns.
        short: whether the record had fewer cells than the table has columns.
    """
    width = len(cells)
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return short and width > 1
    text = " ".join(filled)
    if width == 1:  # a review may start with any of these words
        return len(text) <= 40 and bool(_IS_TOTAL.fullmatch(text))
    if short and len(record.cells) == 1:
        return record.blank_lines > 0 or bool(_STARTS_REMARK.match(text)) or text[:1] in "*-–—("
    # "Total,,4.1,24 comments": the name of a total alone, and nothing that a guest writes.
    counts = all(_FIGURES.fullmatch(cell) or _COUNT.fullmatch(cell) for cell in filled[1:])
    if width > 2 and len(filled) > 1 and _NAMES_TOTAL.fullmatch(filled[0]) and counts:
        return True
    # "Total,,312": the name of a total, otherwise figures and blanks only.
    is_total = bool(_STARTS_TOTAL.match(filled[0])) and len(filled[0]) <= 40
    figures = all(_FIGURES.fullmatch(cell) for cell in filled[1:])
    return is_total and figures and (len(filled) <= max(2, width // 2) or short)
