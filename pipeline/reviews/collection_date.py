"""The column that says when a file was collected, from which "3 months ago" is counted back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipeline.reviews.dates import date_share, parse_dates
from pipeline.tables.header_names import normalise_name

# Beginnings of words, normalised, in names of such columns: "Scraped At", "retrieval_date".
_WORDS = (
    "scrap", "crawl", "retriev", "fetch", "collected", "collection", "extract", "harvest",
    "download", "export", "captured", "snapshot", "accessed", "ingest", "queried",
    "abgerufen", "abruf", "exportiert", "heruntergeladen",
    "recupere", "collecte", "telecharge", "extraido", "extraccion", "consultado", "descarga",
    "recopilad", "estratt", "scaricat", "raccolt", "coleta", "baixado", "opgehaald", "verzameld",
    "собран", "выгруж", "выгрузк", "скачан", "парсинг", "pobran", "cekilme", "toplanma",
    "استخراج", "تجميع",
)  # fmt: skip
_PARTS = (
    "取得日", "取得時", "取得日時", "収集", "抽出", "出力日", "抓取", "采集", "採集", "爬取",
    "获取时间", "獲取時間", "导出", "匯出", "수집", "크롤링", "추출", "다운로드", "วันที่ดึง",
)  # fmt: skip
_MIN_SHARE = 0.8  # of values that are dates
_SAMPLE = 500


def is_collection_name(name: str) -> bool:
    """Whether a column's name says when the file was collected, not when the guest wrote."""
    words = normalise_name(name).split()
    return any(word.startswith(_WORDS) for word in words) or any(part in name for part in _PARTS)


def collection_days(frame: pd.DataFrame, besides: Iterable[str | None]) -> tuple[str, np.ndarray]:
    """The name of that column and its days, datetime64[D] (n,): "" and NaT if there is none.

    Args:
        frame: a table of strings.
        besides: columns that have another role.
    """
    taken = set(besides)
    for name in map(str, frame.columns):
        if name in taken or not is_collection_name(name):
            continue
        cells = frame[name].tolist()
        sample = [cell for cell in cells[:_SAMPLE] if cell.strip()]
        if sample and date_share(sample) >= _MIN_SHARE:
            days = parse_dates(cells)
            if not np.isnat(days).all():
                return name, days
    return "", np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[D]")
