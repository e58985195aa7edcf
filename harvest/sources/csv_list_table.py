"""The rows of a CSV file, whatever its encoding and its delimiter. Pure."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from charset_normalizer import from_bytes

from harvest.apart.rdf_text import BAD_BYTES
from harvest.sources.base import SourceFailed
from harvest.sources.csv_list_columns import known_columns
from services.byte_order_mark import marked_encoding

#: Rows among which the header is looked for.
ABOVE = 60
MAX_ROWS = 1_048_576
#: What the table's encoding and delimiter are told by.
_SAMPLE = 256 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_MAX_CELL = 1_000_000

#: Encodings of Western Europe that differ in signs which nobody uses in an inventory.
_WESTERN = ("cp125", "iso8859", "latin", "mac_", "cp437", "cp85", "hp_roman8", "ascii")


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts as a spreadsheet does, from 1. `sheet` is "" in CSV."""

    number: int
    cells: list[str]
    sheet: str = ""


class CsvTable:
    """Rows of text, which may be read more than once. `has_bad_bytes`: some are not of the encoding that it is in."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.seek(0)
        sample = file.read(_SAMPLE)
        self._encoding, self._mark = encoding_of(sample)
        self._delimiter, self._skip = _delimiter_of(sample[self._mark :].decode(self._encoding, "replace"))
        self.has_bad_bytes = not self._is_sound()

    def rows(self) -> Iterator[Row]:
        """Rows that have any text. Raises SourceFailed."""
        self._file.seek(self._mark)
        is_utf8 = self._encoding == "utf-8"
        errors = BAD_BYTES if is_utf8 and self.has_bad_bytes else "replace"
        lines = io.TextIOWrapper(self._file, encoding=self._encoding, errors=errors, newline="")
        number = 0
        try:
            csv.field_size_limit(_MAX_CELL)
            reader = csv.reader((line.replace("\x00", "") for line in lines), delimiter=self._delimiter)
            for number, cells in enumerate(reader, 1):
                if number > self._skip and any(cells):
                    yield Row(number, cells)
        except csv.Error as error:
            message = f"The source's CSV can't be read beyond row {number:,}, at line {reader.line_num:,}: {error}."
            raise SourceFailed(f"{message} Look for a quotation mark that is not closed.") from error
        finally:
            lines.detach()

    def _is_sound(self) -> bool:
        decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        self._file.seek(self._mark)
        try:
            while chunk := self._file.read(_SAMPLE):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
        return True


def encoding_of(sample: bytes) -> tuple[str, int]:
    """The encoding, and the length of the byte order mark that says so."""
    if marked := marked_encoding(sample):
        return marked
    # Half of plain text in UTF-16 are zero bytes, all at even or all at odd places.
    start = sample[:1_000]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > len(start) // 4 and not even:
        return "utf-16-le", 0
    if even > len(start) // 4 and not odd:
        return "utf-16-be", 0
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample)
    except UnicodeError:
        return _guessed(sample), 0
    return "utf-8", 0


def _guessed(sample: bytes) -> str:
    """UTF-8 with slips, Windows's Western encoding, or what the statistics of another script show."""
    if len(_bad_parts(sample)) <= sum(byte >= 0x80 for byte in sample) // 10:
        return "utf-8"
    best = from_bytes(sample[:65_536]).best()
    if best is None or best.encoding.startswith(_WESTERN):
        return "cp1252" if _decodes(sample, "cp1252") else "latin-1"
    return best.encoding


def _bad_parts(sample: bytes) -> list[int]:
    """Where bytes stand that are no UTF-8."""
    text = sample.decode("utf-8", "surrogateescape")
    return [place for place, character in enumerate(text) if "\udc80" <= character <= "\udcff"]


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeError:
        return False
    return True


def _delimiter_of(sample: str) -> tuple[str, int]:
    """The delimiter by which the most columns have names that we know, and rows to be passed over before anything."""
    if sample[:5].lower().startswith("sep=") and sample[4:5]:  # Excel's own way to say it
        return sample[4], 1
    scores = {delimiter: _score(sample, delimiter) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=lambda delimiter: scores[delimiter]), 0


def _score(sample: str, delimiter: str) -> tuple[int, int]:
    try:
        rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), ABOVE))
    except csv.Error:
        return 0, 0
    return max((known_columns(row) for row in rows), default=0), max(map(len, rows), default=0)
