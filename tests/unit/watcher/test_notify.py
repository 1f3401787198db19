"""Alerts and the cursor move together, through reorgs, restarts and rivals, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.errors import FencedOut
from data.model import AlertState, Price, PriceState, Timing, Transaction, Unpriced
from data.queries import alerts, chats, cursors, messages, movements, watches
from data.queries.tokens import TokenRow
from data.tables import alerts as alert_table
from data.tables import cursors as cursor_table
from data.tables import movements as movement_table
from tests.effort import examples
from watcher.collect import Step
from watcher.retelling import RETRACTED_AGAIN_FOR

from .examples import ALICE, BOB, CAROL, ETHER, NAMES, SPAM, transaction, transfer
from .outbox import Outbox, payment

DAVE = b"\xda" * 20
ERIN = b"\xe1" * 20
EVE = b"\xee" * 20
LIVE = {AlertState.PENDING, AlertState.SENT}
_numbers = count(1)


@pytest.fixture
def url(migrated_database_url: str) -> str:
    return migrated_database_url


@pytest.fixture
async def outbox(migrated_database_url: str) -> AsyncIterator[Outbox]:
    async with Outbox(migrated_database_url, next(_numbers)) as opened:
        yield opened


async def states(outbox: Outbox) -> dict[int, AlertState]:
    return {told.chat: told.state for told in await outbox.told()}


async def test_an_alert_is_written_for_every_chat_that_it_concerns(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 2000),)])
    await outbox.follow()
    assert await states(outbox) == dict.fromkeys(
        (outbox.private, outbox.group, outbox.channel), AlertState.PENDING
    )
    assert outbox.queued == 3


async def test_a_chat_that_watches_both_sides_is_told_once(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, CAROL, 400),)])
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]


async def test_what_concerns_nobody_is_kept_only_if_it_is_large(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, DAVE, ERIN, 999), payment(2, DAVE, ERIN, 40_000))])
    await outbox.follow()
    async with outbox.database.read() as connection:
        kept = await connection.execute(
            select(movement_table.c.tx_hash).where(movement_table.c.chain == outbox.chain.name)
        )
        assert {row.tx_hash for row in kept} == {(2).to_bytes(32)}


async def test_a_watch_does_not_concern_older_blocks(outbox: Outbox) -> None:
    async with outbox.database.write() as connection:
        late = outbox.time.now() + timedelta(hours=1)
        await watches.add(connection, outbox.channel, now=late, address=DAVE)
    outbox.tree.mine(1, [(payment(1, DAVE, BOB, 900),)])
    await outbox.follow()
    assert await outbox.told() == []
    outbox.time.seconds += 3600
    outbox.tree.mine(1, [(payment(2, DAVE, BOB, 900),)])
    await outbox.follow()
    assert [told.chat for told in await outbox.told()] == [outbox.channel]


def gift(number: int, recipient: bytes, amount: int) -> Transaction:
    moved = transfer(DAVE, recipient, amount, SPAM)
    return transaction(moved, signer=DAVE, target=SPAM, tx_hash=number.to_bytes(32))


async def test_a_strangers_token_is_told_by_what_its_pools_say(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, SPAM, TokenRow(SPAM, "SPAM", "Spam", 0))
    thin = Price(Decimal(3), "Uniswap v2 pool", outbox.time.now(), PriceState.THIN, Decimal(20_000))
    outbox.long_tail.known = {SPAM: thin}
    # two reach the watch's threshold, one does not, and one is nobody's
    first = gift(1, ALICE, 400), gift(2, ALICE, 10**60)
    second = gift(3, ALICE, 5), gift(4, EVE, 10**60)
    outbox.tree.mine(2, [first, second])
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32), (2).to_bytes(32)]
    async with outbox.database.read() as connection:
        rows = await connection.execute(
            select(movement_table.c.id, movement_table.c.usd)
            .where(movement_table.c.chain == outbox.chain.name)
            .order_by(movement_table.c.tx_hash)
        )
        usd = {row.id: row.usd for row in rows}
        kept = await movements.load(connection, usd)
    # what Dave gave with the second is as large, and what Alice got is kept in any case
    assert list(usd.values()) == [1_200, 20_000, 20_000, 15]
    assert {leg.price for movement in kept.values() for leg in movement.legs} == {thin}
    blocks = outbox.tree.canonical
    numbers = [number for number, block in blocks.items() if block.moved]
    assert outbox.long_tail.asked == [(number, {SPAM}) for number in numbers]


async def test_a_price_that_was_found_out_before_is_not_asked_for_again(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, SPAM, TokenRow(SPAM, "SPAM", "Spam", 0))
    thin = Price(Decimal(3), "Uniswap v2 pool", outbox.time.now(), PriceState.THIN, Decimal(20_000))
    outbox.tree.mine(1, [(gift(1, ALICE, 400),)])
    (ref,) = [block.ref for block in outbox.tree.canonical.values() if block.moved]
    outbox.long_tail.by_block = {ref: {SPAM: thin}}
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]
    assert outbox.long_tail.asked == []


async def test_what_has_no_price_is_asked_for_once_and_told_to_whom_wants_it(
    outbox: Outbox,
) -> None:
    outbox.tree.mine(1, [(gift(1, ALICE, 400),)])
    await outbox.follow()
    assert await outbox.told() == []
    async with outbox.database.write() as connection:
        for watch in await watches.of_chat(connection, outbox.private):
            await watches.set_unpriced(connection, outbox.private, watch.number, Unpriced.TELL)
    outbox.tree.mine(1, [(gift(2, ALICE, 400),)])
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == [(2).to_bytes(32)]
    assert len(outbox.long_tail.asked) == 2


async def test_what_a_reorg_took_is_held_back_and_dropped_in_the_end(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.reorg(1, 2)
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == []
    outbox.tree.mine(outbox.chain.retract_after)
    await outbox.follow()
    (told,) = await outbox.told()
    assert (told.state, told.reason) == (AlertState.DROPPED, "reorg")


async def test_what_was_told_is_taken_back_and_restored_when_it_reappears(outbox: Outbox) -> None:
    paid = (payment(1, ALICE, BOB, 900),)
    outbox.tree.mine(1, [paid])
    await outbox.follow()
    await outbox.deliver(outbox.private)
    outbox.tree.reorg(1, 2)
    await outbox.follow()
    assert await outbox.edits(outbox.private) == 0
    outbox.tree.mine(outbox.chain.retract_after)
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.RETRACTED}
    assert await outbox.edits(outbox.private) == 1
    outbox.tree.mine(1, [paid])
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.SENT}
    assert await outbox.edits(outbox.private) == 1


async def test_a_transaction_that_only_moved_changes_no_message(outbox: Outbox) -> None:
    paid = (payment(1, ALICE, BOB, 900),)
    outbox.tree.mine(1, [paid])
    await outbox.follow()
    await outbox.deliver(outbox.private)
    outbox.tree.reorg(1, 2, [(), paid])
    await outbox.follow()
    outbox.tree.mine(10)
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.SENT}
    assert await outbox.edits(outbox.private) == 0


async def test_amounts_that_changed_are_edited_in(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    await outbox.deliver(outbox.private)
    outbox.tree.reorg(1, 2, [(payment(1, ALICE, BOB, 800),)])
    await outbox.follow()
    assert await outbox.edits(outbox.private) == 1


@pytest.mark.parametrize("retracted", [False, True])
async def test_what_no_longer_reaches_the_threshold_is_not_told(
    outbox: Outbox, retracted: bool
) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.reorg(1, 2)
    await outbox.follow()
    outbox.tree.mine(retracted * outbox.chain.retract_after)
    await outbox.follow()
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 10),)])
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == []
    outbox.tree.reorg(1, 2, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]


async def test_another_side_of_a_changed_transaction_is_told_of(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.reorg(1, 2, [(payment(1, CAROL, BOB, 900),)])
    await outbox.follow()
    outbox.tree.mine(10)
    await outbox.follow()
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]


@pytest.mark.parametrize("retracted", [False, True])
async def test_what_was_told_of_one_side_tells_of_the_other_when_that_is_left(
    outbox: Outbox, retracted: bool
) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    await outbox.deliver(outbox.private)
    outbox.tree.reorg(1, 2)
    await outbox.follow()
    outbox.tree.mine(retracted * outbox.chain.retract_after)
    await outbox.follow()
    shown = await outbox.edits(outbox.private)
    assert shown == int(retracted)

    # Carol pays instead of Alice, and the chat watches her too
    outbox.tree.mine(1, [(payment(1, CAROL, BOB, 900),)])
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.SENT}
    assert await outbox.edits(outbox.private) == 1
    assert await named(outbox, outbox.private) == CAROL
    outbox.tree.mine(10)
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.SENT}

    # and back again
    outbox.tree.reorg(11, 12, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.mine(10)
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.SENT}
    assert await named(outbox, outbox.private) == ALICE
    assert await outbox.deliverable(outbox.private) == []


async def test_a_feed_tells_of_who_moves_the_value_after_a_reorg(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, DAVE, BOB, 2000),)])
    await outbox.follow()
    await outbox.deliver(outbox.channel)
    outbox.tree.reorg(1, 2, [(payment(1, EVE, BOB, 3000),)])
    await outbox.follow()
    outbox.tree.mine(10)
    await outbox.follow()
    assert (await states(outbox))[outbox.channel] is AlertState.SENT
    assert await named(outbox, outbox.channel) == EVE
    assert await outbox.edits(outbox.channel) == 1


async def test_what_was_told_is_taken_back_where_no_watch_matches_any_more(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    await outbox.deliver(outbox.private)
    outbox.tree.reorg(1, 2, [(payment(1, DAVE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.mine(10)
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.RETRACTED}


async def test_a_safe_chat_never_hears_of_what_a_reorg_took(outbox: Outbox) -> None:
    await set_timing(outbox, Timing.SAFE)
    outbox.tree.mine(2, [(payment(1, ALICE, BOB, 900),), (payment(2, ALICE, BOB, 900),)])
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.HELD}
    outbox.tree.reorg(2, 3, [(), (payment(2, ALICE, BOB, 800),)])
    await outbox.follow()
    (held,) = await outbox.told()
    assert (held.tx_hash, held.state) == ((2).to_bytes(32), AlertState.HELD)

    async with outbox.database.write() as connection:
        tip = outbox.tree.tip.number
        assert not await alerts.release_held(connection, outbox.chain.name, tip - 2)
        released = await alerts.release_held(connection, outbox.chain.name, tip - 1)
        assert await alerts.enqueue(connection, released) == 1
    assert await outbox.deliverable(outbox.private) == [(2).to_bytes(32)]


async def set_timing(outbox: Outbox, timing: Timing) -> None:
    async with outbox.database.write() as connection:
        await chats.set_timing(connection, outbox.private, timing)


async def named(outbox: Outbox, chat: int) -> bytes:
    """Whose movement the chat's only alert tells of."""
    told = alert_table.c.movement_id == movement_table.c.id
    statement = (
        select(movement_table.c.address)
        .join(alert_table, told)
        .where(alert_table.c.chain == outbox.chain.name, alert_table.c.chat_id == chat)
    )
    async with outbox.database.read() as connection:
        return bytes((await connection.execute(statement)).scalar_one())


