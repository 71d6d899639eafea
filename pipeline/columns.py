"""Which column of a table holds the review, its title, id, language, hotel, date and rating.

Names decide first (in fifteen languages), the values confirm or decide where names don't tell.
Ratings and dates are read here too, as their shapes are part of the evidence.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import InputError

# Names as `_fold` leaves them: lower case, no accents, words apart. "=" marks a name that counts
# only when it is the whole name; the others also count as words within a longer one. Order: en,
# de, fr, es, it, pt, nl, ru, ja, zh, ko, ar, th, tr, pl.
_NAMES: dict[str, str] = {
    "text": "review,reviews,comment,comments,feedback,=text,content,body,opinion,review text,"
    "bewertungstext,kommentar,rezension,=bewertung,gastebewertung,=inhalt,avis,commentaire,"
    "texte,resena,comentario,texto,recensione,commento,testo,avaliacao,recensie,=beoordeling,"
    "opmerking,tekst,отзыв,комментарий,текст,口コミ,クチコミ,レビュー,コメント,本文,感想,评论,評論,点评,點評,内容,內容,评价,評價,"
    "리뷰,후기,댓글,내용,مراجعة,تعليق,التعليق,المراجعة,نص,รีวิว,ความคิดเห็น,yorum,degerlendirme,metin,"
    "opinia,recenzja,komentarz,tresc,omdome,anmeldelse,ulasan,hodnoceni,arvostelu",
    "title": "title,headline,subject,summary,titel,=betreff,uberschrift,titre,titulo,titolo,"
    "заголовок,タイトル,題名,件名,标题,標題,제목,عنوان,العنوان,หัวข้อ,ชื่อเรื่อง,baslik,tytul,judul",
    "id": "id,uuid,guid,key,review id,reviewid,identifier,number,=no,nr,nummer,kennung,"
    "identifiant,numero,identificador,identificativo,номер,ид,番号,編號,编号,序号,번호,رقم,معرف,รหัส,"
    "ลำดับ,kimlik,numer",
    "language": "language,=lang,locale,review language,language code,sprache,langue,idioma,"
    "lingua,taal,язык,言語,语言,語言,语种,언어,لغة,اللغة,ภาษา,dil,jezyk,sprak,sprog,bahasa,kieli",
    "hotel": "hotel,property,=accommodation,establishment,venue,hotel name,property name,"
    "unterkunft,hebergement,etablissement,alojamiento,establecimiento,struttura,alloggio,"
    "alojamento,propriedade,accommodatie,отель,гостиница,ホテル,施設,宿,酒店,飯店,饭店,호텔,숙소,فندق,الفندق,"
    "โรงแรม,otel,tesis,hotell,obiekt",
    "date": "date,datetime,timestamp,created,=time,posted,published,=day,review date,datum,"
    "=zeit,fecha,=data,дата,日付,投稿日,宿泊日,日時,年月日,日期,时间,時間,날짜,작성일,تاريخ,التاريخ,วันที่,tarih,dato,"
    "tanggal",
    "rating": "rating,ratings,score,stars,=star,grade,points,rate,overall,wertung,note,sterne,"
    "punkte,punktzahl,=bewertung,etoiles,puntuacion,calificacion,estrellas,valoracion,nota,"
    "punteggio,valutazione,voto,stelle,pontuacao,classificacao,=avaliacao,estrelas,cijfer,"
    "sterren,=beoordeling,оценка,рейтинг,балл,звезды,評価,評点,点数,星,评分,評分,星级,得分,평점,별점,점수,تقييم,"
    "التقييم,คะแนน,puan,=puani,ocena,betyg,nilai",
}  # fmt: skip
_NOT_TEXT = set(
    "response reply answer antwort reponse respuesta risposta resposta antwoord ответ رد "
    "yanit odpowiedz author user name reviewer url link count anzahl number source type "
    "status by length likes votes helpful".split()
)
_NOT_TEXT_PARTS = ("返信", "回复", "回覆", "답변")
# The first letters of months, folded, in the languages above that write them with letters.
_MONTHS = (
    "jan janv ene gen sty янв oca januari", "feb fev fevr lut фев sub", "mar marz mars mrt marca "
    "мар", "apr avr abr kwi апр nis", "may mai mag maj mei май мая", "jun juin giu cze июн haz",
    "jul juil lug lip июл tem", "aug aou ago sie авг agu", "sep set wrz сен eyl", "oct okt ott out "
    "paz окт eki", "nov lis ноя kas", "dec dez dic gru дек ara des",
)  # fmt: skip
_MONTH_OF = {prefix: i for i, line in enumerate(_MONTHS, 1) for prefix in line.split()}
_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "兩": 2}
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_OF = r"\s*\w{0,6}\s*(?:/|\b(?:out of|of|von|aus|sur|de|su|van|из|na|av|uit)\b)\s*"
_OUT_OF = re.compile(_NUMBER + _OF + _NUMBER)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-./年년 ]\s*(\d{1,2})(?:\s*[-./月월 ]\s*(\d{1,2}))?(?!\d)")


@dataclass(frozen=True)
class Columns:
    """The names of the columns that hold each part of a review; None where there is none."""

    text: str
    title: str | None = None
    id: str | None = None
    language: str | None = None
    hotel: str | None = None
    date: str | None = None
    rating: str | None = None


def is_known_name(name: str) -> bool:
    """Whether a cell reads as the name of a column of reviews, as in a header row.

    The whole of it must be such a name, or each of its words: "Review Title", not "Great hotel".
    """
    folded = _fold(name)
    words = {word.lstrip("=") for line in _NAMES.values() for word in line.split(",")}
    return folded in words or (0 < len(folded) <= 40 and set(folded.split()) <= words)


def guess_columns(frame: pd.DataFrame, *, text: str | None = None) -> Columns:
    """Guess what each column of a table of strings holds, from its name and its values.

    `text` names the review column where the user has chosen it. Raises InputError when no column
    looks like review text; the message lists the columns.
    """
    values = {str(name): _some(frame[name]) for name in frame.columns}
    if text is None:
        scores = {name: _text_score(name, cells) for name, cells in values.items()}
        text = max(scores, key=lambda name: scores[name], default=None)
        if text is None or scores[text] <= 0:
            found = ", ".join(map(str, frame.columns)) or "none"
            raise InputError(
                f"No column looks like review text. Columns found: {found}. "
                "Name the column that holds the reviews."
            )
    chosen: dict[str, str] = {"text": text}
    for role in ("language", "date", "rating", "id", "title", "hotel"):
        best, best_score = None, 0.0
        for name, cells in values.items():
            if name not in chosen.values():
                score = _role_score(role, name, cells)
                if score > best_score:
                    best, best_score = name, score
        if best is not None:
            chosen[role] = best
    return Columns(**chosen)


def parse_ratings(values: Sequence[str]) -> np.ndarray:
    """Ratings on a scale up to 5: float64 (n,), NaN where unreadable.

    Values with their own scale are brought to 5 ("8/10" is 4, "80%" is 4, "★★★☆☆" is 3); plain
    numbers ("4,5") share the column's scale: 5, or 10 or 100 where the largest asks for it. A
    plain 0 stands for "not rated" in exports and is NaN.
    """
    result = np.full(len(values), np.nan)
    plain = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        cell = unicodedata.normalize("NFKC", str(value)).strip().lower().replace("⭐", "★")
        full, empty = len(re.findall("[★✭🌟]", cell)), cell.count("☆")
        number = re.search(_NUMBER, cell)
        out_of = _OUT_OF.search(cell)
        if not cell or len(cell) > 40:
            continue
        if out_of:
            top = _float(out_of[2])
            result[i] = 5 * _float(out_of[1]) / top if top else np.nan
        elif asian := re.search(r"(\d+)\s*点\s*中\s*(\d+)", cell):
            result[i] = 5 * float(asian[2]) / float(asian[1]) if float(asian[1]) else np.nan
        elif number and "%" in cell:
            result[i] = _float(number[1]) / 20
        elif full + empty > (1 if number else 0):
            result[i] = 5 * full / (full + empty) if empty else full
        elif asian := re.match(r"([一二三四五六七八九十两兩])(半?)\s*[星点分つ顆颗级級]", cell):
            result[i] = _NUMERALS[asian[1]] + (0.5 if asian[2] else 0)
        elif number and cell[0] != "-" and len(re.findall(_NUMBER, cell)) == 1:
            if len(re.sub(r"[\d.,\s+★*]", "", cell)) <= 10:  # "4 stars", no sentence
                plain[i] = _float(number[1])
    top = np.nanmax(plain) if np.isfinite(plain).any() else 0.0
    scale = 1.0 if top <= 5 else 2.0 if top <= 10 else 20.0
    result = np.where(np.isfinite(plain), np.where(plain > 0, plain / scale, np.nan), result)
    result[~((result >= 0) & (result <= 5))] = np.nan
    return result


def parse_dates(values: Sequence[str]) -> np.ndarray:
    """Days as datetime64[D], (n,), NaT where unreadable.

    Reads ISO dates and times, 2024年3月5日, 2024.3.5, 20240305, 5. März 2024, March 5, 2024, and
    numbers with day or month first, which the whole column decides (a number over 12 is a day;
    where nothing tells, day first, but month first beside am and pm). A month alone is its first
    day; Buddhist years are brought to the common era.
    """
    result = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[D]")
    open_ones: list[tuple[int, int, int, int]] = []
    american = 0
    for i, value in enumerate(values):
        cell = _fold(unicodedata.normalize("NFKC", str(value))[:60], keep="./:-,")
        if found := re.match(
            r"(\d{4})\s*[-./년年 ]\s*(\d{1,2})(?:\s*[-./월月 ]\s*(\d{1,2}))?(?!\d)", cell
        ):
            result[i] = _day(found[1], found[2], found[3] or 1)
        elif found := re.match(r"(\d{4})(\d\d)(\d\d)(?!\d)", cell):
            result[i] = _day(*found.groups())
        elif found := re.search(r"\b(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4}|\d\d)\b", cell):
            american += bool(re.search(r"\d\s*[ap]\.?m", cell))
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            open_ones.append((i, int(found[1]), int(found[2]), year))
        elif found := re.search(r"\b([^\W\d]{3,})", cell):
            result[i] = _worded(cell)
    first = sum(a > 12 for _, a, _, _ in open_ones)
    second = sum(b > 12 for _, _, b, _ in open_ones)
    month_first = second > first or (second == first and american * 2 > len(open_ones))
    for i, a, b, year in open_ones:
        day, month = (b, a) if month_first else (a, b)
        if month > 12:
            day, month = month, day
        result[i] = _day(year, month, day)
    return result


def _worded(cell: str) -> np.datetime64:
    """A date whose month is a word: 5 March 2024, March 5, 2024, March 2024, 2024 March 5."""
    months = (_month(word) for word in re.findall(r"[^\W\d]{3,}", cell))
    month = next(filter(None, months), None)
    year = re.search(r"\b(\d{4})\b", cell)
    if month is None or year is None:
        return np.datetime64("NaT")
    day = re.search(r"(?<![\d:])(\d{1,2})(?![\d:])", cell.replace(year[1], " ", 1))
    return _day(year[1], month, day[1] if day else 1)


def _month(word: str) -> int | None:
    if len(word) > 10:
        return None
    return next((_MONTH_OF[word[:n]] for n in (4, 3) if word[:n] in _MONTH_OF), None)


def _day(year: object, month: object, day: object) -> np.datetime64:
    y = int(str(year))
    y -= 543 if 2443 <= y <= 2643 else 0
    try:
        if not 1900 <= y <= 2100:
            raise ValueError
        return np.datetime64(f"{y:04d}-{int(str(month)):02d}-{int(str(day)):02d}", "D")
    except ValueError:
        return np.datetime64("NaT")


def _float(number: str) -> float:
    return float(number.replace(",", "."))


def _fold(name: str, *, keep: str = "") -> str:
    """Lower case, accents off, CamelCase and punctuation as spaces."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    out = unicodedata.normalize("NFD", name.casefold())
    # Only Latin loses its accents: elsewhere such marks make other letters (が, й, vowel signs).
    out = unicodedata.normalize("NFC", re.sub("(?<=[a-z])[\u0300-\u036f]+", "", out))
    out = out.replace("ł", "l").replace("ı", "i").replace("ø", "o")
    return " ".join("".join(c if _wordy(c) or c in keep else " " for c in out).split())


