"""What Telegram says about the bot's own place in a group or channel."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiogram.exceptions import TelegramForbiddenError
from aiogram.methods import SendMessage

from data.model import ChatKind, ChatState, Priority
from data.queries import chats, messages, queues, watches
from tests.integration.bot.conversation import ME, NOW, Conversation, message_in

PLACE = -77
OWNER = {"id": 7, "is_bot": False, "first_name": "Ada"}
NO_RIGHTS = dict.fromkeys(
    [
        "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
        "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
        "can_send_other_messages", "can_add_web_page_previews", "can_change_info",
        "can_invite_users", "can_pin_messages", "can_manage_topics", "can_react_to_messages",
        "can_edit_tag",
    ],
    False,
)  # fmt: skip
ADMINISTRATOR = dict.fromkeys(
    [
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
        "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
        "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
        "can_send_welcome_messages",
    ],
    True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "member", "state"),
    [
        ("supergroup", {"status": "kicked", "until_date": 0}, ChatState.KICKED),
        ("supergroup", {"status": "left"}, ChatState.LEFT),
        (
            "supergroup",
            {"status": "restricted", "is_member": True, "until_date": 0, **NO_RIGHTS},
            ChatState.SILENCED,
        ),
        (
            "supergroup",
            {
                "status": "restricted",
                "is_member": True,
                "until_date": 0,
                **NO_RIGHTS,
                "can_send_messages": True,
            },
            ChatState.ACTIVE,
        ),
        (
            "supergroup",
            {
                "status": "restricted",
                "is_member": False,
                "until_date": 0,
                **NO_RIGHTS,
                "can_send_messages": True,
            },
            ChatState.LEFT,
        ),
        ("channel", {"status": "member"}, ChatState.SILENCED),
        ("channel", {"status": "administrator", **ADMINISTRATOR}, ChatState.ACTIVE),
        (
            "channel",
            {"status": "administrator", **ADMINISTRATOR, "can_post_messages": True},
            ChatState.ACTIVE,
        ),
        (
            "channel",
            {"status": "administrator", **ADMINISTRATOR, "can_post_messages": False},
            ChatState.SILENCED,
        ),
        ("group", {"status": "member"}, ChatState.ACTIVE),
    ],
)
async def test_the_bots_place_is_noted(
    talk: Conversation, kind: str, member: dict[str, Any], state: ChatState
) -> None:
    # given a chat in which it was the other way round
    await met(talk, ChatKind(kind))
    async with talk.context.database.write() as connection:
        before = ChatState.KICKED if state is ChatState.ACTIVE else ChatState.ACTIVE
        await chats.set_state(connection, PLACE, before, None)
    # when
    await talk.feed(**my_place(kind, member))
    # then
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, PLACE)
    assert chat is not None
    assert chat.state is state


async def test_a_groups_new_name_is_noted(talk: Conversation) -> None:
    talk.chat = PLACE
    await talk.calls_after("/status", kind="supergroup")

    assert await talk.calls_after(None, kind="supergroup", new_chat_title="Whales & Co") == []

    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, PLACE)
    assert chat is not None
    assert chat.title == "Whales & Co"


async def test_a_group_that_says_that_it_moves_takes_its_watches_along(talk: Conversation) -> None:
    # given
    await met(talk, ChatKind.GROUP)
    async with talk.context.database.write() as connection:
        await watches.add(connection, PLACE, now=NOW, address=bytes(20), label="ours")
    # when
    await talk.feed(
        message={
            "message_id": 3,
            "date": int(NOW.timestamp()),
            "chat": {"id": PLACE, "type": "group", "title": "Whales"},
            "from": OWNER,
            "migrate_to_chat_id": -100_77,
        }
    )
    # and what comes late of its old place means nothing
    await talk.feed(**my_place("group", {"status": "left"}))
    # then
    async with talk.context.database.read() as connection:
        old, new = await chats.get(connection, PLACE), await chats.get(connection, -100_77)
        (moved,) = await watches.of_chat(connection, -100_77)
    assert old is not None
    assert (old.state, old.moved_to) == (ChatState.MOVED, -100_77)
    assert new is not None
    assert (new.state, new.kind) == (ChatState.ACTIVE, ChatKind.SUPERGROUP)
    assert moved.label == "ours"


async def test_whoever_lets_the_bot_in_again_is_shown_what_changed_meanwhile(
    talk: Conversation,
) -> None:
    # given a message that a reorg changed while nothing could be said there
    await met(talk, ChatKind.SUPERGROUP)
    async with talk.context.database.write() as connection:
        ours = await messages.record(connection, PLACE, 0, 10, NOW)
        await messages.edit(connection, ours)
        await chats.set_state(connection, PLACE, ChatState.KICKED, None)
    # when
    await talk.feed(**my_place("supergroup", {"status": "member"}))
    # then
    async with talk.context.database.write() as connection:
        (leased,) = await queues.lease(connection, "one", timedelta(seconds=9), 5)
    assert (leased.chat_id, leased.priority) == (PLACE, Priority.EDIT)


@pytest.mark.parametrize(
    ("state", "then"),
    [(ChatState.SILENCED, ChatState.ACTIVE), (ChatState.KICKED, ChatState.KICKED)],
)
async def test_a_topic_that_is_open_again_ends_a_silence(
    talk: Conversation, state: ChatState, then: ChatState
) -> None:
    await met(talk, ChatKind.SUPERGROUP)
    async with talk.context.database.write() as connection:
        await chats.set_state(connection, PLACE, state, "TOPIC_CLOSED")
    await talk.feed(
        message={
            "message_id": 3,
            "date": int(NOW.timestamp()),
            "chat": {"id": PLACE, "type": "supergroup", "title": "Whales"},
            "from": OWNER,
            "forum_topic_reopened": {},
        }
    )
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, PLACE)
    assert chat is not None
    assert chat.state is then


async def met(talk: Conversation, kind: ChatKind) -> None:
    async with talk.context.database.write() as connection:
        await chats.meet(connection, PLACE, kind, Decimal(100_000), NOW)


def my_place(kind: str, member: dict[str, Any]) -> dict[str, Any]:
    me = ME.model_dump(exclude_none=True)
    return {
        "my_chat_member": {
            "chat": {"id": PLACE, "type": kind, "title": "Whales"},
            "from": OWNER,
            "date": int(NOW.timestamp()),
            "old_chat_member": {"status": "left", "user": me},
            "new_chat_member": {**member, "user": me},
        }
    }


@pytest.mark.parametrize(
    ("chat", "kind", "state"),
    [(7, "private", ChatState.BLOCKED), (PLACE, "group", ChatState.KICKED)],
)
async def test_who_refuses_an_answer_has_blocked_or_removed_the_bot(
    talk: Conversation, chat: int, kind: str, state: ChatState
) -> None:
    refusal = SendMessage(chat_id=chat, text="")
    talk.session.replies.append(TelegramForbiddenError(method=refusal, message="Forbidden"))
    # when
    await talk.feed(message=message_in(chat, "/help", 1, kind=kind))
    # then
    async with talk.context.database.read() as connection:
        found = await chats.get(connection, chat)
    assert found is not None
    assert found.state is state
