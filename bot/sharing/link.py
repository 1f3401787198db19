"""What follows ``?start=`` in a link that shares: at most 64 characters, as Telegram wants it.

One plain watch stands in the link itself: a byte of flags, the address, the chain's number, the
threshold as figures, zeros behind them and a symbol. Everything else is stored, and its link has
the stored list's id alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.parse.number import places_of
from bot.parse.threshold import parse_threshold
from bot.sharing.sealed import TAG_LENGTH, seal, unseal
from data.errors import InputError
from data.model import EVERYTHING, Direction, UnitThreshold, Unpriced, UsdThreshold, Watch
from data.queries.shares import ID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Threshold

PREFIX = "w_"
LONGEST = 58
"""Characters: a button must carry them too, behind its own name."""
_MOST_BYTES = (LONGEST - len(PREFIX)) * 6 // 8 - TAG_LENGTH
_LIST, _WATCH = 0, 1
_DIRECTIONS = tuple(Direction)
_NO_THRESHOLD, _USD, _UNITS = range(3)
_ADDRESS_LENGTH = 20
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class NotOurs(Exception):
    """The bot has not made that link."""


def link_to_list(share: bytes, token: str) -> str:
    """What leads to a stored list."""
    return PREFIX + seal(bytes([_LIST]) + share, token)


def link_to_watch(watch: Watch, chains: Sequence[Chain], token: str) -> str | None:
    """What holds a watch, without its label; None for one that has to be stored."""
    body = _body(watch, chains)
    if body is None or len(body) > _MOST_BYTES:
        return None
    try:
        is_whole = _watch(body, chains) == _bare(watch)
    except InputError:
        is_whole = False
    if not is_whole:
        return None
    return PREFIX + seal(body, token)


def opened(payload: str, chains: Sequence[Chain], token: str) -> Watch | bytes:
    """The watch that a link holds, or the id of a stored list. Raises NotOurs, and InputError for
    a watch that means nothing here any more."""
    body = unseal(payload.removeprefix(PREFIX), token) if len(payload) <= LONGEST else None
    if not body or not payload.startswith(PREFIX):
        raise NotOurs
    if body[0] == _LIST and len(body) == 1 + ID_LENGTH:
        return body[1:]
    return _watch(body, chains)


def _bare(watch: Watch) -> Watch:
    """A watch without all that is its chat's own."""
    return replace(
        watch, id=0, number=1, chat_id=0, topic_id=0, label=None, muted_until=None,
        created_at=_LONG_AGO,
    )  # fmt: skip


def _body(watch: Watch, chains: Sequence[Chain]) -> bytes | None:
    chain = next((one for one in chains if one.name == watch.chain), None)
    if watch.address is None or watch.scope != EVERYTHING or (watch.chain and chain is None):
        return None
    threshold = watch.threshold
    kind, number, symbol = _NO_THRESHOLD, Decimal(0), ""
    if isinstance(threshold, UsdThreshold):
        kind, number = _USD, threshold.usd
    elif isinstance(threshold, UnitThreshold):
        kind, number, symbol = _UNITS, threshold.quantity, threshold.symbol
    tells = watch.unpriced is Unpriced.TELL
    flags = _WATCH | _DIRECTIONS.index(watch.direction) << 1 | kind << 3 | tells << 5
    figures = b""
    if kind != _NO_THRESHOLD:
        places = places_of(number)
        whole = int(number.scaleb(places))
        zeros = 0
        while whole and whole % 10 == 0 and zeros - places < 100:
            whole, zeros = whole // 10, zeros + 1
        figures = _varied(whole) + bytes([zeros - places + 128]) + symbol.encode()
    return bytes([flags]) + watch.address + _varied(chain.chain_id if chain else 0) + figures


def _watch(body: bytes, chains: Sequence[Chain]) -> Watch:
    flags, address, rest = body[0], body[1 : 1 + _ADDRESS_LENGTH], body[1 + _ADDRESS_LENGTH :]
    number, rest = _unvaried(rest)
    chain = next((one for one in chains if one.chain_id == number), None)
    if number and chain is None:
        raise InputError("That link is about a chain that I do not follow.")
    followed = [chain] if chain else chains
    return Watch(
        id=0,
        number=1,
        chat_id=0,
        topic_id=0,
        chain=chain.name if chain else None,
        address=address,
        threshold=_threshold(flags >> 3 & 3, rest, followed),
        direction=_DIRECTIONS[flags >> 1 & 3],
        label=None,
        muted_until=None,
        created_at=_LONG_AGO,
        unpriced=Unpriced.TELL if flags >> 5 & 1 else Unpriced.IGNORE,
    )


def _threshold(kind: int, rest: bytes, chains: Sequence[Chain]) -> Threshold | None:
    if kind == _NO_THRESHOLD:
        return None
    whole, rest = _unvaried(rest)
    number = Decimal(whole).scaleb(rest[0] - 128)
    symbol = rest[1:].decode()
    if kind == _USD:
        return UsdThreshold(number)
    return parse_threshold(f"{number:f} {symbol}", chains)


def _varied(number: int) -> bytes:
    """Seven bits a byte, as many as it needs."""
    some = bytearray()
    while number > 127:
        some.append(number & 127 | 128)
        number >>= 7
    some.append(number)
    return bytes(some)


def _unvaried(some: bytes) -> tuple[int, bytes]:
    number = place = 0
    for byte in some:
        number |= (byte & 127) << 7 * place
        place += 1
        if byte < 128:
            break
    return number, some[place:]
