"""What becomes of alerts that rules took for noise, and whom look-alikes look like."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database
from data.model import (
    Alert,
    AlertState,
    ChatName,
    Mark,
    Movement,
    NoiseRule,
    Priority,
    Timing,
    UsdThreshold,
)
from data.queries import alerts, chats, dealings, messages, names, watches
from data.queries.alerts import NewAlert
from sandbox.chain.deceit import look_alike
from tests.contract.samples import (
    NOW,
    a_chat,
    address,
    key,
    movement,
    queued_for,
    ref,
    shown,
    stored,
)

LOOKALIKE, IMITATION, AIRDROP = NoiseRule.LOOKALIKE, NoiseRule.IMITATION, NoiseRule.AIRDROP
DROPPED, PENDING, HELD = AlertState.DROPPED, AlertState.PENDING, AlertState.HELD
BOTH = frozenset({IMITATION, AIRDROP})


def alike(known: bytes) -> bytes:
    return bytes.fromhex(look_alike("0x" + known.hex())[2:])


def about(moved: Movement, *rules: NoiseRule, chat: int = 1, is_warning: bool = False) -> NewAlert:
    return NewAlert(chat, 0, moved, 1, (), Priority.WATCH, frozenset(rules), is_warning)


async def the_alert(connection: AsyncConnection, moved: Movement, chat: int = 1) -> Alert:
    found = await alerts.of_transaction(connection, chat, ["ethereum", "bsc"], moved.tx_hash)
    (alert,) = found
    return alert


async def a_feed(connection: AsyncConnection, chat_id: int = 1) -> None:
    made = NOW - timedelta(minutes=1)
    await watches.add(connection, chat_id, now=made, threshold=UsdThreshold(Decimal(1)))


async def test_noise_is_written_as_dropped_with_the_rules_that_took_it_for_that(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        (moved,) = await stored(connection, movement(1))
        await alerts.write(connection, [about(moved, AIRDROP, IMITATION)], NOW)

        alert = await the_alert(connection, moved)
        assert (alert.state, alert.reason) == (DROPPED, "noise: airdrop, imitation")
        assert alert.noise == {AIRDROP, IMITATION}
        assert await queued_for(connection, [key(moved)]) == []


@pytest.mark.parametrize(
    ("let_in", "state"),
    [((), DROPPED), ((IMITATION,), DROPPED), ((IMITATION, AIRDROP), PENDING)],
)
async def test_a_chat_hears_of_noise_only_if_it_has_switched_off_all_rules_against_it(
    database: Database, let_in: tuple[NoiseRule, ...], state: AlertState
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        for rule in let_in:
            await chats.let_in(connection, 1, rule, noise=True)
        (one, other) = await stored(connection, movement(1), movement(2))
        await a_feed(connection)
        await alerts.write(connection, [about(one, *BOTH)], NOW)
        await alerts.write_for_feeds(connection, shown(other), NOW, BOTH)

        for moved in (one, other):
            alert = await the_alert(connection, moved)
            assert (alert.state, alert.noise) == (state, BOTH)
            assert (alert.reason is None) == (state is PENDING)


async def test_noise_that_is_let_in_waits_for_a_safe_block_where_the_chat_does(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await chats.set_timing(connection, 1, Timing.SAFE)
        (kept_out,) = await stored(connection, movement(1))
        await alerts.write(connection, [about(kept_out, LOOKALIKE)], NOW)
        await chats.let_in(connection, 1, LOOKALIKE, noise=True)
        (let_in,) = await stored(connection, movement(2))
        await alerts.write(connection, [about(let_in, LOOKALIKE)], NOW)

        assert (await the_alert(connection, kept_out)).state is DROPPED
        assert (await the_alert(connection, let_in)).state is HELD
        await alerts.release_held(connection, "ethereum", 10**9)
        assert (await the_alert(connection, kept_out)).state is DROPPED
        assert (await the_alert(connection, let_in)).state is PENDING


async def test_a_warning_is_told_whatever_the_chat_lets_in(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        (moved,) = await stored(connection, movement(1))
        await alerts.write(connection, [about(moved, LOOKALIKE, is_warning=True)], NOW)

        alert = await the_alert(connection, moved)
        assert (alert.state, alert.reason, alert.noise) == (PENDING, None, {LOOKALIKE})


async def test_what_is_news_after_all_takes_the_place_of_noise_but_not_the_other_way(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        noise, news = await stored(connection, movement(1, of=1), movement(1, of=2))
        await a_feed(connection)
        await alerts.write(connection, [about(noise, IMITATION)], NOW)
        await alerts.write_for_feeds(connection, shown(noise), NOW, frozenset({IMITATION}))
        assert (await the_alert(connection, noise)).state is DROPPED

        await alerts.write_for_feeds(connection, shown(news), NOW)
        alert = await the_alert(connection, noise)
        assert (alert.state, alert.noise, alert.movement_id) == (PENDING, frozenset(), news.id)

        await alerts.write(connection, [about(noise, IMITATION)], NOW)
        assert (await the_alert(connection, noise)).state is PENDING


async def test_a_reorg_revives_no_noise(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        (moved,) = await stored(connection, movement(1))
        await alerts.write(connection, [about(moved, IMITATION)], NOW)
        await alerts.retract(connection, [key(moved)])
        await alerts.bring_back(connection, [key(moved)])
        assert (await the_alert(connection, moved)).state is DROPPED


async def test_only_those_chats_let_noise_in_that_said_so(database: Database) -> None:
    async with database.write() as connection:
        for chat in (1, 2, 3):
            await a_chat(connection, chat)
        await chats.let_in(connection, 2, LOOKALIKE, noise=True)
        await chats.let_in(connection, 3, AIRDROP, noise=True)
        assert await chats.letting_in(connection, {1, 2, 3}, LOOKALIKE) == {2}
        assert await chats.letting_in(connection, set(), LOOKALIKE) == set()


KNOWN = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")
OWN = address(1)


def dealt(tx: int, *, usd: int | str | None = 50_000, **more: object) -> Movement:
    return replace(movement(tx, of=1, usd=usd), counterparty=KNOWN, **more)  # type: ignore[arg-type]


async def looked_like(connection: AsyncConnection, met: bytes, own: bytes = OWN) -> bytes | None:
    known = await dealings.known_like(connection, "ethereum", {(1, own, met)})
    return known.get((1, own, met))


async def test_a_look_alike_of_whom_the_address_has_dealt_with_is_known(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await stored(connection, dealt(1))

        assert await looked_like(connection, alike(KNOWN)) == KNOWN
        assert await looked_like(connection, KNOWN) is None
        assert await looked_like(connection, address(5)) is None
        assert await looked_like(connection, alike(KNOWN), own=address(2)) is None


@pytest.mark.parametrize(
    "met",
    [
        dealt(1, usd="0.5"),
        dealt(1, usd=None),
        dealt(1, marks=frozenset({Mark.IMITATION})),
        dealt(1, block=ref(100, chain="bsc")),
    ],
    ids=["dust", "no price", "marked", "other chain"],
)
async def test_who_was_only_met_is_nobody_to_look_like(database: Database, met: Movement) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await stored(connection, met)
        assert await looked_like(connection, alike(KNOWN)) is None


async def test_whom_the_address_sent_anything_itself_it_has_dealt_with(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await stored(connection, dealt(1, usd=None, signed=True))
        assert await looked_like(connection, alike(KNOWN)) == KNOWN


async def test_a_look_alike_of_what_the_chat_watches_is_known_to_that_chat_alone(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        await watches.add(connection, 1, now=NOW, address=KNOWN)
        meetings = {(chat, OWN, alike(KNOWN)) for chat in (1, 2)}
        known = await dealings.known_like(connection, "ethereum", meetings)
        assert known == {(1, OWN, alike(KNOWN)): KNOWN}


async def test_what_the_chat_watches_itself_is_no_stranger(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await watches.add(connection, 1, now=NOW, address=KNOWN)
        await watches.add(connection, 1, now=NOW, address=alike(KNOWN))
        await stored(connection, dealt(1))
        assert await looked_like(connection, alike(KNOWN)) is None


@pytest.mark.parametrize(
    ("chat", "chain", "like"),
    [(1, None, KNOWN), (1, "ethereum", KNOWN), (1, "bsc", None), (2, None, None)],
    ids=["everywhere", "on the chain", "on another chain", "in another chat"],
)
async def test_whom_the_chat_has_named_it_knows(
    database: Database, chat: int, chain: str | None, like: bytes | None
) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        await names.give(connection, chat, ChatName(chain, KNOWN, "Our exchange"))
        assert await looked_like(connection, alike(KNOWN)) == like


async def test_what_the_chat_has_named_itself_is_no_stranger(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await names.give(connection, 1, ChatName(None, alike(KNOWN), "Savings"))
        await stored(connection, dealt(1))
        assert await looked_like(connection, alike(KNOWN)) is None


async def test_many_meetings_are_looked_up_together(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await stored(connection, dealt(1))
        meetings = {(1, OWN, address(n)) for n in range(2, 350)} | {(1, OWN, alike(KNOWN))}
        known = await dealings.known_like(connection, "ethereum", meetings)
        assert known == {(1, OWN, alike(KNOWN)): KNOWN}


async def test_alerts_are_found_by_the_message_that_is_replied_to(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        (moved,) = await stored(connection, movement(1))
        await alerts.write(connection, [about(moved)], NOW)
        ours = await messages.record(connection, 1, 0, 777, NOW)
        alert = await the_alert(connection, moved)
        await alerts.sent(connection, [alert.id], ours)

        assert [one.id for one in await alerts.of_reply(connection, 1, 777)] == [alert.id]
        assert await alerts.of_reply(connection, 1, 778) == []
        assert await alerts.of_reply(connection, 2, 777) == []
