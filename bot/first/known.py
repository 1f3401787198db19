"""Well-known wallets to begin with: of each exchange a few that are large or busy.

Only chosen here: names and addresses are those of the labels, with their sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.labels import Labels
    from data.model import Chain

WELL_KNOWN = {
    "Binance": ("Binance 7", "Binance 8", "Binance 14", "Binance 15", "Binance 20"),
    "Coinbase": ("Coinbase 1", "Coinbase 2", "Coinbase 4", "Coinbase 10"),
    "Kraken": ("Kraken 4", "Kraken 7", "Kraken 13"),
    "OKX": ("OKX 1", "OKX 2", "OKX 3", "OKX 7"),
    "Bybit": ("Bybit 5", "Bybit 6", "Bybit 7"),
    "Bitfinex": ("Bitfinex 2", "Bitfinex Cold Storage", "Bitfinex Hot Wallet"),
    "Crypto.com": ("Crypto.com 1", "Crypto.com 2", "Crypto.com 3"),
    "Gemini": ("Gemini 1", "Gemini 3", "Gemini 4"),
}
"""The exchange, and the labels of its wallets."""


def wallets_of(exchange: str, labels: Labels, chains: Iterable[Chain]) -> dict[bytes, str]:
    """Addresses of an exchange's wallets with their names, as far as a label on one of the chains
    has them; none for an exchange that is not well known here."""
    wanted = WELL_KNOWN.get(exchange, ())
    found: dict[str, bytes] = {}
    for chain in chains:
        for address, label in labels.on(chain.name):
            if label.name in wanted:
                found.setdefault(label.name, address)
    return {found[name]: name for name in wanted if name in found}