async def test_a_send_that_a_reorg_overtook_is_taken_back(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.reorg(1, 2)
    await outbox.follow()
    outbox.tree.mine(outbox.chain.retract_after)
    await outbox.follow()
    async with outbox.database.write() as connection:
        # the worker had begun to send before the reorg, and notes it only now
        await _note_sent(connection, outbox)
    outbox.tree.mine()
    await outbox.follow()
    assert await states(outbox) == {outbox.private: AlertState.RETRACTED}
    assert await outbox.edits(outbox.private) == 1


async def test_what_was_taken_back_is_not_told_again_for_as_long_as_hashes_are_kept(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    retract = alerts.retract

    async def heard(connection: AsyncConnection, ids: Collection[int]) -> alerts.Touched:
        told.append(len(ids))
        return await retract(connection, ids)

    monkeypatch.setattr(alerts, "retract", heard)
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 900),)])
    await outbox.follow()
    outbox.tree.reorg(1, 2)
    await outbox.follow()
    for _ in range(outbox.chain.keep_hashes // 2):
        outbox.tree.mine()
        await outbox.follow()
    assert 1 < len(told) <= 2 + RETRACTED_AGAIN_FOR / outbox.chain.block_time


async def _note_sent(connection: object, outbox: Outbox) -> None:
    ids = await connection.execute(  # type: ignore[attr-defined]
        select(alert_table.c.id).where(alert_table.c.chain == outbox.chain.name)
    )
    message = await messages.record(connection, outbox.private, 0, 1, outbox.time.now())  # type: ignore[arg-type]
    await alerts.sent(connection, [row.id for row in ids], message)  # type: ignore[arg-type]


async def everything(outbox: Outbox) -> tuple[object, ...]:
    async with outbox.database.read() as connection:
        cursor = (
            await connection.execute(
                select(cursor_table).where(cursor_table.c.chain == outbox.chain.name)
            )
        ).all()
        recent = await cursors.recent(connection, outbox.chain.name)
        moved = (
            await connection.execute(
                select(movement_table).where(movement_table.c.chain == outbox.chain.name)
            )
        ).all()
    return cursor, recent, moved, await outbox.told()


async def test_under_an_old_epoch_nothing_is_written(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 2000),)])
    step = await outbox.next()
    outbox.epoch = await outbox.take_lease("first")
    before = await everything(outbox)
    with pytest.raises(FencedOut, match="another watcher follows Ethereum now"):
        await outbox.commit(step, epoch=outbox.epoch - 1)
    assert await everything(outbox) == before
    await outbox.commit(step)


