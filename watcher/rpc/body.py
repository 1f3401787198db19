"""An answer's body as it arrives: inflated piece by piece, and never larger than allowed.

Inflating is done here and not by aiohttp, for three reasons: the limit holds on the wire and after
inflating alike, the bytes on the wire are counted, and a bomb of a thousand to one is inflated
in small steps between which other calls go on.
"""

from __future__ import annotations

import zlib
from contextlib import suppress

from watcher.rpc.errors import GarbledAnswer, OversizedAnswer

STEP = 1024 * 1024
"""bytes that are inflated without a pause: about 2 ms"""

ACCEPTED = "gzip, deflate"


class Body:
    """Feed it pieces; while it is `pending`, let it `step`; then `finish`."""

    def __init__(self, encoding: str, limit: int) -> None:
        """`encoding` is the Content-Encoding. Raises GarbledAnswer if it was not asked for."""
        self._encoding = encoding.strip().lower()
        if self._encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise GarbledAnswer("the answer is compressed in a way that was not asked for")
        self._limit = limit
        self._inflater: zlib._Decompress | None = None
        self._waiting = b""
        self._filled = False
        self._pieces: list[bytes] = []
        self._size = 0
        self.received = 0

    @property
    def pending(self) -> bool:
        """Whether there is more to inflate of what was fed."""
        return bool(self._waiting) or self._filled

    def feed(self, piece: bytes) -> None:
        """Take bytes from the wire. Raises OversizedAnswer or GarbledAnswer."""
        self.received += len(piece)
        if self.received > self._limit:
            raise OversizedAnswer(f"the answer is larger than {self._limit} bytes")
        if self._encoding in {"", "identity"}:
            self._keep(piece)
        else:
            self._waiting += piece
            self.step()

    def step(self) -> None:
        """Inflate up to STEP bytes. Raises OversizedAnswer or GarbledAnswer."""
        if not self.pending:
            return
        if self._inflater is None:
            self._inflater = zlib.decompressobj(_window(self._encoding, self._waiting[0]))
        inflated = None
        with suppress(zlib.error):
            inflated = self._inflater.decompress(self._waiting, STEP)
        if inflated is None:
            raise GarbledAnswer("the answer's compression is broken")
        if self._inflater.unused_data:
            raise GarbledAnswer("the compressed answer has more behind its end")
        self._waiting = self._inflater.unconsumed_tail
        # zlib may have swallowed all its input and still hold output back.
        self._filled = len(inflated) == STEP and not self._inflater.eof
        self._keep(inflated)

    def finish(self) -> bytes:
        """The whole body. Raises GarbledAnswer if it was cut off."""
        if self._inflater is not None and not self._inflater.eof:
            raise GarbledAnswer("the compressed answer is cut off")
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise OversizedAnswer(f"the inflated answer is larger than {self._limit} bytes")
        self._pieces.append(piece)


def _window(encoding: str, first: int) -> int:
    if encoding != "deflate":
        return 16 + zlib.MAX_WBITS
    # "deflate" means zlib's format, but some servers send it bare; zlib's first byte ends in 8.
    return zlib.MAX_WBITS if first & 0x0F == 8 else -zlib.MAX_WBITS
