"""answerCallbackQuery."""

from __future__ import annotations

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

LONGEST_ANSWER = 200


def answer_callback_query(world: World, call: Parameters) -> bool:
    text = call.text("text")
    if len(text) > LONGEST_ANSWER:
        raise BadRequest("MESSAGE_TOO_LONG")
    callback = world.callbacks.answer(
        call.text("callback_query_id"),
        world.clock(),
        text or None,
        call.flag("show_alert"),
        call.text("url") or None,
    )
    world.events.emit("callback", callback)
    return True


METHODS = {"answerCallbackQuery": answer_callback_query}
