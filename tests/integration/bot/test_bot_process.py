"""The process: wrong settings, signals, and the parts that wiring puts together."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.commands import MENUS
from bot.wiring import run_bot
from data.errors import ConfigurationError
from data.model import Language
from data.settings import Settings, load_settings
from tests.warm.process import ROOT, Warm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "123456789:" + "y" * 35


@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        ({"BOT_TOKEN": "nonsense"}, "BOT_TOKEN is wrong"),
        ({"BOT_TOKEN": TOKEN}, "REDIS_URL is not set"),
        ({"BOT_TOKEN": TOKEN, "REDIS_URL": "http://x"}, "REDIS_URL is wrong"),
        ({"BOT_TOKEN": TOKEN, "CHAINS": "mars"}, "CHAINS is wrong"),
    ],
)
async def test_wrong_settings_end_it_with_one_sentence(
    tmp_path: Path, warm: Warm, environment: dict[str, str], hint: str
) -> None:
    status, _, stderr = await warm.ended("bot", env=environment, cwd=tmp_path)

    assert status == 78
    assert hint in stderr
    assert len(stderr.splitlines()) == 1
    assert TOKEN not in stderr
    assert "nonsense" not in stderr


async def test_a_start_without_a_token_ends_with_one_sentence(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )
    _, stderr = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 78
    assert b"BOT_TOKEN is not set" in stderr
    assert len(stderr.splitlines()) == 1


class Telegram:
    """Just enough HTTP to be polled: what the token is worth, and which calls came."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue()
        self.seen: list[str] = []
        self.refuses = False
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.seen.append(method)
        self.calls.put_nowait((method, form))
        if self.refuses:
            body = {"ok": False, "error_code": 401, "description": "Unauthorized"}
            return web.json_response(body, status=401)
        result: Any = True
        if method == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "S", "username": "spyhop_bot"}
        if method == "getUpdates":
            await asyncio.sleep(min(1, int(form.get("timeout", "0"))))
            result = []
        return web.json_response({"ok": True, "result": result})


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    telegram = Telegram()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", telegram.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    telegram.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield telegram
    await runner.cleanup()


class StandIn:
    """A delivery that notes when it ran and when it was asked to end."""

    def __init__(self) -> None:
        self.running = asyncio.Event()
        self.ended = False
        self.given: tuple[Any, ...] = ()

    def made_with(self, *given: Any) -> StandIn:
        self.given = given
        return self

    async def run(self, stopping: asyncio.Event) -> None:
        self.running.set()
        await stopping.wait()
        self.ended = True


def settings(telegram: Telegram, redis_url: str, folder: Path) -> Settings:
    return load_settings(
        _env_file=None,
        bot_token=TOKEN,
        telegram_api_url=telegram.url,
        redis_url=redis_url,
        data_dir=folder / "var",
    )


async def test_runs_polling_and_delivery_until_it_is_to_stop(
    telegram: Telegram, redis_url: str, tmp_path: Path
) -> None:
    delivery = StandIn()
    stopping = asyncio.Event()
    running = asyncio.ensure_future(
        run_bot(settings(telegram, redis_url, tmp_path), stopping, deliver_with=delivery.made_with)
    )
    await asyncio.wait_for(delivery.running.wait(), 30)
    menus: list[dict[str, str]] = []
    while len(menus) < len(Language) * len(MENUS) or "getUpdates" not in telegram.seen:
        method, form = await asyncio.wait_for(telegram.calls.get(), 30)
        menus += [form] if method == "setMyCommands" else []

    stopping.set()
    await asyncio.wait_for(running, 10)

    assert delivery.ended
    told = [(one.get("language_code"), json.loads(one["scope"])["type"]) for one in menus]
    scopes = ["all_private_chats", "all_group_chats", "all_chat_administrators"]
    assert told == [(tag, scope) for tag in (None, "ru", "zh", "es") for scope in scopes]
    for menu, (_scope, offered) in zip(menus, MENUS * len(Language), strict=True):
        assert [one["command"] for one in json.loads(menu["commands"])] == list(offered)
    in_spanish = {one["command"]: one["description"] for one in json.loads(menus[-1]["commands"])}
    assert in_spanish["list"] == "Tus seguimientos"
    bot, *_, owner = delivery.given
    assert bot.default.link_preview_is_disabled
    assert owner
    assert (tmp_path / "var" / "spyhop.db").exists()


async def test_a_revoked_token_ends_everything(
    telegram: Telegram, redis_url: str, tmp_path: Path
) -> None:
    telegram.refuses = True
    delivery = StandIn()

    with pytest.raises(ConfigurationError, match="BOT_TOKEN was refused"):
        await asyncio.wait_for(
            run_bot(
                settings(telegram, redis_url, tmp_path),
                asyncio.Event(),
                deliver_with=delivery.made_with,
            ),
            30,
        )


async def test_a_delivery_that_fails_ends_the_process(
    telegram: Telegram, redis_url: str, tmp_path: Path
) -> None:
    class Failing(StandIn):
        async def run(self, stopping: asyncio.Event) -> None:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(
            run_bot(
                settings(telegram, redis_url, tmp_path),
                asyncio.Event(),
                deliver_with=Failing().made_with,
            ),
            30,
        )
