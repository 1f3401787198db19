"""Whose movements are wanted: nearly everybody in a transaction that concerns somebody does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from watcher.enrich.flows import Flow, Flows


@dataclass(frozen=True, slots=True)
class Heed:
    """Those of ``addresses``, of whoever gained or gave so much, and of ``also``.

    ``rates`` are what one base unit of a token weighs, too much rather than too little, and
    ``least`` is a weight by them, as in ``watcher.weigh``: whole numbers, so that nothing is worked
    out in exact dollars for those who fall short of it by far.
    """

    addresses: Collection[bytes]
    rates: Mapping[bytes | None, int]
    least: int
    also: bytes | None = None

    def among(self, flows: Flows) -> Flows:
        """The flows of those whom it heeds."""
        addresses, also = self.addresses, self.also
        return {
            address: flow
            for address, flow in flows.items()
            if address in addresses or address == also or self._is_heavy(flow)
        }

    def _is_heavy(self, flow: Flow) -> bool:
        rates = self.rates
        gained = given = 0
        for asset, net in flow.net.items():
            if net > 0:
                gained += net * rates.get(asset[0], 0)
            else:
                given -= net * rates.get(asset[0], 0)
        return gained >= self.least or given >= self.least