async def test_over_a_cursor_that_another_moved_nothing_is_written(outbox: Outbox) -> None:
    outbox.tree.mine(2, [(), (payment(1, ALICE, BOB, 2000),)])
    await outbox.follow()
    before = await everything(outbox)
    outbox.tree.mine(1, [(payment(2, ALICE, BOB, 2000),)])
    step = await outbox.next()
    other = replace(step.before, hash=b"\x99" * 32)
    with pytest.raises(FencedOut):
        await outbox.commit(replace(step, before=other))
    assert await everything(outbox) == before


async def test_a_step_is_committed_once(outbox: Outbox) -> None:
    outbox.tree.mine(1, [(payment(1, ALICE, BOB, 2000),)])
    step = await outbox.next()
    await outbox.commit(step)
    before = await everything(outbox)
    with pytest.raises(FencedOut):
        await outbox.commit(step)
    assert await everything(outbox) == before


_PARTIES = st.sampled_from([ALICE, BOB, CAROL, DAVE])
_AMOUNTS = st.sampled_from([10, 333, 334, 999, 1000, 1666, 1667, 50_000])
_PAYMENTS = st.lists(st.tuples(_PARTIES, _PARTIES, _AMOUNTS), max_size=3)
_FATES = st.lists(
    st.tuples(st.sampled_from(["keep", "keep", "late", "drop", "change"]), _AMOUNTS),
    min_size=1,
    max_size=6,
)
_ACTIONS = st.one_of(
    st.tuples(st.just("mine"), st.lists(_PAYMENTS, min_size=1, max_size=4)),
    st.tuples(st.just("reorg"), st.integers(1, 6), _FATES, st.integers(0, 2)),
    st.tuples(st.just("follow")),
    st.tuples(st.just("deliver"), st.integers(0, 2)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("rival")),
)


