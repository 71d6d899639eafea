"""Subjects of column names that decide against a role, or between two columns, in many languages.

"Scraped At" is no date of a review, "Staff Score" no overall rating, and "Country" no language,
though their values look like it.
"""

from __future__ import annotations

from functools import cache, lru_cache

from pipeline.tables.header_names import normalise_name

# Subject -> words of names, normalised by `normalise_name`. "*" marks the beginning of a word; a
# name of several words is a phrase. Words of languages without spaces count anywhere in a name.
_SUBJECTS: dict[str, str] = {
    "reply": "response,responses,reply,replies,replied,answer,answers,answered,antwort*,reponse,"
    "reponses,respuesta*,risposta,risposte,resposta*,antwoord*,reactie*,ответ*,відповід*,رد,الرد,"
    "yanit*,cevap*,odpowiedz*,svar,odpoved*,valasz*,vastaus*,απαντηση,תגובה,תגובת,raspuns*,"
    "odgovor*,tanggapan,balasan,phan hoi,返信,回复,回覆,답변,답글,การตอบกลับ,ตอบกลับ,owner,"
    "hotelier*,management,host,anfitrion,gastgeber*,stellungnahme,администрац*",
    "person": "author,authors,user,username,users,reviewer,reviewers,guest,guests,customer,client,"
    "traveler,traveller,tourist,visitor,host,employee,manager,profile,member,contributor,"
    "first name,last name,surname,firstname,lastname,full name,vorname,nachname,gast,gaste,"
    "gastename,kunde,kundenname,verfasser,autor*,auteur,autore,voyageur,prenom,huesped,cliente,"
    "ospite,hospede,usuario,utente,viajero,гость,гостя,гостей,автор*,пользовател*,имя,фамилия,імя,користувач*,"
    "gosc,gosci,uzytkownik,misafir,kullanici,yazar,yazan,投稿者,宿泊者,ニックネーム,氏名,用户,用戶,"
    "昵称,暱稱,住客,作者,旅客,고객,작성자,이용자,닉네임,الضيف,اسم الضيف,المستخدم,الكاتب,ผู้เข้าพัก,"
    "ผู้เขียน,ผู้ใช้,host,vendeg,gaest,gjest,vieras,επισκεπτης,אורח,tamu,pengguna",
    "link": "url,urls,uri,link,links,href,website,homepage,image,images,photo,photos,picture,"
    "pictures,img,avatar,thumbnail,lien,enlace,collegamento,ссылк*,链接,鏈接,图片,圖片,リンク,画像,"
    "링크,사진,رابط,email,mail,phone,telephone",
    "count": "count,counts,anzahl,number,num,nb,n,cantidad,likes,like,votes,vote,helpful,useful,"
    "cool,funny,upvotes,downvotes,thumbs,followers,contributions,nights,night,nachte,nuits,noches,notti,"
    "noites,nachten,adults,children,persons,people,age,year,month,day,week,floor,index,row,level,"
    "size,version,visits,stays,price,cost,amount,fee,rank,ranking,distance,duration,length,words,"
    "word,chars,tokens,lat,lng,lon,latitude,longitude,zip,postcode,点赞,点赞数,人数,泊数,"
    "количество,число,liczba,quantidade,numero de,nombre de,aantal,sayisi,件数,数量",
    "model": "label,labels,class,target,sentiment*,polarity,compound,vader,textblob,subjectivity,"
    "confidence,probability,proba,prob,logit*,predict*,pred,emotion*,toxicity,stimmung*,polarit*,"
    "polarid*,sentimiento*,sentimento*,тональност*,сентимент*,情感,感情,センチメント,감성,감정,"
    "المشاعر,duygu,cluster,fold,topic,similarity,embedding,bert,roberta,hf,gpt,llm,fake,spam,split",
    "room": "room,rooms,zimmer,chambre,camera,kamer,habitacion,quarto,room type,部屋,房型,객실",
    "address": "address,addresses,adresse,adress,adresa,anschrift,strasse,street,direccion,"
    "indirizzo,endereco,adres,адрес*,city,town,state,province,region,stadt,ort,ville,ciudad,citta,"
    "cidade,住所,地址,주소,ที่อยู่,dia chi,alamat,osoite,διευθυνση,כתובת",
    "country": "country,countries,nation,nationality,market,land,lands,pays,pais,paese,nazione,"
    "nazionalita,nationalite,nacionalidad,nacionalidade,nationalitat,herkunft,herkunftsland,origin,"
    "страна,страны,гражданств*,країна,国,國,国家,國家,国籍,國籍,国名,地区,국가,국적,나라,البلد,"
    "الدولة,الجنسية,بلد,ประเทศ,สัญชาติ,ulke,ulkesi,uyruk,kraj,narodowosc,nationalitet,maa,"
    "kansalaisuus,zeme,narodnost,orszag,nemzetiseg,χωρα,מדינה,ארץ,quoc gia,quoc tich,negara,"
    "kebangsaan,tara,drzava",
    "amenities": "amenities,amenity,services,categories,category,tags,facilities,"
    "benefits,features,highlights,policy,policies,"
    "ausstattung,equipements,instalaciones,servizi,comodidades",
    "scrape": "scrape*,scraping,crawl*,collected,collection,retriev*,fetch*,extracted,extraction,"
    "download*,export,exported,exportiert,import,imported,importiert,ingest*,harvest*,captured,"
    "loaded,snapshot,inserted,processed,parsed,pulled,synced,queried,as of,accessed,abgerufen,"
    "abruf*,heruntergeladen,recupere*,recuperation,collecte*,telecharge*,extrait,extraido,extraida,"
    "extraccion,extracao,descarga*,consultado,recolecta*,recopilad*,recogida,capturad*,scaricat*,"
    "estratt*,raccolt*,coletad*,coleta,baixad*,opgehaald,gedownload,verzameld,выгруз*,выгруж*,"
    "собран*,сбора,парсинг*,загруз*,скачан*,pobran*,zebran*,pozyska*,indir*,toplan*,cekilme,"
    "stazen*,hamtad*,hentet,取得日,取得時,取得日時,収集,抽出,出力日,抓取,爬取,采集,採集,获取时间,"
    "獲取時間,导出,匯出,導入,导入,수집,크롤링,추출,다운로드,استخراج,تجميع,جمع البيانات,ดึงข้อมูล,"
    "วันที่ดึง,เก็บข้อมูล,diambil,thu thap",
    "update": "update,updated,updates,modif*,edited,edit,changed,lastmod,aktualisier*,geandert,"
    "bearbeitet,mise a jour,mis a jour,actualiz*,actualiza*,aggiorna*,atualiz*,alterad*,bijgewerkt,"
    "gewijzigd,обновл*,измен*,оновлен*,zaktualizowan*,aktualizac*,zmienion*,guncelle*,更新,修改,"
    "編集,编辑,수정,تحديث,تعديل,แก้ไข,อัปเดต,paivitet*,andrad,opdater*,cap nhat,diperbarui,עודכן",
    "membership": "joined,member since,registered,birth*,dob,geburt*,naissance,nacimiento,nascita,"
    "nascimento,signup,sign up,opened,founded,established",
    "overall": "overall,total,general,global,globale,gesamt*,insgesamt,generale,geral,complessiv*,"
    "totale,totaal*,algemen*,algehele,eind*,общ*,итог*,総合,综合,綜合,总体,总评,总分,總,整体,전체,"
    "종합,총점,총,العام,الكلي,إجمالي,الإجمالي,รวม,genel,toplam,ogolna,ogolne,calkowit*,samlet,"
    "sammanlagt,helhet*,totalt,celkov*,osszes*,altalanos*,загальн*,συνολικ*,כללי,tong,keseluruhan,"
    "yleis*,kokonais*,ukupn*,final,ensemble",
    "average": "average,avg,mean,aggregate,durchschnitt*,moyen*,promedio,media,medio,gemiddeld*,"
    "средн*,平均,평균,المتوسط,متوسط,เฉลี่ย,ortalama,sredni*,genomsnitt*,gennemsnit*,prumer*,atlag*,"
    "keskiarvo,trung binh,rata",
    "aspect": "staff,service,services,clean*,location,comfort*,facilit*,amenit*,wifi,wi fi,"
    "internet,room,rooms,food,breakfast,sleep,bed,beds,bathroom,atmosphere,ambience,communication,"
    "accuracy,equipment,pool,spa,noise,safety,security,design,hygiene,maintenance,reception,"
    "hospitality,dining,beach,parking,view,decor,value for money,value score,value rating,"
    "money,check in,checkin,"
    "personal,sauberkeit*,lage,preis*,leistung*,komfort*,ausstattung*,zimmer*,fruhstuck*,essen,"
    "verpflegung*,schlaf*,freundlichkeit*,gastronomie*,"
    "personnel,proprete,emplacement,situation,prix,rapport qualite prix,confort,equipement*,"
    "chambre*,petit dejeuner,restauration,accueil,literie,calme,"
    "limpieza,ubicacion,precio,calidad,comodidad,instalaciones,servicio*,habitacion*,desayuno,"
    "comida,atencion,"
    "personale,pulizia,posizione,prezzo,qualita,servizi,servizio,camera,camere,colazione,cibo,"
    "accoglienza,"
    "funcionarios,limpeza,localizacao,preco,custo beneficio,conforto,instalacoes,comodidades,"
    "quarto*,servico*,cafe da manha,pequeno almoco,atendimento,higiene,"
    "personeel*,schoon*,hygiene,ligging,prijs*,kwaliteit,faciliteiten,kamer*,ontbijt*,eten,"
    "персонал*,чистот*,расположени*,местоположени*,цена,цены,сервис*,обслуживани*,комфорт*,"
    "удобств*,питани*,завтрак*,"
    "サービス,清潔,立地,ロケーション,部屋,食事,朝食,夕食,風呂,設備,アメニティ,接客,価格,コスパ,"
    "服务,服務,卫生,衛生,位置,设施,設施,房间,房間,餐饮,餐飲,早餐,性价比,环境,環境,价格,清洁,清潔,"
    "舒适,舒適,"
    "서비스,청결,위치,시설,객실,가격,가성비,조식,편안,직원,친절,"
    "الخدمة,النظافة,الموقع,القيمة,الراحة,المرافق,الغرف,الغرفة,الطعام,الإفطار,الموظفين,السعر,"
    "บริการ,สะอาด,ทำเล,คุ้มค่า,สิ่งอำนวย,ห้องพัก,อาหาร,พนักงาน,ราคา,"
    "hizmet*,temizlik*,konum*,fiyat*,konfor*,oda,odasi,odalar*,personel*,kahvalti*,yemek*,"
    "obslug*,czystosc*,czystosci,lokalizacj*,cena,ceny,wygod*,udogodnien*,pokoj*,sniadani*,"
    "jedzeni*,stosunek,"
    "renlighet,renlighed,renhold,beliggenhet,beliggenhed,frukost,morgenmad,frokost,siisteys,"
    "sijainti,aamiainen,palvelu,cistota,poloha,snidane,tisztasag,elhelyezkedes,szemelyzet,reggeli,"
    "чистота,розташування,обслуговування,καθαριοτητα,τοποθεσια,προσωπικο,εξυπηρετηση,ניקיון,"
    "מיקום,שירות,צוות,ve sinh,vi tri,phuc vu,dich vu,nhan vien,kebersihan,lokasi,pelayanan,"
    "layanan,kenyamanan,fasilitas",
    "class": "hotel class,hotel category,star category,hotelklasse,hotelkategorie,hotelsterne,"
    "sternekategorie,star class,star classification,categorie hotel,categoria hotel,星级酒店,"
    "ホテルランク,ホテルクラス,отель звезд,звездность",
    "stars": "star,stars,sterne,etoiles,estrellas,stelle,estrelas,sterren,звезд*,звёзд*,星级,星級,"
    "yildiz,gwiazdki,gwiazdek",
    "translation": "translated,translation,ubersetz*,traduit*,traduc*,tradu*,tradotto,traduzione,"
    "перевод*,переклад*,翻译,翻譯,翻訳,번역,ترجمة,مترجم,แปล,ceviri*,tlumacz*,vertaal*,oversat",
    "publication": "published,publish,publication,posted,posting,submitted,written,veroffentlicht*,"
    "eingestellt,publie*,publicad*,publicacion,publicacao,pubblicat*,pubblicazione,geplaatst,"
    "опубликован*,публикац*,opublikowan*,wystawieni*,yayin*,投稿,掲載,发布,發布,发表,發表,작성,등록,"
    "النشر,เผยแพร่,เขียน,ngay dang",
    "stay": "check in,check out,checkin,checkout,arrival,departure,stay,stayed,anreise,abreise,"
    "aufenthalt*,reisezeit,reisedatum,arrivee,depart,sejour,entrada,salida,estancia,arrivo,partenza,"
    "soggiorno,chegada,saida,estadia,aankomst,vertrek,verblijf*,заезд*,выезд*,прожив*,入住,退房,离店,"
    "離店,宿泊,チェックイン,チェックアウト,체크인,체크아웃,투숙,숙박,الوصول,المغادرة,الإقامة,giris,cikis,"
    "konaklama,przyjazd*,wyjazd*,pobyt*",
    "guest's own": "review,reviews,reviewed,評論,點評,reviewer,user,guest,customer,my,your,gast,"
    "gaste,client,opinia,opinii,отзыв*,评论,点评,用户,口コミ,리뷰,bewertung*,avis,resena,recensione,avaliacao",
    "source": "source,sources,platform,channel,provider,portal,ota,review site,site,website,quelle,"
    "plattform,kanal,bewertungsportal,plateforme,canal,fuente,plataforma,fonte,piattaforma,canale,"
    "bron,kanaal,источник*,площадк*,платформ*,джерело,zrodlo,kaynak,kalla,kilde,lahde,zdroj,forras,"
    "πηγη,מקור,nguon,sumber,渠道,来源,來源,平台,サイト,プラットフォーム,掲載元,媒体,출처,플랫폼,채널,"
    "المصدر,المنصة,แหล่งที่มา,แพลตฟอร์ม,ช่องทาง",
    "place": "place,hotel,property,business,venue,listing,location,restaurant,company,store,shop,"
    "organisation,organization,establishment,accommodation,unterkunft,struttura,etablissement",
}  # fmt: skip
_PLACE_KEYS = {"cid", "fid", "data id", "google id", "feature id", "gmap id", "poi id"}


