"""What each answer of Telegram means for the message and its chat."""

from types import SimpleNamespace

import aiohttp
import pytest
from aiogram import exceptions
from aiogram.methods import SendMessage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import ServerDisconnectedError

from bot.delivery.outcomes import (
    Failed,
    Flooded,
    Gone,
    Moved,
    Refused,
    Shown,
    TopicLost,
    Unknown,
    Unreachable,
)
from bot.delivery.render import Rendered
from bot.delivery.send import outcome_of, send
from data.errors import ConfigurationError
from data.model import ChatKind, ChatState
from tests.unit.bot.delivery.alerts import chat

METHOD = SendMessage(chat_id=7, text="x")


def of(error, kind=ChatKind.PRIVATE):
    return outcome_of(error, chat(kind=kind))


def network(cause: Exception) -> exceptions.TelegramNetworkError:
    error = exceptions.TelegramNetworkError(method=METHOD, message=str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words", "kind", "state"),
    [
        ("Forbidden", "Forbidden: bot was blocked by the user", "private", "blocked"),
        ("Forbidden", "Forbidden: user is deactivated", "private", "deactivated"),
        ("Forbidden", "Forbidden: bot was kicked from the group chat", "group", "kicked"),
        ("Forbidden", "Forbidden: bot is not a member of the channel chat", "channel", "left"),
        ("BadRequest", "Bad Request: chat not found", "private", "gone"),
        ("BadRequest", "Bad Request: PEER_ID_INVALID", "private", "gone"),
        (
            "BadRequest",
            "Bad Request: not enough rights to send text messages to the chat",
            "supergroup",
            "silenced",
        ),
    ],
)
def test_a_chat_that_cannot_be_reached_has_a_new_state_and_telegrams_words(
    error, words, kind, state
):
    names = {
        "Forbidden": exceptions.TelegramForbiddenError,
        "BadRequest": exceptions.TelegramBadRequest,
    }
    raised = names[error](method=METHOD, message=words)
    assert of(raised, ChatKind(kind)) == Unreachable(ChatState(state), words)


def test_a_group_that_moved_has_another_id():
    error = exceptions.TelegramMigrateToChat(METHOD, "upgraded", -100777)
    assert of(error) == Moved(-100777)


@pytest.mark.parametrize(
    "words", ["Bad Request: message thread not found", "Bad Request: TOPIC_CLOSED"]
)
def test_a_lost_topic_is_not_a_lost_chat(words):
    assert of(exceptions.TelegramBadRequest(METHOD, words)) == TopicLost(words)


@pytest.mark.parametrize(
    "words",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: MESSAGE_ID_INVALID",
        "Bad Request: message to be replied not found",
    ],
)
def test_a_message_that_is_no_more_is_no_trouble_of_its_chat(words):
    assert of(exceptions.TelegramBadRequest(METHOD, words)) == Gone(words)


def test_a_flood_tells_how_long():
    assert of(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 9000)) == Flooded(9000)


def test_other_bad_requests_are_about_the_message():
    words = "Bad Request: message is too long"
    assert of(exceptions.TelegramBadRequest(METHOD, words)) == Refused(words)


def test_an_error_that_telegram_answers_is_certain():
    assert of(exceptions.TelegramServerError(METHOD, "Bad Gateway")) == Failed("Bad Gateway")


def test_a_request_that_was_never_written_is_certain_and_concerns_every_chat():
    found = of(network(aiohttp.ConnectionTimeoutError()))
    assert isinstance(found, Failed)
    assert found.everywhere


@pytest.mark.parametrize(
    "cause", [TimeoutError(), ServerDisconnectedError(), aiohttp.ClientOSError(104, "reset")]
)
def test_a_request_that_may_have_arrived_is_unknown(cause):
    assert isinstance(of(network(cause)), Unknown)


def test_an_answer_that_is_not_telegrams_is_unknown():
    error = exceptions.ClientDecodeError("no json", ValueError("x"), "<html>502</html>")
    assert isinstance(of(error), Unknown)


def test_no_reason_holds_the_url_with_the_token():
    url = "https://api.telegram.org/bot123:SECRET/sendMessage"
    outcomes = [of(network(aiohttp.InvalidURL(url))), of(network(aiohttp.ClientError(url)))]
    assert "SECRET" not in repr(outcomes)


def test_a_revoked_token_stops_the_process_with_a_sentence():
    error = exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized")
    with pytest.raises(ConfigurationError, match="BOT_TOKEN"):
        of(error)


def every(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(every(sub) for sub in kind.__subclasses__()))


def test_every_error_of_aiograms_has_its_place():
    special = {
        exceptions.TelegramRetryAfter: (1,),
        exceptions.TelegramMigrateToChat: (1,),
    }
    known = {exceptions.TelegramUnauthorizedError}
    for kind in every(exceptions.TelegramAPIError) - known:
        error = kind(METHOD, "something", *special.get(kind, ()))
        assert of(error) is not None


@pytest.mark.parametrize(
    "words",
    [
        "Bad Request: BUTTON_URL_INVALID",
        "Bad Request: inline keyboard button URL 'http://localhost/tx/0x1' is invalid: Wrong host",
    ],
)
async def test_an_alert_whose_buttons_telegram_refuses_is_told_without_them(words):
    # given an explorer that is no link to Telegram
    sent = []

    class Picky:
        async def send_message(self, chat_id, text, *, reply_markup, **_more):
            sent.append(reply_markup)
            if reply_markup is not None:
                raise exceptions.TelegramBadRequest(method=METHOD, message=words)
            return SimpleNamespace(message_id=5)

    link = InlineKeyboardButton(text="Explorer", url="http://localhost/tx/0x1")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[link]])
    # when
    outcome = await send(Picky(), chat(), 0, Rendered("<b>x</b>", "alert", keyboard), 1)
    # then
    assert outcome == Shown(5)
    assert sent == [keyboard, None]
