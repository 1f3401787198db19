"""The 2048-bit filter in a header over the addresses and topics of all logs in the block.

Yellow Paper 4.3.1: an address or topic sets three bits, those that the first three pairs of bytes
of its hash name, each modulo 2048.
"""

from __future__ import annotations

from binascii import unhexlify
from functools import reduce
from operator import or_
from struct import Struct
from typing import TYPE_CHECKING

from watcher.evm.checks.slices import sliced
from watcher.evm.keccak import keccak
from watcher.evm.wire import BadField, fixed
from watcher.rpc.errors import GarbledAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from watcher.evm.wire import RpcLog

BYTES = 256
_LAST_BIT = 8 * BYTES - 1
_BITS = tuple(1 << bit for bit in range(8 * BYTES))
"""Each of the filter's bits by itself: to look one up is cheaper than to shift it into place."""
_SLICE = 2000
_ADDRESS, _TOPIC = len("0x") + 2 * 20, len("0x") + 2 * 32
_THREE_PAIRS = Struct(">HHH26x")
"""At the beginning of a hash."""


class Blooms:
    """Computes filters, and remembers texts that come again and again: tokens, event topics,
    exchanges. At most ``2 * keep`` of them, half a kilobyte each: the older half goes when the
    newer one is full.
    """

    def __init__(self, keep: int = 3000) -> None:
        self._keep = keep
        self._newer: dict[str, int] = {}
        self._older: dict[str, int] = {}

    async def of(self, texts: AbstractSet[str]) -> int:
        """The filter over addresses and topics, given in hex.

        Raises GarbledAnswer for a text that is neither, or a topic that is written in capitals:
        nobody who looks for it would find it.
        """
        known = self._newer.keys() & texts
        bloom = reduce(or_, map(self._newer.__getitem__, known), 0)
        async for part in sliced(tuple(texts - known), min(_SLICE, self._keep)):
            bloom = reduce(or_, self._learn(part), bloom)
        return bloom

    def of_logs(self, logs: Iterable[RpcLog]) -> int:
        """The filter over a few logs; raises as ``of``."""
        texts = (text for log in logs for text in (log.address, *log.topics))
        return reduce(or_, map(self.bits, texts), 0)

    def bits(self, text: str) -> int:
        """The filter with the bits of one address or topic; raises as ``of``."""
        bits = self._newer.get(text)
        return next(iter(self._learn([text]))) if bits is None else bits

    def _learn(self, texts: Sequence[str]) -> Iterable[int]:
        """Each one's bits; they are remembered as the newest."""
        found = {text: self._older[text] for text in texts if text in self._older}
        found |= bits_of([text for text in texts if text not in found])
        if len(self._newer) + len(found) > self._keep:
            self._older, self._newer = self._newer, {}
        self._newer |= found
        return found.values()


def bits_of(texts: Sequence[str]) -> dict[str, int]:
    """By address or topic the filter with its bits alone. Raises GarbledAnswer."""
    if not {*map(len, texts)} <= {_ADDRESS, _TOPIC}:
        raise GarbledAnswer("a log's address or topic has another length")
    topics = "".join([text for text in texts if len(text) == _TOPIC])
    if topics != topics.lower() or not {text[:2] for text in texts} <= {"0x"}:
        raise GarbledAnswer("a log's address or topic is malformed")
    try:
        hashes = [keccak(unhexlify(text[2:])) for text in texts]
    except ValueError:
        raise GarbledAnswer("a log's address or topic is malformed") from None
    pairs = _THREE_PAIRS.iter_unpack(b"".join(hashes))
    bits = [_BITS[a & _LAST_BIT] | _BITS[b & _LAST_BIT] | _BITS[c & _LAST_BIT] for a, b, c in pairs]
    return dict(zip(texts, bits, strict=True))


def bloom_in(text: str) -> int:
    """A header's filter. Raises GarbledAnswer."""
    try:
        return int.from_bytes(fixed(text, BYTES))
    except BadField as error:
        raise GarbledAnswer(f"a block's bloom is malformed: {error}") from None
