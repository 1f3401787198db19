"""What the real server refuses, the sandbox refuses, in the same words."""

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)

from sandbox.telegram import ManualClock, TelegramSandbox


def one_button(**values: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(**values)]])


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "message text is empty"),
        (" \n ", "text must be non-empty"),
        ("​‏", "text must be non-empty"),
        ("a" * 4097, "message is too long"),
        ("🐋" * 2049, "message is too long"),
        ("a" * 33000, "text is too long"),
        ("<b>bold", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("a < b", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("é<br/>", 'can\'t parse entities: Unsupported start tag "br/" at byte offset 2'),
        (
            "<b><i>x</b></i>",
            (
                "can't parse entities: Unmatched end tag at byte offset 7, "
                'expected "</i>", found "</b>"'
            ),
        ),
        ("x</b>", "can't parse entities: Unexpected end tag at byte offset 1"),
        ("x <b", "can't parse entities: Unclosed start tag at byte offset 2"),
    ],
)
async def test_a_bad_text_is_refused(bot: Bot, ada: int, text: str, refusal: str):
    with pytest.raises(TelegramBadRequest) as caught:
        await bot.send_message(ada, text, parse_mode="HTML")

    assert caught.value.message == f"Bad Request: {refusal}"


async def test_the_length_is_measured_after_parsing(sandbox: TelegramSandbox, bot: Bot, ada: int):
    await bot.send_message(ada, "<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML")

    [message] = sandbox.bot_messages(ada)
    assert message.text == "&" * 4096


@pytest.mark.parametrize(
    ("button", "refusal"),
    [
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "url": "http://localhost/x"},
            "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
    ],
)
async def test_a_bad_button_is_refused(bot: Bot, ada: int, button: dict[str, str], refusal: str):
    with pytest.raises(TelegramBadRequest) as caught:
        await bot.send_message(ada, "x", reply_markup=one_button(**button))

    assert caught.value.message == f"Bad Request: {refusal}"


async def test_64_bytes_of_callback_data_are_taken(bot: Bot, ada: int):
    sent = await bot.send_message(
        ada, "x", reply_markup=one_button(text="x", callback_data="é" * 32)
    )

    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "é" * 32


