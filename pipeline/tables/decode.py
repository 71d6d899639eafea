"""Decoding of a file to lines of text, block by block, with notes on repairs."""

import codecs
import io
import re
from collections.abc import Iterator

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.tables.encoding import Encoding, is_plausible
from pipeline.tables.input_file import InputFile

_MAX_LINE_NUMBERS = 1000  # that are kept for a note
# Codecs whose line ends are those of the bytes, so that each line can be decoded by itself.
_DECODABLE_BY_LINE = (
    "utf-8", "utf_8", "cp", "windows", "iso8859", "latin", "koi8", "mac", "ascii", "tis", "gb",
    "big5", "euc", "shift_jis", "johab",
)  # fmt: skip
# What Python's cp932 makes of the bytes A0 and FD to FF, which Shift-JIS does not use.
_INVALID_SHIFT_JIS = re.compile("[\uf8f0-\uf8f3]")


class DecodedLines:
    """Iterates over the lines of a file, each with its line end (\\n, \\r\\n or \\r).

    Invalid bytes become U+FFFD; whole lines that are valid in the fallback encoding are decoded by
    that. `notes` describes the repairs so far.

    Args:
        source: the file.
        encoding: of it.
        max_line: bytes of the longest line; any length when None.
        progress: called with the number of bytes read and their total.
    """

    def __init__(
        self,
        source: InputFile,
        encoding: Encoding,
        *,
        max_line: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._source, self._encoding, self._progress = source, encoding, progress
        self._max_line = max_line
        self._line_number = 0  # of the last line yielded or decoded
        self._nul_count = self._damaged_count = 0
        self._damaged_lines: list[int] = []
        self._fallback_lines: list[int] = []

    def __iter__(self) -> Iterator[str]:
        """The lines.

        Raises:
            InputError: a line is longer than the limit.
        """
        self._line_number = self._nul_count = self._damaged_count = 0
        self._damaged_lines, self._fallback_lines = [], []
        line_by_line = self._encoding.name.startswith(_DECODABLE_BY_LINE)
        for text in self._decode_by_line() if line_by_line else self._decode_incrementally():
            if self._line_number == 0:
                text = text.removeprefix("\ufeff")
            if "\0" in text:
                self._nul_count += text.count("\0")
                text = text.replace("\0", "")
            if "\ufeff" in text:  # concatenated files keep the byte order mark of each
                text = text.replace("\n\ufeff", "\n")
            for line in io.StringIO(text, newline=""):
                self._line_number += 1
                yield line

    def notes(self) -> list[str]:
        """Describe the repairs in sentences."""
        notes = []
        name = self._encoding.name.replace("utf_8_sig", "utf-8").replace("utf-8-sig", "utf-8")
        if count := self._nul_count:
            notes.append(
                ngettext(
                    "{n} NUL character was removed.", "{n} NUL characters were removed.", count
                )
            )
        if count := self._damaged_count:
            notes.append(
                ngettext(
                    "{n} character not valid in {encoding} {lines}.",
                    "{n} characters not valid in {encoding} {lines}.",
                    count,
                    encoding=name,
                    lines=_list_lines(self._damaged_lines),
                )
            )
        if count := len(self._fallback_lines):
            notes.append(
                ngettext(
                    "{n} line in a different encoding from the rest was read as {encoding} "
                    "{lines}.",
                    "{n} lines in a different encoding from the rest were read as {encoding} "
                    "{lines}.",
                    count,
                    encoding=self._encoding.fallback,
                    lines=_list_lines(self._fallback_lines),
                )
            )
        return notes

    def _decode_by_line(self) -> Iterator[str]:
        """Yield text in pieces that end with a line."""
        name = self._encoding.name
        for data in self._line_blocks():
            try:
                text = _decode(data, name)
            except UnicodeDecodeError:
                text = "".join(self._decode_lines(data, name))
            yield text

    def _line_blocks(self) -> Iterator[bytes]:
        pending: list[bytes] = []
        done = pending_size = 0
        for block in self._source.blocks():
            done += len(block)
            if self._progress is not None:
                self._progress(done, self._source.size)
            cut = block.rfind(b"\n") + 1
            if not cut and pending and pending[-1].endswith(b"\r"):
                yield b"".join(pending)  # the line end before this block was a lone \r
                pending = []
            cut = cut or block.rfind(b"\r", 0, -1) + 1
            if cut:
                yield b"".join([*pending, block[:cut]])
                pending = []
            pending.append(block[cut:])
            pending_size = len(pending[-1]) + (pending_size if len(pending) > 1 else 0)
            self._check_line(pending_size)
        if any(pending):
            yield b"".join(pending)

    def _decode_lines(self, data: bytes, name: str) -> Iterator[str]:
        fallback = self._encoding.fallback
        utf8 = name.startswith(("utf-8", "utf_8"))
        number = self._line_number
        # Latin-1 maps each byte to one character and back, so that it splits lines of bytes.
        for line in io.StringIO(data.decode("latin-1"), newline=""):
            number += 1
            raw = line.encode("latin-1")
            try:
                yield _decode(raw, name)
                continue
            except UnicodeDecodeError:
                text = _INVALID_SHIFT_JIS.sub("\ufffd", raw.decode(name, "replace"))
            if utf8 and fallback and all(c.isascii() or c == "\ufffd" for c in text):
                other = raw.decode(fallback, "replace")
                if "\ufffd" not in other and is_plausible(other):
                    self._remember_line(self._fallback_lines, number)
                    yield other
                    continue
            self._damaged_count += text.count("\ufffd") - (
                raw.count(b"\xef\xbf\xbd") if utf8 else 0
            )
            self._remember_line(self._damaged_lines, number)
            yield text

    def _decode_incrementally(self) -> Iterator[str]:
        """Yield text of encodings that are stateful or whose line ends take several bytes."""
        decoder = codecs.getincrementaldecoder(self._encoding.name)("replace")
        pending: list[str] = []  # of a line that is not at its end yet
        pending_size = 0
        done, line = 0, 0
        for block in self._blocks_and_end():
            done += len(block)
            if self._progress is not None:
                self._progress(min(done, self._source.size), self._source.size)
            try:
                text = decoder.decode(block, not block)
            except UnicodeError:  # some codecs raise whatever the error handler
                text = "\ufffd"
            # A lone \r at the end of what is pending may have ended its line.
            text = (pending.pop() if pending and pending[-1] == "\r" else "") + text
            if "\ufffd" in text:
                self._damaged_count += text.count("\ufffd")
                for i, part in enumerate(io.StringIO(text, newline=""), line + 1):
                    if "\ufffd" in part:
                        self._remember_line(self._damaged_lines, i)
            cut = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            cut = cut if block else len(text)
            if cut:
                ended = "".join([*pending, text[:cut]])
                line += sum(1 for _turn in io.StringIO(ended, newline=""))
                yield ended
                pending, pending_size = [], 0
            rest = text[cut:]
            if rest.endswith("\r"):
                pending += [rest[:-1], "\r"]
            else:
                pending.append(rest)
            pending_size += len(rest)
            self._check_line(pending_size)
        if any(pending):
            yield "".join(pending)

    def _check_line(self, size: int) -> None:
        if self._max_line is not None and size > self._max_line:
            raise InputError(
                "{source} has a line of more than {max_line} MB, longer than any row of a "
                "table. Export it again with one review in each row.",
                source=self._source.name,
                max_line=f"{self._max_line / 1000000.0:,.0f}",
            )

    def _blocks_and_end(self) -> Iterator[bytes]:
        yield from self._source.blocks()
        yield b""

    @staticmethod
    def _remember_line(lines: list[int], number: int) -> None:
        if len(lines) < _MAX_LINE_NUMBERS and (not lines or lines[-1] != number):
            lines.append(number)


def _decode(data: bytes, name: str) -> str:
    text = data.decode(name)
    if name == "cp932" and _INVALID_SHIFT_JIS.search(text):
        raise UnicodeDecodeError(name, data, 0, 1, "a byte that Shift-JIS does not use")
    return text


def _list_lines(lines: list[int]) -> str:
    """The first ten of some line numbers in brackets: "(lines 3, 8, 20, ...)"."""
    first = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
    if len(lines) == 1:
        return _("(line {number})", number=first)
    return _("(lines {numbers})", numbers=first)
