"""A file as rows, whoever wrote it: its letters, what stands between its cells, its headings.

Files of other tools are lists of addresses, or of addresses and labels, with or without headings,
with commas, semicolons, tabs or bars between.
"""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from bot.languages import N_
from bot.parse.address import looks_like_address
from bot.sheet.cells import unguarded
from bot.sheet.columns import Column, columns_of, unknown_among
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_ROWS = 20_000
MOST_LINES = 5 * MOST_ROWS
"""With those in which nothing stands: they take time as well, and nobody has a turn meanwhile."""
_SEPARATORS = ",;\t|"
_LOOKED_AT = 20
"""Rows by which a file is judged."""
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}|https?://\S+")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOK = N_("That is an Excel or LibreOffice workbook: save it as CSV, in UTF-8.")
_TOO_LONG = N_("That file is too long: I read {count} lines.")
_BEGINS = {
    b"PK\x03\x04": _WORKBOOK,
    b"\xd0\xcf\x11\xe0": _WORKBOOK,
    b"%PDF": N_("That is a PDF: I read CSV files."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """``line`` is where it ends in the file, from 1; cells are those that the file has a column
    for, ``raw`` all that stands there."""

    line: int
    cells: Mapping[Column, str]
    raw: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where what stands. ``first`` is how many rows go before the content."""

    separator: str
    columns: Mapping[Column, int]
    first: int
    unknown: Sequence[str] = ()
    """Headings that mean nothing here."""


def text_of(content: bytes) -> str:
    """The file's text. Raises InputError that says how to save it instead."""
    for begins, sentence in _BEGINS.items():
        if content.startswith(begins):
            raise InputError(sentence)
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(
            "I can't read the letters of that file: save it as CSV in UTF-8 (in Excel “CSV UTF-8”)."
        ) from None
    if "\0" in text:
        raise InputError("That is no text file: I read CSV files.")
    if not text.strip():
        raise InputError("There is nothing in that file.")
    return text


def layout_of(text: str) -> Layout:
    """How the file is laid out, by its first rows."""
    separators = _said_separator(text) or _SEPARATORS
    tried = {one: _first_rows(text, one) for one in separators}
    for separator, rows in tried.items():
        # a title may stand above the headings
        for place, cells in enumerate(rows[:2]):
            columns = columns_of(cells)
            if columns is not None:
                return Layout(separator, columns, place + 1, unknown_among(cells))
    separator = max(separators, key=lambda one: _likelihood(tried[one]))
    for cells in tried[separator]:
        for place, cell in enumerate(cells):
            if _ADDRESS.fullmatch(cell):
                return Layout(separator, _guessed(place, len(cells)), 0)
    return Layout(separator, _guessed(0, 1), 0)


def rows_of(text: str, layout: Layout) -> Iterator[Row]:
    """The rows that hold something. Raises InputError where the file is no table."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=layout.separator)
    seen = 0
    try:
        for cells in reader:
            if reader.line_num > MOST_LINES:
                raise InputError(_TOO_LONG, count=MOST_LINES)
            if not any(cell.strip() for cell in cells) or _is_remark(cells):
                continue
            seen += 1
            if seen <= layout.first:
                continue
            if seen - layout.first > MOST_ROWS:
                raise InputError(_TOO_LONG, count=MOST_ROWS)
            yield Row(reader.line_num, _cells(cells, layout), layout.separator.join(cells))
    except csv.Error:
        raise InputError(
            "Line {line} of that file is no line of a table: perhaps a quotation mark is left"
            " open.",
            line=reader.line_num,
        ) from None


def _cells(cells: Sequence[str], layout: Layout) -> dict[Column, str]:
    found = {
        column: unguarded(cells[place].strip())
        for column, place in layout.columns.items()
        if place < len(cells)
    }
    if not layout.first and len(cells) == 1:
        # an address, and behind it a name with nothing but space between
        address, _, label = found.get(Column.ADDRESS, "").partition(" ")
        if label and looks_like_address(address):
            return {Column.ADDRESS: address, Column.LABEL: label.strip()}
    return found


def _guessed(address: int, count: int) -> dict[Column, int]:
    """Without headings: beside the address first stands what it is called, then from what value."""
    others = [place for place in range(max(3, count)) if place != address]
    return {
        Column.ADDRESS: address,
        **dict(zip((Column.LABEL, Column.THRESHOLD), others, strict=False)),
    }


def _likelihood(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Of how many rows there is an address all by itself in a cell, and how many cells they are."""
    good = [cells for cells in rows if any(_ADDRESS.fullmatch(cell) for cell in cells)]
    return len(good), sum(map(len, good))


def _first_rows(text: str, separator: str) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for cells in csv.reader(StringIO(text[:65_536], newline=""), delimiter=separator):
            if any(cell.strip() for cell in cells) and not _is_remark(cells):
                found.append([cell.strip() for cell in cells])
            if len(found) == _LOOKED_AT:
                break
    except csv.Error:
        pass
    return found


def _said_separator(text: str) -> str:
    """What Excel writes into the first line for itself: ``sep=;``."""
    line = text.split("\n", 1)[0].strip()
    return line[4:5] if line[:4].casefold() == "sep=" and len(line) == 5 else ""


def _is_remark(cells: Sequence[str]) -> bool:
    first = cells[0].lstrip()
    return first.startswith("#") or first[:4].casefold() == "sep="
