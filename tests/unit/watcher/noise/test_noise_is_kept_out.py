"""Noise on its way through the watcher: kept, explained later, and not told unless it is let in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import select

from data.model import (
    Alert,
    AlertState,
    Mark,
    Movement,
    NoiseRule,
    Price,
    PriceState,
    Transaction,
    UsdThreshold,
)
from data.queries import alerts, chats, movements, watches
from data.queries.tokens import TokenRow
from data.tables import alerts as alert_table
from sandbox.chain.deceit import look_alike
from tests.unit.watcher import examples
from tests.unit.watcher.block_tree import START
from tests.unit.watcher.examples import ALICE, BOB, NOON, SPAM, USDC, transaction, transfer
from tests.unit.watcher.outbox import Outbox, payment

LOOKALIKE, IMITATION, AIRDROP = NoiseRule.LOOKALIKE, NoiseRule.IMITATION, NoiseRule.AIRDROP
STRANGER = b"\x99" * 20
FALSE_BOB = bytes.fromhex(look_alike("0x" + BOB.hex())[2:])
_numbers = count(700)


@pytest.fixture
async def outbox(migrated_database_url: str) -> AsyncIterator[Outbox]:
    async with Outbox(migrated_database_url, next(_numbers)) as opened:
        yield opened


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that borrows USDT's name, with a price that its maker made."""
    price = Price(Decimal(1), "pool", NOON, PriceState.THIN, Decimal(10**7))
    monkeypatch.setitem(examples.NAMES, SPAM, TokenRow(SPAM, "UЅDТ", "Tether USD", 6))
    monkeypatch.setitem(examples.PRICES, SPAM, price)  # type: ignore[arg-type]


def number(value: int) -> bytes:
    return value.to_bytes(32)


def poison(tx: int, amount: int = 0) -> Transaction:
    """Alice never signed it: a token lets anybody move nothing in her name."""
    moved = transfer(ALICE, FALSE_BOB, amount, USDC)
    if amount:
        moved = transfer(FALSE_BOB, ALICE, amount, USDC)
    return transaction(moved, signer=STRANGER, target=USDC, tx_hash=number(tx))


async def follow(outbox: Outbox, *transactions: Transaction) -> None:
    outbox.tree.mine(len(transactions), [(one,) for one in transactions])
    await outbox.follow()


async def told(outbox: Outbox, chat: int, tx: int) -> Alert | None:
    async with outbox.database.read() as connection:
        found = await alerts.of_transaction(connection, chat, [outbox.chain.name], number(tx))
    return found[0] if found else None


async def kept(outbox: Outbox, tx: int) -> dict[bytes, Movement]:
    async with outbox.database.read() as connection:
        found = await movements.stored_in(connection, outbox.chain.name, [number(tx)])
    return {one.address: one for one in found}


async def let_in(outbox: Outbox, chat: int, rule: NoiseRule) -> None:
    async with outbox.database.write() as connection:
        await chats.let_in(connection, chat, rule, noise=True)


async def ask_for_everything(outbox: Outbox) -> None:
    """The private chat's watch on Alice tells of any amount."""
    async with outbox.database.write() as connection:
        for watch in await watches.of_chat(connection, outbox.private):
            await watches.set_threshold(connection, watch.id, UsdThreshold(Decimal(0)))


async def test_a_poisoned_history_is_told_to_nobody(outbox: Outbox) -> None:
    await ask_for_everything(outbox)
    await follow(outbox, payment(1, ALICE, BOB, 2000), poison(2))

    assert await told(outbox, outbox.private, 2) is None
    (found,) = (await kept(outbox, 2)).values()
    assert (found.address, found.counterparty) == (ALICE, FALSE_BOB)
    assert (found.marks, found.signed) == ({Mark.ZERO_VALUE}, False)


async def test_a_chat_that_lets_look_alikes_in_hears_of_nothing_too(outbox: Outbox) -> None:
    await let_in(outbox, outbox.private, LOOKALIKE)
    await follow(outbox, payment(1, ALICE, BOB, 2000), poison(2))

    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert (alert.state, alert.noise) == (AlertState.PENDING, {LOOKALIKE})
    assert outbox.queued == 1


async def test_nothing_from_a_stranger_is_never_told(outbox: Outbox) -> None:
    await let_in(outbox, outbox.private, LOOKALIKE)
    await ask_for_everything(outbox)
    nothing = transfer(ALICE, STRANGER, 0, USDC)
    await follow(
        outbox,
        payment(1, ALICE, BOB, 2000),
        transaction(nothing, signer=STRANGER, tx_hash=number(2)),
    )
    assert await told(outbox, outbox.private, 2) is None
    assert len(await kept(outbox, 2)) == 1


