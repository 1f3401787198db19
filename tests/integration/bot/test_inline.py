"""``@bot …`` in any chat, over real HTTP: who is found, what is told, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from data.model import BlockRef, Leg, Movement, MovementKind, Price
from data.queries import movements
from tests.integration.bot.place import DEADLINE

if TYPE_CHECKING:
    from sandbox.telegram.inline import InlineQuery
    from sandbox.telegram.users import User
    from tests.integration.bot.place import Place

BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"
STRANGER = "0x" + "b2" * 20


async def ask(place: Place, text: str, by: User | None = None) -> InlineQuery:
    """What is offered."""
    asked = place.telegram.ask_inline((by or place.owner).id, text)
    return await place.telegram.wait_for_inline_answer(asked.id, DEADLINE)


async def store(place: Place, *moved: Movement) -> None:
    async with place.context.database.write() as connection:
        await movements.store(connection, moved)


def moved(number: int, usd: int, address: str = BINANCE) -> Movement:
    at = datetime.now(UTC)
    block = BlockRef("ethereum", number, bytes([number]) * 32, bytes(32), at)
    legs = (Leg(None, "ETH", 18, 10**18, Price(Decimal(usd), "chainlink", at)),)
    wallet = bytes.fromhex(address[2:])
    return Movement(
        block, bytes([number]) * 32, 0, wallet, MovementKind.RECEIVE, legs, None, signed=False
    )


async def test_an_address_is_told_of_with_label_and_last_movements(place: Place) -> None:
    await store(place, *(moved(number, number * 100_000) for number in range(1, 8)))

    answer = await ask(place, f" {BINANCE} ")

    (one,) = answer.results
    assert one.title == "Binance 14"
    assert one.description is not None
    assert "Received 1 ETH · $700K" in one.description
    lines = one.said.text.splitlines()
    assert lines[0] == "Binance 14 · exchange"
    assert lines[1] == BINANCE
    assert len(lines) == 8
    assert one.link_preview_options == {"is_disabled": True}
    links = [entity.url for entity in one.said.entities if entity.type == "text_link"]
    assert len(links) == 6
    assert all(link and link.startswith("https://etherscan.io/") for link in links)
    assert answer.is_personal
    assert 0 < answer.cache_time <= 60


async def test_what_was_chosen_stands_in_the_chat(place: Place) -> None:
    answer = await ask(place, BINANCE)
    chat = place.telegram.create_private_chat(place.owner.id).id

    sent = place.telegram.send_inline_result(answer.id, answer.results[0].id, chat)

    assert sent.text.startswith("Binance 14")


async def test_names_find_a_handful(place: Place) -> None:
    answer = await ask(place, "binance 1")

    titles = [one.title for one in answer.results]
    assert titles[0] == "Binance 1"
    assert len(titles) == 5
    assert all(title.startswith("Binance 1") for title in titles)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Paste an address"),
        ("zzzz", "Nobody of that name"),
        ("0x12", "0x and 40 digits"),
        ("0x" + "ab" * 32, "0x and 40 digits"),
        ("\u202e\u200b", "Paste an address"),
        ("https://[", "0x and 40 digits"),
        ("<b>&", "Nobody of that name"),
        ("x" * 256, "Nobody of that name"),
    ],
)
async def test_where_there_is_nothing_to_offer_a_line_says_what_would(
    place: Place, text: str, hint: str
) -> None:
    answer = await ask(place, text)

    assert answer.results == ()
    assert answer.button is not None
    assert hint in answer.button["text"]
    assert answer.button["start_parameter"] == "inline"


async def test_what_others_watch_and_call_things_is_their_own_affair(place: Place) -> None:
    await store(place, moved(1, 500, STRANGER), moved(2, 20_000, STRANGER))
    chat = place.telegram.create_private_chat(place.member.id).id
    await place.say(chat, f"/watch {STRANGER} Secret hoard")
    await place.say(chat, f"/name {BINANCE} Nest egg")

    named = [await ask(place, text) for text in ("secret", "nest egg")]
    asked = await ask(place, STRANGER)
    known = await ask(place, BINANCE)

    assert [one.results for one in named] == [(), ()]
    (one,) = asked.results
    assert "Secret" not in one.title + one.said.text
    assert "$20K" in one.said.text
    assert "$500" not in one.said.text
    assert known.results[0].title == "Binance 14"


async def test_own_names_find_addresses_but_are_not_sent_along(place: Place) -> None:
    await store(place, moved(1, 500, STRANGER))
    chat = place.telegram.create_private_chat(place.owner.id).id
    await place.say(chat, f"/watch {STRANGER} Rainy day")
    await place.say(chat, f"/name {BINANCE} Nest egg")

    (watched,) = (await ask(place, "rainy")).results
    (named,) = (await ask(place, "nest")).results

    assert (watched.title, named.title) == ("Rainy day", "Nest egg")
    assert "$500" in watched.said.text
    assert "Rainy" not in watched.said.text
    assert "Nest" not in named.said.text


async def test_it_answers_in_the_language_of_the_private_chat(place: Place) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    await place.say(chat, "/language zh")

    answer = await ask(place, BINANCE)

    assert "Binance 14" in answer.results[0].said.text


async def test_a_fault_is_told_with_its_code(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr("bot.handlers.inline.chats.get", broken)
    with structlog.testing.capture_logs():
        answer = await ask(place, BINANCE)

    assert answer.button is not None
    assert "went wrong" in answer.button["text"]
