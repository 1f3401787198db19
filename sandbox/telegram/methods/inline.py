"""answerInlineQuery, as far as articles go."""

from __future__ import annotations

import re
from typing import Any

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.inline import InlineResult
from sandbox.telegram.markup import parse_markup
from sandbox.telegram.methods.sending import preview_of, text_of
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.text.formatted import message_text
from sandbox.telegram.world import World

MOST_RESULTS = 50
LONGEST_ID = LONGEST_OFFSET = 64
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


def answer_inline_query(world: World, call: Parameters) -> bool:
    found = call.json("results", "Can't parse results JSON object")
    if not isinstance(found, list):
        raise BadRequest("Expected an Array of inline query results")
    if len(found) > MOST_RESULTS:
        raise BadRequest("RESULTS_TOO_MUCH")
    results = tuple(_result(world, one) for one in found)
    if len({one.id for one in results}) < len(results):
        raise BadRequest("RESULT_ID_DUPLICATE")
    offset = call.text("next_offset")
    if len(offset.encode()) > LONGEST_OFFSET:
        raise BadRequest("NEXT_OFFSET_INVALID")
    query = world.inline_queries.answer(
        call.text("inline_query_id"),
        world.clock(),
        results=results,
        cache_time=call.number("cache_time", 300),
        is_personal=call.flag("is_personal"),
        next_offset=offset,
        button=_button(call),
    )
    world.events.emit("inline", query)
    return True


def _result(world: World, given: Any) -> InlineResult:
    if not isinstance(given, dict):
        raise BadRequest("Object expected as inline query result")
    if given.get("type") != "article":
        raise BadRequest("unsupported inline query result type")  # by the sandbox
    number, title = str(given.get("id", "")), str(given.get("title", ""))
    if not number or len(number.encode()) > LONGEST_ID:
        raise BadRequest("RESULT_ID_INVALID")
    if not title:
        raise BadRequest("ARTICLE_TITLE_EMPTY")
    content = given.get("input_message_content")
    if not isinstance(content, dict):
        raise BadRequest("input_message_content is not specified")
    call = Parameters.of({**content, "text": content.get("message_text", "")})
    markup = Parameters.of({"reply_markup": given.get("reply_markup")}).text("reply_markup")
    return InlineResult(
        number,
        title,
        given.get("description"),
        message_text(text_of(call), world.limits.longest_text),
        parse_markup(markup),
        preview_of(call),
    )


def _button(call: Parameters) -> dict[str, Any] | None:
    button = call.json("button", "Can't parse inline query results button JSON object")
    if button is None:
        return None
    if not isinstance(button, dict) or not button.get("text"):
        raise BadRequest("Object expected as inline query results button")
    if ("web_app" in button) == ("start_parameter" in button):
        raise BadRequest("exactly one of web_app and start_parameter is expected")
    if "start_parameter" in button and not _START.fullmatch(str(button["start_parameter"])):
        raise BadRequest("START_PARAM_INVALID")
    return button


METHODS = {"answerInlineQuery": answer_inline_query}
