import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.insights.similar_hotels.hotel_texts import (
    HotelTexts,
    hotel_texts,
    hotel_texts_of_analysis,
)
from pipeline.reviews.hotel_table import read_hotels
from tests.support.analyses import synthetic_analysis

NAMES = ("Hôtel du Lac", "Hotel du Lac Annexe", "白銀山荘ロッジ", "City Inn")


@pytest.fixture
def hotels():
    return HotelTexts(NAMES, ("x",) * 4, np.array(["en"] * 4), np.arange(4))


def test_a_hotel_is_found_without_accents_or_by_a_part_of_its_name(hotels):
    assert hotels.find("HOTEL DU LAC") == 0
    assert hotels.find("annexe") == 1
    assert hotels.find("白銀") == 2


def test_an_ambiguous_or_unknown_name_says_what_there_is(hotels):
    with pytest.raises(InputError, match="Several hotels.*Annexe"):
        hotels.find("lac")
    with pytest.raises(InputError, match="no hotel 'Citi Inn'.*City Inn"):
        hotels.find("Citi Inn")
    with pytest.raises(InputError, match="no hotel ''"):
        hotels.find("")


def test_rows_of_one_name_are_one_hotel():
    long = "A quiet house by the lake with a garden and a sauna, open from May to October."
    file = f'name,desc\n A  B ,"{long}"\nC,"{long} New."\nA B,"{long} Old."\n'.encode()
    hotels = hotel_texts(read_hotels(file))
    assert hotels.names == ("A B", "C")
    assert hotels.hotel_of.tolist() == [0, 1, 0]
    assert hotels.text_counts.tolist() == [2, 1]
    assert [text[-4:] for text in hotels.texts_of(0)] == ["ber.", "Old."]


def test_one_hotel_has_none_beside_it():
    long = "A quiet house by the lake with a garden and a sauna, open from May to October."
    with pytest.raises(InputError, match="fewer than two hotels"):
        hotel_texts(read_hotels(f'name,desc\nA,"{long}"\n'.encode()))


def test_reviews_of_an_analysis():
    hotels = hotel_texts_of_analysis(synthetic_analysis())
    assert hotels.names == ("Hotel 0", "Hotel 1", "Hotel 2", "Hotel 3")
    with pytest.raises(InputError, match="no column of hotels"):
        hotel_texts_of_analysis(synthetic_analysis(columns={"text": "x"}))
