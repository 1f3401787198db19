"""Every button of a watch's screens, tapped for real: the row, and the message as it reads then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.texts.scope import MOST_TOKENS
from bot.texts.subjects import KINDS, kind_caption
from data.model import FOREVER, Direction, Interest, UnitThreshold, Unpriced, UsdThreshold, Watch
from data.queries import watches
from data.redis.removed import KEPT_SECONDS
from sandbox.telegram.messages import Message
from sandbox.telegram.users import User
from tests.integration.bot.place import DEADLINE, Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
USDC = bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
STRANGE = "0x" + "5a" * 20
ONLY_ADMINISTRATORS = "Only administrators"


@dataclass
class Screen:
    """One message of the bot's, and whoever taps its buttons."""

    place: Place
    chat: int
    message_id: int
    by: User

    @property
    def message(self) -> Message:
        return self.place.telegram.world.messages.get(self.chat, self.message_id)

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def captions(self) -> list[str]:
        return [one["text"] for one in self.message.buttons]

    async def tap(self, *texts: str, by: User | None = None) -> str | None:
        """Tap one after the other; the notice of the last one."""
        notice = None
        for text in texts:
            notice = await self.place.tap(self.message, text, by or self.by)
        return notice

    async def watch(self) -> Watch:
        (watch,) = await self.place.watches(self.chat)
        return watch

    async def type(self, text: str) -> Screen:
        """Answer the question that was asked last: the screen that comes of it."""
        *_, asked = self.place.telegram.bot_messages(self.chat)
        private = self.chat > 0
        said = self.place.telegram.send_text(
            self.chat, text, self.by.id, reply_to=None if private else asked.message_id
        )
        (answer,) = await self.place.telegram.wait_for_messages(
            self.chat, 1, DEADLINE, None, said.message_id
        )
        return Screen(self.place, self.chat, answer.message_id, self.by)


@pytest.fixture(autouse=True)
def ada(place: Place) -> None:
    place.telegram.create_private_chat(place.owner.id)


async def opened(place: Place, command: str = f"/watch {VITALIK} $5k Vitalik") -> Screen:
    chat = place.owner.id
    answer = await place.say(chat, command)
    screen = Screen(place, chat, answer.message_id, place.owner)
    await screen.tap("⚙️ More settings")
    return screen


async def test_a_new_watch_leads_to_its_settings(place: Place) -> None:
    screen = await opened(place)

    assert screen.text.startswith("Vitalik · number 1")
    assert screen.captions == [
        "Threshold",
        "Direction",
        "Kinds",
        "Tokens",
        "Chains",
        "Name…",
        "Tell me without a price, too",
        "Mute",
        "Remove",
        "‹ List",
    ]
    await screen.tap("‹ List")
    assert "Your watches" in screen.text
    await screen.tap("1. Vitalik")
    assert screen.text.startswith("Vitalik · number 1")


async def test_the_threshold_is_chosen(place: Place) -> None:
    screen = await opened(place)
    for caption, wanted in (
        ("$10K", UsdThreshold(Decimal(10_000))),
        ("$100K", UsdThreshold(Decimal(100_000))),
        ("$1M", UsdThreshold(Decimal(1_000_000))),
        ("The chat's default", None),
    ):
        assert await screen.tap("Threshold", caption) == "Threshold changed"
        assert (await screen.watch()).threshold == wanted
    await screen.tap("Threshold")
    assert "The chat's default ✓" in screen.captions
    assert "Choose another" in screen.text
    await screen.tap("‹ Back")
    assert screen.text.startswith("Vitalik · number 1")


