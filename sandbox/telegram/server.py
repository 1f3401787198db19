"""The routes of the one HTTP server: Bot API, control, page."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.telegram.control import Control
from sandbox.telegram.dispatch import answer, check_token
from sandbox.telegram.errors import ApiError
from sandbox.telegram.parameters import BIGGEST_FILE

if TYPE_CHECKING:
    from sandbox.telegram.sandbox import TelegramSandbox

PAGE = Path(__file__).parent / "page"
_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def _page(request: web.Request) -> web.Response:
    name = request.match_info.get("name") or "index.html"
    kind = _KINDS.get(name.rpartition(".")[2])
    path = PAGE / name
    if kind is None or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(
        text=path.read_text("utf-8"),
        content_type=kind,
        headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
    )


async def _nothing(_request: web.Request) -> web.Response:
    body = {"ok": False, "error_code": 404, "description": "Not Found"}
    return web.json_response(body, status=404)


def build_app(sandbox: TelegramSandbox) -> web.Application:
    """The application; its streams end when it shuts down."""
    app = web.Application(client_max_size=BIGGEST_FILE + 1024 * 1024)
    control = Control(sandbox)
    streams: set[asyncio.Task[None]] = set()

    async def bot_api(request: web.Request) -> web.Response:
        return await answer(sandbox.world, request)

    async def download(request: web.Request) -> web.Response:
        try:
            check_token(sandbox.world, request.match_info["token"])
        except ApiError:
            return await _nothing(request)
        upload = sandbox.world.files.get(request.match_info["file_id"])
        return await _nothing(request) if upload is None else web.Response(body=upload.content)

    async def events(request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        streams.add(task)
        try:
            return await control.events(request)
        except (asyncio.CancelledError, ConnectionError):
            return web.Response()
        finally:
            streams.discard(task)

    async def end_streams(_app: web.Application) -> None:
        for task in list(streams):
            task.cancel()

    app.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]+}", bot_api)
    app.router.add_get("/file/bot{token:[^/]+}/documents/{file_id}", download)
    app.router.add_get("/sandbox/events", events)
    app.router.add_get("/sandbox/files/{file_id}", control.file)
    app.router.add_post("/sandbox/{verb}", control.verb)
    app.router.add_get("/", _page)
    app.router.add_get("/page/{name:[a-z]+[.][a-z]+}", _page)
    app.router.add_route("*", "/{anything:.*}", _nothing)
    app.on_shutdown.append(end_streams)
    return app
