"""The lines of a file as text, decoded piece by piece, with a record of what was repaired."""

import codecs
import io
import re
from collections.abc import Iterator

from pipeline.common.progress import Progress
from pipeline.tables.encoding import Encoding, plausible
from pipeline.tables.source import Source
from pipeline.tables.types import plural, some_lines, were

_MOST_NOTED = 1000  # line numbers remembered of each kind
# In these, a line end is a line end in the bytes too, so that lines can be decoded one by one.
_BY_LINE = ("utf-8", "utf_8", "cp", "windows", "iso8859", "latin", "koi8", "mac", "ascii", "tis",
            "gb", "big5", "euc", "shift_jis", "johab")  # fmt: skip
# What Python's cp932 makes of the bytes A0 and FD to FF, which stand for nothing.
_NOT_SHIFT_JIS = re.compile("[\uf8f0-\uf8f3]")


class TextLines:
    """Iterates the lines of a file, each with its line end (\\n, \\r\\n or \\r).

    Bytes that are not valid become U+FFFD; whole lines of a second encoding are read in it. After
    (or during) the iteration `notes` tells what happened and where.
    """

    def __init__(
        self, source: Source, encoding: Encoding, *, progress: Progress | None = None
    ) -> None:
        self._source, self._encoding, self._progress = source, encoding, progress
        self._line = 0  # lines handed on or decoded so far
        self.nul = self.damaged = 0
        self._damaged_lines: list[int] = []
        self._second_lines: list[int] = []

    def __iter__(self) -> Iterator[str]:
        self._line = self.nul = self.damaged = 0
        self._damaged_lines, self._second_lines = [], []
        by_line = self._encoding.name.startswith(_BY_LINE)
        for text in self._by_line() if by_line else self._by_decoder():
            if self._line == 0:
                text = text.removeprefix("\ufeff")
            if "\0" in text:
                self.nul += text.count("\0")
                text = text.replace("\0", "")
            if "\ufeff" in text:  # files put together keep the marks of each
                text = text.replace("\n\ufeff", "\n")
            for line in io.StringIO(text, newline=""):
                self._line += 1
                yield line

    def notes(self) -> list[str]:
        """What was repaired, in plain sentences."""
        notes = []
        name = self._encoding.name.replace("utf_8_sig", "utf-8").replace("utf-8-sig", "utf-8")
        if self.nul:
            notes.append(f"{plural(self.nul, 'NUL character')} {were(self.nul)} removed.")
        if self.damaged:
            where = some_lines(self._damaged_lines)
            notes.append(f"{plural(self.damaged, 'character')} not valid in {name} {where}.")
        if self._second_lines:
            count, where = len(self._second_lines), some_lines(self._second_lines)
            text = f"{plural(count, 'line')} in another encoding than the rest"
            notes.append(f"{text} {were(count)} read as {self._encoding.second} {where}.")
        return notes

    def _by_line(self) -> Iterator[str]:
        """Text in pieces that end where a line ends."""
        name = self._encoding.name
        for data in self._pieces():
            try:
                text = _decode(data, name)
            except UnicodeDecodeError:
                text = "".join(self._decode_lines(data, name))
            yield text

    def _pieces(self) -> Iterator[bytes]:
        pending: list[bytes] = []
        done = 0
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
        if any(pending):
            yield b"".join(pending)

    def _decode_lines(self, data: bytes, name: str) -> Iterator[str]:
        second = self._encoding.second
        utf8 = name.startswith(("utf-8", "utf_8"))
        number = self._line
        # Latin-1 maps every byte to one character and back, and so finds the line ends of bytes.
        for line in io.StringIO(data.decode("latin-1"), newline=""):
            number += 1
            raw = line.encode("latin-1")
            try:
                yield _decode(raw, name)
                continue
            except UnicodeDecodeError:
                text = _NOT_SHIFT_JIS.sub("\ufffd", raw.decode(name, "replace"))
            if utf8 and second and all(c.isascii() or c == "\ufffd" for c in text):
                other = raw.decode(second, "replace")
                if "\ufffd" not in other and plausible(other):
                    self._remember(self._second_lines, number)
                    yield other
                    continue
            self.damaged += text.count("\ufffd") - (raw.count(b"\xef\xbf\xbd") if utf8 else 0)
            self._remember(self._damaged_lines, number)
            yield text

    def _by_decoder(self) -> Iterator[str]:
        """Text of encodings whose line ends take several bytes, or that have states."""
        decoder = codecs.getincrementaldecoder(self._encoding.name)("replace")
        pending = ""
        done, line = 0, 0
        for block in self._ended():
            done += len(block)
            if self._progress is not None:
                self._progress(min(done, self._source.size), self._source.size)
            try:
                text = decoder.decode(block, not block)
            except UnicodeError:  # some codecs raise whatever they are told
                text = "\ufffd"
            if "\ufffd" in text:
                self.damaged += text.count("\ufffd")
                for i, part in enumerate(io.StringIO(pending + text, newline=""), line + 1):
                    if "\ufffd" in part:
                        self._remember(self._damaged_lines, i)
            text = pending + text
            cut = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            cut = cut if block else len(text)
            line += sum(1 for _ in io.StringIO(text[:cut], newline=""))
            pending = text[cut:]
            if cut:
                yield text[:cut]

    def _ended(self) -> Iterator[bytes]:
        yield from self._source.blocks()
        yield b""

    @staticmethod
    def _remember(lines: list[int], number: int) -> None:
        if len(lines) < _MOST_NOTED and (not lines or lines[-1] != number):
            lines.append(number)


def _decode(data: bytes, name: str) -> str:
    text = data.decode(name)
    if name == "cp932" and _NOT_SHIFT_JIS.search(text):
        raise UnicodeDecodeError(name, data, 0, 1, "a byte that Shift-JIS does not use")
    return text
