"""Short hotel reviews written for the tests, and tables made of them. Same seed, same table."""

import random

TEXTS: dict[str, tuple[str, ...]] = {
    "en": (
        "Lovely stay, quiet room.",
        "The breakfast was cold; the coffee too.",
        "Noisy at night!",
        "Staff went out of their way to help us.",
        "Check-in took 40 minutes, no apology.",
    ),
    "de": (
        "Das Frühstück war schön, die Straße laut.",
        "Sehr gemütliches Zimmer, größer als erwartet.",
        "Die Dusche tropfte, für den Preis enttäuschend.",
        "Schöne Aussicht über die Dächer.",
    ),
    "fr": (
        "Très bon accueil, chambre propre.",
        "Le petit-déjeuner était froid, dommage.",
        "Situé à côté de la gare, idéal.",
        "Hôtel rénové, mais la climatisation ça grinçait.",
    ),
    "es": (
        "La habitación estaba limpia, señal de cuidado.",
        "¡Muy ruidoso por la mañana!",
        "El desayuno fue delicioso, también el café.",
        "Personal atentísimo, volveré el próximo año.",
    ),
    "it": (
        "La colazione è ottima, però il caffè no.",
        "Camera più piccola di così non c'è.",
        "Posizione perfetta, città a due passi.",
        "Il personale è stato gentilissimo, tornerò.",
    ),
    "pt": (
        "O pequeno-almoço não estava à altura.",
        "Localização ótima, mas há muito ruído.",
        "Funcionários simpáticos, atenção em tudo.",
        "A cama é confortável e o chão também não range.",
    ),
    "nl": (
        "Prima ontbijt, één minpunt: het lawaai.",
        "Vriendelijk personeel, goede ligging.",
        "De kamer was ruim, maar de douche té koud.",
        "Rustige buurt, zeer geschikt voor gezinnen, ideaal café.",
    ),
    "sv": (
        "Frukosten var underbar, sängen också.",
        "Rummet låg för nära hissen.",
        "Trevlig personal på kvällen, men dålig städning.",
        "Läget är utmärkt, nära till båten.",
    ),
    "da": (
        "Værelset var pænt, men støjende.",
        "Morgenmaden er god, særligt rugbrødet.",
        "Søde folk i receptionen, på trods af kø.",
        "Lækker udsigt over åen, fint køkken.",
    ),
    "pl": (
        "Pokój był czysty, śniadanie słabe.",
        "Łóżko wygodne, obsługa bardzo miła.",
        "Zbyt głośno w nocy, ściany są cienkie.",
        "Świetna lokalizacja, wrócę z żoną.",
    ),
    "cs": (
        "Pokoj byl čistý, snídaně výborná.",
        "Příjemný personál, ale hlučná ulice.",
        "Žádný výtah, těžké kufry jsme nesli sami.",
        "Krásný výhled na řeku, určitě přijedeme.",
    ),
    "hu": (
        "A szoba tiszta volt, a reggeli bőséges.",
        "Túl zajos az éjszaka, vékonyak a falak.",
        "Kedves személyzet, gyönyörű kilátás.",
        "A fürdőszoba kicsi, de felújított és szép.",
    ),
    "tr": (
        "Oda çok küçüktü ama kahvaltı güzeldi.",
        "Çalışanlar yardımsever, ışık azdı.",
        "Gece gürültüsü yüzünden uyuyamadık.",
        "Konumu şahane, iskeleye yakın, yine geliriz.",
    ),
    "ru": (
        "Номер чистый, завтрак холодный.",
        "Очень шумно ночью, музыка до трёх.",
        "Персонал приветливый, помогли с багажом.",
        "Расположение удобное, рядом метро.",
    ),
    "uk": (
        "Номер чистий, сніданок холодний.",
        "Дуже гамірно вночі, її чути всюди.",
        "Привітний персонал, допомогли з валізами.",
        "Зручне розташування, поруч є парк.",
    ),
    "bg": (
        "Стаята беше чиста, закуската студена.",
        "Много шумно през нощта.",
        "Персоналът е любезен и ни помогна.",
        "Удобно място, близо до метрото.",
    ),
    "el": (
        "Το δωμάτιο ήταν καθαρό, το πρωινό μέτριο.",
        "Πολλή φασαρία τη νύχτα.",
        "Ευγενικό προσωπικό, θα ξαναπάμε.",
        "Υπέροχη θέα στη θάλασσα, κοντά στο λιμάνι.",
    ),
    "he": (
        "החדר היה נקי, ארוחת הבוקר קרה.",
        "רועש מאוד בלילה.",
        "צוות אדיב ועוזר בכל דבר.",
        "מיקום מצוין, קרוב לים ולתחנה.",
    ),
    "ar": (
        "الغرفة نظيفة، والإفطار بارد.",
        "ضوضاء كثيرة في الليل.",
        "الموظفون لطفاء وساعدونا كثيرا.",
        "الموقع ممتاز قريب من المحطة والبحر.",
    ),
    "th": (
        "ห้องสะอาดมาก แต่อาหารเช้าไม่อร่อย",
        "กลางคืนเสียงดังมาก",
        "พนักงานใจดีและช่วยเหลือดี",
        "ทำเลดีมาก ใกล้สถานีรถไฟ",
    ),
    "ja": (
        "夜に音楽がうるさいです。",
        "朝食はとても美味しかったです、また来ます。",
        "部屋は狭いですが、清潔でした。",
        "スタッフの対応が丁寧で良かった。",
        "駅から近くて便利。予約もスムーズ、表示も分かりやすいです。",
    ),
    "zh": (
        "晚上音乐很吵。",
        "房间很干净，早餐也不错。",
        "前台服务非常好，下次还住这里。",
        "位置方便，离地铁站很近。",
    ),
    "zh-hant": (
        "晚上音樂很吵。",
        "房間很乾淨，早餐也不錯。",
        "櫃檯的服務非常好，下次還住這裡。",
        "位置方便，離捷運站很近。",
    ),
    "ko": (
        "밤에 음악 소리가 너무 시끄러워요.",
        "방이 깨끗하고 조식이 맛있었습니다.",
        "직원들이 친절해서 좋았어요.",
        "위치가 좋고 역에서 가깝습니다.",
    ),
    "lt": (
        "Kambarys švarus, pusryčiai šalti.",
        "Labai triukšminga naktį, girdėjosi muzika.",
        "Malonūs darbuotojai, ačiū už pagalbą.",
        "Puiki vieta, šalia senamiesčio, grįšime į čia.",
    ),
}
HOTELS = ("Sonne", "Hotel Meer", "Villa Rosa", "Grand Park")
COLUMNS = ["id", "hotel", "date", "rating", "language", "title", "review"]