async def test_dust_that_would_be_told_is_dropped_with_the_rule_that_did_it(
    outbox: Outbox,
) -> None:
    await ask_for_everything(outbox)
    await follow(outbox, payment(1, ALICE, BOB, 2000), poison(2, amount=10))

    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert (alert.state, alert.reason) == (AlertState.DROPPED, "noise: lookalike")
    assert await outbox.deliverable(outbox.private) == [number(1)]
    assert outbox.queued == 0


async def test_dust_below_the_threshold_is_told_where_look_alikes_are_let_in(
    outbox: Outbox,
) -> None:
    await let_in(outbox, outbox.private, LOOKALIKE)
    await follow(outbox, payment(1, ALICE, BOB, 2000), poison(2, amount=10))
    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert alert.state is AlertState.PENDING


async def test_dust_from_somebody_else_is_told_as_the_threshold_says(outbox: Outbox) -> None:
    await ask_for_everything(outbox)
    await follow(outbox, payment(1, ALICE, BOB, 2000), payment(2, STRANGER, ALICE, 1))
    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert (alert.state, alert.noise) == (AlertState.PENDING, frozenset())


async def test_who_pays_a_look_alike_is_warned_of_whatever_is_let_in(outbox: Outbox) -> None:
    await follow(outbox, payment(1, ALICE, BOB, 2000), payment(2, ALICE, FALSE_BOB, 2000))
    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert (alert.state, alert.noise) == (AlertState.PENDING, {LOOKALIKE})


async def test_a_look_alike_of_what_the_chat_watches_is_found_without_any_history(
    outbox: Outbox,
) -> None:
    async with outbox.database.write() as connection:
        long_ago = START
        await watches.add(connection, outbox.private, now=long_ago, address=BOB)
    await ask_for_everything(outbox)
    await follow(outbox, poison(2, amount=10))
    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert alert.noise == {LOOKALIKE}


async def test_an_imitation_is_noise_to_watches_and_feeds(outbox: Outbox, fake: None) -> None:
    moved = transfer(STRANGER, ALICE, 9_000_000 * 10**6, SPAM)
    await follow(outbox, transaction(moved, signer=STRANGER, tx_hash=number(2)))

    for chat in (outbox.private, outbox.channel):
        alert = await told(outbox, chat, 2)
        assert alert is not None
        assert (alert.state, alert.reason) == (AlertState.DROPPED, "noise: imitation")
    assert outbox.queued == 0


async def test_an_imitation_is_told_where_it_is_let_in(outbox: Outbox, fake: None) -> None:
    await let_in(outbox, outbox.channel, IMITATION)
    moved = transfer(STRANGER, ALICE, 9_000_000 * 10**6, SPAM)
    await follow(outbox, transaction(moved, signer=STRANGER, tx_hash=number(2)))

    private = await told(outbox, outbox.private, 2)
    channel = await told(outbox, outbox.channel, 2)
    assert private is not None
    assert channel is not None
    assert (private.state, channel.state) == (AlertState.DROPPED, AlertState.PENDING)
    assert outbox.queued == 1


async def test_an_airdrop_of_a_token_with_a_price_of_its_makers_is_noise(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = Price(Decimal(1), "pool", NOON, PriceState.THIN, Decimal(10**7))
    monkeypatch.setitem(examples.NAMES, SPAM, TokenRow(SPAM, "NEW", "New", 6))
    monkeypatch.setitem(examples.PRICES, SPAM, price)  # type: ignore[arg-type]
    receivers = [ALICE, *(bytes([7]) * 18 + n.to_bytes(2) for n in range(150))]
    given = [transfer(STRANGER, one, 9_000 * 10**6, SPAM) for one in receivers]
    await follow(outbox, transaction(*given, signer=STRANGER, tx_hash=number(2)))

    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert (alert.state, alert.reason) == (AlertState.DROPPED, "noise: airdrop")


async def test_exchanges_that_pay_hundreds_at_once_are_told(outbox: Outbox) -> None:
    receivers = [ALICE, *(bytes([7]) * 18 + n.to_bytes(2) for n in range(150))]
    given = [transfer(STRANGER, one, 9_000 * 10**6, USDC) for one in receivers]
    await follow(outbox, transaction(*given, signer=STRANGER, tx_hash=number(2)))
    alert = await told(outbox, outbox.private, 2)
    assert alert is not None
    assert alert.state is AlertState.PENDING


async def test_all_movements_of_watched_addresses_are_kept(outbox: Outbox) -> None:
    await follow(outbox, payment(1, STRANGER, ALICE, 1))
    assert set(await kept(outbox, 1)) == {ALICE}
    async with outbox.database.read() as connection:
        assert (await connection.execute(select(alert_table.c.id))).first() is None
