"""A watchlist goes out as a file and comes back; every button of it, tapped by people."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

from data.queries import names, watches
from data.redis import drafts
from tests.integration.bot.place import DEADLINE

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message
    from sandbox.telegram.users import User
    from tests.integration.bot.place import Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"


async def upload(
    place: Place, chat: int, content: bytes | str, then: str, *, name: str = "list.csv",
    by: User | None = None, caption: str = "", reply_to: int | None = None,
) -> Message:  # fmt: skip
    """The message that says ``then`` after a file was sent."""
    data = content.encode() if isinstance(content, str) else content
    sent = place.telegram.send_document(
        chat, name, data, caption, user_id=None if by is None else by.id, reply_to=reply_to
    )
    (shown, *_) = await place.telegram.wait_for_messages(chat, 1, DEADLINE, then, sent.message_id)
    return shown


def own(place: Place) -> int:
    return place.telegram.create_private_chat(place.owner.id).id


def now_shown(place: Place, message: Message) -> Message:
    return place.telegram.world.messages.get(message.chat_id, message.message_id)


def content_of(place: Place, message: Message) -> bytes:
    assert message.media is not None
    return place.telegram.world.files[message.media.file_id].content


async def test_a_list_goes_out_and_comes_back_into_another_chat(place: Place) -> None:
    # given a list with what a spreadsheet would take for a formula
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK} 50 ETH =1+1")
    await place.say(chat, f"/watch {BINANCE} $250k")
    await place.say(chat, "/whales eth $5m")
    await place.say(chat, "/mute 2 3h")
    await place.say(chat, f"/name bsc {BINANCE} Hot")
    before = await place.watches(chat)
    # when it is exported
    file = await place.say(chat, "/export")
    assert "3 watches and 1 name" in file.text
    content = content_of(place, file)
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row[7] for row in rows[1:]] == ["'=1+1", "", "", "Hot"]
    # and imported by somebody else
    other = place.telegram.create_private_chat(place.member.id).id
    shown = await upload(place, other, content, "Shall I import it?")
    assert "3 new watches" in shown.text
    assert "1 new name" in shown.text
    assert await place.watches(other) == []
    assert await place.tap(shown, "✓ Import", place.member) is None
    # then it is the same list
    assert "Imported" in now_shown(place, shown).text
    assert now_shown(place, shown).buttons == []
    after = await place.watches(other)
    assert [(one.number, one.address, one.chain, one.threshold, one.label, one.muted_until)
            for one in after] == [
        (one.number, one.address, one.chain, one.threshold, one.label, one.muted_until)
        for one in before
    ]  # fmt: skip
    async with place.context.database.read() as connection:
        assert await names.of_chat(connection, other) == await names.of_chat(connection, chat)
    # and once more there is nothing to do
    again = await upload(place, other, content, "nothing in it to import")
    assert "4 as it is already" in again.text
    assert again.buttons == []


async def test_cancel_leaves_everything_and_a_second_tap_is_too_late(place: Place) -> None:
    chat = own(place)
    shown = await upload(place, chat, f"{VITALIK},Vitalik", "Shall I import it?")

    assert await place.tap(shown, "Cancel", place.owner) is None
    assert "nothing was imported" in now_shown(place, shown).text
    assert await place.watches(chat) == []
    for button in shown.buttons:
        late = place.telegram.world.messages.put(shown)
        assert "waits no longer" in (await place.tap(late, button["text"], place.owner) or "")
    assert await place.watches(chat) == []


async def test_two_administrators_import_the_same_file_once(place: Place) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id)).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    place.telegram.set_member_status(group, place.member.id, "administrator")
    asked = await place.say(group, "/import", place.owner)
    assert "Send me the file" in asked.text
    shown = await upload(
        place, group, f"address\n{VITALIK}\n", "Shall I import it?",
        by=place.owner, reply_to=asked.message_id,
    )  # fmt: skip

    one = place.telegram.tap(group, shown.message_id, text="✓ Import", user_id=place.owner.id)
    two = place.telegram.tap(group, shown.message_id, text="✓ Import", user_id=place.member.id)
    answers = [await place.telegram.wait_for_answer(tap.id, DEADLINE) for tap in (one, two)]

    assert answers[0].answer_text is None
    assert "imported already" in (answers[1].answer_text or "")
    assert "Imported" in now_shown(place, shown).text
    assert len(await place.watches(group)) == 1


async def test_a_member_of_a_group_imports_nothing(place: Place) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id)).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    for command in ("/import", "/export", "/export all"):
        assert "Only administrators" in (await place.say(group, command, place.member)).text
    sent = await upload(
        place, group, VITALIK, "Shall I import it?", by=place.owner, caption="/import"
    )
    assert "Only administrators" in (await place.tap(sent, "✓ Import", place.member) or "")
    assert await place.watches(group) == []


async def test_in_a_group_only_a_file_that_is_sent_as_a_reply_is_read(place: Place) -> None:
    # given an administrator who is asked for a file, and talks to others meanwhile
    group = place.telegram.create_supergroup("Whales", (place.owner.id,)).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    asked = await place.say(group, "/import", place.owner)
    place.telegram.send_document(group, "minutes.pdf", b"%PDF", user_id=place.owner.id)
    # when
    shown = await upload(
        place, group, VITALIK, "Shall I import it?", by=place.owner, reply_to=asked.message_id
    )
    # then nothing was said of the other one
    answers = [
        one for one in place.telegram.bot_messages(group) if one.message_id >= asked.message_id
    ]
    assert [one.message_id for one in answers] == [asked.message_id, shown.message_id]


async def test_what_changed_meanwhile_is_judged_again(place: Place) -> None:
    chat = own(place)
    shown = await upload(place, chat, f"{VITALIK},V\n{BINANCE},B", "2 new watches")
    await place.say(chat, f"/watch {VITALIK} V")

    await place.tap(shown, "✓ Import", place.owner)

    assert "1 new watch" in now_shown(place, shown).text
    assert len(await place.watches(chat)) == 2


async def test_wrong_lines_are_told_and_many_of_them_in_a_file(place: Place) -> None:
    chat = own(place)
    lines = [f"{VITALIK};Vitalik", "0x12;short", f"{VITALIK};again", *["nothing;x"] * 6]
    shown = await upload(place, chat, "address;label\n" + "\n".join(lines), "Shall I import it?")

    assert "1 new watch" in shown.text
    assert "8 lines left out" in shown.text
    assert "Line 3" in shown.text
    assert "The same as line 2" in shown.text
    (report,) = await place.telegram.wait_for_messages(
        chat, 1, DEADLINE, "Each line", shown.message_id
    )
    rows = list(csv.reader(StringIO(content_of(place, report).decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == ["3", "4", "5", "6", "7", "8", "9", "10"]
    await place.tap(shown, "✓ Import", place.owner)
    (watch,) = await place.watches(chat)
    assert watch.label == "Vitalik"


async def test_lines_may_be_pasted_and_a_bad_file_is_told(place: Place) -> None:
    chat = own(place)
    await place.say(chat, "/import")
    bad = await upload(place, chat, b"PK\x03\x04" + bytes(99), "workbook", name="list.xlsx")
    assert bad.buttons == []
    # the question still stands
    said = place.telegram.send_text(chat, f"{VITALIK} Vitalik B.\n{BINANCE}")
    (shown,) = await place.telegram.wait_for_messages(
        chat, 1, DEADLINE, "2 new watches", said.message_id
    )

    await place.tap(shown, "✓ Import", place.owner)

    assert [watch.label for watch in await place.watches(chat)] == ["Vitalik B.", None]


async def test_a_file_that_is_too_large_is_refused_whatever_telegram_says_of_it(
    place: Place,
) -> None:
    chat = own(place)
    await upload(place, chat, b"x" * (5 * 1024 * 1024 + 1), "too large")

    assert len(place.telegram.calls("getFile")) == 0


async def test_there_is_room_for_so_many(place: Place) -> None:
    chat = own(place)
    content = "address\n" + "\n".join(f"0x{number:040x}" for number in range(1, 1_003))

    shown = await upload(place, chat, content, "Shall I import it?")

    assert "1,000 new watches" in shown.text
    assert "2 lines more than there is room for" in shown.text
    await place.tap(shown, "✓ Import", place.owner)
    assert len(await place.watches(chat)) == 1_000


async def test_a_channel_gets_its_list_from_a_private_chat(place: Place) -> None:
    chat = own(place)
    channel = place.telegram.create_channel("Whales", members=(place.owner.id,)).id
    (told,) = await place.telegram.wait_for_messages(chat, 1, DEADLINE)
    await place.tap(told, "Whales", place.owner)

    shown = await upload(place, chat, f"{VITALIK},Vitalik", "Shall I import it?")
    assert shown.text.startswith("📢 Whales")
    await place.tap(shown, "✓ Import", place.owner)
    file = await place.say(chat, "/export")

    assert file.text.startswith("📢 Whales")
    assert len(await place.watches(channel)) == 1
    assert await place.watches(chat) == []


async def test_a_week_later_a_file_waits_no_longer(place: Place) -> None:
    chat = own(place)
    shown = await upload(place, chat, VITALIK, "Shall I import it?")
    assert 0 < await place.context.redis.ttl(f"import:{chat}") <= drafts.KEPT_SECONDS
    await place.context.redis.delete(f"import:{chat}")

    assert "waits no longer" in (await place.tap(shown, "✓ Import", place.owner) or "")
    assert await place.watches(chat) == []


async def test_everything_is_handed_over(place: Place) -> None:
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK} $250k Cold")
    await place.say(chat, f"/name {BINANCE} Hot")

    file = await place.say(chat, "/export all")

    found = json.loads(content_of(place, file))
    assert found["chats"][0]["id"] == chat
    assert found["watches"][0]["address"] == VITALIK.lower()
    assert found["chat_names"][0]["name"] == "Hot"
    assert found["alerts"] == []
    assert {"messages", "pursuits", "shares", "chat_queues"} <= set(found)
    async with place.context.database.read() as connection:
        assert len(await watches.of_chat(connection, chat)) == 1
