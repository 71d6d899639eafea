"""Totals, page numbers and remarks that stand under a table and are no rows of it."""

import re

from pipeline.reading.types import Record

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
_TOTAL = re.compile(rf"\W*(?:{_TOTALS})(?![^\W\d_])", re.I)
_REMARK = re.compile(rf"\W*(?:{_TOTALS}|{_REMARKS})(?![^\W\d_])", re.I)
_TOTAL_ALONE = re.compile(rf"\W*(?:{_TOTALS})[^\w]{{0,3}}\s*[\d.,]+\s*[^\W\d]{{0,12}}\W*", re.I)
_FIGURES = re.compile(r"[\d.,\s%/:\-–—n/a]*")


def is_footer(record: Record, cells: list[str], *, short: bool) -> bool:
    """Whether one of the last rows of a table is a footer.

    `cells` are as many as the table has columns; `short` tells that the record had fewer.
    """
    width = len(cells)
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return short and width > 1
    text = " ".join(filled)
    if width == 1:  # a review may start with any of these words
        return len(text) <= 40 and bool(_TOTAL_ALONE.fullmatch(text))
    if short and len(record.cells) == 1:
        return record.gap > 0 or bool(_REMARK.match(text)) or text[:1] in "*-–—("
    # "Total,,312": a total's name, then figures and blanks only.
    named = bool(_TOTAL.match(filled[0])) and len(filled[0]) <= 40
    figures = all(_FIGURES.fullmatch(cell) for cell in filled[1:])
    return named and figures and (len(filled) <= max(2, width // 2) or short)
