"""Nothing that a person does ends in silence or a traceback, whatever it is and whatever is
away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from aiogram.methods import AnswerCallbackQuery, SendMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.dispatcher import make_dispatcher
from bot.handlers import start
from data.database import Database
from data.redis.connection import open_redis
from tests.integration.bot.conversation import ME, Conversation

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
ADA = {"id": 7, "is_bot": False, "first_name": "Ada", "language_code": "en"}

texts = st.one_of(
    st.sampled_from(
        [
            "/start", "/list", "/watch", f"/watch {VITALIK}", "/unwatch 1", "/mute 1h", "/whales",
            "/threshold $1", "/noise", "/why", "/history", "/tx", "/status", "/channels", "/admin",
            "/broadcast", "/help@other_bot", "/list@spyhop_bot", VITALIK, "0x" + "ab" * 32, "/",
            "/start w_", "//", "/watch <b>", "\u202e", "/mute 99999999999999999999d",
        ]
    ),
    st.text(min_size=1, max_size=40),
    st.text(min_size=1, max_size=20).map(lambda text: f"/{text}"),
)  # fmt: skip
data = st.one_of(
    st.sampled_from(
        [
            "l:0", "l:999999", "w:1:open:0", "w:99:remove:0", "q:0", "m:watch", "m:help", "x",
            "h:open:1", "ad:home", "ad:users", "ar:all:0", "al:7:set:blocked", "ab:1:send",
            "ai:7:1", "ac:bsc:pause", "a:0:1", "ch:-5", "dn", "f:ethereum:open:0", "t:5", "g:",
            "g:ru", "n:0", "s:safe", "r:lookalike:1", "w", "::::", "w:1:usd:NaN",
        ]
    ),
    st.text(min_size=1, max_size=20),
    st.builds(
        lambda prefix, rest: f"{prefix}:{':'.join(rest)}",
        st.sampled_from(sorted(kind.__prefix__ for kind in CallbackData.__subclasses__())),
        st.lists(st.sampled_from(["0", "1", "-1", "open", "all", "9" * 30, ""]), max_size=4),
    ),
)  # fmt: skip
places = st.sampled_from(
    [
        {"id": 42, "type": "private", "first_name": "Ada"},
        {"id": -77, "type": "supergroup", "title": "Whales"},
        {"id": -78, "type": "channel", "title": "News"},
    ]
)
people = st.sampled_from([ADA, {**ADA, "id": 8, "language_code": "xx-nonsense"}])
media = st.sampled_from(
    [
        {"dice": {"emoji": "🎲", "value": 3}},
        {"contact": {"phone_number": "1", "first_name": "Zoe"}},
        {"location": {"latitude": 1.0, "longitude": 2.0}},
        {"pinned_message": None},
        {"new_chat_title": "Other"},
        {"migrate_to_chat_id": -1077},
        {},
    ]
)
statuses = st.sampled_from(
    [
        {"status": "member"},
        {"status": "left"},
        {"status": "kicked", "until_date": 0},
    ]
)


def _message(chat: dict[str, Any], person: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    return {"message_id": 5, "date": 1_800_000_000, "chat": chat, "from": person, **said}


said = st.one_of(texts.map(lambda text: {"text": text}), media)
messages = st.builds(lambda *parts: {"message": _message(*parts)}, places, people, said)
queries = st.builds(
    lambda chat, person, payload, under: {
        "callback_query": {
            "id": "1", "from": person, "chat_instance": "1", "data": payload,
            **({"message": _message(chat, {**ADA, "is_bot": True}, {"text": "…"})} if under else
               {"inline_message_id": "1"}),
        }
    },
    places, people, data, st.booleans(),
)  # fmt: skip
memberships = st.builds(
    lambda chat, person, old, new: {
        "my_chat_member": {
            "chat": chat, "from": person, "date": 1_800_000_000,
            "old_chat_member": {**old, "user": ME.model_dump()},
            "new_chat_member": {**new, "user": ME.model_dump()},
        }
    },
    places, people, statuses, statuses,
)  # fmt: skip
inline = st.builds(
    lambda person, text: {"inline_query": {"id": "1", "from": person, "query": text, "offset": ""}},
    people,
    texts,
)
KINDS = {
    "message": messages,
    "callback_query": queries,
    "my_chat_member": memberships,
    "inline_query": inline,
}


def test_every_kind_of_update_that_comes_is_tried(talk: Conversation) -> None:
    assert set(talk.dispatcher.resolve_used_update_types()) <= set(KINDS)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(update=st.one_of(*KINDS.values()))
async def test_whatever_comes_is_answered_and_nothing_fails(
    talk: Conversation, update: dict[str, Any]
) -> None:
    with capture_logs() as logs:
        calls = await talk.feed(**update)

    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}], logs
    if "callback_query" in update:
        assert isinstance(calls[-1], AnswerCallbackQuery)
    message = update.get("message", {})
    if message.get("text", "").strip() and message["chat"]["type"] == "private":
        assert any(isinstance(call, SendMessage) for call in calls)


async def test_a_database_that_is_away_is_told_in_a_sentence(
    talk: Conversation, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    talk.context = replace(talk.context, database=away)
    talk.dispatcher = make_dispatcher(talk.context)
    with capture_logs() as logs:
        said = await talk.say("/list")
        notice = (await talk.tap_data("l:0"))[1]
    await away.close()

    assert said.startswith("I cannot reach my records just now")
    assert notice is not None
    assert notice.startswith("I cannot reach my records")
    assert {entry["log_level"] for entry in logs} == {"warning"}


async def test_a_redis_that_is_away_is_told_in_a_sentence(talk: Conversation) -> None:
    away = open_redis("redis://127.0.0.1:1/0")
    talk.context = replace(talk.context, redis=away)
    talk.dispatcher = make_dispatcher(talk.context)
    assert "watch nothing" in await talk.say("/list")  # it does without
    said = await talk.say("/channels")
    await away.aclose()

    assert said.startswith("I cannot reach my memory just now")


async def test_a_fault_of_ours_has_a_code_that_the_log_has_too(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise KeyError("a secret")

    monkeypatch.setattr(start.general, "help_text", broken)
    with capture_logs() as logs:
        said = await talk.say("/help")

    (failed,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert failed["event"] == "an update failed"
    assert f"<code>{failed['code']}</code>" in said
    assert "secret" not in said


async def test_a_button_under_nobodys_message_is_answered(talk: Conversation, redis: Redis) -> None:
    query = {
        "id": "1", "from": ADA, "chat_instance": "1", "inline_message_id": "7", "data": "l:0",
    }  # fmt: skip
    (call,) = await talk.feed(callback_query=query)

    assert isinstance(call, AnswerCallbackQuery)
    assert "older version" in (call.text or "")
