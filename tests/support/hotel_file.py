"""A file of three hotels, one of which is loud."""

import csv
import io

LOUD = "<b>Madrid</b>"
_QUIET = ("Lyon", "Porto")
_NOISE = (
    "The street is noisy all night",
    "Loud music from the bar until four",
    "We could not sleep for the noise",
    "The neighbours were loud at night",
)
_OTHER = (
    "The breakfast was fresh and rich",
    "The bed was soft and clean",
    "The staff were kind and helpful",
    "The pool was warm and quiet",
    "The view over the sea was lovely",
)
_WHO = ("on business", "with our children", "as a couple", "with friends", "for a week", "alone")


def loud_hotel_file() -> bytes:
    """180 reviews; 30 of the 60 of ``LOUD`` complain about noise, one of each of the others."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["review", "hotel", "rating", "date"])
    for hotel in (LOUD, *_QUIET):
        for number in range(60):
            noisy = number < (30 if hotel == LOUD else 1)
            said = (_NOISE if noisy else _OTHER)[number % (4 if noisy else 5)]
            day = f"2025-{1 + number % 6:02}-{1 + number % 28:02}"
            words = f"{said}, room {100 + number}, {_WHO[number % 6]} at {hotel[-6:-4]}{hotel[0:2]}"
            rows.writerow([words, hotel, 2 if noisy else 4 + number % 2, day])
    return text.getvalue().encode()
