"""Marks as words: numbers ("FIVE", "四星") and the answers of surveys ("Very satisfied")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pipeline.tables.header_names import normalise_name

# The numbers from one to five: one language a line.
_NUMBERS = """
one|two|three|four|five
ein|zwei|drei|vier|funf
eins|zwei|drei|vier|fuenf
un|deux|trois|quatre|cinq
une|deux|trois|quatre|cinq
uno|dos|tres|cuatro|cinco
una|due|tre|quattro|cinque
um|dois|tres|quatro|cinco
uma|duas|tres|quatro|cinco
een|twee|drie|vier|vijf
один|два|три|четыре|пять
одна|две|три|четыре|пять
один|два|три|чотири|пять
bir|iki|uc|dort|bes
jeden|dwa|trzy|cztery|piec
jedna|dwie|trzy|cztery|piec
en|tva|tre|fyra|fem
en|to|tre|fire|fem
yksi|kaksi|kolme|nelja|viisi
jeden|dva|tri|ctyri|pet
egy|ketto|harom|negy|ot
ενα|δυο|τρια|τεσσερα|πεντε
واحد|اثنان|ثلاثة|أربعة|خمسة
نجمة|نجمتان|ثلاث|أربع|خمس
หนึ่ง|สอง|สาม|สี่|ห้า
하나|둘|셋|넷|다섯
satu|dua|tiga|empat|lima
mot|hai|ba|bon|nam
"""
_STAR_WORD = re.compile(
    r"\b(?:stars?|star rating|sterne?|etoiles?|estrellas?|stell[ae]|estrelas?|sterren|зв[её]зд\w*|"
    r"зір\w*|yildiz\w*|gwiazd\w*|stjarnor|stjerner|tahtea|hvezd\w*|csillag\w*|αστερια|نجوم|ดาว|"
    r"별|bintang|sao|bubbles?|points?|punkte?|puntos?)\b"
)
# The five steps of usual scales, the best first: satisfaction, then quality; a language a line.
# Alternatives of a step are separated by "/".
_STEPS = """
very satisfied/extremely satisfied/completely satisfied/highly satisfied/totally satisfied/\
delighted|satisfied/somewhat satisfied/mostly satisfied/fairly satisfied/moderately satisfied|\
neutral/neither satisfied nor dissatisfied/neither/indifferent/so so|\
dissatisfied/unsatisfied/somewhat dissatisfied/not satisfied/mostly dissatisfied/\
moderately dissatisfied/fairly dissatisfied|\
very dissatisfied/extremely dissatisfied/completely dissatisfied/very unsatisfied/\
highly dissatisfied/totally dissatisfied/not at all satisfied
strongly agree/completely agree|agree/somewhat agree|neither agree nor disagree|\
disagree/somewhat disagree|strongly disagree/completely disagree
excellent/outstanding/exceptional/superb/perfect/wonderful/amazing|very good/good/great/fabulous|\
average/fair/ok/okay/acceptable/mediocre/neutral/medium|poor/bad/below average/disappointing|\
terrible/very poor/very bad/awful/horrible/extremely poor
sehr zufrieden/vollig zufrieden/ausserst zufrieden/vollkommen zufrieden|\
zufrieden/eher zufrieden/uberwiegend zufrieden|\
neutral/weder noch/teils teils/weder zufrieden noch unzufrieden|\
unzufrieden/eher unzufrieden/nicht zufrieden|\
sehr unzufrieden/vollig unzufrieden/ausserst unzufrieden/uberhaupt nicht zufrieden
hervorragend/ausgezeichnet/exzellent/aussergewohnlich|sehr gut/gut|\
befriedigend/mittelmassig/durchschnittlich/okay/mittel|schlecht/mangelhaft/ausreichend|\
sehr schlecht/ungenugend/furchtbar
tres satisfait/tres satisfaite/tout a fait satisfait/entierement satisfait/extremement satisfait|\
satisfait/satisfaite/plutot satisfait/assez satisfait|\
neutre/ni satisfait ni insatisfait/moyennement satisfait|\
insatisfait/insatisfaite/plutot insatisfait/peu satisfait/pas satisfait/mecontent|\
tres insatisfait/tres insatisfaite/pas du tout satisfait/tres mecontent
excellent/exceptionnel|tres bien/bien/tres bon/bon|moyen/passable/correct|mediocre/mauvais|\
horrible/tres mauvais/affreux
muy satisfecho/muy satisfecha/totalmente satisfecho/completamente satisfecho/\
extremadamente satisfecho|satisfecho/satisfecha/algo satisfecho/bastante satisfecho|\
neutral/neutro/ni satisfecho ni insatisfecho/indiferente|\
insatisfecho/insatisfecha/algo insatisfecho/poco satisfecho/nada satisfecho|\
muy insatisfecho/muy insatisfecha/totalmente insatisfecho/completamente insatisfecho
excelente/excepcional|muy bueno/muy buena/bueno/buena/muy bien/bien|\
normal/regular/promedio/aceptable|malo/mala/mediocre|pesimo/muy malo/muy mala/terrible/horrible
molto soddisfatto/molto soddisfatta/completamente soddisfatto/estremamente soddisfatto|\
soddisfatto/soddisfatta/abbastanza soddisfatto|neutro/neutrale/ne soddisfatto ne insoddisfatto|\
insoddisfatto/insoddisfatta/poco soddisfatto/non soddisfatto|\
molto insoddisfatto/molto insoddisfatta/per niente soddisfatto
eccellente/eccezionale/ottimo|molto buono/buono/molto bene/bene|nella media/discreto/sufficiente|\
scarso/cattivo/insufficiente|pessimo/terribile/orribile
muito satisfeito/muito satisfeita/totalmente satisfeito/extremamente satisfeito|\
satisfeito/satisfeita/parcialmente satisfeito|neutro/indiferente/nem satisfeito nem insatisfeito|\
insatisfeito/insatisfeita/pouco satisfeito|muito insatisfeito/muito insatisfeita/\
totalmente insatisfeito/nada satisfeito
excelente/otimo/excepcional|muito bom/muito boa/bom/boa|razoavel/regular/medio|ruim/fraco/mau|\
pessimo/horrivel/muito ruim/terrivel
zeer tevreden/heel tevreden/uiterst tevreden|tevreden/redelijk tevreden|\
neutraal/niet tevreden niet ontevreden/niet tevreden en niet ontevreden|\
ontevreden/niet tevreden|zeer ontevreden/heel ontevreden
uitstekend/uitmuntend|heel goed/zeer goed/goed|gemiddeld/redelijk/voldoende/matig|\
slecht/onvoldoende|vreselijk/zeer slecht
очень доволен/очень довольна/полностью доволен/полностью удовлетворен/очень довольны|\
доволен/довольна/удовлетворен/удовлетворена/скорее доволен/довольны|\
нейтрально/затрудняюсь ответить|\
недоволен/недовольна/не удовлетворен/скорее недоволен/недовольны|\
очень недоволен/очень недовольна/полностью недоволен/совершенно не удовлетворен
отлично/превосходно|очень хорошо/хорошо|удовлетворительно/нормально/средне/неплохо|\
плохо/неудовлетворительно|ужасно/очень плохо
とても満足/大変満足/非常に満足|満足/やや満足|普通/どちらでもない/どちらともいえない|\
不満/やや不満|とても不満/大変不満/非常に不満
とても良い/大変良い/非常に良い/最高|良い/よい|普通/ふつう|悪い/あまり良くない|とても悪い/最悪/非常に悪い
非常满意/很满意/十分满意|满意/比较满意|一般/中立|不满意/不太满意/较不满意|非常不满意/很不满意
非常滿意/很滿意/十分滿意|滿意/比較滿意|普通/一般|不滿意/不太滿意|非常不滿意/很不滿意
很好/非常好/极好/优秀/超棒|好/较好/不错|一般/中等|差/较差/不好|很差/非常差/极差
매우 만족/아주 만족/매우만족|만족|보통/보통이다|불만족/불만|매우 불만족/매우 불만/매우불만족
최고/매우 좋음/훌륭함/아주 좋음|좋음|보통|나쁨|매우 나쁨/최악
راض جدا/راضي جدا/راضية جدا|راض/راضي/راضية|محايد|غير راض/غير راضي/غير راضية|\
غير راض جدا/غير راضي جدا/غير راض على الإطلاق/مستاء جدا
ممتاز|جيد جدا/جيد|متوسط/مقبول|سيئ/سيء/ضعيف|سيئ جدا/سيء جدا/رهيب
พอใจมาก/พึงพอใจมาก/พอใจมากที่สุด/พึงพอใจมากที่สุด|พอใจ/พึงพอใจ|ปานกลาง/เฉยๆ|ไม่พอใจ/ไม่พึงพอใจ|\
ไม่พอใจมาก/ไม่พึงพอใจมาก/ไม่พอใจอย่างมาก
ยอดเยี่ยม/ดีเยี่ยม|ดีมาก/ดี|พอใช้/ปานกลาง|แย่|แย่มาก
cok memnun/cok memnunum/cok memnun kaldim/son derece memnun|memnun/memnunum/memnun kaldim|\
notr/kararsizim/ne memnun ne memnun degil|memnun degil/memnun degilim/memnun kalmadim|\
hic memnun degil/hic memnun degilim/hic memnun kalmadim
mukemmel/harika|cok iyi/iyi|orta/ortalama/fena degil|kotu|berbat/cok kotu
bardzo zadowolony/bardzo zadowolona/bardzo zadowoleni|zadowolony/zadowolona/raczej zadowolony|\
neutralny/ani zadowolony ani niezadowolony/obojetnie|niezadowolony/niezadowolona/\
raczej niezadowolony|bardzo niezadowolony/bardzo niezadowolona
doskonaly/znakomity/wyjatkowy|bardzo dobry/dobry/bardzo dobrze/dobrze|przecietny/sredni/sredni/\
przecietnie|zly/slaby/zle|okropny/bardzo zly/bardzo zle
mycket nojd/valdigt nojd|nojd/ganska nojd|varken eller/neutral|missnojd/ganska missnojd|\
mycket missnojd/valdigt missnojd
meget tilfreds/svaert fornoyd/meget fornoyd|tilfreds/fornoyd|hverken eller/noytral/neutral|\
utilfreds/misfornoyd|meget utilfreds/meget misfornoyd/svaert misfornoyd
erittain tyytyvainen|tyytyvainen|neutraali|tyytymaton|erittain tyytymaton
velmi spokojen/velmi spokojeny/velmi spokojena|spokojen/spokojeny/spokojena|neutralni|\
nespokojen/nespokojeny/nespokojena|velmi nespokojen/velmi nespokojeny/velmi nespokojena
nagyon elegedett|elegedett|semleges|elegedetlen|nagyon elegedetlen
дуже задоволений/дуже задоволена|задоволений/задоволена|нейтрально|незадоволений/незадоволена|\
дуже незадоволений/дуже незадоволена
πολυ ικανοποιημενος/πολυ ικανοποιημενη|ικανοποιημενος/ικανοποιημενη|ουδετερος/ουδετερη|\
δυσαρεστημενος/δυσαρεστημενη|πολυ δυσαρεστημενος/πολυ δυσαρεστημενη
rat hai long|hai long|binh thuong|khong hai long|rat khong hai long
sangat puas|puas|netral/cukup|tidak puas|sangat tidak puas
"""
_FINER = {"slightly satisfied": 3.5, "slightly dissatisfied": 2.5}
# "Good" is the second of five steps, or the third where "very good" is the second; "poor" then
# is the last one.
_ABOVE_GOOD = set(
    "very good,sehr gut,tres bien,tres bon,muy bueno,muy bien,molto buono,muito bom,heel goed,"
    "zeer goed,очень хорошо,cok iyi,bardzo dobry,bardzo dobrze,جيد جدا,ดีมาก".split(",")
)
_GOOD = set("good,gut,bien,bon,bueno,buono,bene,bom,goed,хорошо,iyi,dobry,dobrze,جيد,ดี".split(","))
_BEST = {"excellent", "outstanding", "exceptional", "hervorragend", "ausgezeichnet", "exceptionnel"}
_BEST |= set("excelente,excepcional,eccellente,eccezionale,ottimo,otimo,uitstekend".split(","))
_BEST |= set("отлично,превосходно,mukemmel,doskonaly,znakomity,ممتاز,ยอดเยี่ยม,ดีเยี่ยม".split(","))
MAX_LENGTH = 60  # characters of a mark in words


def _normalise(text: str) -> str:
    """Normalised as names are, without the vowel marks of Arabic."""
    return normalise_name(re.sub("[\u064b-\u0652]", "", text))


@cache
def _known_steps() -> dict[str, float]:
    known: dict[str, float] = {}
    for line in _STEPS.strip().replace("\\\n", "").splitlines():
        for number, step in enumerate(line.split("|")):
            for word in step.split("/"):
                known.setdefault(_normalise(word), 5.0 - number)
    return known | _FINER


@cache
def _known_numbers() -> dict[str, int]:
    known: dict[str, int] = {}
    for line in _NUMBERS.strip().splitlines():
        for number, word in enumerate(line.split("|"), 1):
            known.setdefault(_normalise(word), number)
    return known


def number_word(cell: str) -> int | None:
    """The number from 1 to 5 that a cell names: "FIVE", "four stars", "Cinq étoiles"."""
    if len(cell) > MAX_LENGTH or cell.isascii() and any(map(str.isdigit, cell)):
        return None
    name = _STAR_WORD.sub(" ", _normalise(cell))
    return _known_numbers().get(" ".join(name.split()))


def answer_steps(cells: Iterable[str]) -> dict[str, float]:
    """The step from 1 to 5 of each cell that is an answer of a survey.

    All cells of a column decide what "good" means: the second best answer, or the third of
    "excellent, very good, good, fair, poor". "Very good" is the best one where guests say "good"
    beside it and nothing better.
    """
    names = {cell: _normalise(cell) for cell in cells if len(cell) <= MAX_LENGTH}
    steps = {cell: _known_steps()[name] for cell, name in names.items() if name in _known_steps()}
    said = {names[cell] for cell in steps}
    if said & _BEST and said & _ABOVE_GOOD and said & _GOOD:
        for cell, step in steps.items():
            if names[cell] in _GOOD:
                steps[cell] = 3.0
            elif step in (2.0, 3.0):
                steps[cell] = step - 1
    elif said & _ABOVE_GOOD and said & _GOOD and 5.0 not in steps.values():
        steps |= {cell: 5.0 for cell in steps if names[cell] in _ABOVE_GOOD}
    return steps
