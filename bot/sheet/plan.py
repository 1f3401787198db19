"""What the lines of a file would change in a watchlist. Nothing is ever removed.

A line means a watch that is there already by its address (or that it is a feed), its chain and its
topic. Where several fit it is the one that is just so, else the one of its number, else the one
about the same things, else the first. The others are new.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sheet.lines import MOST_NUMBER, NameLine, WatchLine
from bot.sheet.load import Problem
from bot.sheet.turns import Turns
from data.errors import InputError
from data.model import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from bot.sheet.lines import Line
    from data.model import ChatName, Watch

    Key = tuple[bytes | None, str | None, int]


@dataclass(frozen=True, slots=True)
class Room:
    """How many watches and names a chat may have in all."""

    watches: int
    names: int


@dataclass(slots=True)
class Plan:
    """``new`` watches are numbered; ``beyond`` are the lines for which there is no room."""

    new: list[Watch] = field(default_factory=list)
    changed: list[Watch] = field(default_factory=list)
    unchanged: int = 0
    new_names: list[ChatName] = field(default_factory=list)
    changed_names: list[ChatName] = field(default_factory=list)
    unchanged_names: int = 0
    repeated: list[Problem] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.new or self.changed or self.new_names or self.changed_names)


async def planned(
    lines: Sequence[Line],
    watches: Sequence[Watch],
    names: Sequence[ChatName],
    room: Room,
    chat_id: int,
    now: datetime,
) -> Plan:
    """What would become of a chat's watches and names; a few rows at a time."""
    plan, turns = Plan(), Turns()
    mine = [line for line in lines if isinstance(line, WatchLine)]
    there: defaultdict[Key, list[Watch]] = defaultdict(list)
    for watch in watches:
        there[watch.address, watch.chain, watch.topic_id].append(watch)
    mine = await _without_repeated(mine, plan)
    left: list[WatchLine] = []
    for line in mine:
        same = _first(there[line.key], lambda one, line=line: line.applied(one) == one)  # type: ignore[misc] # bound now
        if same is None:
            left.append(line)
        else:
            there[line.key].remove(same)
            plan.unchanged += 1
        await turns.pause()
    new: list[WatchLine] = []
    for line in left:
        meant = _nearest(line, there[line.key])
        if meant is None:
            new.append(line)
        else:
            there[line.key].remove(meant)
            plan.changed.append(line.applied(meant))
        await turns.pause()
    fitting = max(0, room.watches - len(watches))
    plan.beyond += [line.line for line in new[fitting:]]
    plan.new = await _numbered(new[:fitting], {one.number for one in watches}, chat_id, now)
    _plan_names([line for line in lines if isinstance(line, NameLine)], names, room.names, plan)
    return plan


async def fresh(
    lines: Sequence[WatchLine], watches: Sequence[Watch], chat_id: int, now: datetime
) -> tuple[list[Watch], int]:
    """Of watches that somebody shares those that a chat has not, numbered; how many it has, with
    whatever settings."""
    there = {(one.address, one.chain, one.topic_id, one.scope) for one in watches}
    new: list[WatchLine] = []
    for line in lines:
        about = (*line.key, Scope(**line.scope))
        if about not in there:
            there.add(about)
            new.append(line)
    numbered = await _numbered(new, {one.number for one in watches}, chat_id, now)
    return numbered, len(lines) - len(new)


async def _without_repeated(lines: Iterable[WatchLine], plan: Plan) -> list[WatchLine]:
    """Without those that say once more what to watch. Lines with numbers mean several watches."""
    turns = Turns()
    kept: list[WatchLine] = []
    seen: dict[object, int] = {}
    for line in lines:
        about = (
            *line.key,
            tuple(sorted(line.scope.items(), key=str)),
            line.settings.get("direction"),
        )
        before = seen.setdefault(about, line.line) if line.number is None else line.line
        if before == line.line:
            kept.append(line)
        else:
            error = InputError("The same as line {line}.", line=before)
            plan.repeated.append(Problem(line.line, error, ""))
        await turns.pause()
    return kept


def _nearest(line: WatchLine, there: Sequence[Watch]) -> Watch | None:
    tests: tuple[Callable[[Watch], bool], ...] = (
        lambda one: one.number == line.number,
        lambda one: line.applied(one).scope == one.scope,
        lambda _: True,
    )
    for test in tests:
        found = _first(there, test)
        if found is not None:
            return found
    return None


def _first(there: Iterable[Watch], test: Callable[[Watch], bool]) -> Watch | None:
    return next((one for one in there if test(one)), None)


async def _numbered(
    lines: Sequence[WatchLine], taken: set[int], chat_id: int, now: datetime
) -> list[Watch]:
    """Each with the number that its line has, where that is free, or else above all others."""
    numbers: list[int | None] = []
    for line in lines:
        is_free = line.number is not None and 0 < line.number <= MOST_NUMBER
        number = line.number if is_free and line.number not in taken else None
        numbers.append(number)
        if number is not None:
            taken.add(number)
    highest = max(taken, default=0)
    made, turns = [], Turns()
    for line, number in zip(lines, numbers, strict=True):
        if number is None:
            highest += 1
        made.append(line.made(chat_id, number or highest, now))
        await turns.pause()
    return made


def _plan_names(
    lines: Sequence[NameLine], names: Sequence[ChatName], most: int, plan: Plan
) -> None:
    there = {(one.chain, one.address): one.name for one in names}
    room = max(0, most - len(there))
    seen: dict[tuple[str | None, bytes], int] = {}
    for line in lines:
        key = (line.name.chain, line.name.address)
        before = seen.setdefault(key, line.line)
        if before != line.line:
            error = InputError("The same as line {line}.", line=before)
            plan.repeated.append(Problem(line.line, error, ""))
        elif there.get(key) == line.name.name:
            plan.unchanged_names += 1
        elif key in there:
            plan.changed_names.append(line.name)
        elif room:
            room -= 1
            plan.new_names.append(line.name)
        else:
            plan.beyond.append(line.line)
