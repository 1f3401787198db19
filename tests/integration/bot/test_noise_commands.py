"""/noise, /unpriced and /why: what is kept out, and what stood in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from aiogram.methods import SendMessage

from data.model import (
    AlertState,
    Chat,
    CoverageGap,
    Direction,
    Mark,
    Movement,
    NoiseRule,
    Price,
    PriceState,
    Priority,
    Timing,
    Unpriced,
    UsdThreshold,
    Watch,
)
from data.queries import alerts, chats, cursors, gaps, messages, movements, watches
from data.queries.alerts import NewAlert
from sandbox.chain.deceit import look_alike
from tests.contract.samples import USDC, address, movement, number, ref
from tests.integration.bot.conversation import NOW, assert_well_set, message_in

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

BLOCK = replace(ref(100), time=NOW - timedelta(minutes=5))
KNOWN = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")
FALSE = bytes.fromhex(look_alike("0x" + KNOWN.hex())[2:])
LOOKALIKE, IMITATION = NoiseRule.LOOKALIKE, NoiseRule.IMITATION


def hash_of(tx: int) -> str:
    return "0x" + number(tx, 32).hex()


def captions(talk: Conversation) -> list[str]:
    return [button.text for row in talk.keyboard().inline_keyboard for button in row]


async def chat_of(talk: Conversation) -> Chat:
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat
    return chat


async def a_watch(talk: Conversation, usd: int | None = 10_000, **more: object) -> Watch:
    """On address 1, an hour old."""
    await talk.say("/status")
    threshold = None if usd is None else UsdThreshold(Decimal(usd))
    settings = {"now": NOW - timedelta(hours=1), "address": address(1), "label": "Cold"} | more
    async with talk.context.database.write() as connection:
        return await watches.add(
            connection,
            talk.chat,
            threshold=threshold,
            **settings,  # type: ignore[arg-type]
        )


async def keep(talk: Conversation, *moved: Movement) -> list[Movement]:
    async with talk.context.database.write() as connection:
        return await movements.store(connection, moved)


def received(tx: int, usd: int | str | None = 50_000, **more: object) -> Movement:
    return replace(movement(tx, usd=usd, block=BLOCK), **more)  # type: ignore[arg-type]


async def alerted(talk: Conversation, watch: Watch, moved: Movement, *rules: NoiseRule) -> Movement:
    (stored,) = await keep(talk, moved)
    async with talk.context.database.write() as connection:
        new = NewAlert(talk.chat, 0, stored, watch.id, (), Priority.WATCH, frozenset(rules))
        await alerts.write(connection, [new], NOW)
    return stored


async def sent(talk: Conversation, moved: Movement, telegram_id: int = 777) -> None:
    async with talk.context.database.write() as connection:
        found = await alerts.of_transaction(connection, talk.chat, ["ethereum"], moved.tx_hash)
        ours = await messages.record(connection, talk.chat, 0, telegram_id, NOW)
        await alerts.sent(connection, [one.id for one in found], ours)


async def test_noise_shows_its_rules_and_switches_them(talk: Conversation) -> None:
    text = await talk.say("/noise")
    assert text.count("kept out") == 3
    assert captions(talk) == ["Let look-alikes in", "Let imitations in", "Let airdrops in"]

    shown, notice = await talk.tap("Let imitations in")
    assert "<b>Imitations</b>, told, with a warning" in shown
    assert notice == "Imitations are told now, with a warning"
    assert (await chat_of(talk)).noise_let_in == {IMITATION}
    assert "Keep imitations out" in captions(talk)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("/noise imitation off", {IMITATION}),
        ("/noise Look-Alikes off", {LOOKALIKE}),
        ("/NOISE airdrops OFF", {NoiseRule.AIRDROP}),
        ("/noise airdrops on", set()),
    ],
)
async def test_noise_is_switched_by_word(
    talk: Conversation, text: str, rules: set[NoiseRule]
) -> None:
    await talk.say(text)
    assert (await chat_of(talk)).noise_let_in == rules


@pytest.mark.parametrize("text", ["/noise spam on", "/noise airdrop", "/noise airdrop maybe"])
async def test_what_is_no_rule_or_no_switch_changes_nothing(talk: Conversation, text: str) -> None:
    assert "lookalike, imitation, airdrop" in await talk.say(text)
    assert (await chat_of(talk)).noise_let_in == frozenset()


async def test_unpriced_is_set_by_word_and_by_button(talk: Conversation) -> None:
    await a_watch(talk)
    assert "no price now" in await talk.say("/unpriced 1 tell")
    assert (await talk.watches())[0].unpriced is Unpriced.TELL

    await talk.say("/list")
    card, _ = await talk.tap("1. Cold")
    assert "Also tells of what has no price" in card
    card, notice = await talk.tap("Only what has a price")
    assert notice == "Only what has a price"
    assert "Also tells" not in card
    assert (await talk.watches())[0].unpriced is Unpriced.IGNORE


@pytest.mark.parametrize("text", ["/unpriced", "/unpriced 1", "/unpriced tell", "/unpriced 1 yes"])
async def test_unpriced_says_how_it_is_written(talk: Conversation, text: str) -> None:
    await a_watch(talk)
    assert "/unpriced 2 tell" in await talk.say(text)


async def test_feeds_and_units_have_no_use_for_unpriced(talk: Conversation) -> None:
    await talk.say("/whales all $5m")
    assert "only what has a price" in await talk.say("/unpriced 1 tell")
    await talk.say("/watch 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 50 ETH")
    assert "counts ETH" in await talk.say("/unpriced 2 tell")


async def test_why_says_how_it_is_asked(talk: Conversation) -> None:
    assert "Reply to an alert" in await talk.say("/why")
    assert "64 digits" in await talk.say("/why 0x1234")


async def test_what_was_told_is_explained_as_a_reply(talk: Conversation) -> None:
    watch = await a_watch(talk)
    await sent(talk, await alerted(talk, watch, received(1)))

    text = await talk.say("/why", reply_to_message=message_in(talk.chat, "…", 777))
    assert "✅ You were told: #1 Cold asks from $10,000." in text
    assert "Received 1 USDC" in text
    assert "Block 100" in text

    text = await talk.say("/why", reply_to_message=message_in(talk.chat, "…", 778))
    assert "no alert" in text


async def test_what_was_kept_out_as_noise_can_be_let_in(talk: Conversation) -> None:
    watch = await a_watch(talk)
    await alerted(talk, watch, received(1, marks=frozenset({Mark.IMITATION})), IMITATION)

    text = await talk.say(f"/why {hash_of(1)}")
    assert "Kept out as noise, by the rule against <b>imitations</b>" in text
    await talk.tap("Let imitations in")
    assert (await chat_of(talk)).noise_let_in == {IMITATION}


async def test_a_movement_below_the_threshold_is_compared(talk: Conversation) -> None:
    await a_watch(talk)
    await keep(talk, received(1, usd=9_999))
    text = await talk.say(f"/why https://etherscan.io/tx/{hash_of(1)}")
    assert "$9,999 is less than the $10,000 of #1 Cold" in text
    shown, _ = await talk.tap("Change the threshold of #1")
    assert "Choose another" in shown


async def test_units_are_compared_too(talk: Conversation) -> None:
    await talk.say(f"/watch 0x{address(1).hex()} 50 USDC")
    async with talk.context.database.write() as connection:
        (mine,) = await watches.of_chat(connection, talk.chat)
        await watches.remove(connection, mine.id)
        await watches.add(
            connection, talk.chat, now=NOW - timedelta(hours=1), address=address(1),
            threshold=replace(mine.threshold, amounts={("ethereum", USDC): 50_000_000}),
        )  # fmt: skip
    await keep(talk, received(1))
    assert "1 USDC are less than the 50 USDC of #1" in await talk.say(f"/why {hash_of(1)}")


async def test_what_has_no_price_can_be_asked_for(talk: Conversation) -> None:
    await a_watch(talk)
    await keep(talk, received(1, usd=None))
    assert "no price is known" in await talk.say(f"/why {hash_of(1)}")
    await talk.tap("Tell me without a price")
    assert (await talk.watches())[0].unpriced is Unpriced.TELL


async def test_a_watch_made_after_the_block_is_named(talk: Conversation) -> None:
    await a_watch(talk, now=NOW - timedelta(minutes=1))
    await keep(talk, received(1))
    assert "was made later, at 11:59 UTC" in await talk.say(f"/why {hash_of(1)}")


async def test_the_other_direction_is_named(talk: Conversation) -> None:
    await a_watch(talk, direction=Direction.OUT)
    await keep(talk, received(1))
    assert "looks only at what goes out" in await talk.say(f"/why {hash_of(1)}")


async def test_a_poisoned_history_is_explained_with_both_addresses_whole(
    talk: Conversation,
) -> None:
    await a_watch(talk)
    real = received(1, counterparty=KNOWN)
    nothing = received(2, usd="0", counterparty=FALSE, marks=frozenset({Mark.ZERO_VALUE}))
    legs = (replace(nothing.legs[0], amount=0),)
    await keep(talk, real, replace(nothing, legs=legs))

    text = await talk.say(f"/why {hash_of(2)}")
    assert "a transfer of 0 moves nothing" in text
    assert text.casefold().count(KNOWN.hex()) == 1
    assert text.casefold().count(FALSE.hex()) == 1
    assert "rule against <b>look-alikes</b> keeps such out" in text
    assert captions(talk) == ["Let look-alikes in"]


async def test_what_nothing_of_the_chats_took_part_in_is_said_so(talk: Conversation) -> None:
    await keep(talk, received(1, usd=123_456))
    assert "You watch nothing yet" in await talk.say(f"/why {hash_of(1)}")
    await a_watch(talk, address=address(9))
    text = await talk.say(f"/why {hash_of(1)}")
    assert "Nothing that you watch took part in it" in text
    assert "$123,456" in text


async def test_a_feed_that_asks_for_more_is_compared(talk: Conversation) -> None:
    await a_watch(talk, 1_000_000, address=None, label=None)
    await keep(talk, received(1))
    assert "$50,000 is less than the $1,000,000" in await talk.say(f"/why {hash_of(1)}")


async def test_what_is_not_known_tells_how_far_each_chain_was_read(talk: Conversation) -> None:
    async with talk.context.database.write() as connection:
        await cursors.begin(connection, BLOCK)
        await gaps.record(
            connection,
            CoverageGap("ethereum", 90, 95, "no node had them", NOW - timedelta(minutes=9)),
        )
    text = await talk.say(f"/why {hash_of(1)}")
    assert "older than 48 h" in text
    assert "Ethereum: read up to block 100, 11:55 UTC; 90 to 95 not seen (no node had them)" in text
    assert "BNB Smart Chain: nothing read yet" in text


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("muted", "was muted"),
        ("watch removed", "its watch was removed"),
        ("reorg", "the chain took it back"),
        ("Forbidden: <b>bot</b> was kicked", "Forbidden: &lt;b&gt;bot&lt;/b&gt; was kicked"),
    ],
)
async def test_every_end_is_told(talk: Conversation, end: str, said: str) -> None:
    watch = await a_watch(talk)
    moved = await alerted(talk, watch, received(1))
    async with talk.context.database.write() as connection:
        (alert,) = await alerts.pending(connection, talk.chat, 10)
        await alerts.drop(connection, [alert.id], end)
    assert said in await talk.say(f"/why {'0x' + moved.tx_hash.hex()}")


async def test_what_waits_is_said_to_wait(talk: Conversation) -> None:
    watch = await a_watch(talk)
    await alerted(talk, watch, received(1))
    assert "waits to be sent" in await talk.say(f"/why {hash_of(1)}")
    async with talk.context.database.write() as connection:
        await chats.set_timing(connection, talk.chat, Timing.SAFE)
    await alerted(talk, watch, received(2))
    assert "until its block is safe" in await talk.say(f"/why {hash_of(2)}")


async def test_a_list_of_alerts_is_explained_one_by_one(talk: Conversation) -> None:
    watch = await a_watch(talk)
    for tx in range(1, 6):
        await sent(talk, await alerted(talk, watch, received(tx)))
    calls = await talk.calls_after("/why", reply_to_message=message_in(talk.chat, "…", 777))
    texts = [call.text for call in calls if isinstance(call, SendMessage)]
    assert len(texts) == 3
    for text in texts:
        assert_well_set(text, None)


async def test_a_thin_market_and_a_warning_stand_in_the_explanation(talk: Conversation) -> None:
    watch = await a_watch(talk)
    moved = received(1, marks=frozenset({Mark.IMITATION}))
    price = Price(Decimal(50_000), "pool", NOW, PriceState.THIN)
    moved = replace(moved, legs=(replace(moved.legs[0], price=price),))
    await talk.say("/noise imitation off")
    await alerted(talk, watch, moved, IMITATION)
    text = await talk.say(f"/why {hash_of(1)}")
    assert "⚠️ It is noise that is let in here: its token passes itself off" in text
    async with talk.context.database.read() as connection:
        (alert,) = await alerts.pending(connection, talk.chat, 10)
    assert alert.state is AlertState.PENDING