def _wordy(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _name_score(name: str, role: str) -> float:
    """3 for a whole name, 2 for a word or ending in it, 0 for none."""
    folded = _fold(name)
    words = folded.split()
    best = 0.0
    for known in _NAMES[role].split(","):
        whole = known.lstrip("=")
        if folded == whole:
            return 3.0
        if known.startswith("="):
            continue
        # Thai, Chinese, Japanese and Korean write no space between the words of a name.
        joined = len(whole) > 1 and whole[0] > "\u0e00" and whole in folded
        if joined or f" {whole} " in f" {folded} ":
            best = 2.5 if words[-1].endswith(whole) else 2.0
    return best


def _some(column: pd.Series) -> list[str]:
    """Up to 1,000 values that are not blank, from all over the column."""
    cells = [cell for cell in column.iloc[:: max(1, len(column) // 2000)].map(str.strip) if cell]
    return cells[:: max(1, len(cells) // 1000)]


def _text_score(name: str, cells: list[str]) -> float:
    letters = float(np.mean([sum(map(str.isalpha, c[:300])) / len(c[:300]) for c in cells] or [0]))
    wide = [sum(2.5 if c > "\u2e80" else 1.0 for c in cell[:1000]) for cell in cells]
    length = float(np.mean(wide or [0.0]))
    called = _name_score(name, "text")
    others = max(_name_score(name, role) for role in _NAMES if role != "text")
    if set(_fold(name).split()) & _NOT_TEXT or any(part in name for part in _NOT_TEXT_PARTS):
        called -= 4
    elif others > called or (others == called and length < 15):
        called -= 3
    if cells and (letters < 0.4 or np.isfinite(parse_ratings(cells[:200])).mean() > 0.8):
        return 0.0 if called < 3 else -1.0
    if cells and (~np.isnat(parse_dates(cells[:200]))).mean() > 0.8:
        return 0.0
    distinct = len(set(cells)) / max(1, len(cells))
    # Length counts by its logarithm: a column of 200 characters is no more a review than of 100.
    shape = min(2.0, np.log2(max(length, 1.0) / 12)) + (distinct - 0.5 if len(cells) > 5 else 0)
    return called + shape if called > 0 or length >= 20 else called + min(shape, 0.0)


def _role_score(role: str, name: str, cells: list[str]) -> float:
    called = _name_score(name, role)
    rivals = max(_name_score(name, other) for other in _NAMES if other not in (role, "text"))
    if not cells or (rivals > called and role != "id"):
        return 0.0
    sample = cells[:200]
    if role == "date":
        share = float((~np.isnat(parse_dates(sample))).mean())
        return called + share if share >= (0.5 if called else 0.9) else 0.0
    if role == "rating":
        share = float(np.isfinite(parse_ratings(sample)).mean())
        shaped = sum(bool(re.search("[★☆⭐]", c) or _OUT_OF.fullmatch(c)) for c in sample)
        if called:
            return called + share if share >= 0.5 else 0.0
        return share if shaped >= 0.8 * len(sample) else 0.0
    if role == "language":
        from pipeline.languages import language_code

        share = sum(language_code(cell) is not None for cell in sample) / len(sample)
        few = len(set(cells)) <= max(2, 0.5 * len(cells))
        return called + share if share >= (0.5 if called else 0.95) and (called or few) else 0.0
    if role == "id":
        ends = _fold(name).split()[-1:] == ["id"]
        distinct = len(set(cells)) / len(cells)
        short = float(np.mean(list(map(len, cells)))) <= 40
        about_review = bool(_name_score(name, "text")) or _fold(name) == "id"
        least = 0.5 if about_review or called == 3 else 0.9  # exports repeat some ids
        if (rivals and not ends) or not short or distinct < least:
            return 0.0
        return called + about_review if called or ends else 0.0
    if role == "title":
        return called if np.mean(list(map(len, cells))) <= 150 else 0.0
    names_hotel = any(map(str.isalpha, "".join(sample))) and np.mean(list(map(len, cells))) <= 80
    about_name = {"name", "nom", "nombre", "nome"} & set(_fold(name).split())
    return called + (0.5 if about_name else 0.0) if called and names_hotel else 0.0
