"""Addresses out of hex; the same ones come again and again, so their bytes are kept at hand."""

from __future__ import annotations

from watcher.evm.wire import BadField, fixed

_PADDING = bytes(12)
_REMEMBERED = 20_000
"""Texts of either kind whose bytes are kept at hand: some 4 MB, for all chains together."""


class _Addresses(dict[str, bytes]):
    """From an address in hex to its bytes."""

    def __missing__(self, text: str) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[text] = address = fixed(text, 20)
        return address


class _Parties(dict[str, bytes]):
    """From a topic to the address that it holds."""

    def __missing__(self, topic: str) -> bytes:
        word = fixed(topic, 32)
        if not word.startswith(_PADDING):
            raise BadField("a topic holds no address")
        if len(self) >= _REMEMBERED:
            self.clear()
        self[topic] = address = word[len(_PADDING) :]
        return address


ADDRESSES = _Addresses()
"""By their text; raises BadField for what is none."""
PARTIES = _Parties()
"""By the topic that holds them; raises BadField likewise."""
