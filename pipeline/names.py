"""What hotels call the columns of their exports, in fifteen languages and a few words of others."""

import re
import unicodedata
from functools import cache, lru_cache

# Names as `fold` leaves them: lower case, no accents, words apart. "=" marks a name that counts
# only when it is the whole name; the others also count as words within a longer one. Order: en,
# de, fr, es, it, pt, nl, ru, ja, zh, ko, ar, th, tr, pl.
NAMES: dict[str, str] = {
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


@lru_cache(maxsize=10_000)
def is_known_name(name: str) -> bool:
    """Whether a cell reads as the name of a column of reviews, as in a header row.

    The whole of it must be such a name, or each of its words: "Review Title", not "Great hotel".
    """
    folded = fold(name)
    words = _words()
    return folded in words or (0 < len(folded) <= 40 and set(folded.split()) <= words)


@cache
def _words() -> frozenset[str]:
    return frozenset(word.lstrip("=") for line in NAMES.values() for word in line.split(","))


def name_score(name: str, role: str) -> float:
    """3 for a whole name, 2 for a word or ending in it, 0 for none."""
    folded = fold(name)
    words = folded.split()
    best = 0.0
    for known in NAMES[role].split(","):
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


def fold(name: str, *, keep: str = "") -> str:
    """Lower case, accents off, CamelCase and punctuation as spaces."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    out = unicodedata.normalize("NFD", name.casefold())
    # Only Latin loses its accents: elsewhere such marks make other letters (が, й, vowel signs).
    out = unicodedata.normalize("NFC", re.sub("(?<=[a-z])[\u0300-\u036f]+", "", out))
    out = out.replace("ł", "l").replace("ı", "i").replace("ø", "o")
    return " ".join("".join(c if _wordy(c) or c in keep else " " for c in out).split())


def _wordy(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")
