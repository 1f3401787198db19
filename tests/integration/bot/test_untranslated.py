"""Every screen is walked in a made-up language: what can still be read was never translated."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from aiogram.methods import (
    AnswerCallbackQuery,
    AnswerInlineQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    SendDocument,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import (
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
)

from bot import languages
from bot.buttons.first import FirstAct, FirstButton
from bot.dispatcher import make_dispatcher
from bot.first.known import WELL_KNOWN
from bot.texts import general
from bot.texts import levels as level_texts
from data.model import (
    BlockRef,
    ChatKind,
    ChatState,
    CoverageGap,
    Fault,
    Language,
    Level,
    Mark,
    NoiseRule,
    UnverifiedBlock,
)
from data.queries import chats, cursors, gaps, levels, pauses
from data.redis.faults import add as add_faults
from data.redis.gas import publish_gas
from data.redis.published import NodeStatus, publish
from tests.integration.bot import test_noise_commands as why
from tests.integration.bot.conversation import message_in
from tests.integration.bot.test_gas_command import BSC, ETHEREUM
from tests.integration.bot.test_status_command import published
from tests.made_up import MadeUp, blank, left_over

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from tests.integration.bot.conversation import Conversation

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"
STRANGER = "0x" + "b2" * 20
TX = "0x" + "ab" * 32
FOREIGN = [
    "Ethereum", "BNB Smart Chain", "ETH", "WETH", "BNB", "WBNB", "USDC", "Binance", "Cold",
    "Bitcoin", "Tron", "Solana", "Gate", "io", *WELL_KNOWN, "Crypto", "Storage", "Hot Wallet",
    "USDT", "DAI", "LINK", "MATIC", "Burn address", "CEST", "CET", "com", "English",
    "Vault", "Ada", "why not", "ethereum", "bsc", "imitation", "lookalike", "airdrop", "Zz",
]  # fmt: skip
"""What the fixtures and the tables of this project call things."""
WALK = [
    "/start", "/help", "/list", "/names", "/name", "/watch", "/mute", "/unmute", "/timing",
    "/noise", "/status", "/language", "/whales", "/threshold", "/why", "/gas", "/gas eth",
    "/gas bsc", STRANGER,
    f"/watch {VITALIK} $250k Cold", f"/watch {VITALIK}", f"/watch {VITALIK} 50 ETH",
    f"/watch {BINANCE}", "/list", VITALIK, BINANCE,
    f"/name {VITALIK} Vault", f"/name bsc {VITALIK} Vault", f"/name {VITALIK}",
    f"/name {BINANCE}", "/names", f"/name {VITALIK} -", f"/name {BINANCE} Vault", "/names",
    "/whales eth $5m", "/whales eth $6m", "/whales eth 500 ETH", "/whales eth usdc",
    "/whales all inflow outflow 2m", "/whales eth mints burns stablecoins $1m",
    "/whales eth swaps transfers link 1m", "/whales eth off", "/whales eth link off",
    "/whales all $1m", "/whales eth", "/whales bsc",
    "/threshold 1 $5k", "/threshold 1 3 ETH", "/threshold 1 default", "/threshold $20k",
    "/unpriced 2 tell", "/unpriced 2 ignore", "/timing safe", "/timing instant",
    "/noise imitation off", "/noise imitation on", "/mute 1 2h", "/mute 3d", "/list", "/mute",
    "/unmute 1", "/unmute", f"/why {TX}", "/unwatch 1", "/whales all off",
    "/quiet", "/quiet 23-7", "/quiet 23-7 10x Tokyo", "/quiet 23-7 中国", "/quiet", "/quiet off",
    "/digest", "/digest daily 8am 10x", "/digest hourly", "/digest off",
    "/export", "/export all", "/import", f"{STRANGER}, Cold\n{STRANGER}\n0x12\n{VITALIK}",
    "/share 2", "/share", "/share off", "/share off", "/privacy", "/forget",
    TX, f"https://bscscan.com/tx/{TX}", f"{VITALIK} {STRANGER}", f"{VITALIK} {BINANCE} 0x12",
    " ".join(f"0x{number:040x}" for number in range(4096, 4108)), "/start",
]  # fmt: skip
MISTAKES = [
    "hello", "/nonsense", "/wach", "/start@other_bot", "/language klingon", "/watch 0x12",
    "/watch hello", f"/watch {TX}", "/watch " + "b2" * 20, "/watch zz.eth", "/watch 0xd8dA6Bf" +
    VITALIK[9:], "/watch bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "/watch " + "x" * 600,
    "/watch https://etherscan.io/blocks", f"/watch https://etherscan.io/tx/{TX}",
    f"/watch 0х{'b2' * 20}", f"/watch {STRANGER} 50 ZZ", f"/watch {STRANGER} -5",
    "/unwatch", "/unwatch 77", f"/unwatch {STRANGER}", "/unwatch Zz", "/threshold 5x",
    "/threshold $", "/threshold 0", "/threshold 50 ETH", "/threshold 50t ETH", "/threshold 100t",
    "/threshold 0.001", "/threshold $50 100", "/threshold -5", "/threshold 77", "/threshold 1",
    "/threshold 2 default", "/threshold 2 999999t ETH", "/threshold 2 1.1234567 USDC",
    "/whales usdc $5m", "/whales eth zz $5m", "/whales eth $5m $6m", "/whales eth $5m off",
    "/whales eth usdc 50 ETH", "/whales eth stables usdc $1m", f"/whales eth {STRANGER} $1m",
    "/whales eth usdc mints", "/whales zz $5m", "/whales $5m", "/whales off", "/whales bsc off",
    "/whales all off",
    "/whales all zz", "/mute zz", "/mute 0m", "/mute 9999d", "/mute 77 2h", "/timing zz",
    "/noise zz on", "/unpriced", "/unpriced 2 tell", "/gas zz", "/tx", "/tx zz", "/tx 0x12",
    f"/tx {VITALIK}", "/tx zz zz", "/tx " + "x" * 600, "/tx https://etherscan.io/blocks",
    "/name zz " + VITALIK + " Zz", "/name " + VITALIK + " \u200b", f"/name Zz zz {VITALIK}",
    f"/name {STRANGER} -", "/why zz", "/quiet zz", "/quiet 7-7", "/quiet 25-7", "/quiet 13pm-7",
    "/quiet 23-7 0x", "/quiet 23-7 Zz", "/digest zz", "/digest daily 25:00",
    f"/name {STRANGER} -", "/why zz", "/share 77", "/start w_zz",
]  # fmt: skip
STATES = ["following", "catching up", "blind", "stuck", "latched", "no database", "failing"]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    catalog = MadeUp()
    monkeypatch.setitem(languages._catalogs, Language.CHINESE, catalog)
    return catalog


def shown_in(call: TelegramMethod[Any]) -> list[str]:
    """All that a person reads of a call."""
    if isinstance(call, SendDocument):
        return [call.caption or ""]
    assert isinstance(
        call, SendMessage | EditMessageText | EditMessageReplyMarkup | AnswerCallbackQuery
    )
    texts = [getattr(call, "text", None) or ""]
    markup = getattr(call, "reply_markup", None)
    if isinstance(markup, InlineKeyboardMarkup):
        texts += [button.text for row in markup.inline_keyboard for button in row]
    return texts


def assert_translated(calls: list[TelegramMethod[Any]], cause: str) -> None:
    for call in calls:
        for text in shown_in(call):
            assert not left_over(text, FOREIGN), (cause, text)


async def tap_all(talk: Conversation) -> None:
    """Every button of the last keyboard, one after the other."""
    for row in talk.keyboard().inline_keyboard:
        for button in row:
            before = len(talk.session.calls)
            await talk.tap_data(button.callback_data or "")
            assert_translated(talk.session.calls[before:], f"button {button.callback_data}")


def test_the_made_up_language_keeps_fields_and_tags_only() -> None:
    assert blank("<b>Alerts</b> from {threshold} &lt;x&gt;") == (
        "<b>······</b> ···· {threshold} &lt;·&gt;"
    )
    assert left_over("<b>·· Cold</b> $5 left 0xd8dA…6045", ["Cold"]) == "left"


async def test_no_screen_says_what_was_not_translated(
    talk: Conversation, redis: Redis, made_up: MadeUp
) -> None:
    await talk.say("/language zh")
    for text in WALK:
        calls = await talk.calls_after(text)
        assert calls, text
        assert_translated(calls, text)
        if text == "/gas":
            await publish_gas(redis, ETHEREUM)
            await publish_gas(redis, BSC)

    assert len(made_up.said) > 100


async def test_no_button_says_what_was_not_translated(talk: Conversation, made_up: MadeUp) -> None:
    for text in ("/language zh", f"/watch {VITALIK} $250k Cold", f"/name {BINANCE} Vault"):
        await talk.say(text)
    for opener in (
        "/start", "/list", "/noise", "/timing", "/whales eth", "/threshold", "/mute", "/names",
        "/quiet", "/quiet 23-7 Tokyo", "/digest", "/digest daily",
        STRANGER,
    ):  # fmt: skip
        await talk.calls_after(opener)
        await tap_all(talk)
        await tap_all(talk)


async def test_the_first_minute_is_translated(talk: Conversation, made_up: MadeUp) -> None:
    await talk.say("/language zh")
    assert_translated(await talk.calls_after("/start"), "/start")
    for act, value in (
        (FirstAct.WATCH, "Kraken"), (FirstAct.WATCH, "everything"), (FirstAct.PASTE, ""),
        (FirstAct.VALUES, ""), (FirstAct.FROM, "1000000"), (FirstAct.HOURS, ""),
        (FirstAct.QUIET, "23-7"), (FirstAct.ZONE, "23-7/Europe/Berlin"), (FirstAct.END, ""),
        (FirstAct.LEAVE, "Kraken"), (FirstAct.LEAVE, "everything"), (FirstAct.END, ""),
        (FirstAct.WATCH, "Nobody"), (FirstAct.FROM, "3"), (FirstAct.QUIET, "1-2"),
    ):  # fmt: skip
        before = len(talk.session.calls)
        await talk.tap_data(FirstButton(act=act, value=value).pack())
        assert_translated(talk.session.calls[before:], f"{act} {value}")
    await talk.tap_data(FirstButton(act=FirstAct.PASTE).pack())
    for text in ("0x12", "hello", f"{VITALIK} {STRANGER}"):
        assert_translated(await talk.calls_after(text), text)


async def test_what_came_late_is_translated(talk: Conversation, made_up: MadeUp) -> None:
    await talk.say("/language zh")
    for text in ("/list", "/mute 1h"):
        calls = await talk.calls_after(text, date=talk.now - timedelta(hours=5))
        assert_translated(calls, text)


async def test_what_is_answered_inline_is_translated(talk: Conversation, made_up: MadeUp) -> None:
    await talk.say("/language zh")
    await why.keep(talk, why.received(1, 20_000))
    person = {"id": talk.chat, "is_bot": False, "first_name": "Ada"}
    for text in (
        "",
        "zzz",
        "0x12",
        BINANCE,
        STRANGER,
        f"0x{why.received(1, 20_000).address.hex()}",
    ):
        query = {"id": "1", "from": person, "query": text, "offset": ""}
        (call,) = await talk.feed(inline_query=query)
        assert isinstance(call, AnswerInlineQuery)
        shown = [call.button.text] if call.button else []
        for one in call.results:
            assert isinstance(one, InlineQueryResultArticle)
            assert isinstance(one.input_message_content, InputTextMessageContent)
            shown += [one.title, one.description or "", one.input_message_content.message_text]
        for said in shown:
            assert not left_over(said, FOREIGN), (text, said)


async def test_no_screen_of_a_watch_says_what_was_not_translated(
    talk: Conversation, made_up: MadeUp
) -> None:
    for text in ("/language zh", f"/watch {VITALIK} $250k Cold", "/whales eth 500 ETH"):
        await talk.say(text)
    kinds = (1, 511)
    taps = [
        "open", "ths", "dis", "in", "out", "both", "kis", *(f"ki-:{kind}" for kind in kinds),
        "ki+:511", "ki-:1", "ki-:510", "chs", "ch-:56", "ch-:1", "ch+:56", "tos", "tps", "top:0",
        "top:7", "mts", "mut:60", "ever", "unm", "usd:10000", "usd:7", "def", "?la", "?am",
    ]  # fmt: skip
    said = {
        "?am": ["Zz", "50 ETH"], "?la": ["-", "\u202e", "Cold"], "?on": ["Zz", "USDC", STRANGER],
        "?wi": ["bsc WBNB", "Zz USDC", f"/list {VITALIK}"],
    }  # fmt: skip
    for number in (1, 2):
        for act in [*taps, "?on", "?wi", "open", "tos", "to*", "rm", "undo", "undo", "rm", "open"]:
            name, _, value = act.partition(":")
            before = len(talk.session.calls)
            await talk.tap_data(f"w:{number}:{name}:{value or 0}")
            assert_translated(talk.session.calls[before:], act)
            for text in said.get(name, []):
                assert_translated(await talk.calls_after(text), f"{act} {text}")
        await talk.tap_data(f"w:{number}:undo:0")


async def test_no_button_under_an_alert_says_what_was_not_translated(
    talk: Conversation, made_up: MadeUp
) -> None:
    await talk.say("/language zh")
    watch = await why.a_watch(talk)
    moved = replace(why.received(1), counterparty=why.KNOWN)
    await why.sent(talk, await why.alerted(talk, watch, moved), 700)
    for act in ("m", "q:0:60", "b", "f", "u", "t", "o", "o", "a"):
        name, watch_id, minutes = [*act.split(":"), "0", "0"][:3]
        before = len(talk.session.calls)
        chosen = watch.id if name in "qf" else watch_id
        data = f"ua:1:{name}:{chosen}:{minutes}"
        await talk.tap_data(data)
        assert_translated(talk.session.calls[before:], act)


async def test_no_mistake_is_answered_in_english(talk: Conversation, made_up: MadeUp) -> None:
    for text in ("/language zh", f"/watch {VITALIK} 50 ETH Cold", "/whales eth $5m"):
        await talk.say(text)
    for text in MISTAKES:
        calls = await talk.calls_after(text)
        assert calls, text
        foreign = re.findall(r"[A-Za-z]+", text)
        for call in calls:
            for shown in shown_in(call):
                assert not left_over(shown, [*FOREIGN, *foreign]), (text, shown)


async def test_the_status_is_translated_but_for_the_watchers_words(
    talk: Conversation, redis: Redis, made_up: MadeUp
) -> None:
    await talk.say("/language zh")
    now = talk.now
    async with talk.context.database.write() as connection:
        block = BlockRef("ethereum", 1_000_000, bytes(32), bytes(32), now)
        await cursors.begin(connection, block)
        for first, partial in ((100, False), (200, True), (300, False), (400, True)):
            gap = CoverageGap("ethereum", first, first + 9, "why not", now, partial=partial)
            gap = await gaps.open_gap(connection, gap)
            if first >= 300:
                await gaps.advance(connection, gap, first + 5, now)
        for first in (500, 600):
            gap = CoverageGap("ethereum", first, first, "why not", now, partial=first == 600)
            gap = await gaps.open_gap(connection, gap)
            await gaps.advance(connection, gap, first + 1, now)
        for number in (1, 2):
            doubt = UnverifiedBlock("ethereum", number, bytes([number] * 32), "why not", now)
            await gaps.note_unverified(connection, doubt)
    assert_translated(await talk.calls_after("/status"), "no watcher")
    heads = NodeStatus(
        name="n", state="ready", head=1, latency_ms=1, calls=1, faults=0, plan="heads only"
    )
    for state in (
        "following",
        "catching up",
        "blind",
        "stuck",
        "latched",
        "no database",
        "failing",
    ):
        status = published(talk, state=state, safe=5, bytes_per_day=12_345_678, nodes=(heads,))
        await publish(redis, status)
        assert_translated(await talk.calls_after("/status"), state)
    talk.later(timedelta(hours=1))
    assert_translated(await talk.calls_after("/status"), "an hour later")
    assert_translated(await talk.calls_after(f"/why {TX}"), "/why")


async def test_what_operators_read_is_translated_but_for_the_logs_words(
    talk: Conversation, redis: Redis, made_up: MadeUp
) -> None:
    settings = talk.context.settings.model_copy(update={"admin_ids": (7,)})
    talk.context = replace(talk.context, settings=settings)
    talk.dispatcher = make_dispatcher(talk.context)
    await talk.say("/language zh")
    async with talk.context.database.write() as connection:
        await pauses.pause(connection, "bsc", 7, "Ada", talk.now)
        for person, level in ((8, Level.ADMIN), (9, Level.BLOCKED), (10, Level.GUEST)):
            await chats.meet(connection, person, ChatKind.PRIVATE, Decimal(1), talk.now)
            await levels.set_level(connection, person, level)
            await chats.set_language(connection, person, Language.CHINESE)
        for number, state in enumerate(ChatState, 1):
            kind = ChatKind.CHANNEL if number % 2 else ChatKind.SUPERGROUP
            await chats.meet(connection, -number, kind, Decimal(1), talk.now)
            await chats.set_state(connection, -number, state, None)
    assert_translated(await talk.calls_after("/admin"), "/admin")
    await add_faults(redis, [Fault("Zz", "Zz", 1, talk.now, "1")])
    for data in (
        "ad:home", "ad:users", "ad:chats", "ad:nodes", "ad:errors", "ad:chains", "ar:all:0",
        "ar:places:0", "av:7:open:member", "av:8:open:member", "av:9:open:member",
        "av:10:open:member", "av:-1:open:member", "av:9:ask:admin", "av:8:ask:member",
        "av:8:ask:blocked", "ai:10:1", "ai:9:0", "ac:ethereum:ask", "ac:bsc:pause",
        "av:404:open:member", "av:7:set:blocked", "ab:404:send",
    ):  # fmt: skip
        before = len(talk.session.calls)
        await talk.tap_data(data) if data != "ai:10:1" else await talk.feed(
            callback_query=query_with(data)
        )
        assert_translated(talk.session.calls[before:], data)
    for data, answer in (("ad:find", "Nobody"), ("ad:cast", "Zz")):
        await talk.tap_data(data)
        calls = [call for call in await talk.calls_after(answer) if shown_in(call) != ["Zz"]]
        assert_translated(calls, data)
    for data in ("ab:1:self", "ab:1:send", "ab:1:cancel", "ab:1:stop"):
        before = len(talk.session.calls)
        await talk.tap_data(data)
        assert_translated(talk.session.calls[before:], data)
    for text in (level_texts.blocked, level_texts.asked, level_texts.still_waiting):
        with languages.speaking(Language.CHINESE):
            assert not left_over(text(), FOREIGN)


def query_with(data: str) -> dict[str, Any]:
    return {
        "id": "1",
        "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
        "chat_instance": "1",
        "message": message_in(42, "…", 1).model_dump(),
        "data": data,
    }


async def test_why_is_translated(talk: Conversation, made_up: MadeUp) -> None:
    await talk.say("/language zh")
    watch = await why.a_watch(talk)
    await why.a_watch(talk, 1_000_000, address=None, label=None)
    for tx, rules in ((1, ()), (2, (NoiseRule.LOOKALIKE,)), (3, (NoiseRule.AIRDROP,))):
        moved = await why.alerted(talk, watch, why.received(tx), *rules)
        assert_translated(await talk.calls_after(f"/why {why.hash_of(tx)}"), f"pending {tx}")
        await why.sent(talk, moved, 700 + tx)
        assert_translated(await talk.calls_after(f"/why {why.hash_of(tx)}"), f"sent {tx}")
    for tx, usd, marks in ((4, 5, ()), (5, None, ()), (6, 0, (Mark.ZERO_VALUE,)), (7, 20_000, ())):
        moved = replace(why.received(tx, usd), marks=frozenset(marks), counterparty=why.KNOWN)
        await why.keep(talk, moved)
        assert_translated(await talk.calls_after(f"/why {why.hash_of(tx)}"), f"untold {tx}")


def test_a_failure_is_translated(made_up: MadeUp) -> None:
    with languages.speaking(Language.CHINESE):
        assert not left_over(general.failure("123456"), [])
