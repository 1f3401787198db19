"""A CSV of labels into rows; every mistake is a sentence that names its line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from data.addresses import parse_address
from data.errors import ConfigurationError, InputError
from data.labels.label import EVERYWHERE, KINDS, Label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

NEEDED = ("chain", "address", "entity", "name", "kind")
ALLOWED = (*NEEDED, "status", "source")
LONGEST = 64
"""Characters of a name and of an entity."""
_DEFUNCT = "defunct"
_TOLD = 10

Row = tuple[tuple[str, bytes], Label]


class LineError(Exception):
    """What is wrong with a line; the text is the end of a sentence."""


def load_labels(path: Path, chains: Collection[str]) -> dict[tuple[str, bytes], Label]:
    """The rows of a file, by chain (``*`` for all) and address.

    Raises ConfigurationError that tells of every wrong line, the first ten of them.
    """
    rows: dict[tuple[str, bytes], Label] = {}
    lines: dict[tuple[str, bytes], int] = {}
    wrong: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, found in _read(file, chains):
                if isinstance(found, LineError):
                    wrong.append(f"line {line}: {found}")
                elif (before := lines.get(found[0])) is not None:
                    wrong.append(f"line {line}: line {before} has the same chain and address")
                else:
                    rows[found[0]], lines[found[0]] = found[1], line
    except LineError as error:
        wrong = [f"line 1: {error}"]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise ConfigurationError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path} is not text in UTF-8: save it as that"
        raise ConfigurationError(msg) from None
    if wrong:
        raise ConfigurationError("\n  ".join([f"{path} is wrong:", *_first(wrong)]))
    return rows


def _first(wrong: list[str]) -> Iterator[str]:
    yield from wrong[:_TOLD]
    if len(wrong) > _TOLD:
        yield f"and {len(wrong) - _TOLD} more"


def _read(file: Iterable[str], chains: Collection[str]) -> Iterator[tuple[int, Row | LineError]]:
    """Each row with its line's number. Raises LineError for a header that cannot be used."""
    reader = csv.reader(file, strict=True)
    columns: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield line, LineError(f"this is no CSV: {error}")
            return
        if cells is None:
            if columns is None:
                raise LineError(_HEADER)
            return
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _columns(cells)
            continue
        try:
            yield line, _row(columns, cells, chains)
        except LineError as error:
            yield line, error


_HEADER = f"the columns are {', '.join(NEEDED)}, with commas between; status and source may follow"


def _columns(cells: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    if not {*NEEDED} <= {*columns} <= {*ALLOWED} or len({*columns}) < len(columns):
        raise LineError(_HEADER)
    return columns


def _row(columns: list[str], cells: list[str], chains: Collection[str]) -> Row:
    if len(cells) != len(columns):
        msg = f"{len(columns)} values are wanted, and there are {len(cells)}"
        if len(cells) > len(columns):
            msg += ': put a name with a comma between quotes, like "Fund, the old one"'
        raise LineError(msg)
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    chain, kind, status = row["chain"].lower(), row["kind"].lower(), row.get("status", "").lower()
    if chain not in chains and chain != EVERYWHERE:
        names = ", ".join(sorted(chains))
        raise LineError(f"there is no chain {_quoted(chain)}: write {names}, or * for all")
    try:
        address = parse_address(row["address"])
    except InputError as error:
        raise LineError(f"{_quoted(row['address'])}: {error}") from None
    if kind not in KINDS:
        raise LineError(f"there is no kind {_quoted(kind)}: write {', '.join(sorted(KINDS))}")
    if status not in {"", _DEFUNCT}:
        raise LineError(f"the status is {_DEFUNCT}, or nothing")
    for column in ("entity", "name"):
        text = row[column]
        if not text:
            raise LineError(f"the {column} is missing")
        if not text.isprintable() or len(text) > LONGEST:
            raise LineError(f"the {column} is one line of at most {LONGEST} characters")
    return (chain, address), Label(row["entity"], row["name"], kind, status == _DEFUNCT)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
