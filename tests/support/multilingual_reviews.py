"""A few reviews in five languages with names in different spellings."""

import numpy as np

from pipeline.search.bm25 import build_lexical_index

REVIEWS = {
    "en": ["Wi-Fi was slow in room 306", "Walked from O'Hare", "Fast breakfast", "No noise at all"],
    "ja": ["306号室のWiFiが遅い", "新宿駅から近い。朝食がおいしい", "ﾄﾞﾗｲﾔｰがない", "とても静か"],
    "de": [
        "WLAN langsam, wi fi auch",
        "Frühstück für 306 Gäste",
        "Größe des Zimmers",
        "Sehr ruhig",
    ],
    "th": ["ห้อง 306 เสียงดัง", "อาหารเช้าดีมาก wifi แรง", "พนักงานดี", "ใกล้สถานี"],
    "ko": ["신주쿠역에서 가까워요", "조식이 맛있어요", "와이파이 느림 WIFI", "조용해요"],
}
TEXTS = [text for texts in REVIEWS.values() for text in texts]
LANGUAGES = np.repeat(np.arange(5), 4)
INDEX = build_lexical_index(TEXTS)
