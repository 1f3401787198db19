"""Thresholds, addresses, times: the parts that sentences are made of."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.numbers import full_usd
from data.addresses import checksummed
from data.health import told_time
from data.model import NoiseRule, UnitThreshold, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from data.labels import Label, Labels
    from data.model import Chain, Threshold


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def threshold_words(threshold: Threshold | None, default: Decimal) -> str:
    """``$250,000``, ``50 ETH``, or the default, said to be one."""
    if threshold is None:
        return f"{full_usd(default)} (this chat's default)"
    if isinstance(threshold, UnitThreshold):
        return f"{threshold.quantity:,f} {escape(threshold.symbol)}"
    return full_usd(threshold.usd)


def threshold_meaning(threshold: Threshold | None, chains: Sequence[Chain]) -> str | None:
    """Which assets a threshold in units counts: ``ETH and WETH on Ethereum``; else None."""
    if not isinstance(threshold, UnitThreshold):
        return None
    parts = []
    for chain in chains:
        symbols = [
            chain.native_symbol if token is None else chain.tokens[token].symbol
            for name, token in threshold.amounts
            if name == chain.name and (token is None or token in chain.tokens)
        ]
        if symbols:
            parts.append(f"{listed(symbols)} on {chain.title}")
    return escape(", ".join(parts)) or None


def chain_words(chain: str | None, chains: Sequence[Chain]) -> str:
    """A chain's title, or all of them."""
    titles = [known.title for known in chains if chain in {None, known.name}]
    return escape(listed(titles) if titles else chain or "")


def short_address(address: bytes) -> str:
    """``0xd8dA…6045``: never without its link beside it."""
    text = checksummed(address)
    return f"{text[:6]}…{text[-4:]}"


def address_link(address: bytes, chains: Sequence[Chain], text: str | None = None) -> str:
    """The short address, or another text, linked to the first chain's explorer."""
    url = chains[0].explorer.address.format(address=checksummed(address))
    return f'<a href="{escape(url)}">{escape(text or short_address(address))}</a>'


def known_label(address: bytes, chains: Sequence[Chain], labels: Labels) -> Label | None:
    """What other people call an address, on the first chain that has a name for it."""
    found = (labels.of(chain.name, address) for chain in chains)
    return next((label for label in found if label), None)


def names_of(address: bytes, chains: Sequence[Chain], labels: Labels) -> list[str]:
    """Lines of HTML: what the chat calls an address, and what other people do."""
    own: dict[str, list[str]] = {}
    for chain in chains:
        if name := labels.own_name(chain.name, address):
            own.setdefault(name, []).append(chain.title)
    lines = []
    for name, titles in own.items():
        where = "" if len(titles) == len(chains) else f" on {escape(listed(titles))}"
        lines.append(f"You call it <b>{escape(name)}</b>{where}")
    known = known_label(address, chains, labels)
    return [*lines, f"Known as {label_words(known)}"] if known else lines


def label_words(label: Label) -> str:
    """``Binance 14 · exchange`` as HTML."""
    kind = "" if label.kind in {"other", "burn"} else f" · {label.kind}"
    return escape(label.name) + kind + (" · defunct" if label.defunct else "")


def watch_name(watch: Watch, chains: Sequence[Chain]) -> str:
    """What a watch is called in a sentence or on a button; plain text, not yet HTML."""
    if watch.label:
        return watch.label
    if watch.address is None:
        titles = [chain.title for chain in chains if chain.name == watch.chain]
        return f"{titles[0] if titles else watch.chain or 'All chains'} feed"
    return short_address(watch.address)


def is_muted(until: datetime | None, now: datetime) -> bool:
    """Whether a mute still holds."""
    return until is not None and until > now


def until_words(until: datetime, now: datetime) -> str:
    """``until 14:05 UTC``, with the day where it is not today."""
    return f"until {told_time(until, now)}"


def duration_words(duration: timedelta) -> str:
    """The two largest units: ``1 h 30 min``, ``3 d``; seconds below a minute."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    parts = []
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def count_words(count: int, one: str, many: str) -> str:
    """``1 block``, ``1,250 blocks``."""
    return f"{count:,} {one if count == 1 else many}"


_NOISE = {
    NoiseRule.LOOKALIKE: "look-alikes",
    NoiseRule.IMITATION: "imitations",
    NoiseRule.AIRDROP: "airdrops",
}


def noise_words(rule: NoiseRule) -> str:
    """What a rule keeps out, in one word: ``look-alikes``."""
    return _NOISE[rule]