async def test_a_keyboard_of_more_than_100_buttons_is_too_long(bot: Bot, ada: int):
    rows = [[InlineKeyboardButton(text="x", callback_data="x")]] * 101

    with pytest.raises(TelegramBadRequest, match="reply markup is too long"):
        await bot.send_message(ada, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


async def test_an_edit_that_changes_nothing_is_refused(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    sent = await bot.send_message(ada, "<b>x</b>", parse_mode="HTML")

    with pytest.raises(TelegramBadRequest, match="message is not modified: specified new message"):
        await bot.edit_message_text(
            " <b>x</b> ", chat_id=ada, message_id=sent.message_id, parse_mode="HTML"
        )

    await bot.edit_message_text("x", chat_id=ada, message_id=sent.message_id)
    [message] = sandbox.bot_messages(ada)
    assert [len(r.entities) for r in message.revisions] == [1, 0]


async def test_only_the_bots_own_present_messages_can_be_edited(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    theirs = sandbox.send_text(ada, "mine")
    ours = await bot.send_message(ada, "ours")
    await bot.delete_message(ada, ours.message_id)

    for message_id, refusal in (
        (theirs.message_id, "message can't be edited"),
        (ours.message_id, "message to edit not found"),
        (999, "message to edit not found"),
    ):
        with pytest.raises(TelegramBadRequest, match=refusal):
            await bot.edit_message_text("new", chat_id=ada, message_id=message_id)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(ada, ours.message_id)
    assert [m.deleted for m in sandbox.messages(ada)] == [False, True]


async def test_a_keyboard_alone_can_be_edited_without_an_edited_mark(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    sent = await bot.send_message(ada, "x", reply_markup=one_button(text="a", callback_data="a"))

    edited = await bot.edit_message_reply_markup(chat_id=ada, message_id=sent.message_id)

    assert edited.reply_markup is None
    assert edited.edit_date is None
    assert len(sandbox.bot_messages(ada)[0].revisions) == 2


async def test_a_stranger_is_no_chat(bot: Bot):
    for chat_id in (424242, -1009999999999, "@nobody_at_all"):
        with pytest.raises(TelegramBadRequest, match="Bad Request: chat not found"):
            await bot.send_message(chat_id, "x")


async def test_people_who_block_or_leave_are_403(sandbox: TelegramSandbox, bot: Bot, ada: int):
    sandbox.block_bot(ada)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(ada, "x")
    sandbox.unblock_bot(ada)
    assert await bot.send_message(ada, "x")
    sandbox.deactivate_user(ada)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
        await bot.send_message(ada, "x")


async def test_each_kind_of_chat_says_who_kicked_the_bot(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    for chat in (
        sandbox.create_group("g", (ada,)),
        sandbox.create_supergroup("s", (ada,)),
        sandbox.create_channel("c"),
    ):
        sandbox.kick_bot(chat.id)
        with pytest.raises(TelegramForbiddenError, match=f"kicked from the {chat.type} chat"):
            await bot.send_message(chat.id, "x")
        sandbox.set_bot_status(chat.id, "left")
        with pytest.raises(TelegramForbiddenError, match=f"not a member of the {chat.type} chat"):
            await bot.send_message(chat.id, "x")


async def test_a_demoted_bot_may_not_write(sandbox: TelegramSandbox, bot: Bot, ada: int):
    channel = sandbox.create_channel("c")
    group = sandbox.create_supergroup("s", (ada,))
    sandbox.set_bot_status(channel.id, "member")
    sandbox.set_bot_status(group.id, "restricted")

    with pytest.raises(TelegramBadRequest, match="need administrator rights in the channel chat"):
        await bot.send_message(channel.id, "x")
    with pytest.raises(TelegramBadRequest, match="not enough rights to send text messages"):
        await bot.send_message(group.id, "x")


async def test_a_migrated_group_names_its_new_id(sandbox: TelegramSandbox, bot: Bot, ada: int):
    group = sandbox.create_group("Investors", (ada,))

    new = sandbox.migrate(group.id)

    with pytest.raises(TelegramMigrateToChat) as caught:
        await bot.send_message(group.id, "x")
    assert caught.value.migrate_to_chat_id == new.id
    assert (await bot.send_message(new.id, "x")).chat.type == "supergroup"
    told = [u.message for u in await bot.get_updates() if u.message]
    assert [m.migrate_to_chat_id for m in told] == [new.id, None]
    assert [m.migrate_from_chat_id for m in told] == [None, group.id]


async def test_topics_are_open_closed_or_gone(sandbox: TelegramSandbox, bot: Bot, ada: int):
    forum = sandbox.create_supergroup("Desk", (ada,), topics=("Ethereum", "BSC"))
    ethereum, bsc = forum.topics

    sent = await bot.send_message(forum.id, "x", message_thread_id=ethereum)
    assert (sent.message_thread_id, sent.is_topic_message) == (ethereum, True)
    sandbox.close_topic(forum.id, ethereum)
    with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
        await bot.send_message(forum.id, "x", message_thread_id=ethereum)
    sandbox.set_bot_status(forum.id, "administrator")
    assert await bot.send_message(forum.id, "x", message_thread_id=ethereum)
    sandbox.delete_topic(forum.id, bsc)
    for unknown in (bsc, 1, 777):
        with pytest.raises(TelegramBadRequest, match="message thread not found"):
            await bot.send_message(forum.id, "x", message_thread_id=unknown)


async def test_a_tap_is_answered_once_and_in_time(
    sandbox: TelegramSandbox, bot: Bot, ada: int, clock: ManualClock
):
    sent = await bot.send_message(ada, "x", reply_markup=one_button(text="a", callback_data="a"))
    tap = sandbox.tap(ada, sent.message_id, button=0)
    late = sandbox.tap(ada, sent.message_id, data="a")

    await bot.answer_callback_query(tap.id)
    clock.advance(61)
    for callback_id in (tap.id, late.id, "123"):
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout"):
            await bot.answer_callback_query(callback_id)


async def test_previews_and_replies_are_checked_and_kept(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    asked = sandbox.send_text(ada, "question")

    sent = await bot.send_message(
        ada,
        "https://etherscan.io/tx/0x1",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(message_id=asked.message_id),
    )

    assert sent.link_preview_options.is_disabled is True
    assert sent.reply_to_message.text == "question"
    assert [e.type for e in sent.entities] == ["url"]
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(ada, "x", reply_parameters=ReplyParameters(message_id=999))


async def test_a_wrong_and_a_revoked_token_are_401(
    sandbox: TelegramSandbox, bot: Bot, http: aiohttp.ClientSession
):
    number = sandbox.token.split(":")[0]
    for token in (f"{number}:wrong", "no-token", f"0{sandbox.token}"):
        async with http.get(f"{sandbox.url}/bot{token}/getMe") as response:
            body = await response.json()
        assert (response.status, body["ok"], body["error_code"]) == (401, False, 401)
        assert body["description"].startswith("Unauthorized")

    sandbox.revoke_token()

    with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
        await bot.get_me()


async def test_calls_may_come_as_query_form_or_json(
    sandbox: TelegramSandbox, http: aiohttp.ClientSession, ada: int
):
    url = f"{sandbox.url}/bot{sandbox.token}/SENDmessage"
    values = {"chat_id": str(ada), "text": "x"}
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}

    for call in (
        http.get(url, params=values),
        http.post(url, data=values),
        http.post(url, json={"chat_id": ada, "text": "x", "reply_markup": markup}),
    ):
        async with call as response:
            assert (await response.json())["ok"] is True

    assert [len(m.buttons) for m in sandbox.bot_messages(ada)] == [0, 0, 1]


async def test_an_unknown_method_and_a_broken_body_are_refused(
    sandbox: TelegramSandbox, http: aiohttp.ClientSession
):
    base = f"{sandbox.url}/bot{sandbox.token}"
    async with http.post(f"{base}/sendWhale") as response:
        assert response.status == 404
        assert (await response.json())["description"] == "Not Found: method not found"
    json_type = {"Content-Type": "application/json"}
    async with http.post(f"{base}/sendMessage", data="{nope", headers=json_type) as response:
        assert response.status == 400
        assert (await response.json())["ok"] is False
