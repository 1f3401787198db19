"""`TelegramSandbox`: the world, its verbs, and the server in front of them."""

from __future__ import annotations

import asyncio
import time
from typing import Self

from aiohttp import web

from sandbox.telegram.clock import Clock
from sandbox.telegram.courier import Courier
from sandbox.telegram.limits import Limits
from sandbox.telegram.server import build_app
from sandbox.telegram.users import User
from sandbox.telegram.verbs.watch import Watch
from sandbox.telegram.world import World

DEFAULT_TOKEN = "7000000001:AAsandboxSandboxSandboxSandboxSandb"


class TelegramSandbox(Watch):
    """One Telegram with one bot in it.

    `clock` gives Unix seconds and drives dates and rate limits; waiting (long polls, delays) is in
    real time. Also an async context manager that starts on a free port.
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        limits: Limits | None = None,
        clock: Clock = time.time,
        bot_name: str = "Spyhop",
        bot_username: str = "spyhop_sandbox_bot",
    ) -> None:
        bot_id, _, secret = token.partition(":")
        if not bot_id.isdecimal() or not secret:
            raise ValueError("A bot token is <number>:<secret>.")
        bot = User(int(bot_id), bot_name, username=bot_username, is_bot=True)
        super().__init__(World(token, bot, clock, limits or Limits()))
        self._runner: web.AppRunner | None = None
        self._courier: asyncio.Task[None] | None = None
        self._host = ""
        self._port = 0

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def url(self) -> str:
        """The base for `TELEGRAM_API_URL`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def page_url(self) -> str:
        """Where a browser finds the chats."""
        return f"{self.url}/"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listens; port 0 lets the system choose a free one."""
        runner = web.AppRunner(build_app(self), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        self._runner = runner
        self._host, self._port = runner.addresses[0][:2]
        self._courier = asyncio.create_task(Courier(self.world).run())

    async def stop(self) -> None:
        """Ends polls, holds and followers, and closes the port."""
        self.go_down()
        if self._courier is not None:
            self._courier.cancel()
            await asyncio.gather(self._courier, return_exceptions=True)
            self._courier = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