Rows = list[list[str]]


def table(language: str = "en", n: int = 8, *, seed: int = 0, tricky: bool = False) -> Rows:
    """A header and `n` rows of reviews in a language.

    With `tricky`, some texts hold commas, semicolons, quotes and line breaks.
    """
    rng = random.Random(f"{language} {n} {seed}")
    texts = TEXTS[language]
    rows = [list(COLUMNS)]
    for i in range(1, n + 1):
        text = " ".join(rng.sample(texts, k=rng.randint(1, 2)))
        if tricky and i % 3 == 0:
            text += ' He said "never again", twice; we agree.'
        if tricky and i % 4 == 1:
            text = f"{text}\n{rng.choice(texts)}"
        date = f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        title = rng.choice(texts).split(" ")[0].strip(",.;!")
        row = [f"r{i}", rng.choice(HOTELS), date, str(rng.randint(1, 5)), language[:2], title, text]
        rows.append(row)
    return rows


def mixed(n: int = 20, *, seed: int = 0, languages: tuple[str, ...] = ("en", "de", "ja")) -> Rows:
    """A header and rows that go through several languages."""
    parts = [table(language, n, seed=seed)[1:] for language in languages]
    return [list(COLUMNS), *(parts[i % len(parts)][i] for i in range(n))]
