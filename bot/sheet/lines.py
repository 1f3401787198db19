"""A row as what it asks for: a watch with the settings that the file has a column for, or a name.

What a file does not say about a watch that is there already stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from bot.languages import N_
from bot.parse.address import parse_address
from bot.parse.text import parse_label, shown
from bot.sheet import cells
from bot.sheet.columns import Column, Type
from data.errors import InputError
from data.model import EVERYTHING, ChatName, Direction, Unpriced, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.sheet.reading import Row
    from data.model import Chain

T = TypeVar("T", Type, Direction, Unpriced)
MOST_NUMBER = 999_999
"""Of watches that a file numbers itself."""
_LARGEST = 2**31 - 1
_NO_ADDRESS = N_("There is no address in that line.")
_SCOPE = {
    Column.KINDS: "interests",
    Column.ONLY: "only",
    Column.WITHOUT: "without",
    Column.NOT_ON: "not_on",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file means here: the chains that are followed, and all that are known; whether it is
    a forum, and in which topic what names none belongs."""

    chains: Sequence[Chain]
    known: Mapping[str, Chain]
    has_topics: bool
    topic: int


@dataclass(frozen=True, slots=True)
class WatchLine:
    """A watch as a file has it. ``settings`` and ``scope`` are fields of the nouns; only what
    stands in the file is in them."""

    line: int
    number: int | None
    address: bytes | None
    chain: str | None
    topic: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    scope: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[bytes | None, str | None, int]:
        """What makes it another watch than others, at the least."""
        return self.address, self.chain, self.topic

    def applied(self, watch: Watch) -> Watch:
        """The watch, changed as the line says."""
        return replace(watch, **self.settings, scope=replace(watch.scope, **self.scope))

    def made(self, chat_id: int, number: int, now: datetime) -> Watch:
        """A new watch."""
        plain = Watch(
            id=0,
            number=number,
            chat_id=chat_id,
            topic_id=self.topic,
            chain=self.chain,
            address=self.address,
            threshold=None,
            direction=Direction.BOTH,
            label=None,
            muted_until=None,
            created_at=now,
            scope=EVERYTHING,
        )
        return self.applied(plain)


@dataclass(frozen=True, slots=True)
class NameLine:
    """What the chat is to call an address."""

    line: int
    name: ChatName


Line = WatchLine | NameLine


def line_of(row: Row, terms: Terms) -> Line:
    """What the row asks for. Raises InputError that says what is wrong with it."""
    found = row.cells
    kind = _one_of(Type, found.get(Column.TYPE) or Type.WATCH)
    address = found.get(Column.ADDRESS, "")
    chain = cells.chain_in(found.get(Column.CHAIN, ""), terms.chains)
    if kind is Type.NAME:
        name = parse_label(found.get(Column.LABEL, ""))
        if not address:
            raise InputError(_NO_ADDRESS)
        if name is None:
            raise InputError("There is no name in that line.")
        return NameLine(row.line, ChatName(chain, parse_address(address), name))
    if kind is Type.FEED and address:
        raise InputError("A feed is about a whole chain, and that line has an address.")
    if kind is Type.WATCH and not address:
        raise InputError(_NO_ADDRESS)
    number = found.get(Column.NUMBER)
    return WatchLine(
        line=row.line,
        number=cells.count_in(number, _LARGEST) if number else None,
        address=parse_address(address) if address else None,
        chain=chain,
        topic=_topic(found, terms),
        settings=dict(_settings(found, chain, terms)),
        scope={
            _SCOPE[column]: _scope_read(column, text, terms)
            for column, text in found.items()
            if column in _SCOPE
        },
    )


def line_from(watch: Watch, topic: int) -> WatchLine:
    """What it takes to watch the same."""
    return WatchLine(
        line=watch.number,
        number=None,
        address=watch.address,
        chain=watch.chain,
        topic=topic,
        settings={
            "threshold": watch.threshold,
            "direction": watch.direction,
            "label": watch.label,
            "unpriced": watch.unpriced,
        },
        scope={name: getattr(watch.scope, name) for name in _SCOPE.values()},
    )


def _settings(
    found: Mapping[Column, str], chain: str | None, terms: Terms
) -> Iterator[tuple[str, object]]:
    if (text := found.get(Column.THRESHOLD)) is not None:
        counted = found.get(Column.COUNTED, "")
        yield (
            "threshold",
            cells.threshold_in(text, counted, chain, terms.chains, terms.known),
        )
    if (text := found.get(Column.DIRECTION)) is not None:
        yield "direction", _one_of(Direction, text or Direction.BOTH)
    if (text := found.get(Column.LABEL)) is not None:
        yield "label", parse_label(text)
    if (text := found.get(Column.UNPRICED)) is not None:
        yield "unpriced", _one_of(Unpriced, text or Unpriced.IGNORE)
    if (text := found.get(Column.MUTED)) is not None:
        yield "muted_until", cells.time_in(text)


def _scope_read(column: Column, text: str, terms: Terms) -> object:
    if column is Column.KINDS:
        return cells.kinds_in(text)
    if column is Column.NOT_ON:
        return cells.chains_in(text, terms.known)
    return cells.assets_in(text, terms.chains, terms.known)


def _topic(found: Mapping[Column, str], terms: Terms) -> int:
    text = found.get(Column.TOPIC)
    if not terms.has_topics:
        return 0
    if text is None:
        return terms.topic
    return cells.count_in(text, _LARGEST) if text else 0


def _one_of(kind: type[T], text: str) -> T:
    try:
        return kind(text.casefold())
    except ValueError:
        raise InputError(
            "“{text}” is none of {words}.", text=shown(text), words=", ".join(kind)
        ) from None