class Model:
    """Who must, may and must not have been told, from the blocks that were committed."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.canonical: dict[int, list[Transaction]] = {}
        self.gone_at: dict[bytes, int] = {}
        self.height = 0

    def seen(self, step: Step) -> None:
        for number in range(step.ancestor.number + 1, step.before.number + 1):
            for lost in self.canonical.pop(number, []):
                until = step.before.number + self.outbox.chain.retract_after
                self.gone_at.setdefault(lost.hash, until)
        for block in step.blocks:
            self.canonical[block.ref.number] = list(block.transactions())
            for found in block.transactions():
                self.gone_at.pop(found.hash, None)
        self.height = step.after.number

    async def check(self) -> None:
        standing = [found for inside in self.canonical.values() for found in inside]
        must = self.outbox.matches(standing)
        hashes = {found.hash for found in standing}
        told = await self.outbox.told()
        assert len({(one.tx_hash, one.chat) for one in told}) == len(told)
        live = {(one.tx_hash, one.chat): one.state for one in told if one.state in LIVE}
        assert must <= live.keys()
        for (tx_hash, chat), state in live.items():
            if (tx_hash, chat) in must:
                continue
            if tx_hash in hashes:
                assert state is AlertState.SENT, "it is edited, and what is unsent never goes out"
            else:
                assert self.gone_at[tx_hash] > self.height, "its time is over"
        for chat in (self.outbox.private, self.outbox.group, self.outbox.channel):
            unsent = {(tx_hash, chat) for tx_hash in await self.outbox.deliverable(chat)}
            assert unsent <= must


def branch_of(
    outbox: Outbox, depth: int, fates: list[tuple[str, int]]
) -> list[tuple[Transaction, ...]]:
    tip = outbox.tree.tip.number
    lost = [outbox.tree.canonical[number].moved for number in range(tip - depth + 1, tip + 1)]
    branch: list[list[Transaction]] = [[] for _ in lost]
    for position, found in enumerate(one for inside in lost for one in inside):
        height = next(n for n, inside in enumerate(lost) if found in inside)
        fate, amount = fates[position % len(fates)]
        if fate == "change":
            changed = found.transfers[0]._replace(amount=amount * ETHER // 1000)
            branch[height].append(found._replace(transfers=(changed,)))
        elif fate != "drop":
            branch[-1 if fate == "late" else height].append(found)
    return [tuple(inside) for inside in branch]


async def play(url: str, actions: list[tuple[object, ...]]) -> None:
    numbers = count(1)
    async with Outbox(url, next(_numbers)) as outbox:
        model = Model(outbox)
        for action in [*actions, ("mine", [[]] * 12), ("follow",)]:
            match action:
                case ("mine", list(blocks)):
                    made = [
                        tuple(payment(next(numbers), *one) for one in inside) for inside in blocks
                    ]
                    outbox.tree.mine(len(made), made)
                case ("reorg", int(depth), list(fates), int(longer)):
                    branch = branch_of(outbox, depth, fates)
                    outbox.tree.reorg(depth, depth + longer, branch)
                case ("follow",):
                    await outbox.follow(model.seen)
                case ("deliver", int(chat)):
                    await outbox.deliver((outbox.private, outbox.group, outbox.channel)[chat])
                case ("restart",):
                    await outbox.restart()
                case ("rival",):
                    outbox.epoch = await outbox.take_lease("first")
            await model.check()
        assert outbox.collector.cursor == outbox.tree.tip


@settings(
    max_examples=examples(15),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(actions=st.lists(_ACTIONS, min_size=3, max_size=14))
def test_the_outbox_holds_what_the_chain_says(url: str, actions: list[tuple[object, ...]]) -> None:
    asyncio.run(play(url, actions))
