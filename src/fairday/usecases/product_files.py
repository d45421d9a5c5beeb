"""Files of rows, read a row at a time: CSV or JSON Lines, plain or gzipped, told apart by what is in them.

A line that cannot be read is handed on as a BadRowError with its number, and reading goes on behind it. What the rows
mean is not known here.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import msgspec

from fairday.usecases.product_lines import BadRowError

LINE_BYTES = 2_000_000
DELIMITERS = ",;\t"
_GZIP = b"\x1f\x8b"
_SAMPLE_BYTES = 65_536

Numbered = tuple[int, Mapping[str, Any] | BadRowError]


class RowFile:
    """An open file of rows. `fraction` says how much of it has been read."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self._size = max(path.stat().st_size, 1)
        zipped = self._raw.peek(2)[:2] == _GZIP
        unzipped = gzip.GzipFile(fileobj=self._raw) if zipped else self._raw
        self._content = io.BufferedReader(unzipped, _SAMPLE_BYTES)
        self._sample = self._peek()
        self.is_json = self._sample.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    @property
    def fraction(self) -> float:
        """From 0 to 1, by the bytes on disk."""
        return 1.0 if self._raw.closed else min(self._raw.tell() / self._size, 1.0)

    def rows(self) -> Iterator[Numbered]:
        """Line numbers (of the first line of a row) with the row, or with why it cannot be read."""
        number = 0
        try:
            for number, row in self._json_rows() if self.is_json else self._csv_rows():
                yield number, row
        except (EOFError, gzip.BadGzipFile, zlib.error):
            yield number + 1, BadRowError("the file is damaged or ends in the middle")

    def _json_rows(self) -> Iterator[Numbered]:
        number = 0
        while line := self._content.readline(LINE_BYTES + 1):
            number += 1
            if len(line) > LINE_BYTES:
                while line and not line.endswith(b"\n"):
                    line = self._content.readline(LINE_BYTES)
                yield number, BadRowError(f"a line of more than {LINE_BYTES} bytes")
                continue
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                yield number, _decoded(text)

    def _csv_rows(self) -> Iterator[Numbered]:
        text = io.TextIOWrapper(self._content, encoding="utf-8-sig", errors="surrogateescape", newline="")
        first_line = self._sample.split(b"\n", 1)[0].decode("utf-8", "replace")
        reader = csv.reader(text, delimiter=max(DELIMITERS, key=first_line.count), strict=True)
        header: list[str] = []
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, BadRowError(f"not CSV: {error}")
                continue
            if not any(cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                continue
            yield number, _celled(header, cells)

    def _peek(self) -> bytes:
        try:
            return self._content.peek(_SAMPLE_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            return b"{"


def _decoded(text: bytes) -> Mapping[str, Any] | BadRowError:
    try:
        return _JSON.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return BadRowError(f"not a JSON object: {error}")


def _celled(header: list[str], cells: list[str]) -> Mapping[str, Any] | BadRowError:
    if len(cells) != len(header):
        return BadRowError(f"{len(cells)} cells under {len(header)} columns")
    if any(not cell.isascii() and _is_broken(cell) for cell in cells):
        return BadRowError("not UTF-8")
    return dict(zip(header, cells, strict=True))


def _is_broken(cell: str) -> bool:
    return any("\udc80" <= one <= "\udcff" for one in cell)


# Numbers with a point stay the decimals that were written.
_JSON = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
