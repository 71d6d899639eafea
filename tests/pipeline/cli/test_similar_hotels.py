import json

import pytest

from tests.support.command import ROOT, run

HOTELS = ROOT / "sample_data" / "hotels.csv"


def test_json_has_the_promised_keys():
    done = run("similar-hotels", HOTELS, "loose compass", "--json", "--top", "4")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [set(each) for each in found] == [{"rank", "hotel", "score", "shared"}] * 4
    assert [each["rank"] for each in found] == [1, 2, 3, 4]
    assert found[0]["score"] >= found[1]["score"]
    shared = {each["hotel"]: each["shared"] for each in found}
    assert "bunk" in shared["Driftwood Backpackers"]


def test_a_table_for_people_and_characters():
    done = run("similar-hotels", HOTELS, "Larchwood", "--ngrams-of", "char", "--ngrams", "2-4")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "hotels like Larchwood Mountain Lodge:"


def test_latin_1_with_other_columns(tmp_path):
    file = tmp_path / "hotels.csv"
    rows = [
        'Café Nord,"1 Pine St","A quiet harbour house with a rooftop terrace and oyster bar."',
        'Hôtel Sud,"2 Oak St","Rooftop terrace above the harbour, with an oyster bar downstairs."',
        'Inn,"3 Elm St","Family suites beside the zoo, with bunk beds and a games room."',
    ]
    file.write_bytes("\n".join(["name,address,desc", *rows]).encode("latin-1"))
    done = run("similar-hotels", file, "cafe nord", "--json")
    assert json.loads(done.stdout)[0]["hotel"] == "Hôtel Sud"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((HOTELS, "Ritz"), "no hotel 'Ritz'"),
        ((HOTELS, "Hotel"), "Several hotels"),
        ((HOTELS, "Larchwood", "--name-column", "x"), "no column 'x'"),
        ((HOTELS, "Larchwood", "--ngrams", "3-1"), "lengths of n-grams"),
        ((HOTELS, "Larchwood", "--ngrams", "a"), "as in 1-3"),
        (("no.csv", "Larchwood"), "no.csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments, said):
    done = run("similar-hotels", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_meaning_finds_the_same_kind_of_hotel_in_other_languages(encoder):
    done = run(
        "similar-hotels", HOTELS, "Fernwater", "--method", "embedding", "--top", "5", "--json"
    )
    assert done.returncode == 0, done.stderr
    found = {each["hotel"] for each in json.loads(done.stdout)}
    assert {"云泉谷温泉酒店", "湯の郷 月影亭", "Thermenhotel Quellgarten"} <= found
