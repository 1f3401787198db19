"""Chainlink's uptime feed of a rollup: 0 while its sequencer is up, 1 while it is down."""

from __future__ import annotations

from bisect import bisect_right

from eth_abi.abi import encode

from sandbox.chain.contracts.call import Call, RevertedCallError, selector

_LATEST = selector("latestRoundData()")
_LONG_AGO = 1_600_000_000


class Sequencer:
    """Up since long ago, until `switch` says otherwise; old blocks keep what they were told."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, bool]] = [(_LONG_AGO, True)]

    def switch(self, since: int, *, up: bool) -> None:
        """From a Unix time on it is up, or down."""
        earlier = [change for change in self._changes if change[0] < since]
        self._changes = [*earlier, (since, up)]

    def __call__(self, call: Call) -> bytes:
        if call.selector != _LATEST:
            raise RevertedCallError
        number = bisect_right(self._changes, call.block.timestamp, key=lambda change: change[0])
        since, up = self._changes[max(0, number - 1)]
        types = ("uint80", "int256", "uint256", "uint256", "uint80")
        return encode(types, (number, 0 if up else 1, since, since, number))
