import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.hotel_table import read_hotels
from tests.support.command import ROOT

LONG = "A quiet house by the lake with a garden, a sauna and rooms with a view of the mountains."


def test_name_address_and_description():
    reviews = read_hotels(f'name,address,desc\nHotel Café,"1 Pine St","{LONG}"\n'.encode("latin-1"))
    assert (reviews.columns.hotel, reviews.columns.text) == ("name", "desc")
    assert reviews.frame["name"].tolist() == ["Hotel Café"]
    assert reviews.texts == (LONG,)


@pytest.mark.parametrize(
    "header",
    [
        "Hotel,City,About us",
        "Property Name,Town,Overview",
        "酒店名称,城市,简介",
        "ホテル名,市,紹介文",
        "nombre,ciudad,descripción",
        "اسم الفندق,المدينة,الوصف",
    ],
)
def test_columns_are_known_by_their_names(header):
    file = f'{header}\nHaus A,Bern,"{LONG}"\nHaus B,Genf,"{LONG} It is new."\n'
    columns = read_hotels(file.encode()).columns
    assert [columns.hotel, columns.text] == [header.split(",")[0], header.split(",")[2]]


def test_a_description_without_a_known_name_is_the_longest_text():
    columns = read_hotels(f'name,b,c\nHaus A,x,"{LONG}"\nHaus B,y,"{LONG} New."\n'.encode()).columns
    assert columns.text == "c"


def test_the_columns_that_the_user_names_are_taken():
    file = f'name,brand,desc,more\nA,Chain,"{LONG}","{LONG} {LONG}"\n'.encode()
    columns = read_hotels(file, name_column="brand", text_column="more").columns
    assert (columns.hotel, columns.text) == ("brand", "more")


def test_reviews_with_a_column_of_hotels_keep_their_own_roles():
    rows = "".join(f'Hotel {n % 3},{1 + n % 5},"{LONG} Guest {n}."\n' for n in range(12))
    columns = read_hotels(f"hotel,rating,review\n{rows}".encode()).columns
    assert (columns.hotel, columns.rating, columns.text) == ("hotel", "rating", "review")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("name,city\nA,Bern\nB,Genf\n", "no column of descriptions.*name, city"),
        (f'a,b\n7,"{LONG}"\n8,"{LONG}"\n', "no column of hotels' names"),
        ("name,desc\n", "header but no rows"),
    ],
)
def test_what_is_missing_is_said_in_one_line(file, said):
    with pytest.raises(InputError, match=said):
        read_hotels(file.encode())


def test_a_column_that_is_not_there():
    with pytest.raises(InputError, match="no column 'x'.*name, desc"):
        read_hotels(f'name,desc\nA,"{LONG}"\n'.encode(), text_column="x")


def test_the_example_is_read_as_a_table_of_hotels():
    reviews = read_hotels(ROOT / "sample_data" / "hotels.csv")
    assert (reviews.columns.hotel, reviews.columns.text) == ("name", "description")
    assert len(reviews.texts) == 40
    assert not reviews.rejected
