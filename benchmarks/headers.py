"""Headers of review exports in many languages, with what each column is, and values to go with it.

A line is a language and its columns, "role=name". Roles that start with "-" are columns a program
must leave alone: authors, answers of the hotel, links, counts.
"""

import random
from collections.abc import Iterator

import pandas as pd

from benchmarks.corpus.texts import HOTELS, TEXTS

ROLES = ("id", "hotel", "date", "rating", "language", "title", "text", "positive", "negative")

HEADERS = """
en: id=id; hotel=hotel; date=date; rating=rating; language=lang; title=title; text=review
en: id=Review ID; date=Review Date; hotel=Property Name; -author=Guest Name; rating=Overall Rating; title=Review Title; text=Review Text; -response=Management Response; -url=Review URL
en: id=reviewId; hotel=hotelName; date=publishedDate; rating=ratingValue; language=languageCode; title=headline; text=reviewBody; -author=authorName
en: -author=Reviewer; -country=Country; rating=Score; date=Stay date; title=Subject; text=Comments; -number=Nights
en: hotel=Hotel_Name; date=Review_Date; rating=Reviewer_Score; positive=Positive_Review; negative=Negative_Review; -country=Reviewer_Nationality; -number=Review_Total_Negative_Word_Counts
en: id=Reservation Number; date=Review date; title=Review title; positive=Positive review; negative=Negative review; rating=Review score; -response=Property reply; -author=Guest name
en: id=Survey ID; hotel=Property; date=Submitted; text=Feedback; rating=Overall Satisfaction; -room=Room Type; -number=Room
en: date=Timestamp; text=What did you think of your stay?; rating=How would you rate us?; language=Language
en: rating=stars; text=text; date=date; id=review_id; -id=user_id; -number=useful; -number=funny
en: id=uuid; language=locale; hotel=venue; text=content; rating=score; date=created_at; -number=thumbs_up
en: text=caption; -author=username; rating=rating; date=review_date; -url=url_user; -number=n_review_user
en: date=Check-out; hotel=Hotel; text=Guest comment; rating=Points; -trip=Travel type; -country=Market
de: id=Bewertungs-ID; hotel=Hotelname; date=Bewertungsdatum; rating=Gesamtbewertung; language=Sprache; title=Titel; text=Bewertungstext; -response=Antwort des Hotels
de: id=Nr.; hotel=Haus; date=Anreise; rating=Punkte; title=Überschrift; text=Kommentar; -author=Gast
de: date=Datum; -author=Gästename; -country=Land; rating=Sterne; text=Bewertung; language=Sprachcode
de: id=Buchungsnummer; date=Erstellt am; hotel=Unterkunft; rating=Note; positive=Das hat gefallen; negative=Das hat nicht gefallen; -room=Zimmertyp
de: text=Rückmeldung; hotel=Objekt; date=Aufenthaltsdatum; rating=Gesamtnote; -number=Nächte
fr: id=Identifiant; hotel=Établissement; date=Date de publication; rating=Note globale; language=Langue; title=Titre de l'avis; text=Avis
fr: -author=Nom du client; date=Date du séjour; rating=Note; text=Commentaire; -response=Réponse de l'hôtel; -country=Pays
fr: id=N° de réservation; hotel=Hôtel; date=Date; positive=Points positifs; negative=Points négatifs; rating=Score
fr: hotel=Nom de l'hôtel; text=Texte de l'avis; rating=Étoiles; date=Publié le; title=Titre; -url=Lien
fr: id=Réf; text=Remarques; rating=Évaluation; date=Arrivée; language=Langue du client
es: id=ID de reseña; hotel=Nombre del hotel; date=Fecha de la reseña; rating=Puntuación; language=Idioma; title=Título; text=Reseña
es: date=Fecha; -author=Huésped; -country=País; rating=Calificación; text=Comentarios; -response=Respuesta del hotel
es: id=Número de reserva; hotel=Alojamiento; date=Fecha de estancia; positive=Comentarios positivos; negative=Comentarios negativos; rating=Nota
es: text=Opinión; rating=Estrellas; hotel=Establecimiento; date=Publicado; title=Titular; -url=Enlace
es: id=Código; text=Valoración escrita; rating=Valoración general; date=Fecha de entrada; language=Lengua
it: id=ID recensione; hotel=Nome struttura; date=Data recensione; rating=Punteggio; language=Lingua; title=Titolo; text=Testo recensione
it: date=Data; -author=Ospite; -country=Paese; rating=Voto; text=Commento; -response=Risposta della struttura
it: id=Numero prenotazione; hotel=Albergo; date=Data soggiorno; positive=Aspetti positivi; negative=Aspetti negativi; rating=Valutazione
it: text=Recensione; rating=Stelle; hotel=Hotel; date=Pubblicata il; title=Titolo della recensione
it: text=Osservazioni; rating=Giudizio; date=Arrivo; language=Lingua ospite; -room=Camera
pt: id=ID da avaliação; hotel=Nome do hotel; date=Data da avaliação; rating=Pontuação; language=Idioma; title=Título; text=Comentário
pt: date=Data; -author=Hóspede; -country=País; rating=Nota; text=Avaliação; -response=Resposta do hotel
pt: id=Número da reserva; hotel=Propriedade; date=Data da estadia; positive=Pontos positivos; negative=Pontos negativos; rating=Classificação
pt: text=Opinião; rating=Estrelas; hotel=Alojamento; date=Publicado em; title=Assunto
nl: id=Beoordelings-ID; hotel=Naam accommodatie; date=Datum beoordeling; rating=Score; language=Taal; title=Titel; text=Beoordelingstekst
nl: date=Datum; -author=Gast; -country=Land; rating=Cijfer; text=Opmerkingen; -response=Reactie van het hotel
nl: id=Reserveringsnummer; hotel=Hotel; date=Verblijfsdatum; positive=Pluspunten; negative=Minpunten; rating=Beoordeling
nl: text=Recensie; rating=Sterren; title=Kop; date=Geplaatst op; -url=Link
ru: id=ID отзыва; hotel=Название отеля; date=Дата отзыва; rating=Оценка; language=Язык; title=Заголовок; text=Текст отзыва
ru: date=Дата; -author=Гость; -country=Страна; rating=Рейтинг; text=Отзыв; -response=Ответ отеля
ru: id=Номер брони; hotel=Гостиница; date=Дата заезда; positive=Достоинства; negative=Недостатки; rating=Балл
ru: text=Комментарий; rating=Звёзды; hotel=Отель; date=Опубликовано; title=Тема
ja: id=口コミID; hotel=施設名; date=投稿日; rating=総合評価; language=言語; title=タイトル; text=口コミ本文
ja: date=宿泊日; -author=投稿者; rating=評点; text=クチコミ; -response=宿からの返信; -room=部屋タイプ
ja: id=予約番号; hotel=宿名; date=チェックイン日; positive=良かった点; negative=悪かった点; rating=総合
ja: id=No.; text=ご意見・ご感想; rating=満足度; date=回答日時; language=使用言語
ja: hotel=ホテル名; date=レビュー日; rating=星; title=レビュータイトル; text=レビュー内容
zh: id=评论ID; hotel=酒店名称; date=点评日期; rating=总评分; language=语言; title=标题; text=评论内容
zh: date=入住时间; -author=用户名; -room=房型; rating=评分; text=点评内容; -response=酒店回复
zh: id=订单号; hotel=酒店; date=日期; positive=优点; negative=缺点; rating=得分
zh-hant: id=評論編號; hotel=飯店名稱; date=評論日期; rating=評分; language=語言; title=標題; text=評論內容
zh-hant: date=入住日期; -author=旅客; text=住客評語; rating=星級; -country=國家
ko: id=리뷰번호; hotel=호텔명; date=작성일자; rating=평점; language=언어; title=제목; text=리뷰내용
ko: date=투숙일; -author=작성자; rating=별점; text=이용후기; -response=호텔 답변
ko: id=예약번호; hotel=숙소명; date=등록일; positive=장점; negative=단점; rating=점수
ko: text=의견; rating=만족도; date=날짜; -country=국가
ar: id=رقم المراجعة; hotel=اسم الفندق; date=تاريخ المراجعة; rating=التقييم العام; language=اللغة; title=العنوان; text=نص المراجعة
ar: date=التاريخ; -author=اسم الضيف; rating=الدرجة; text=التعليقات; -response=رد الفندق; -country=البلد
ar: id=رقم الحجز; hotel=الفندق; date=تاريخ الإقامة; positive=الإيجابيات; negative=السلبيات; rating=التقييم
th: id=รหัสรีวิว; hotel=ชื่อโรงแรม; date=วันที่รีวิว; rating=คะแนนรวม; language=ภาษา; title=หัวข้อรีวิว; text=ข้อความรีวิว
th: date=วันที่เข้าพัก; -author=ชื่อผู้เข้าพัก; rating=คะแนน; text=ความคิดเห็น; -country=ประเทศ
th: hotel=ที่พัก; date=วันที่; positive=ข้อดี; negative=ข้อเสีย; rating=ให้คะแนน
tr: id=Yorum No; hotel=Otel Adı; date=Yorum Tarihi; rating=Genel Puan; language=Dil; title=Başlık; text=Yorum Metni
tr: date=Tarih; -author=Misafir; -country=Ülke; rating=Puan; text=Yorum; -response=Otel Yanıtı
tr: id=Rezervasyon No; hotel=Tesis; date=Konaklama Tarihi; positive=Olumlu Yönler; negative=Olumsuz Yönler; rating=Değerlendirme Puanı
pl: id=ID opinii; hotel=Nazwa obiektu; date=Data opinii; rating=Ocena; language=Język; title=Tytuł; text=Treść opinii
pl: date=Data; -author=Gość; -country=Kraj; rating=Ocena ogólna; text=Komentarz; -response=Odpowiedź hotelu
pl: id=Numer rezerwacji; hotel=Hotel; date=Data pobytu; positive=Zalety; negative=Wady; rating=Punkty
sv: id=Recensions-ID; hotel=Hotellnamn; date=Datum; rating=Betyg; language=Språk; title=Rubrik; text=Recension
da: id=Anmeldelses-id; hotel=Hotel; date=Dato; rating=Karakter; language=Sprog; title=Overskrift; text=Anmeldelse
cs: id=ID recenze; hotel=Ubytování; date=Datum; rating=Hodnocení; language=Jazyk; title=Nadpis; text=Text recenze
hu: id=Azonosító; hotel=Szálloda neve; date=Dátum; rating=Értékelés; language=Nyelv; title=Cím; text=Vélemény
uk: id=ID відгуку; hotel=Назва готелю; date=Дата; rating=Оцінка; language=Мова; title=Заголовок; text=Відгук
el: id=Κωδικός; hotel=Ξενοδοχείο; date=Ημερομηνία; rating=Βαθμολογία; language=Γλώσσα; title=Τίτλος; text=Κριτική
he: id=מזהה; hotel=שם המלון; date=תאריך; rating=דירוג; language=שפה; title=כותרת; text=ביקורת
en: id=Booking reference; -author=Name; hotel=Hotel name; date=Departure date; rating=Total score; text=Public review; -response=Your reply; -country=Nationality
en: date=Completed On; hotel=Site; rating=NPS Score; text=Verbatim; -room=Room Number; language=Survey Language
en: rating=bubble_rating; title=review_headline; text=review_content; date=date_of_stay; -trip=trip_type; hotel=resort
de: id=Vorgangsnummer; date=Eingangsdatum; hotel=Standort; rating=Zufriedenheit; text=Freitext
de: date=Bewertet am; title=Titel der Bewertung; text=Bewertung; rating=Bewertung (1-10); hotel=Hotel; language=Bewertungssprache
fr: date=Date de l'avis; hotel=Nom de l'établissement; rating=Note /10; text=Contenu de l'avis; title=Titre; language=Langue de l'avis
fr: id=Numéro; text=Verbatim client; rating=Satisfaction; date=Date de réponse; positive=Ce qui a plu; negative=Ce qui n'a pas plu
es: date=Fecha de publicación; rating=Puntaje; text=Texto de la opinión; hotel=Propiedad; language=Idioma del comentario; title=Título de la opinión
es: positive=Lo mejor; negative=Lo peor; rating=Puntuación total; date=Fecha de salida; hotel=Hotel
it: date=Data del soggiorno; text=Commento dell'ospite; rating=Punteggio totale; hotel=Nome hotel; language=Lingua della recensione
pt: date=Data de check-out; text=Texto do comentário; rating=Nota geral; hotel=Nome da propriedade; positive=O que gostou; negative=O que não gostou
nl: date=Vertrekdatum; text=Tekst; rating=Eindcijfer; hotel=Locatie; title=Titel van de recensie
ru: date=Дата публикации; text=Содержание отзыва; rating=Общая оценка; hotel=Объект; title=Заголовок отзыва; positive=Что понравилось; negative=Что не понравилось
ja: date=ご利用日; text=お客様の声; rating=評価点; hotel=店舗名; title=題; language=言語コード
ja: id=受付番号; date=投稿日時; text=自由記述; rating=総合評価点; hotel=ホテル
zh: date=发布时间; text=用户评论; rating=综合评分; hotel=门店; id=编号
ko: date=체크아웃; text=고객의견; rating=총점; hotel=호텔이름; title=후기제목; id=후기번호
ar: date=تاريخ النشر; text=رأي الضيف; rating=النقاط; hotel=المنشأة; title=عنوان المراجعة
th: date=วันที่เขียน; text=คำวิจารณ์; rating=ดาว; hotel=ชื่อที่พัก
tr: date=Yayın Tarihi; text=Misafir Yorumu; rating=Toplam Puan; hotel=Otel; title=Yorum Başlığı
pl: date=Data wystawienia; text=Opinia gościa; rating=Średnia ocena; hotel=Nazwa hotelu; title=Tytuł opinii
""".strip().splitlines()  # noqa: E501  a header a line

