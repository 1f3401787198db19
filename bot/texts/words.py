"""Thresholds, addresses, times: the parts that sentences are made of."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_skeleton
from babel.lists import format_list

from bot.hours.clock import clock_words, local
from bot.languages import LOCALES, N_, _, current
from bot.numbers import full_quantity, full_usd
from bot.texts.subjects import feed_parts
from data.addresses import checksummed
from data.model import FOREVER, NoiseRule, UnitThreshold, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from data.labels import Label, Labels
    from data.model import Chain, Threshold

_LABEL_KINDS = {
    "bridge": N_("bridge"),
    "exchange": N_("exchange"),
    "fund": N_("fund"),
    "issuer": N_("issuer"),
    "staking": N_("staking"),
}
"""The others say nothing that their names do not."""
_UNITS = ((N_("{count} d"), 86_400), (N_("{count} h"), 3_600), (N_("{count} min"), 60))
_NOISE = {
    NoiseRule.LOOKALIKE: N_("look-alikes"),
    NoiseRule.IMITATION: N_("imitations"),
    NoiseRule.AIRDROP: N_("airdrops"),
}


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return format_list(names, locale=LOCALES[current()])


def threshold_words(threshold: Threshold | None, default: Decimal) -> str:
    """``$250,000``, ``50 ETH``, or the default, said to be one."""
    if threshold is None:
        return _("{usd} (this chat's default)").format(usd=full_usd(default))
    if isinstance(threshold, UnitThreshold):
        return f"{full_quantity(threshold.quantity)} {escape(threshold.symbol)}"
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
            where = _("{assets} on {chain}")
            parts.append(where.format(assets=listed(symbols), chain=chain.title))
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
        if len(titles) == len(chains):
            lines.append(_("You call it <b>{name}</b>").format(name=escape(name)))
        else:
            line = _("You call it <b>{name}</b> on {chains}")
            lines.append(line.format(name=escape(name), chains=escape(listed(titles))))
    if known := known_label(address, chains, labels):
        lines.append(_("Known as {label}").format(label=label_words(known)))
    return lines


def label_words(label: Label) -> str:
    """``Binance 14 · exchange`` as HTML."""
    parts = [escape(label.name)]
    if label.kind in _LABEL_KINDS:
        parts.append(_(_LABEL_KINDS[label.kind]))
    if label.defunct:
        parts.append(_("defunct"))
    return " · ".join(parts)


def watch_name(watch: Watch, chains: Sequence[Chain]) -> str:
    """What a watch is called in a sentence or on a button; plain text, not yet HTML."""
    if watch.label:
        return watch.label
    if watch.address is None:
        titles = [chain.title for chain in chains if chain.name == watch.chain]
        chain = titles[0] if titles else watch.chain
        if about := feed_parts(watch, chains):
            return " · ".join([chain or _("All chains"), *about])
        return _("{chain} feed").format(chain=chain) if chain else _("All chains feed")
    return short_address(watch.address)


def is_muted(until: datetime | None, now: datetime) -> bool:
    """Whether a mute still holds."""
    return until is not None and until > now


def time_words(moment: datetime, now: datetime) -> str:
    """``14:05 UTC``, with the day where it is not today: ``21 Nov, 14:05 UTC``."""
    time = clock_words(moment)
    shown, today = local(moment), local(now)
    if shown.date() == today.date():
        return time
    return _("{day}, {time}").format(day=day_words(shown, today), time=time)


def muted_words(until: datetime, now: datetime) -> str:
    """``Muted until 14:05 UTC``, or for ever."""
    if until >= FOREVER:
        return _("Muted until you end it")
    return _("Muted until {time}").format(time=time_words(until, now))


def day_words(moment: datetime, now: datetime) -> str:
    """``21 Nov``, with the year where it is not this one."""
    skeleton = "MMMd" if moment.year == now.year else "yMMMd"
    return format_skeleton(skeleton, moment, locale=LOCALES[current()])


def duration_words(duration: timedelta) -> str:
    """The two largest units: ``1 h 30 min``, ``3 d``; seconds below a minute."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 60:
        return _("{count} s").format(count=seconds)
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(_(unit).format(count=count))
    return " ".join(parts[:2])


def ago_words(moment: datetime, now: datetime) -> str:
    """``12 s ago``."""
    return _("{duration} ago").format(duration=duration_words(now - moment))


def noise_words(rule: NoiseRule) -> str:
    """What a rule keeps out, in one word: ``look-alikes``."""
    return _(_NOISE[rule])
