"""Counts and their nouns in messages."""


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 row", "2,000 rows"; the plural has an s unless it is given."""
    return f"{count:,} " + (noun if count == 1 else plural or f"{noun}s")


def was_or_were(count: int) -> str:
    """The verb that agrees with a count."""
    return "was" if count == 1 else "were"