_ANSWERS = {
    "de": "Lieber Gast, vielen Dank für Ihre Zeilen, wir freuen uns auf Sie.",
    "fr": "Cher client, merci pour votre avis, au plaisir de vous revoir.",
    "es": "Estimado huésped, gracias por su opinión, esperamos verle pronto.",
    "ja": "この度はご宿泊いただき誠にありがとうございました。またのお越しをお待ちしております。",
    "zh": "尊敬的宾客，感谢您的入住和点评，期待您再次光临。",
    "ko": "소중한 후기를 남겨 주셔서 감사합니다. 다시 뵙기를 바랍니다.",
    "ru": "Уважаемый гость, благодарим за отзыв и ждём вас снова.",
}
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%Y/%m/%d", "%Y年%m月%d日")
_RATINGS = ("{}", "{},0", "{}/5", "{}.5", "{} / 10", "{}★")


def headers() -> Iterator[tuple[str, dict[str, str], pd.DataFrame]]:
    """(language, role -> column name, a table of 40 rows) of each header."""
    for number, line in enumerate(HEADERS):
        language, _, rest = line.partition(": ")
        pairs = [pair.split("=", 1) for pair in rest.split("; ")]
        rng = random.Random(number)
        data = {name: [_value(role, language, i, number, rng) for i in range(40)]
                for role, name in pairs}  # fmt: skip
        answer = {role: name for role, name in pairs if role in ROLES}
        if "text" not in answer:
            answer["text"] = answer["positive"]
        yield language, answer, pd.DataFrame(data, dtype=str)


