import pytest

from pipeline.reviews.column_pair import find_pair

LIKED = ["good stuff about the breakfast", "quiet room and nice bed"]
DISLIKED = ["noisy street outside", "cold coffee again", "N/A"]
OTHERS = {"hotel": ["Hotel Sonne", "Sea Inn"], "review title": ["Nice place", "So so"]}
PAIRS = """
pos_text / neg_text
review_pos / review_neg
Pos / Neg
likes_text / dislikes_text
reviewPositive / reviewNegative
best / worst
loved / hated
highlights / lowlights
What was good? / What was bad?
What did you like most? / What did you like least?
What did you like about the room? / What did you dislike about the room?
What went well? / What could we improve?
Was hat Ihnen gefallen? / Was hat Ihnen nicht gefallen?
Lob / Kritik
Les plus / Les moins
Ce que j'ai aimé / Ce que je n'ai pas aimé
Lo mejor / Lo peor
Les + / Les -
Thumbs up / Thumbs down
Strong points / Weak points
Avantages / Inconvénients
Ventajas / Inconvenientes
Преимущества / Недостатки
高评内容 / 差评内容
أفضل شيء / أسوأ شيء
What stood out? / What let you down?
¿Qué te gustó? / ¿Qué no te gustó?
Cosa ti è piaciuto / Cosa non ti è piaciuto
Punti di forza / Punti deboli
Do que gostou / Do que não gostou
Wat was goed / Wat kon beter
Что понравилось / Что не понравилось
Zalety / Wady
良かった点 / 気になった点
好きなところ / 嫌いなところ
好的地方 / 不好的地方
좋았던 점 / 아쉬운 점
ما أعجبك / ما لم يعجبك
สิ่งที่ชอบ / สิ่งที่ไม่ชอบ
İyi yönler / Kötü yönler
Bra / Dåligt
Mistä pidit / Mistä et pitänyt
Co se líbilo / Co se nelíbilo
Ami tetszett / Ami nem tetszett
Τι σας άρεσε / Τι δεν σας άρεσε
מה אהבתי / מה לא אהבתי
Thích / Không thích
Yang disukai / Yang tidak disukai
Ce v-a plăcut / Ce nu v-a plăcut
Avis positif / Avis négatif
Opinione positiva / Opinione negativa
Positieve punten / Negatieve punten
Положительные стороны / Отрицательные стороны
Позитивний відгук / Негативний відгук
Pozytywna opinia / Negatywna opinia
Pozitif yorum / Negatif yorum
Θετική κριτική / Αρνητική κριτική
تعليق إيجابي / تعليق سلبي
חוות דעת חיובית / חוות דעת שלילית
肯定的なコメント / 否定的なコメント
긍정적인 후기 / 부정적인 후기
Đánh giá tích cực / Đánh giá tiêu cực
""".strip().splitlines()


@pytest.mark.parametrize("line", PAIRS)
@pytest.mark.parametrize("backwards", [False, True])
def test_names_of_halves(line, backwards):
    liked, disliked = line.split(" / ")
    columns = [(liked, LIKED), (disliked, DISLIKED)]
    values = OTHERS | dict(columns[::-1] if backwards else columns)
    assert find_pair(values) == {"positive": liked, "negative": disliked}


@pytest.mark.parametrize(
    "values",
    [
        {"liked": LIKED},
        {"What did you like and dislike?": LIKED, "Country": ["Germany", "France"]},
        {"positive": ["0.93", "0.12"], "negative": ["0.07", "0.88"]},
        {"liked": ["True", "False"], "disliked": ["no", "yes"]},
        {"Positive words count": LIKED, "Negative words count": DISLIKED},
        {"Best time": ["spring", "summer"], "Bad debts": ["none yet", "a few"]},
        {"liked": LIKED, "disliked": []},
        {"How satisfied were you?": ["Very satisfied", "Dissatisfied"] * 9, "To improve": DISLIKED},
    ],
)
def test_other_columns_are_no_pair(values):
    assert find_pair(values) == {}


def test_the_pair_whose_names_are_alike_is_taken():
    values = {"liked": LIKED, "Text positive": LIKED, "Text negative": DISLIKED}
    assert find_pair(values) == {"positive": "Text positive", "negative": "Text negative"}
