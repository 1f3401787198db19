"""/tx and pasted transactions: what is said, and what the watcher finds in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.handlers.tx import MOST_OPEN
from data.model import Inclusion, PursuitState, Told, Wish
from data.queries import movements, pursuits
from tests.contract.samples import movement
from tests.contract.samples import number as digits

if TYPE_CHECKING:
    from data.model import Pursuit
    from tests.integration.bot.conversation import Conversation

HASH = "0x" + "ab" * 32


async def followed(talk: Conversation) -> list[Pursuit]:
    async with talk.context.database.read() as connection:
        return await pursuits.of_chat(connection, talk.chat)


@pytest.mark.parametrize("text", [f"/tx {HASH}", f"/TX  {HASH[2:]}"])
async def test_a_hash_is_looked_for_on_every_chain(talk: Conversation, text: str) -> None:
    said = await talk.say(text)

    assert "Looking for the transaction" in said
    assert "Ethereum · BNB Smart Chain" in said
    (one,) = await followed(talk)
    assert (one.tx_hash.hex(), one.chain) == (HASH[2:], None)
    assert (one.state, one.revision, one.shown_revision) == (PursuitState.SEARCHING, 1, 1)
    assert one.telegram_id == 1_001


async def test_a_link_names_its_chain(talk: Conversation) -> None:
    await talk.say(f"/tx https://bscscan.com/tx/{HASH}")

    (one,) = await followed(talk)
    assert one.chain == "bsc"


async def test_a_party_has_the_name_that_the_chat_or_its_watch_gave(talk: Conversation) -> None:
    sender, target = b"\x11" * 20, b"\x22" * 20
    await talk.say(f"/watch 0x{sender.hex()} My <old> wallet")
    await talk.say(f"/name 0x{target.hex()} Savings")
    await talk.say(f"/tx https://bscscan.com/tx/{HASH}")
    (before,) = await followed(talk)
    told = Told(Wish(sender, target, 7, 10**18, 10**9, None, ""))
    async with talk.context.database.write() as connection:
        after = replace(before, state=PursuitState.PENDING, told=told, revision=2)
        await pursuits.write(connection, before, after)

    said = await talk.say(f"/tx {HASH}")

    assert "My &lt;old&gt; wallet</a> → " in said
    assert "Savings</a> · 1 BNB" in said


@pytest.mark.parametrize(("usd", "is_shown"), [(9_999, False), (10_000, True)])
async def test_what_moved_for_those_that_others_watch_is_their_own_affair(
    talk: Conversation, usd: int, is_shown: bool
) -> None:
    await talk.say(f"/tx https://etherscan.io/tx/0x{digits(1, 32).hex()}")
    (before,) = await followed(talk)
    block = Inclusion(100, b"\2" * 32, True, 21_000, 10**9)
    async with talk.context.database.write() as connection:
        await movements.store(connection, [movement(1, usd=usd)])
        after = replace(before, state=PursuitState.MINED, told=Told(inclusion=block), revision=2)
        await pursuits.write(connection, before, after)

    said = await talk.say(f"/tx 0x{digits(1, 32).hex()}")

    assert ("➡️ Moved 1 USDC" in said) == is_shown


async def test_asked_again_it_goes_on_in_the_newest_message(talk: Conversation) -> None:
    await talk.say(f"/tx {HASH}")
    (before,) = await followed(talk)
    async with talk.context.database.write() as connection:
        after = replace(before, chain="bsc", state=PursuitState.PENDING, revision=2)
        await pursuits.write(connection, before, after)

    said = await talk.say(f"/tx {HASH}")

    assert "Pending" in said
    (one,) = await followed(talk)
    assert one.id == before.id
    assert one.telegram_id == 1_002
    assert one.shown_revision == one.revision == 2


async def test_a_chat_has_so_many_followed_at_once(talk: Conversation) -> None:
    for number in range(MOST_OPEN):
        await talk.say(f"/tx 0x{number:064x}")

    said = await talk.say(f"/tx {HASH}")

    assert f"I already follow {MOST_OPEN} transactions" in said
    assert len(await followed(talk)) == MOST_OPEN
    # but one of them may be asked for again
    assert "Looking" in await talk.say(f"/tx 0x{1:064x}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/tx", "Which transaction?"),
        ("/tx 0x" + "ab" * 31, "that one has 62"),
        ("/tx <b>", "is no transaction"),
    ],
)
async def test_what_is_wrong_is_said(talk: Conversation, text: str, said: str) -> None:
    assert said in await talk.say(text)
    assert await followed(talk) == []
