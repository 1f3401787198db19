"""A whole file as lines, read in turns with everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sheet.lines import line_of
from bot.sheet.reading import layout_of, rows_of
from bot.sheet.turns import Turns
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.sheet.lines import Line, Terms

TOLD_EVERY = 100
"""Rows."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line of the file is left out, and what stands there."""

    line: int
    error: InputError
    raw: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was understood; ``unknown`` are headings that mean nothing here."""

    lines: Sequence[Line]
    problems: Sequence[Problem]
    unknown: Sequence[str]


async def _say_nothing(_count: int) -> None:
    return


async def load(
    text: str, terms: Terms, tell: Callable[[int], Awaitable[None]] = _say_nothing
) -> Sheet:
    """Read the file; ``tell`` hears now and then how many rows that were so far.

    Raises InputError where it is no table.
    """
    layout = layout_of(text)
    lines: list[Line] = []
    problems: list[Problem] = []
    turns = Turns()
    for count, row in enumerate(rows_of(text, layout), 1):
        try:
            lines.append(line_of(row, terms))
        except InputError as error:
            problems.append(Problem(row.line, error, row.raw))
        await turns.pause()
        if count % TOLD_EVERY == 0:
            await tell(count)
    return Sheet(lines, problems, layout.unknown)
