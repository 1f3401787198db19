"""Who may come in: from Telegram's addresses, not too often, with the secret that it was told.

Knows no clock and no network.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

_MOST_ADDRESSES = 1_024
"""That are remembered; who has not called for longest is forgotten."""
_LONGEST_CHAIN = 2_048
"""Characters of X-Forwarded-For."""


def derived_secret(token: str) -> str:
    """A secret for who has set none: from the bot's token, which cannot be found out from it."""
    return hmac.new(token.encode(), b"spyhop webhook", sha256).hexdigest()


def caller(peer: str | None, forwarded: str | None, proxies: Sequence[Network]) -> Address | None:
    """Who called: the peer, or whom trusted proxies say that they called for; None: unreadable.

    Of the addresses in ``forwarded`` (X-Forwarded-For) the last counts that is no trusted proxy:
    each proxy adds the one that it saw at the end, and what stands before that anybody can write.
    """
    address = _read(peer)
    if address is None or not _within(address, proxies) or not forwarded:
        return address
    if len(forwarded) > _LONGEST_CHAIN:
        return None
    for part in reversed(forwarded.split(",")):
        address = _read(part.strip())
        if address is None or not _within(address, proxies):
            return address
    return address


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Doorkeeper:
    """``per_second`` calls of one address, and as many at once; times in seconds, on any clock."""

    def __init__(
        self,
        secret: str,
        networks: Sequence[Network],
        proxies: Sequence[Network],
        *,
        per_second: float,
    ) -> None:
        self._secret = secret.encode()
        self._networks = networks
        self._proxies = proxies
        self._per_second = per_second
        self._buckets: OrderedDict[Address, _Bucket] = OrderedDict()

    def refusal(
        self, peer: str | None, forwarded: str | None, secret: str | None, now: float
    ) -> int | None:
        """The HTTP status to refuse a call with; None lets it in."""
        address = caller(peer, forwarded, self._proxies)
        if address is None or not _within(address, self._networks):
            return 403
        if not self._has_room(address, now):
            return 429
        # in constant time, or the secret could be guessed letter by letter
        said = (secret or "").encode(errors="surrogateescape")
        if not hmac.compare_digest(said, self._secret):
            return 401
        return None

    def _has_room(self, address: Address, now: float) -> bool:
        bucket = self._buckets.pop(address, None) or _Bucket(self._per_second, now)
        self._buckets[address] = bucket
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        passed = max(0.0, now - bucket.at)
        bucket.left = min(self._per_second, bucket.left + passed * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _read(text: str | None) -> Address | None:
    """An address, as it is or with the port behind it; IPv4 in IPv6 is IPv4."""
    if not text:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