def _value(role: str, language: str, i: int, number: int, rng: random.Random) -> str:
    texts = TEXTS[language]
    if role == "id":
        return f"{1000 + i * 7}" if number % 2 else f"R-{number}-{i:04d}"
    if role == "date":
        day = pd.Timestamp(2024, 1 + i % 12, 1 + (i * 5) % 28, i % 24)
        return day.strftime(_DATES[number % len(_DATES)])
    if role == "rating":
        return _RATINGS[number % len(_RATINGS)].format(rng.randint(1, 4))
    if role == "language":
        code = language[:2]
        return rng.choice((code, "en")) if number % 3 else rng.choice((code.upper(), "EN-gb"))
    if role in ("text", "positive", "negative"):
        return " ".join(rng.sample(texts, rng.randint(1, 3))) + ("" if i % 5 else f" {i}.")
    plain = {
        "hotel": rng.choice(HOTELS),
        "title": rng.choice(texts).split(",")[0][:25].strip(".。!"),
        "-author": rng.choice(("Anna K.", "B. Ito", "Chen", "Dmitri", "Eva Lind", "F. Rossi")),
        "-country": rng.choice(("Germany", "Japan", "Brazil", "Italy")),
        "-room": rng.choice(("Double", "Twin, sea view", "Suite")),
        "-trip": rng.choice(("Couple", "Family", "Business")),
        "-number": str(rng.randint(0, 30)),
        "-id": f"u{rng.randint(0, 10**6)}",
        "-url": f"https://reviews.example/{language}/{i}",
    }
    answer = _ANSWERS.get(language[:2], "Dear guest, thank you for your kind review, see you soon.")
    return answer if role == "-response" else plain[role]


def score() -> tuple[int, int, int, int, list[str]]:
    """(headers all right, headers, columns right, columns, what went wrong).

    A column counts once for its own role, or as wrong where a role is given to another.
    """
    from pipeline.common.errors import InputError
    from pipeline.reviews.column_roles import guess_columns

    whole = right = total = 0
    wrong = []
    found = list(headers())
    for language, answer, frame in found:
        try:
            guessed = vars(guess_columns(frame))
        except InputError as error:
            guessed, answer = {"error": str(error)}, {**answer}
        misses = [r for r in ROLES if guessed.get(r) != answer.get(r)]
        relevant = [r for r in ROLES if answer.get(r) or guessed.get(r)]
        total += len(relevant)
        right += len(relevant) - len(misses)
        whole += not misses
        wrong += [f"{language}: {r}: {guessed.get(r)} for {answer.get(r)}" for r in misses]
    return whole, len(found), right, total, wrong
