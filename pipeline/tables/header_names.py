"""Names of review columns as hotels export them, in fifteen languages and a few words of others."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ASCII_WORD = re.compile("[0-9a-z]+")
# Role -> names, normalised by `normalise_name`. "=" marks a name that counts only as the whole
# name, "*" the beginning of a word (in languages that inflect); the others also count as words
# within a longer name, and as the end of a compound. Order: en, de, fr, es, it, pt, nl, ru, ja, zh,
# ko, ar, th, tr, pl, then words of others.
COLUMN_NAMES: dict[str, str] = {
    "text": "review,reviews,comment,comments,feedback,=text,content,body,opinion,review text,"
    "what did you think,=caption,remarks,verbatim,bewertungstext,kommentar,rezension,=bewertung,"
    "gastebewertung,=inhalt,ruckmeldung,anmerkung,anmerkungen,avis,commentaire,commentaires,"
    "texte,remarques,resena,comentario,comentarios,texto,=valoracion escrita,observaciones,"
    "recensione,commento,commenti,testo,osservazioni,avaliacao,observacoes,recensie,=beoordeling,"
    "opmerking,opmerkingen,tekst,beoordelingstekst,отзыв*,комментари*,текст*,口コミ,クチコミ,"
    "レビュー,コメント,本文,感想,意見,评论,評論,点评,點評,内容,內容,评价,評價,評語,评语,意见,"
    "리뷰,후기,댓글,내용,의견,소감,مراجعة,تعليق,رأي,التعليق,التعليقات,المراجعة,نص,รีวิว,"
    "ความคิดเห็น,ข้อความ,yorum,yorumlar,degerlendirme,metin,metni,gorus,opinia,opinii,opinie,"
    "recenzja,recenzji,komentarz,tresc,uwagi,omdome,recension,anmeldelse,kommentti,arvostelu,"
    "arvio,ulasan,hodnoceni textu,recenze,komentar,velemeny,відгук*,коментар*,κριτικη,σχολια,"
    "ביקורת,חוות דעת,nhan xet,danh gia chi tiet",
    "title": "title,titles,headline,headlines,=subject,summary,heading,titel,=betreff,"
    "uberschrift,titre,=objet,titulo,titular,=resumen,subject line,한줄평,=asunto,titolo,"
    "=oggetto,=assunto,=kop,kopje,onderwerp,заголов*,=тема,タイトル,題名,=題,=题,件名,見出し,"
    "标题,標題,主题,主題,제목,عنوان,العنوان,หัวข้อ,ชื่อเรื่อง,baslik,basligi,tytul,naglowek,"
    "rubrik,overskrift,otsikko,nadpis,nazev recenze,=cim,judul,τιτλος,כותרת,tieu de",
    "id": "id,uuid,guid,key,review id,reviewid,identifier,number,=no,nr,=ref,reference,booking,"
    "reservation,nummer,kennung,buchung,identifiant,numero,=code,identificador,codigo,"
    "identificativo,codice,prenotazione,reserva,номер*,код,番号,編號,编号,序号,单号,單號,번호,"
    "رقم,معرف,รหัส,ลำดับ,kimlik,=yorum no,rezervasyon no,numer,identyfikator,azonosito,cislo,"
    "κωδικος,מזהה,ma so,kod",
    "language": "language,languagecode,langcode,=lang,locale,review language,language code,"
    "sprache,sprachcode,langue,idioma,=lengua,lingua,lingua ospite,taal,язык*,言語,语言,語言,"
    "语种,語種,언어,لغة,اللغة,ภาษา,dil,dili,jezyk,sprak,sprog,bahasa,kieli,jazyk,nyelv,мова,"
    "γλωσσα,שפה,ngon ngu",
    "hotel": "hotel,hotels,property,=accommodation,establishment,=venue,hotel name,property name,"
    "resort,=location,=branch,=site,=store,hotelname,unterkunft,=haus,=objekt,=betrieb,=standort,"
    "=filiale,hotelbetrieb,=residence,=complejo,=филиал,分店,지점,=etablissement,hebergement,"
    "etablissement,alojamiento,establecimiento,=propiedad,=centro,struttura,alloggio,albergo,"
    "alojamento,propriedade,accommodatie,=verblijf,=locatie,отел*,гостиниц*,=объект,"
    "объект размещения,ホテル,施設,宿名,=宿,旅館,店舗,=店名,門店,门店,酒店,飯店,饭店,旅店,호텔,"
    "숙소,فندق,الفندق,هتل,المنشأة,مكان الإقامة,โรงแรม,ที่พัก,otel,tesis,tesisi,hotell,hotellnamn,"
    "obiekt*,hotelu,hotelli,ubytovani,szalloda,готел*,хотел*,ξενοδοχειο,מלון,המלון,khach san,"
    "penginapan,=business,business name,=restaurant,restaurant name,=rental,rental name,=cafe,"
    "cafe name,=bar,=place,place name,=listing,listing name,=company,company name,=organization,"
    "=organisation,organization name,organisation name,store name,venue name,branch name,"
    "location name,site name,building name,=apartment,=villa,=lodging,=outlet,outlet name,"
    "unit name,guesthouse,=guest house,guest house name,=poi,poi name,=attraction,"
    "attraction name,=chalet,=b b,=pub,=coffee shop,=campsite,=riad,=facility,facility name,"
    "apartment name,hotelnaam,objektname,nazwa obiektu,숙박업소,업소,ten khach san,hotellin nimi,"
    "lodge,hostel,ferienwohnung,pension,gasthof,gasthaus,gaststatte,=lokal,gite,=camping,auberge,"
    "nom du restaurant,nom du lieu,=logement,=commerce,restaurante,hostal,casa rural,apartamento,"
    "=negocio,=comercio,=lugar,=local,nombre del negocio,nombre del lugar,ristorante,agriturismo,"
    "appartamento,=attivita,=locale,pousada,=empresa,estabelecimento,appartement,=bedrijf,"
    "vakantiehuis,ресторан*,кафе,заведени*,хостел*,апартамент*,=место,=компания,организаци*,"
    "レストラン,飲食店,店名,餐厅,餐廳,店铺,店鋪,商家,民宿,客栈,식당,가게,매장,펜션,업체명,"
    "상호,المطعم,مطعم,المقهى,اسم المكان,اسم النشاط,"
    "ร้านอาหาร,รีสอร์ท,ชื่อร้าน,isletme,isletme adi,restoran,mekan,pansiyon,"
    "konaklama yeri,restauracja,pensjonat,apartament*,nazwa firmy,lokal,=firma,anlaggning,"
    "restaurang,boende,=foretag,overnatningssted,=virksomhed,ravintola,=yritys,majoitus*,penzion,"
    "restaurace,=podnik,etterem,panzio,ресторан,заклад*,καταλυμα,εστιατοριο,επιχειρηση,מסעדה,עסק,"
    "nha hang,quan an,co so luu tru,restoran,tempat,nama tempat,smjestaj,=objekat,pensiune,"
    "restaurant,unitate",
    "date": "date,datetime,timestamp,created,=time,posted,published,=day,review date,submitted,"
    "check in,check out,arrival,departure,datum,anreise,abreise,=zeit,erstellt,arrivee,depart,"
    "publie,fecha,publicado,entrada,salida,=data,data,arrivo,partenza,pubblicata,publicado em,"
    "geplaatst,verblijfsdatum,дата,опубликовано,заезд*,日付,投稿日,宿泊日,日時,年月日,日期,时间,"
    "時間,날짜,작성일,등록일,투숙일,تاريخ,التاريخ,วันที่,tarih,tarihi,dato,paivamaara,"
    "datum pobytu,tanggal,ημερομηνια,תאריך,ngay",
    "rating": "rating,ratings,score,stars,=star,grade,points,rate,overall,satisfaction,wertung,"
    "note,gesamtnote,sterne,punkte,punktzahl,=bewertung,gesamtbewertung,etoiles,evaluation,"
    "puntuacion,puntaje,calificacion,estrellas,valoracion,nota,punteggio,valutazione,giudizio,"
    "voto,stelle,pontuacao,classificacao,=avaliacao,estrelas,cijfer,sterren,=beoordeling,"
    "waardering,оценк*,рейтинг*,балл*,звезд*,звёзд*,評価,評点,点数,星,満足度,総合,评分,評分,星级,"
    "星級,得分,评级,평점,별점,점수,만족도,تقييم,التقييم,الدرجة,คะแนน,puan,puani,=degerlendirme,"
    "ocena,oceny,punkty,gwiazdki,betyg,karakter,arvosana,hodnoceni,ertekeles,=znamka,оцінк*,"
    "βαθμολογια,דירוג,ציון,nilai,diem,bubble,bubbles,zufriedenheit,gesamtzufriedenheit,"
    "satisfaccion,soddisfazione,satisfacao,tevredenheid,memnuniyet,удовлетворен*,удовлетворён*,zadowolenie,"
    "spokojenost,elegedettseg,tyytyvaisyys,tilfredshed,nojdhet,kepuasan,hai long,满意度,滿意度,"
    "ความพึงพอใจ,ικανοποιηση",
    "positive": "positive,positives,positif*,positiv*,positie*,=pos,pos text,pos review,"
    "review pos,pos comment,liked,likes,=like,=pros,=pro,plus,advantages,strengths,gefallen,"
    "positiv,vorteile,pluspunkte,positifs,=ce qui a plu,plu,points forts,aime,positivo,positivos,"
    "positivas,puntos fuertes,gusto,mejor,ventajas,positivi,pregi,piaciuto,gostou,pluspunten,"
    "positief,достоинств*,плюс*,понравил*,положительн*,позитивн*,pozitif*,pozytywn*,pozitiv*,"
    "θετικ*,إيجابي*,ايجابي*,חיובי*,tich cuc,เชิงบวก,肯定,긍정,良かった,良い点,よかった,好きな,"
    "优点,優點,満足した,好评,满意,滿意,喜欢,장점,좋았던,좋은,إيجابيات,الإيجابيات,أعجب*,ข้อดี,ชอบ,"
    "olumlu,begen*,zalety,plusy,podobal*,fordele,fordelar,klady,elonyok,переваг*,θετικα,יתרונות,"
    "kelebihan",
    "negative": "negative,negatives,negatif*,negativ*,negatie*,=neg,neg text,neg review,"
    "review neg,neg comment,disliked,dislikes,=dislike,=cons,=con,minus,not like,did not,didn t,"
    "disadvantages,weaknesses,nicht gefallen,negativ,nachteile,minuspunkte,negatifs,"
    "points faibles,pas aime,pas plu,deplu,n avez pas,negativo,negativos,negativas,puntos debiles,"
    "no gusto,peor,no te gusto,desventajas,negativi,difetti,non ti,non e piaciuto,nao gostou,"
    "minpunten,negatief,недостат*,минус*,не понравил*,отрицательн*,негативн*,negatywn*,αρνητικ*,"
    "سلبي*,שלילי*,tieu cuc,เชิงลบ,否定,부정,悪かった,悪い点,気になった,残念,不満だった,改善,缺点,"
    "缺點,差评,不足,不满,不滿,不喜欢,단점,아쉬운,나쁜,سلبيات,السلبيات,لم يعجب*,ข้อเสีย,ไม่ชอบ,"
    "olumsuz,begenilmey*,begenmed*,wady,minusy,nie podobal*,ulemper,nackdelar,zapory,hatranyok,"
    "недолік*,αρνητικα,חסרונות,kekurangan",
}  # fmt: skip
# Words that name what guests liked or disliked only where two columns make a pair: "What was good?"
# and "What was bad?". They are no evidence of a header, as they also stand in reviews. With a word
# of "negation", one that names something liked names something disliked: "liked least".
PAIR_NAMES: dict[str, str] = {
    "liked": "pos,お気に入り,أفضل,אהבתם,pros,enjoyable,thumbs up,strong,strength,compliment,joy,"
    "joys,delight,special,stood out,upvote,top,tops,avantages,avantage,aciertos,acierto,ventajas,"
    "преимуществ*,推荐,高评,高評,잘한,긍정,إيجابي,ايجابي,المزايا,guclu,fordeler,hyvat,diem cong,"
    "good,great,best,well,loved,love,enjoyed,enjoy,like,appreciated,impressed,upside,upsides,"
    "highlight,highlights,favourite,favorite,praise,compliments,satisfied,satisfying,right,"
    "pleased,delighted,happy,gut,gute,gutes,gute seite,beste,besten,lob,starken,starke,"
    "lobenswert,zufrieden,gefiel,toll,schon,bien,bon,bonne,meilleur,mieux,apprecie,forces,atouts,"
    "adore,bueno,buenas,lo bueno,gusta,encanto,favor,fortalezas,destaca,buono,bene,bello,meglio,"
    "migliore,piace,punti di forza,vantaggi,apprezzato,bom,bons,boa,melhor,gostei,gosta,"
    "vantagens,fortes,elogios,goed,goede,leuk,fijn,sterk,sterke,voordelen,bevallen,хорош*,лучш*,"
    "нравит*,достоинств*,сильн*,良かった,良い,よい,いい,好き,満足,メリット,長所,気に入った,"
    "嬉しかった,好的,优势,優勢,亮点,亮點,最好,值得表扬,喜歡,讚,推荐理由,좋은,좋았,만족,강점,칭찬,"
    "مميزات,المميزات,مزايا,أعجبك,أعجبني,أحببت,الجيد,جيد,ประทับใจ,จุดเด่น,ดี,ถูกใจ,iyi,guzel,"
    "sevd*,memnun,artilar,avantajlar,dobre,najlepsze,mocne,podoba*,podobalo,bra,gillade,styrkor,"
    "godt,bedste,beste,likte,kunne lide,hyvaa,hyva,parasta,plussat,pidit,dobre,libil*,libi*,"
    "lepsi,vyhody,tetszett,jo,pozitivum*,elonyok,legjobb,сподоба*,добре,кращ*,αρεσε,αρεσει,"
    "καλυτερο,καλα,πλεονεκτηματα,אהבתי,אהבת,טוב,חיובי,thich,hai long,uu diem,diem tot,disukai,"
    "suka,bagus,baik,placut,bune,avantaje,forte,अच्छा,अच्छी,पसंद,svida*,dobro,prednosti,pozitivno",
    "disliked": "neg,migliorare,migliorerest*,migliorerebbe,がっかり,أسوأ,paranta*,cons,"
    "thumbs down,weak,weakness,let you down,let down,spoil,spoiled,spoilt,pain,pains,downvote,"
    "flop,flops,inconvenients,inconvenient,inconvenientes,inconvenienti,fallos,fallo,差评,差評,"
    "개선할,부정,سلبي,zayif,ulemper,huonot,diem tru,dislike,bad,worst,hated,hate,poor,wrong,"
    "unhappy,unpleasant,downside,downsides,complaint,complaints,improve,improved,improvement,"
    "improvements,better,disappointed,disappointing,disappointment,problem,problems,lowlight,"
    "lowlights,criticism,missing,unsatisfied,dissatisfied,annoyed,frustrating,schlecht,"
    "schlechtes,schlechte,schlechteste,kritik,schwachen,gestort,storte,verbessern,verbesserung*,"
    "besser,contra,kontra,bemangelt,missfallen,mauvais,moins,pire,contre,ameliorer,amelioration*,"
    "faibles,faiblesses,deteste,malo,lo malo,peores,contra,contras,mejorar,mejora,debilidades,"
    "desagrado,odio,male,peggio,peggiore,migliorare,punti deboli,svantaggi,critiche,ruim,mau,"
    "pior,melhorar,fracos,desvantagens,criticas,slecht,slechte,slechtst,beter,verbeter*,nadelen,"
    "zwakke,tegenvallers,плох*,худш*,улучш*,слаб*,悪かった,悪い,不満,デメリット,短所,気になった,"
    "嫌だった,残念,嫌い,改善,劣势,劣勢,槽点,槽點,不好,改进,改進,建议,差的,吐槽,나쁜,나빴,아쉬웠,"
    "아쉬운,불만,개선,싫은,싫었,عيوب,العيوب,السيئ,سيئ,تحسين,ควรปรับปรุง,ปรับปรุง,จุดด้อย,แย่,"
    "kotu,eksik*,eksiler,dezavantajlar,sevmed*,gelistir*,zle,najgorsze,slabe,poprawic,dalig*,"
    "samre,forbattr*,svagheter,darligt,vaerste,bedre,forbedr*,huonoa,huono,miinukset,pitanyt,"
    "parannettav*,spatne,horsi,zlepsit,nelibi*,nevyhody,rossz,negativum*,hatranyok,javit*,поган*,"
    "гірш*,покращ*,χειροτερο,κακο,μειονεκτηματα,βελτιω*,שנאתי,רע,שלילי,לשפר,ghet,nhuoc diem,"
    "chua tot,can cai thien,buruk,jelek,kekurangan,perbaik*,slabe,rele,dezavantaje,imbunatati*,"
    "बुरा,बुरी,नापसंद,खराब,lose,nedostaci,negativno",
    "negation": "not,mindre,no,t,least,less,nothing,nicht,weniger,wenigsten,kein,keine,pas,moins,"
    "menos,non,meno,nao,niet,minder,minst,не,менее,наименее,nie,najmniej,mniej,inte,minst,ikke,"
    "mindst,ei,et,eivat,vahiten,ne,nejmene,nem,legkevesbe,не,δεν,λιγοτερο,לא,פחות,لم,لا,غير,ليس,"
    "khong,chua,tidak,kurang,nu,नहीं,ない,なかった,不喜,不满,没有,沒有,不太,不够,不夠,안,않은,"
    "않았,못,ไม่,degil",
}  # fmt: skip

# Names of the columns of a FAQ, which are looked for in files of questions and answers alone: in a
# file of reviews a "question" is one of a survey, and an "answer" the hotel's to a guest.
FAQ_NAMES: dict[str, str] = {
    "question": "question,questions,=q,faq,query,inquiry,enquiry,guest asks,frage,fragen,"
    "fragestellung,pregunta,preguntas,consulta,domanda,domande,quesito,pergunta,perguntas,vraag,"
    "vragen,вопрос*,質問,質問文,問い,問い合わせ,お問い合わせ,问题,問題,提问,提問,问句,질문,문의,"
    "물음,سؤال,السؤال,أسئلة,الأسئلة,คำถาม,soru,sorular,pytanie,pytania,fraga,fragor,sporgsmal,"
    "sporsmal,kysymys,kysymykset,otazka,otazky,kerdes,kerdesek,питан*,запитан*,ερωτηση,ερωτησεις,"
    "שאלה,שאלות,cau hoi,pertanyaan,soalan,intrebare,intrebari,प्रश्न,सवाल,pitanje,pitanja,swali",
    "answer": "answer,answers,=a,response,reply,solution,antwort,antworten,reponse,reponses,"
    "respuesta,respuestas,risposta,risposte,resposta,respostas,antwoord,antwoorden,ответ*,回答,"
    "回答文,答え,返答,答案,答复,答覆,解答,답변,답,대답,إجابة,الإجابة,جواب,الجواب,رد,คำตอบ,cevap,"
    "cevaplar,yanit,yanitlar,odpowiedz,odpowiedzi,svar,vastaus,vastaukset,odpoved,odpovedi,valasz,"
    "valaszok,відповід*,απαντηση,απαντησεις,תשובה,תשובות,cau tra loi,tra loi,jawaban,jawapan,"
    "raspuns,raspunsuri,उत्तर,जवाब,odgovor,odgovori,jibu",
}  # fmt: skip


@lru_cache(maxsize=10_000)
def is_known_column_name(name: str) -> bool:
    """Whether a cell reads like the name of a review column.

    Either the whole cell or each of its words must be such a name: "Review Title", not "Great
    hotel".
    """
    normalised = normalise_name(name)
    words = _all_names()
    return normalised in words or (0 < len(normalised) <= 40 and set(normalised.split()) <= words)


@cache
def _all_names() -> frozenset[str]:
    return frozenset(
        normalise_name(word.strip("=*"))
        for line in COLUMN_NAMES.values()
        for word in line.split(",")
    )


_PREPOSITIONS = set(
    "of,der,des,vom,von,du,de,d,del,della,dell,dello,do,da,dos,van,av,til,för,for,om".split(",")
)


class _RoleNames(NamedTuple):
    """The names of a role by the way they match.

    Attributes:
        whole: match the whole name.
        words: match a word.
        phrases: match several words.
        prefixes: match the beginning of a word.
        substrings: match anywhere, in languages that write no spaces.
        compounds: match the end of a word.
    """

    whole: frozenset[str]
    words: frozenset[str]
    phrases: tuple[str, ...]
    prefixes: tuple[str, ...]
    substrings: tuple[str, ...]
    compounds: tuple[str, ...]


@cache
def _role_names(role: str) -> _RoleNames:
    names = (COLUMN_NAMES | PAIR_NAMES | FAQ_NAMES)[role].split(",")
    within = [normalise_name(name) for name in names if name[0] != "=" and name[-1] != "*"]
    return _RoleNames(
        frozenset(normalise_name(name.strip("=*")) for name in names),
        frozenset(within),
        tuple(f" {name} " for name in within if " " in name),
        tuple(normalise_name(name[:-1]) for name in names if name.endswith("*")),
        # Thai, Chinese, Japanese and Korean write no space between the words of a name.
        tuple(name for name in within if len(name) > 1 and name[0] > "\u0e00"),
        # German, Dutch and Nordic compounds: the last part is the head.
        tuple(name for name in within if len(name) > 3 and name.isascii()),
    )


def _head_noun(words: list[str]) -> str:
    """The head of a name of several words if it comes first; "" if it may come last."""
    link = next((i for i, word in enumerate(words) if i and word in _PREPOSITIONS), 0)
    if link:
        return " ".join(words[:link])
    first_is_head = len(words) == 2 and "\u0590" < words[0][0] < "\u0700"  # Hebrew and Arabic
    return words[0] if first_is_head else ""


@lru_cache(maxsize=20_000)
def score_name(name: str, role: str) -> float:
    """Score how well a column's name fits a role.

    Args:
        name: as it stands in the file.
        role: a key of `COLUMN_NAMES`, `PAIR_NAMES` or `FAQ_NAMES`.

    Returns:
        3 if the whole name matches, 2.5 if its last word does, 2 for another word, 0 for none.
        Where the head comes first ("title of the review"), up to 2.8 for the head, 1.5 for another
        word.
    """
    normalised, known = normalise_name(name), _role_names(role)
    words = normalised.split()
    if not words:
        return 0.0
    if normalised in known.whole:
        return 3.0
    head = _head_noun(words)
    if head:
        # "Titel der Bewertung", "عنوان المراجعة": a title, not a rating.
        score = score_name(head, role)
        return min(score, 2.8) if score else 1.5 * bool(set(words) & known.words)
    last, spaced = words[-1], f" {normalised} "
    phrases = [phrase for phrase in known.phrases if phrase in spaced]
    substrings = (
        [] if normalised.isascii() else [part for part in known.substrings if part in normalised]
    )
    prefixes = [part for part in known.prefixes if f" {part}" in spaced]
    if (
        last in known.words
        or last.endswith(known.compounds)
        or any(map(spaced.endswith, phrases))
        or any(map(normalised.endswith, substrings))
        or any(map(last.startswith, prefixes))
    ):
        return 2.5
    inside = any(word in known.words or word.endswith(known.compounds) for word in words)
    return 2.0 if inside or phrases or substrings or prefixes else 0.0


def normalise_name(name: str) -> str:
    """Normalise a name: lower case, no accents, CamelCase and punctuation as spaces.

    Args:
        name: any text.
    """
    if name.isascii():  # as below, of which nothing else is left to do
        return " ".join(_ASCII_WORD.findall(_CAMEL.sub(" ", name).lower()))
    name = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    out = unicodedata.normalize("NFD", name.casefold())
    # Only Latin and Greek letters: in other scripts the marks make a different letter (が, й).
    out = unicodedata.normalize("NFC", re.sub("(?<=[a-zα-ω])[\u0300-\u036f]+", "", out))
    out = out.replace("ł", "l").replace("ı", "i").replace("ø", "o").replace("đ", "d")
    return " ".join("".join(c if _is_word_character(c) else " " for c in out).split())


@cache
def _is_word_character(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")