@cache
def _words_of(subject: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """The words, the word beginnings and phrases, and the substrings of a subject."""
    names = [name.strip() for name in _SUBJECTS[subject].split(",")]
    words = [normalise_name(name) for name in names if not name.endswith("*")]
    begun = tuple(f" {normalise_name(name[:-1])}" for name in names if name.endswith("*"))
    phrases = tuple(f" {word} " for word in words if " " in word)
    within = tuple(word for word in words if len(word) > 1 and word[0] > "\u0e00")
    return frozenset(words), begun + phrases, within


@lru_cache(maxsize=20_000)
def is_about(name: str, *subjects: str) -> bool:
    """Whether a column's name has a word of one of these subjects."""
    normalised = normalise_name(name)
    for subject in subjects:
        words, begun, within = _words_of(subject)
        if words & set(normalised.split()) or any(part in f" {normalised} " for part in begun):
            return True
        if not normalised.isascii() and any(part in normalised for part in within):
            return True
    return False


def is_place_key(name: str) -> bool:
    """Whether a column's name is that of the key of a place: "place_id", "HotelCode", "cid"."""
    normalised = normalise_name(name)
    words = normalised.split()
    if normalised in _PLACE_KEYS or normalised in ("placeid", "hotelid", "propertyid"):
        return True
    return len(words) > 1 and words[-1] in ("id", "key", "code") and is_about(name, "place")
