"""Addresses by what somebody calls them, or a part of it: first their own names, then the known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.labels import Labels
    from data.model import Chain, ChatName, Watch


def known_as(
    text: str,
    names: Iterable[ChatName],
    watches: Iterable[Watch],
    labels: Labels,
    chains: Sequence[Chain],
    most: int,
) -> list[bytes]:
    """At most so many addresses, the likeliest first: whose name is just that, begins with it, has
    it anywhere. Own names go before labels that are as likely."""
    wanted = text.casefold()
    likely: dict[bytes, tuple[int, int, str]] = {}
    for whose, name, address in _all(names, watches, labels, chains):
        folded = name.casefold()
        if wanted not in folded:
            continue
        how = 0 if folded == wanted else 1 if folded.startswith(wanted) else 2
        # "Binance 2" before "Binance 14": shorter before longer, then by the alphabet
        rank = (how, whose, f"{len(folded):03}{folded}")
        likely[address] = min(rank, likely.get(address, rank))
    return sorted(likely, key=lambda address: likely[address])[:most]


def _all(
    names: Iterable[ChatName], watches: Iterable[Watch], labels: Labels, chains: Sequence[Chain]
) -> Iterator[tuple[int, str, bytes]]:
    for own in names:
        yield 0, own.name, own.address
    for watch in watches:
        if watch.address is not None and watch.label:
            yield 0, watch.label, watch.address
    for chain in chains:
        for address, label in labels.on(chain.name):
            yield 1, label.name, address
