"""A rehearsal counts the alerts that the same blocks bring when they come again, on both databases.

First a watcher stores what it stores with no watch there that matches; then another one reads the
same blocks with the watch in place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from data.labels import curated_labels
from data.model import (
    EVERYTHING,
    AlertState,
    Direction,
    Interest,
    NoiseRule,
    Price,
    PriceState,
    Scope,
    Threshold,
    Transaction,
    Transfer,
    UnitThreshold,
    Unpriced,
    Watch,
)
from data.model import UsdThreshold as Usd
from data.queries import chats, tokens, watches
from data.queries.tokens import TokenRow
from data.rehearsal import Rehearsal, rehearse
from data.tables import alerts as alert_table
from data.tables import watches as watch_table
from tests.effort import examples
from tests.unit.watcher import outbox as outboxes
from tests.unit.watcher.block_tree import START
from tests.unit.watcher.examples import (
    ALICE,
    BOB,
    CAROL,
    ETHER,
    NAMES,
    NOON,
    POOL,
    PRICES,
    ROUTER,
    SPAM,
    USDC,
    WRAPPED,
    ZERO,
    transaction,
    transfer,
)
from tests.unit.watcher.outbox import KEEP_FROM, Outbox

EXCHANGE = bytes.fromhex("03BDf69B1322D623836aFBD27679A1C0AfA067E9")
FAKE = b"\x5e" * 20
LIKE_BOB = BOB[:2] + b"\x99" * 16 + BOB[-2:]
KNOWN = {
    **NAMES,
    FAKE: TokenRow(FAKE, "USDC", "USD Coin", 6),
    SPAM: TokenRow(SPAM, "SPAM", "Spam", 6),
}
THIN = Price(Decimal(1), "pool", NOON, PriceState.THIN, Decimal(10**9))
WORTH = {**PRICES, FAKE: THIN}
NOTHING_REACHES = Usd(Decimal(10) ** 12)
LONG_AGO = START - timedelta(days=3)
_numbers = count(50)

_ADDRESSES = st.sampled_from([ALICE, BOB, CAROL, POOL, ROUTER, EXCHANGE, LIKE_BOB, ZERO])
_AMOUNTS = {
    None: [0, ETHER // 100, 3 * ETHER, 4 * ETHER, 40 * ETHER, 5_000 * ETHER],
    WRAPPED: [0, 2 * ETHER, 50 * ETHER],
    USDC: [0, 10**5, 9_999 * 10**6, 10_000 * 10**6, 150_000 * 10**6, 2 * 10**12],
    FAKE: [0, 5 * 10**11],
    SPAM: [0, 10**12],
}
_TRANSFERS = st.sampled_from(list(_AMOUNTS)).flatmap(
    lambda token: st.builds(
        transfer, _ADDRESSES, _ADDRESSES, st.sampled_from(_AMOUNTS[token]), st.just(token)
    )
)
_TRANSACTIONS = st.lists(
    st.tuples(
        st.lists(_TRANSFERS, min_size=1, max_size=5),
        st.sampled_from([ALICE, BOB, CAROL]),
        st.sampled_from([None, ROUTER]),
        st.sampled_from([frozenset(), frozenset({POOL})]),
    ),
    min_size=1,
    max_size=12,
)
_IN_USD = [Usd(Decimal(value)) for value in (10_000, 12_000, 100_000, 1_000_000)]
_INTERESTS = st.none() | st.sampled_from(
    [
        Interest.EXCHANGE_IN,
        Interest.EXCHANGE_OUT,
        Interest.MINT | Interest.BURN,
        Interest.TRANSFER | Interest.SWAP,
    ]
)


class Names:
    at_hand = KNOWN

    async def of(self, wanted: object) -> dict[bytes, TokenRow]:
        return KNOWN


def five_ether(chain: str) -> UnitThreshold:
    both = {(chain, None): 5 * ETHER, (chain, WRAPPED): 5 * ETHER}
    return UnitThreshold(Decimal(5), "ETH", both)


def made(
    drawn: Sequence[tuple[list[Transfer], bytes, bytes | None, frozenset[bytes]]],
) -> list[Transaction]:
    return [
        transaction(
            *transfers,
            signer=signer,
            target=target,
            pools=pools,
            tx_hash=(number + 1).to_bytes(32),
        )
        for number, (transfers, signer, target, pools) in enumerate(drawn)
    ]


async def only(outbox: Outbox, watch: Watch | None) -> None:
    """Nobody watches anything on the chain, but for that watch of the private chat."""
    async with outbox.database.write() as connection:
        await connection.execute(delete(watch_table))
        await tokens.store(connection, outbox.chain.name, KNOWN.values(), START)
        if watch is not None:
            added = await watches.add(
                connection,
                outbox.private,
                now=LONG_AGO,
                chain=outbox.chain.name,
                address=watch.address,
                threshold=watch.threshold,
                direction=watch.direction,
                scope=watch.scope,
            )
            await watches.set_unpriced(connection, outbox.private, added.number, watch.unpriced)


async def read(outbox: Outbox, blocks: Sequence[tuple[Transaction, ...]]) -> None:
    outbox.names = Names()  # type: ignore[assignment] # knows more
    outbox.tree.mine(len(blocks), blocks)
    await outbox.follow()


async def alerts_of(outbox: Outbox) -> int:
    statement = select(alert_table.c.id).where(
        alert_table.c.chain == outbox.chain.name,
        alert_table.c.chat_id == outbox.private,
        alert_table.c.state == AlertState.PENDING,
    )
    async with outbox.database.read() as connection:
        return len((await connection.execute(statement)).all())


async def rehearsed(outbox: Outbox, watch: Watch, *thresholds: Threshold) -> Rehearsal:
    async with outbox.database.read() as connection:
        chat = await chats.get(connection, outbox.private)
        assert chat is not None
        return await rehearse(
            connection,
            chat,
            watch,
            thresholds or (watch.threshold,),
            chains=[outbox.chain],
            labels=curated_labels(),
            now=outbox.time.now(),
            kept_from=KEEP_FROM,
        )


@pytest.mark.parametrize("kind", ["address", "known address", "feed"])
@settings(
    max_examples=examples(5),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_it_counts_what_the_same_blocks_bring(
    kind: str, migrated_database_url: str, data: st.DataObject
) -> None:
    moved = made(data.draw(_TRANSACTIONS))
    blocks = [tuple(moved[start : start + 4]) for start in range(0, len(moved), 4)]
    interests = data.draw(_INTERESTS)
    only_some = data.draw(st.sampled_from([(), (USDC,), (None, WRAPPED)]))
    without = data.draw(st.sampled_from([(), (FAKE,)]))
    in_units, is_let_in = data.draw(st.booleans()), data.draw(st.booleans())
    direction = data.draw(st.sampled_from(Direction)) if kind != "feed" else Direction.BOTH
    below = [Usd(Decimal(1)), Usd(Decimal(5_000))] if kind == "known address" else []
    in_usd = data.draw(st.sampled_from([*_IN_USD, *below]))
    unpriced = data.draw(st.sampled_from(Unpriced)) if kind == "known address" else Unpriced.IGNORE

    def the_watch(chain: str) -> Watch:
        scope = Scope(
            interests,
            frozenset((chain, token) for token in only_some),
            frozenset((chain, token) for token in without),
        )
        address = None if kind == "feed" else data.draw(st.shared(_ADDRESSES, key="address"))
        threshold = five_ether(chain) if in_units else in_usd
        empty = scope == EVERYTHING
        return Watch(
            0, 0, 0, 0, chain, address, threshold, direction, None, None, LONG_AGO, unpriced,
            EVERYTHING if empty else scope,
        )  # fmt: skip

    async def go() -> None:
        async with AsyncExitStack() as stack:
            first, again = [
                await stack.enter_async_context(Outbox(migrated_database_url, next(_numbers)))
                for _ in range(2)
            ]
            # what look-alikes send is kept of watched addresses only
            rules = set(NoiseRule) if kind == "known address" else {NoiseRule.IMITATION}
            for outbox in (first, again):
                async with outbox.database.write() as connection:
                    for rule in rules if is_let_in else ():
                        await chats.let_in(connection, outbox.private, rule, noise=True)
            watch = the_watch(first.chain.name)
            before = replace(watch, threshold=NOTHING_REACHES, unpriced=Unpriced.IGNORE)
            await only(first, before if kind == "known address" else None)
            await read(first, blocks)
            found = await rehearsed(first, watch)
            await only(again, the_watch(again.chain.name))
            await read(again, blocks)
            assert found.trials[0].count == await alerts_of(again)
            assert not found.trials[0].or_more

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outboxes, "PRICES", WORTH)
        patch.setattr(outboxes, "NAMES", KNOWN)
        asyncio.run(go())
