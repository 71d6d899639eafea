"""Stop words: function words, and words that every hotel review holds."""

from __future__ import annotations

from functools import cache

from pipeline.text.normalise import lowercase_nfkc

# In every language, because guests mix them.
_ALL_LANGUAGES = frozenset({"hotel", "hotels"})
# Beyond stopwordsiso: "hotel", "stay", "guest", "very", "think", in the forms that tokenisation
# leaves.
_ADDITIONAL = {
    "ar": "فندق الفندق فنادق بالفندق للفندق والفندق اللي جدا جداً كان كانت كانوا عشان مرة مره بس "
    "شي شيء كل وكل الله لكن ولكن يعني ليش وش مو غير معنا لنا عندهم فيه فيها والله بعد قبل",
    "cs": "hotelu hotely",
    "de": "hotels aufenthalt minuten minute angeblich fest wirklich leider trotzdem halt echt "
    "immer gab ging stand kam sagte bekamen bekommen vergessen nettes amp gang breit",
    "el": "ξενοδοχείο ξενοδοχείου",
    "en": "stay stayed staying would could one two got get even just also minutes us told went "
    "came said made back",
    "es": "hoteles estancia minutos nos hay fue fuimos",
    "fi": "hotelli hotellin hotellissa",
    "fr": "hôtel hôtels séjour minutes on très",
    "hi": "होटल बहुत",
    "hu": "szálloda szállodában szállodát",
    "id": "jam nya gak tdk yg hotelnya kamarnya menginap banget sih",
    "it": "albergo soggiorno minuti",
    "ja": "ホテル 宿 旅館 宿泊 滞在 利用 思う 感じる 言う 行く 来る 出る 入る 見る 持つ 使う "
    "分かる できる 出来る 過ぎる する なる ある いる ない 無い 良い いい よい 為る 居る 有る "
    "こと 事 もの 物 為 ため 訳 わけ はず 筈 よう 様 そう 場合 今回 次回 必要 なし 無し 感じ "
    "とき ところ 所 好き 嫌 色々 みたい 的 的だ 中 一番 チェック イン アウト ハーフ ボード 申す "
    "頂く 下さる 致す 貰う くれる 教える 聞く 続く 始まる 終わる 出す 入れる 付く 付ける 掛かる "
    "かかる 取る 置く 違う 変わる 困る 待つ 全部 皆 みんな 十分 普通 結果 状態 何度 毎回 予定 "
    "注意 ぐらい くらい 位 だけ 代わり 以上 出張 旅行 まま 気 一生 翌日 毎朝 足 後 前 人 何 側 "
    "日 先 一つ 毎日 当日 多い 少ない 開ける 探す",
    "ko": "하프 보드 체크 아웃 호텔 숙소 투숙 숙박 이용 정말 진짜 너무 하다 되다 있다 없다 같다 "
    "보다 가다 오다 주다 나오다 좋다 들다 받다 알다 않다 못하다 말다 이렇다 그렇다 어떻다 싶다 "
    "지다 나다 때 것 수 곳 점 이번 정도 생각 느낌 사람 경우 다음 덕분 자체 때문 최고 전체 추천 "
    "만족 처음 나중 하루 매일 저희 우리 무조건 그냥 말하다 말 쓰다 넣다 놓다 가지다 만들다 많다 "
    "다 더 한번 하나 분 명 도 뒤 앞 중 전 후 안 밖 위 옆 님 번 층 시 시간 출장 여행 굳 댓 모르다 "
    "대다 타다 내다 맞다 찾다 챙기다 넘다 부르다 날 이틀 두다 차다 돌다 걸리다 부탁 정말로 조금 "
    "제일 위하다",
    "nl": "verblijf hotels minuten",
    "pl": "hotelu hotelem hotele pobyt",
    "pt": "hotéis estadia minutos pra",
    "ru": "отель отеля отеле отелем отели гостиница гостинице гостиницы мин минут очень раз день "
    "дня сутки хочет просили выходили",
    "sv": "hotellet hotell vistelse",
    "th": "ผู้ ข้อ พัก โรงแรม ที่พัก ครับ ค่ะ คะ นะคะ นะ มาก มากๆ ดีมาก จริงๆ เลย แล้ว ด้วย เข้าพัก "
    "รีสอร์ต รีสอร์ท โดยรวม ทั้งนั้น เพราะ แต่ ต้อง ไม่ ได้ เรา เขา ใคร อะไร แค่ แบบ ทุก ทุกคน ทุกวัน ตลอด "
    "เยอะ สุด ที่สุด เหมือน ประมาณ กว่า ใหม่ ถึง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ หลาย อย่าง เกิน "
    "ลงมา ขึ้น เข้า ออก กลับ ทั้งวัน นาที ชั่วโมง วันที่ ครั้ง บอก พูด ทำ ให้ เอา ไปมา ตัวเอง จริง ปกติ "
    "ฉัน คุณ อัน ที่จะ ใช่ ที่นั่น เพียง อย่างยิ่ง ทั้งที่ "
    "เลยครับ ทำให้ รู้สึก คิดว่า ขนาด เดียว ก่อน หลัง ช่วง เกือบ แถม ส่วน ยังไง คือ เพิ่ม น่าจะ สักที "
    "ทันที เท่านั้น ดีๆ แทบ เจอ หมด หลุด คน วัน คืน เวลา",
    "tr": "otel oteli otelin otelde oteller konaklama dakika",
    "vi": "khách sạn rất",
    "zh": "酒店 宾馆 飯店 饭店 旅馆 民宿 入住 住宿 小时 分钟 两个 一个 觉得 感觉 没有 不错 非常 "
    "出来 起来 过来 进去 上去 下来 回来 晚上好 可能 知道 看到 发现 时候 问题 东西 地方 有点 真的 "
    "需要 能够 告诉 开始 看看 想要 建议 推荐 整体 总体 下次 这次 第一次 体验 出差 比较 直接 居然 "
    "竟然 唯一 离谱 有人 使用 成为 看见 想到 算是 好像 不会 不能 没想到 只能 不到 得到 来到 不敢 "
    "多块 一句 每次 半天 不行 要求 说话 不知 无法 不了 不是 就是 还有 还要 不要 几天 有时 走路 "
    "我会 一路 没话说 帮忙 箱子 第二天 大家 大概 全程 两天 一晚",
}
# stopwordsiso lists these, but they carry meaning in a hotel review.
_EXCEPTIONS = {
    "de": "bett lage",
    "en": "room",
    "ja": "音",
    "ru": "ночь ночи ночью утро утра утром вечер вечером вода воды дверь двери город стол дом",
    "zh": "晚上 早上 便宜",
}


def is_stop_word(word: str, language: str) -> bool:
    """Whether a word, in lower case, is a stop word of the language."""
    return word in _stop_words(language)


@cache
def _stop_words(language: str) -> frozenset[str]:
    from stopwordsiso import stopwords

    exceptions = frozenset(_EXCEPTIONS.get(language, "").split())
    listed = frozenset(map(lowercase_nfkc, stopwords(language))) - exceptions
    return listed | _ALL_LANGUAGES | frozenset(_ADDITIONAL.get(language, "").split())
