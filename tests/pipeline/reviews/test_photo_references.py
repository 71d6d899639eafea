"""The photos that cells name: found among the names that are there, never elsewhere."""

import pytest

from pipeline.reviews.photo_references import MAX_PER_REVIEW, PhotoNames, find_photo_column

NAMES = PhotoNames(["a/1.jpg", "b/1.jpg", "b/Café.PNG", "two words.webp", "c;d.jpeg"])


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("a/1.jpg", ["a/1.jpg"]),
        ("A\\1.JPG; ./b/1.jpg", ["a/1.jpg", "b/1.jpg"]),
        ("1.jpg", []),  # which of the two?
        ("b/cafe\u0301.png", ["b/Café.PNG"]),
        ('["two words.webp", "a/1.jpg"]', ["two words.webp", "a/1.jpg"]),
        ("https://example.com/x/two%20words.webp?w=1#top", ["two words.webp"]),
        ("c;d.jpeg", ["c;d.jpeg"]),
        ("../../b/1.jpg", []),
        ("/etc/passwd", []),
        ("http://[", []),
        ("", []),
    ],
)
def test_a_cell_finds_photos_by_path_or_by_a_name_that_is_unique(cell, found):
    assert NAMES.find_all(cell) == found


def test_a_cell_names_a_bounded_number_of_photos():
    names = [f"{number}.jpg" for number in range(50)]
    assert PhotoNames(names).find_all(";".join([*names, "0.jpg"])) == names[:MAX_PER_REVIEW]


def test_the_column_that_names_photos_is_found_and_said():
    columns = {
        "text": ["nice", "see a/1.jpg", "no", "loud"],
        "pictures": ["a/1.jpg", "", "b/1.jpg,a/1.jpg", "gone.jpg"],
    }
    found = find_photo_column(columns, NAMES)
    assert found.describe() == "2 of the 3 cells of 'pictures' name a photo there"
    assert find_photo_column({"text": columns["text"]}, NAMES) is None
