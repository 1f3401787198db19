"""What transactions cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _
from bot.numbers import grouped, gwei, quantity, short_quantity, small_usd
from bot.texts.words import duration_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from data.model import Chain
    from data.redis.gas import GasStatus

AWAY = N_(
    "I can't tell just now: Redis cannot be reached, where the watcher writes what gas costs; try"
    " again in a minute."
)
TRANSFER_GAS = 21_000
"""A payment of native coin: the yellow paper's G_transaction, in its appendix G."""
TYPICAL_SWAP_GAS = 152_000
"""Where no swap was seen: the median of the 25 swaps in Ethereum's block 18,000,000."""
_STALE = timedelta(minutes=1)
_NAME = 9


def one(chain: Chain, status: GasStatus | None, now: datetime) -> str:
    """The answer to ``/gas <chain>``."""
    title = f"⛽ <b>{escape(chain.title)}</b>"
    if status is None:
        nothing = _("Nobody has told yet: the watcher does with the next block.")
        return f"{title}\n{nothing}"
    lines = [title, *_prices(status)]
    price = _price(status)
    if price is not None:
        transfer, swap = _transfer(status, price), _swap(status, price)
        lines.append(_("Transfer <b>{cost}</b>").format(cost=_cost(transfer, chain, status)))
        lines.append(_swap_line(_cost(swap, chain, status), status))
        if status.l1_fee is not None:
            line = _("Both with {fee} for the data on Ethereum, the L1 fee's median")
            lines.append(line.format(fee=_cost(status.l1_fee, chain, status)))
        elif status.l1_gas is not None:
            line = _("Both with {count} gas for the data on Ethereum, its median")
            lines.append(line.format(count=grouped(status.l1_gas)))
    lines.append(_age(chain, status, now))
    return "\n".join(lines)


def overview(told: Sequence[tuple[Chain, GasStatus | None]], now: datetime) -> str:
    """The answer to ``/gas``: a table that a phone holds."""
    rows: list[tuple[str, ...]] = [(_("chain"), "gwei", _("transfer"), _("swap"))]
    ages, notes = [], []
    for chain, status in told:
        price = None if status is None else _price(status)
        if status is None or price is None:
            rows.append((chain.name[:_NAME], "–", "–", "–"))
            if status is None:
                notes.append(_("{chain}: nothing told yet").format(chain=escape(chain.title)))
                continue
        else:
            costs = (_transfer(status, price), _swap(status, price))
            shown = [_cost(cost, chain, status) for cost in costs]
            rows.append((chain.name[:_NAME], gwei(price).removesuffix(" gwei"), *shown))
        if _is_stale(chain, status, now):
            note = _("⚠️ {chain}: as of {duration} ago")
            age = duration_words(now - status.block_time)
            notes.append(note.format(chain=escape(chain.title), duration=age))
        else:
            ages.append(now - status.block_time)
    text = _("⛽ <b>Gas</b>") + f"\n<pre>{escape(_table(rows))}</pre>"
    if ages:
        notes.insert(0, _between(min(ages), max(ages)))
    return "\n".join([text, *notes, _("/gas <code>&lt;chain&gt;</code> tells more")])


def _between(youngest: timedelta, oldest: timedelta) -> str:
    low, high = (duration_words(max(age, timedelta())) for age in (youngest, oldest))
    if low == high:
        return _("Blocks of {duration} ago").format(duration=low)
    return _("Blocks of {low} to {high} ago").format(low=low, high=high)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for name, *numbers in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def _prices(status: GasStatus) -> Iterable[str]:
    if status.base_fee:
        yield _("Base fee <b>{price}</b>").format(price=gwei(status.base_fee))
        if status.tips is not None:
            tip = _("Tip <b>{middle} gwei</b>, mostly {low} to {high}")
            yield tip.format(**_range(status.tips))
    elif status.prices is not None:
        price = _("Gas price <b>{middle} gwei</b>, mostly {low} to {high}")
        yield price.format(**_range(status.prices))
    if status.prices is None:
        yield _("Nobody paid for a transaction in the newest blocks.")


def _range(wei: tuple[int, int, int]) -> dict[str, str]:
    """The median, and from where to where most lie."""
    low, middle, high = (escape(gwei(one).removesuffix(" gwei")) for one in wei)
    return {"low": low, "middle": middle, "high": high}


def _price(status: GasStatus) -> int | None:
    """What one gas costs in all for somebody who tips as most do, in wei."""
    if status.base_fee:
        return status.base_fee + (status.tips[1] if status.tips else 0)
    return None if status.prices is None else status.prices[1]


def _transfer(status: GasStatus, price: int) -> int:
    return (TRANSFER_GAS + (status.l1_gas or 0)) * price + (status.l1_fee or 0)


def _swap(status: GasStatus, price: int) -> int:
    # what was measured has the data's gas in it
    gas = status.swap_gas or TYPICAL_SWAP_GAS + (status.l1_gas or 0)
    return gas * price + (status.l1_fee or 0)


def _swap_line(cost: str, status: GasStatus) -> str:
    if status.swap_gas is None:
        line = _("Swap <b>{cost}</b> (none seen, for {count} gas)")
        return line.format(cost=cost, count=grouped(TYPICAL_SWAP_GAS))
    return _("Swap <b>{cost}</b> ({count} gas)").format(cost=cost, count=grouped(status.swap_gas))


def _cost(wei: int, chain: Chain, status: GasStatus) -> str:
    """In dollars, in the chain's coin without a price; plain text."""
    coins = quantity(wei, chain.native_decimals)
    if status.native_usd is None:
        return f"{short_quantity(coins)} {chain.native_symbol}"
    return small_usd(coins * Decimal(status.native_usd))


def _age(chain: Chain, status: GasStatus, now: datetime) -> str:
    line = _("Block {number} · {duration} ago")
    if _is_stale(chain, status, now):
        line = _("⚠️ Block {number} · {duration} ago: it may cost something else by now")
    age = duration_words(now - status.block_time)
    return line.format(number=grouped(status.block), duration=age)


def _is_stale(chain: Chain, status: GasStatus, now: datetime) -> bool:
    return now - status.block_time > max(_STALE, timedelta(seconds=10 * chain.block_time))
