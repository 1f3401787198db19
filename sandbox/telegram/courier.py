"""Brings updates to a webhook: one after the other within a chat, several chats at once.

As the Bot API says: a POST with the update in JSON and the secret in its header; anything but a
2xx is tried again after a while. How long is not documented: here it doubles from `FIRST_PAUSE`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgspec

from sandbox.telegram.updates import Update
from sandbox.telegram.world import Webhook, World

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
PATIENCE = aiohttp.ClientTimeout(total=60.0)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Courier:
    """Works until it is cancelled."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy: dict[Any, asyncio.Task[None]] = {}

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            try:
                while True:
                    self._world.updates.changed.clear()
                    self._set_out(session)
                    await self._world.updates.changed.wait()
            finally:
                for task in self._busy.values():
                    task.cancel()
                await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _set_out(self, session: aiohttp.ClientSession) -> None:
        webhook = self._world.webhook
        if not webhook.url or self._world.faults.down:
            return
        for update in self._world.updates.queue:
            chat = _chat_of(update)
            if chat not in self._busy and len(self._busy) < webhook.max_connections:
                self._busy[chat] = asyncio.create_task(self._bring(session, webhook, update))

    async def _bring(
        self, session: aiohttp.ClientSession, webhook: Webhook, update: Update
    ) -> None:
        pause = FIRST_PAUSE
        try:
            while webhook is self._world.webhook and update in self._world.updates.queue:
                why = await _post(session, webhook, update)
                if why is None:
                    self._world.updates.brought(update)
                    return
                webhook.last_error_date, webhook.last_error_message = self._world.clock(), why
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            del self._busy[_chat_of(update)]
            self._world.updates.changed.set()


async def _post(session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> str | None:
    """What went wrong, in Telegram's words; None when it was taken."""
    headers = {"Content-Type": "application/json"}
    if webhook.secret_token:
        headers[SECRET_HEADER] = webhook.secret_token
    body = msgspec.json.encode(update.as_api())
    try:
        async with session.post(webhook.url, data=body, headers=headers) as response:
            if 200 <= response.status < 300:
                return None
            return f"Wrong response from the webhook: {response.status} {response.reason}"
    except TimeoutError:
        return "Read timeout expired"
    except aiohttp.ClientError:
        return "Connection failed"


def _chat_of(update: Update) -> Any:
    """What keeps its order."""
    payload = update.payload
    about = payload.get("message", payload)
    chat = about.get("chat") or payload.get("from") or {}
    return chat.get("id"), update.kind == "inline_query"
