"""What transactions cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from bot.numbers import gwei, quantity, short_quantity, small_usd
from bot.texts.words import duration_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from data.model import Chain
    from data.redis.gas import GasStatus

AWAY = (
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
        return f"{title}\nNobody has told yet: the watcher does with the next block."
    lines = [title, *_prices(status)]
    price = _price(status)
    if price is not None:
        transfer, swap = _transfer(status, price), _swap(status, price)
        lines.append(f"Transfer <b>{_cost(transfer, chain, status)}</b>")
        lines.append(f"Swap <b>{_cost(swap, chain, status)}</b> ({_swap_note(status)})")
        if status.l1_fee is not None:
            fee = _cost(status.l1_fee, chain, status)
            lines.append(f"Both with {fee} for the data on Ethereum, the L1 fee's median")
        elif status.l1_gas is not None:
            gas = f"{status.l1_gas:,} gas"
            lines.append(f"Both with {gas} for the data on Ethereum, its median")
    lines.append(_age(chain, status, now))
    return "\n".join(lines)


def overview(told: Sequence[tuple[Chain, GasStatus | None]], now: datetime) -> str:
    """The answer to ``/gas``: a table that a phone holds."""
    rows: list[tuple[str, ...]] = [("chain", "gwei", "transfer", "swap")]
    ages, notes = [], []
    for chain, status in told:
        price = None if status is None else _price(status)
        if status is None or price is None:
            rows.append((chain.name[:_NAME], "–", "–", "–"))
            if status is None:
                notes.append(f"{escape(chain.title)}: nothing told yet")
                continue
        else:
            costs = (_transfer(status, price), _swap(status, price))
            shown = [_cost(cost, chain, status) for cost in costs]
            rows.append((chain.name[:_NAME], gwei(price).removesuffix(" gwei"), *shown))
        if _is_stale(chain, status, now):
            notes.append(f"⚠️ {escape(chain.title)}: {_old(status, now)}")
        else:
            ages.append(now - status.block_time)
    text = f"⛽ <b>Gas</b>\n<pre>{escape(_table(rows))}</pre>"
    if ages:
        low, high = (duration_words(max(age, timedelta())) for age in (min(ages), max(ages)))
        notes.insert(0, f"Blocks of {low} ago" if low == high else f"Blocks of {low} to {high} ago")
    return "\n".join([text, *notes, "/gas <code>&lt;chain&gt;</code> tells more"])


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for name, *numbers in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def _prices(status: GasStatus) -> Iterable[str]:
    if status.base_fee:
        yield f"Base fee <b>{gwei(status.base_fee)}</b>"
        if status.tips is not None:
            yield f"Tip {_range(status.tips)}"
    elif status.prices is not None:
        yield f"Gas price {_range(status.prices)}"
    if status.prices is None:
        yield "Nobody paid for a transaction in the newest blocks."


def _range(wei: tuple[int, int, int]) -> str:
    """The median, and from where to where most lie."""
    low, middle, high = (gwei(one).removesuffix(" gwei") for one in wei)
    return f"<b>{middle} gwei</b>, mostly {low} to {high}"


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


def _swap_note(status: GasStatus) -> str:
    if status.swap_gas is None:
        return f"none seen, for {TYPICAL_SWAP_GAS:,} gas"
    return f"{status.swap_gas:,} gas"


def _cost(wei: int, chain: Chain, status: GasStatus) -> str:
    """In dollars, in the chain's coin without a price; plain text."""
    coins = quantity(wei, chain.native_decimals)
    if status.native_usd is None:
        return f"{short_quantity(coins)} {chain.native_symbol}"
    return small_usd(coins * Decimal(status.native_usd))


def _age(chain: Chain, status: GasStatus, now: datetime) -> str:
    line = f"Block {status.block:,} · {_ago(status, now)}"
    return f"⚠️ {line}: it may cost something else by now" if _is_stale(chain, status, now) else line


def _old(status: GasStatus, now: datetime) -> str:
    return f"as of {_ago(status, now)}"


def _ago(status: GasStatus, now: datetime) -> str:
    return f"{duration_words(now - status.block_time)} ago"


def _is_stale(chain: Chain, status: GasStatus, now: datetime) -> bool:
    return now - status.block_time > max(_STALE, timedelta(seconds=10 * chain.block_time))
