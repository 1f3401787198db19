"""Bots for the tests, made and closed in a fifth of the time that aiogram takes.

``made_quickly`` holds wherever a ``conftest.py`` imports it.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.dispatcher.event.handler import CallbackType, FilterObject, HandlerObject

_UNCALLED = HandlerObject(callback=lambda: True, filters=[])


@pytest.fixture(scope="session", autouse=True)
def made_quickly() -> Iterator[None]:
    """Leave out of aiogram what a test's bot does not need."""
    with pytest.MonkeyPatch.context() as patch:
        # nothing is encrypted here: all may have the same certificates
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        patch.setattr(AiohttpSession, "close", _close)
        patch.setattr("aiogram.dispatcher.event.telegram.HandlerObject", _handler)
        yield


async def _close(self: AiohttpSession) -> None:
    """Without a quarter of a second for the end of an encrypted connection."""
    if self._session is not None:
        await self._session.close()


def _handler(callback: CallbackType, filters: list[FilterObject], **more: Any) -> HandlerObject:
    """The one that is never called looks into its function once for all: of them, there are more
    than a thousand in a dispatcher."""
    if filters or more:
        return HandlerObject(callback=callback, filters=filters, **more)
    made = object.__new__(HandlerObject)
    vars(made).update(vars(_UNCALLED), filters=[], flags={})
    return made