async def test_another_amount_is_typed(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Threshold", "Other amount…")

    bad = await screen.type("a lot")
    changed = await screen.type("50 ETH")

    assert "I can't read “a”" in bad.text
    assert "Alerts from 50 ETH" in changed.text
    threshold = (await screen.watch()).threshold
    assert isinstance(threshold, UnitThreshold)
    assert threshold.quantity == 50
    # what is typed afterwards is no answer any more
    assert "I only understand" in (await screen.type("$5k")).text


async def test_the_direction_is_chosen(place: Place) -> None:
    screen = await opened(place)
    for caption, wanted, said in (
        ("🟢 In", Direction.IN, "Only what comes in"),
        ("🔴 Out", Direction.OUT, "Only what goes out"),
        ("Both", Direction.BOTH, ""),
    ):
        await screen.tap("Direction", caption)
        assert (await screen.watch()).direction is wanted
        assert said in screen.text
    await screen.tap("Direction")
    assert "Both ✓" in screen.captions


async def test_each_kind_is_switched_off_and_on(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Kinds")
    every = Interest(sum(KINDS))
    for kind in KINDS:
        name = kind_caption(kind)
        await screen.tap(f"✅ {name}")
        assert (await screen.watch()).scope.interests == every & ~kind
        await screen.tap(f"▫️ {name}")
        assert (await screen.watch()).scope.interests is None
    names = [kind_caption(kind) for kind in KINDS]
    for name in names[1:]:
        await screen.tap(f"✅ {name}")
    assert (await screen.watch()).scope.interests == Interest.TRANSFER
    assert "One kind has to stay" in (await screen.tap(f"✅ {names[0]}") or "")
    await screen.tap("‹ Back")
    assert "Only of these kinds: Transfers" in screen.text
    await screen.tap("Kinds", "All kinds")
    assert (await screen.watch()).scope.interests is None


async def test_each_chain_is_switched_off_and_on(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Chains", "✅ BNB Smart Chain")
    assert (await screen.watch()).scope.not_on == {"bsc"}
    assert "One chain has to stay" in (await screen.tap("✅ Ethereum") or "")
    await screen.tap("‹ Back")
    assert "Watched on Ethereum\n" in screen.text
    await screen.tap("Chains", "▫️ BNB Smart Chain")
    assert (await screen.watch()).scope.not_on == frozenset()


async def test_tokens_are_typed_and_taken_off_again(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Tokens")
    assert "All of them do" in screen.text

    await screen.tap("Only…")
    assert "I know no token called “NOPE”" in (await screen.type("NOPE")).text
    screen = await screen.type("usdc")
    only = (await screen.watch()).scope.only
    assert ("ethereum", USDC) in only
    assert "Only: USDC on Ethereum" in screen.text
    await screen.tap("Leave out…")
    screen = await screen.type(STRANGE)
    scope = (await screen.watch()).scope
    assert (scope.only, len(scope.without)) == (only, 2)
    assert "Left out: 0x5a5A…5A5A on Ethereum and BNB Smart Chain" in screen.text

    await screen.tap("‹ Back")
    assert "Only tokens: USDC\nWithout tokens: 0x5a5A…5A5A" in screen.text
    await screen.tap("Tokens", "✕ 0x5a5A…5A5A")
    assert (await screen.watch()).scope.without == frozenset()
    assert await screen.tap("All tokens") is None
    assert not (await screen.watch()).scope.picks_assets
    assert "✕ USDC" not in screen.captions


async def test_a_feed_of_all_stablecoins_leaves_one_out(place: Place) -> None:
    await place.say(place.owner.id, "/whales all stablecoins $5m")
    listed = await place.say(place.owner.id, "/list")
    screen = Screen(place, place.owner.id, listed.message_id, place.owner)
    await screen.tap(screen.captions[0])
    many = len((await screen.watch()).scope.only)
    assert many > MOST_TOKENS
    await screen.tap("Tokens", "Leave out…")
    await screen.type("DAI")

    scope = (await screen.watch()).scope
    assert scope.without
    assert len(scope.only) == many - len(scope.without)


async def test_a_watch_that_leaves_out_what_its_threshold_counts_says_so(place: Place) -> None:
    screen = await opened(place, f"/watch {VITALIK} 50 ETH")
    await screen.tap("Tokens", "Only…")
    screen = await screen.type("USDC")
    await screen.tap("‹ Back")
    assert "it never alerts" in screen.text


async def test_the_name_is_typed(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Name…")
    screen = await screen.type("  Cold <b>wallet</b>  ")
    assert (await screen.watch()).label == "Cold <b>wallet</b>"
    assert "Cold <b>wallet</b> · number 1" in screen.text
    await screen.tap("Name…")
    screen = await screen.type("-")
    assert (await screen.watch()).label is None


async def test_what_has_no_price_is_switched(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Tell me without a price, too")
    assert (await screen.watch()).unpriced is Unpriced.TELL
    await screen.tap("Only what has a price")
    assert (await screen.watch()).unpriced is Unpriced.IGNORE


async def test_a_watch_is_muted_and_unmuted(place: Place) -> None:
    screen = await opened(place)
    for caption, hours in (("🔕 1 h", 1), ("🔕 8 h", 8), ("🔕 1 d", 24)):
        await screen.tap("Mute", caption)
        until = (await screen.watch()).muted_until
        assert until is not None
        assert timedelta(0) <= datetime.now(UTC) + timedelta(hours=hours) - until < timedelta(0, 60)
        assert "🔕 Muted until" in screen.text
        assert await screen.tap("🔔 Unmute") == "Unmuted"
        assert (await screen.watch()).muted_until is None
    assert await screen.tap("Mute", "🔕 Until I end it") == "Muted until you end it"
    assert (await screen.watch()).muted_until == FOREVER
    assert "🔕 Muted until you end it" in screen.text


async def test_a_feed_has_the_screens_that_mean_something_to_it(place: Place) -> None:
    chat = place.owner.id
    await place.say(chat, "/whales ethereum $5m")
    answer = await place.say(chat, "/list")
    screen = Screen(place, chat, answer.message_id, place.owner)
    await screen.tap("1. Ethereum feed")
    assert not {"Direction", "Chains", "Tell me without a price, too"} & set(screen.captions)
    await screen.tap("Threshold", "$10M")
    assert (await screen.watch()).threshold == UsdThreshold(Decimal(10_000_000))
    await screen.tap("Kinds", "✅ Swaps", "‹ Back", "Tokens", "‹ Back")
    assert (await screen.watch()).scope.interests is not None


async def test_a_watch_on_a_chain_that_is_followed_no_more_can_still_be_opened(
    place: Place,
) -> None:
    await place.say(place.owner.id, "/whales ethereum $5m")
    async with place.context.database.write() as connection:
        gone = await watches.add(
            connection, place.owner.id, now=datetime.now(UTC), chain="polygon", label="Gone"
        )
    answer = await place.say(place.owner.id, "/list")
    screen = Screen(place, place.owner.id, answer.message_id, place.owner)
    await screen.tap("2. Gone", "Threshold", "Other amount…")
    assert "Alerts from $5,000" in (await screen.type("$5k")).text
    await screen.tap("‹ Back", "Tokens", "Only…")
    assert "I know no token" in (await screen.type(STRANGE)).text
    assert (await place.watches(place.owner.id))[1].id == gone.id


async def test_what_was_removed_comes_back_for_ten_minutes(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Threshold", "$10K")
    await screen.tap("Kinds", "✅ Mints", "‹ Back", "Mute", "🔕 8 h")
    before = await screen.watch()

    assert await screen.tap("Remove") == "Removed"
    assert await place.watches(screen.chat) == []
    assert "No longer watching Vitalik" in screen.text
    key = f"removed:{screen.chat}:{before.id}"
    assert 0 < await place.context.redis.ttl(key) <= KEPT_SECONDS
    undo = screen.message
    assert await screen.tap("↩️ Undo") == "Back again"
    assert await screen.watch() == before
    assert screen.text.startswith("Back again")
    # given the keyboard that another one still has before them
    assert "back already" in (await tapped(screen, undo, "↩️ Undo") or "")
    await screen.tap("Remove")
    await place.context.redis.delete(key)
    assert "they are over" in (await screen.tap("↩️ Undo") or "")
    assert await place.watches(screen.chat) == []


async def test_undo_does_not_watch_an_address_twice(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Remove")
    await place.say(screen.chat, f"/watch {VITALIK}")
    assert "as number 1" in (await screen.tap("↩️ Undo") or "")
    assert len(await place.watches(screen.chat)) == 1


async def test_unwatch_can_be_undone_as_well(place: Place) -> None:
    screen = await opened(place)
    before = await screen.watch()
    answer = await place.say(screen.chat, "/unwatch 1")
    screen.message_id = answer.message_id
    await screen.tap("↩️ Undo")
    assert await screen.watch() == before


async def tapped(screen: Screen, message: Message, caption: str) -> str | None:
    """Tap a button that an older form of the message had."""
    (data,) = (one["callback_data"] for one in message.buttons if one["text"] == caption)
    update = {
        "id": "77",
        "from": screen.by.as_api(),
        "message": screen.place.telegram.world.message_as_api(message),
        "chat_instance": "1",
        "data": data,
    }
    telegram = screen.place.telegram
    before = len(telegram.calls("answerCallbackQuery"))
    telegram.world.tell_bot("callback_query", update)
    calls = await telegram.wait_for_calls("answerCallbackQuery", before + 1, DEADLINE)
    return calls[-1].parameters.get("text")


async def test_a_keyboard_of_last_week_says_that_the_watch_is_gone(place: Place) -> None:
    screens = []
    for name in ("Threshold", "Direction", "Kinds", "Chains", "Tokens", "Mute", None):
        answer = await place.say(place.owner.id, f"/watch {VITALIK}")
        screens.append(Screen(place, place.owner.id, answer.message_id, place.owner))
        await screens[-1].tap("⚙️ More settings", *([name] if name else []))
    async with place.context.database.write() as connection:
        await watches.remove(connection, (await screens[0].watch()).id)
    # given another watch, which does not take the old one's id
    await place.say(place.owner.id, f"/watch {VITALIK}")
    (untouched,) = await place.watches(place.owner.id)
    for screen in screens:
        before = screen.message
        for caption in screen.captions:
            if caption != "‹ List":
                assert "gone already" in (await screen.tap(caption) or ""), caption
        assert screen.message == before
    assert await place.watches(place.owner.id) == [untouched]


async def test_a_question_about_a_watch_that_went_meanwhile_is_over(place: Place) -> None:
    screen = await opened(place)
    await screen.tap("Name…")
    async with place.context.database.write() as connection:
        await watches.remove(connection, (await screen.watch()).id)
    assert "gone already" in (await screen.type("Cold")).text
    assert "I only understand" in (await screen.type("Cold")).text


# --- In groups


async def a_forum(place: Place) -> tuple[int, int, int]:
    group = place.telegram.create_supergroup(
        "Whales", (place.owner.id, place.member.id), topics=("One", "Two")
    )
    await place.telegram.wait_for_messages(group.id, 1, DEADLINE)
    one, two = place.telegram.world.chats.get(group.id).topics
    return group.id, one, two


async def test_in_a_forum_the_topic_is_chosen(place: Place) -> None:
    group, one, two = await a_forum(place)
    await place.say(group, "/watch 0x" + "12" * 20, place.owner, two)
    answer = await place.say(group, f"/watch {VITALIK}", place.owner, one)
    screen = Screen(place, group, answer.message_id, place.owner)
    for caption, wanted in (("Where #1 tells", two), ("General", 0), ("Here", one)):
        await screen.tap("⚙️ More settings" if wanted == two else "Topic")
        if wanted == two:
            await screen.tap("Topic")
            assert screen.captions == ["General", "Where #1 tells", "Here ✓", "‹ Back"]
        await screen.tap(caption)
        assert (await place.watches(group))[1].topic_id == wanted
    # given the same address in the other topic
    await place.say(group, f"/watch {VITALIK}", place.owner, two)
    await screen.tap("Topic")
    assert "as number 3" in (await screen.tap("Where #1 tells") or "")


async def test_two_administrators_at_the_same_keyboard(place: Place) -> None:
    group, one, _ = await a_forum(place)
    place.telegram.set_member_status(group, place.member.id, "administrator")
    answer = await place.say(group, f"/watch {VITALIK}", place.owner, one)
    screen = Screen(place, group, answer.message_id, place.owner)
    await screen.tap("⚙️ More settings", "Kinds")
    kinds = screen.message

    # both see the same keyboard and switch off something else
    both = [
        place.telegram.tap(group, kinds.message_id, text="✅ Mints", user_id=place.owner.id),
        place.telegram.tap(group, kinds.message_id, text="✅ Burns", user_id=place.member.id),
        # and twice the same
        place.telegram.tap(group, kinds.message_id, text="✅ Mints", user_id=place.owner.id),
    ]
    for one_tap in both:
        assert (await place.telegram.wait_for_answer(one_tap.id, DEADLINE)).answer_text is None
    every = Interest(sum(KINDS))
    assert (await screen.watch()).scope.interests == every & ~Interest.MINT & ~Interest.BURN
    # one removes it, the other had the same in mind
    await screen.tap("‹ Back")
    both = [
        place.telegram.tap(group, kinds.message_id, text="Remove", user_id=person.id)
        for person in (place.owner, place.member)
    ]
    answers = [
        (await place.telegram.wait_for_answer(one_tap.id, DEADLINE)).answer_text or ""
        for one_tap in both
    ]
    assert answers[0] == "Removed"
    assert "gone already" in answers[1]
    both = [
        place.telegram.tap(group, kinds.message_id, text="↩️ Undo", user_id=person.id)
        for person in (place.member, place.owner)
    ]
    answers = [
        (await place.telegram.wait_for_answer(one_tap.id, DEADLINE)).answer_text or ""
        for one_tap in both
    ]
    assert answers[0] == "Back again"
    assert "back already" in answers[1]
    assert len(await place.watches(group)) == 1


async def test_a_member_taps_in_vain(place: Place) -> None:
    group, one, _ = await a_forum(place)
    answer = await place.say(group, f"/watch {VITALIK}", place.owner, one)
    screen = Screen(place, group, answer.message_id, place.owner)
    before = screen.message
    for caption in screen.captions:
        assert ONLY_ADMINISTRATORS in (await screen.tap(caption, by=place.member) or "")
    assert screen.message == before


async def test_who_sets_up_a_channel_may_still_tap_at_their_own_watches(place: Place) -> None:
    screen = await opened(place)
    channel = place.telegram.create_channel("Whales", members=(place.owner.id,)).id
    (told,) = await place.telegram.wait_for_messages(screen.chat, 1, DEADLINE, "I am in Whales now")
    await place.tap(told, "Whales", place.owner)
    answer = await place.say(screen.chat, f"/watch {VITALIK} $9k Theirs")
    theirs = Screen(place, screen.chat, answer.message_id, place.owner)

    await screen.tap("Threshold", "$1M")
    await theirs.tap("Threshold", "$10K")
    await screen.tap("Name…")
    await screen.type("Mine")

    assert (await screen.watch()).threshold == UsdThreshold(Decimal(1_000_000))
    assert (await screen.watch()).label == "Mine"
    (watch,) = await place.watches(channel)
    assert (watch.threshold, watch.label) == (UsdThreshold(Decimal(10_000)), "Theirs")
    assert not screen.text.startswith("📢")
    assert theirs.text.startswith("📢 Whales")
