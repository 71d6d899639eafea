"""Novelty detection with the real model: a new topic in a new file."""

import numpy as np

from pipeline.analysis.add_file import add_reviews
from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.reviews.read import read_reviews
from pipeline.topics.novelty import is_emerging

CHARGERS = """The charger for electric cars was broken
No charging station for my EV in the garage
We could not charge our electric car overnight
Die Ladestation für Elektroautos war defekt
Leider nur eine Wallbox für E-Autos
La borne de recharge pour voiture électrique ne marchait pas
Impossible de recharger notre voiture électrique
El cargador para coches eléctricos no funcionaba
Solo un punto de carga para coches eléctricos
電気自動車の充電器が故障していました
EV充電スタンドが一台しかない
电动车充电桩坏了
酒店没有电动汽车充电桩
전기차 충전기가 고장 나 있었어요
전기차 충전소가 하나뿐이에요
La colonnina di ricarica per auto elettriche era guasta
Зарядка для электромобилей не работала
Nie działała ładowarka do samochodów elektrycznych
De laadpaal voor elektrische auto's was kapot
شاحن السيارات الكهربائية لا يعمل"""


def test_new_topic_is_offered_and_can_be_added(encoder, sample_reviews):
    march = read_reviews(("review\n" + "\n".join(_one_line(sample_reviews.texts[:500]))).encode())
    settings = Settings(topic_count=12, unit="sentence", with_map=False)
    analysis = analyse(march, settings, name="march.csv", encoder=encoder)
    lines = [*_one_line(sample_reviews.texts[500:700]), *CHARGERS.splitlines()]
    april = read_reviews(("review\n" + "\n".join(lines)).encode())
    added = add_reviews(analysis, april, name="april.csv", encoder=encoder)
    new = added.units.review >= len(analysis.texts)
    emerging = is_emerging(added.vectors[new], analysis.vectors)
    chargers = np.isin([added.texts[row] for row in added.units.review[new]], CHARGERS.splitlines())
    assert emerging[chargers].mean() > 0.9 and emerging[~chargers].mean() < 0.02
    offer = added.report["offers"][0]
    assert 15 <= offer["reviews"] <= 30
    edit = {"do": "example", "units": offer["units"], "name": "Charging electric cars"}
    topic = next(
        t for t in apply_edit(added, edit, encoder=encoder).topics if t.name == edit["name"]
    )
    # Reviews of parking and of other things that are broken come along.
    assert 15 <= topic.reviews <= 60 and len(topic.languages) >= 8


def test_duplicates_are_not_a_new_topic():
    vectors = np.eye(12, dtype=np.float32)
    assert not is_emerging(np.repeat(vectors[:2], 8, axis=0), vectors[2:]).any()
    assert not is_emerging(vectors[:3], vectors).any()


def _one_line(texts):
    return ['"' + " ".join(text.split()).replace('"', '""') + '"' for text in texts]
