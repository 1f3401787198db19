"""`/sandbox/…`: the verbs over HTTP, and the stream of events.

    POST /sandbox/<verb>     JSON object of the verb's arguments → {"result": …} or {"error": "…"}
    GET  /sandbox/events     server-sent events after `?after=<seq>`, live
    GET  /sandbox/files/<id> a photo or document that the bot sent

Arguments are checked against the verb's signature. JSON is demanded as content type, so that a
foreign web page cannot post here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
from aiohttp import web

from sandbox.telegram.errors import NotSeen, SandboxError
from sandbox.telegram.verbs.watch import Watch

if TYPE_CHECKING:
    from sandbox.telegram.sandbox import TelegramSandbox

VERBS = (
    "create_user", "create_private_chat", "send_text", "send_document", "tap", "block_bot",
    "unblock_bot",
    "deactivate_user", "create_group", "create_supergroup", "create_channel", "set_bot_status",
    "add_bot", "kick_bot", "set_member_status", "migrate", "create_topic", "close_topic",
    "reopen_topic", "delete_topic", "fail", "delay", "cut_before", "cut_after", "hold", "release",
    "go_down", "come_up", "clear_faults", "revoke_token", "chats", "users", "messages",
    "bot_messages", "calls", "counts", "callback", "unanswered_callbacks", "offered_commands",
    "state", "wait_for_messages", "wait_for_answer", "wait_for_calls", "wait_for_held",
    "wait_for_polling", "wait_for_event", "ask_inline", "send_inline_result",
    "wait_for_inline_answer",
)  # fmt: skip
_IN_PROCESS_ONLY = "predicate"
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


def _arguments_of(verb: str) -> type[msgspec.Struct]:
    """A strict type of the verb's arguments, read off its signature."""
    function = getattr(Watch, verb)
    hints = get_type_hints(function)
    fields: list[Any] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in ("self", _IN_PROCESS_ONLY):
            continue
        if parameter.default is inspect.Parameter.empty:
            fields.append((name, hints[name]))
        else:
            fields.append((name, hints[name], parameter.default))
    return msgspec.defstruct(verb, fields, forbid_unknown_fields=True, kw_only=True)


_ARGUMENTS = {verb: _arguments_of(verb) for verb in VERBS}


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json"
    )


@dataclass(frozen=True, slots=True)
class Control:
    """The HTTP side of one sandbox."""

    sandbox: TelegramSandbox

    async def verb(self, request: web.Request) -> web.Response:
        name = request.match_info["verb"]
        if name not in _ARGUMENTS:
            return _json({"error": f"There is no verb {name[:40]!r}."}, 404)
        if request.content_type != "application/json":
            return _json({"error": "Send JSON, as application/json."}, 415)
        try:
            arguments = msgspec.json.decode(await request.read() or b"{}", type=_ARGUMENTS[name])
            function: Callable[..., Any] = getattr(self.sandbox, name)
            result = function(**msgspec.structs.asdict(arguments))
            if inspect.isawaitable(result):
                result = await result
        except msgspec.MsgspecError as error:
            return _json({"error": f"{name}: {error}"}, 400)
        except NotSeen as error:
            return _json({"error": str(error)}, 408)
        except SandboxError as error:
            return _json({"error": str(error)}, 400)
        return _json({"result": result})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, each with its number as id, so that a browser can resume."""
        world = self.sandbox.world
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        await response.write(b"retry: 500\n\n")
        start = int(after) if after.isdecimal() else world.events.seq
        async for event in world.events.follow(start):
            body = msgspec.json.encode({"kind": event.kind, "seq": event.seq, "body": event.body})
            await response.write(b"id: %d\ndata: %s\n\n" % (event.seq, body))
        return response

    async def file(self, request: web.Request) -> web.Response:
        """Shown only when it is a picture; anything else is a download."""
        upload = self.sandbox.world.files.get(request.match_info["file_id"])
        if upload is None:
            return _json({"error": "There is no such file."}, 404)
        kinds = (kind for magic, kind in _PICTURES.items() if upload.content.startswith(magic))
        kind = next(kinds, None)
        return web.Response(
            body=upload.content,
            content_type=kind or "application/octet-stream",
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Disposition": "inline" if kind else "attachment",
            },
        )
