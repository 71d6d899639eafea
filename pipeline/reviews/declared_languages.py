"""Languages that a file declares, and those that the script of the text contradicts."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.text.language_id import language_code, script_excludes


def find_contradicted(texts: Sequence[str], declared: Sequence[str]) -> list[int]:
    """Find the texts whose script excludes the language that the file declares.

    A column of a wrong detector calls 位置非常好 Korean. Such a row is identified by its text.

    Args:
        texts: n texts.
        declared: n values of the file's language column.
    """
    return [
        i
        for i, (text, value) in enumerate(zip(texts, declared, strict=True))
        if (code := language_code(str(value))) and script_excludes(text, code)
    ]
