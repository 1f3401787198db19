"""An HTTP server on a port of its own that can go away and come back on the same port."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from aiohttp import web

HOST = "127.0.0.1"
MOST_BYTES = 64 * 1024 * 1024
_SMALL = 1024


class Listener:
    """`open` listens (port 0: at first on one that the system chooses), `close` refuses
    connections.

    `build` makes a fresh application each time; open connections end when it closes.
    """

    def __init__(self, build: Callable[[], web.Application], port: int = 0) -> None:
        self._build = build
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, or will again; known after the first `open`."""
        return f"http://{HOST}:{self._port}"

    @property
    def is_open(self) -> bool:
        return self._runner is not None

    async def open(self) -> None:
        """Listen; nothing happens if it does already."""
        if self._runner is not None:
            return
        runner = web.AppRunner(
            self._build(), access_log=None, shutdown_timeout=0.05, handler_cancellation=True
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self._port, reuse_address=True).start()
        except OSError:
            await runner.cleanup()
            raise
        self._port = runner.addresses[0][1]
        self._runner = runner

    async def close(self) -> None:
        """Stop listening and end what is open."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


def json_body(request: web.Request, body: bytes) -> web.Response:
    """A JSON answer, compressed if the client takes gzip and it is worth it."""
    if len(body) > _SMALL and "gzip" in request.headers.get("Accept-Encoding", ""):
        packed = gzip.compress(body, compresslevel=1, mtime=0)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return web.Response(body=packed, content_type="application/json", headers=headers)
    return web.Response(body=body, content_type="application/json")
