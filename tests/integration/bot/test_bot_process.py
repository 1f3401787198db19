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

from bot.commands import COMMANDS
from bot.wiring import run_bot
from data.errors import ConfigurationError
from data.model import Language
from data.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "123456789:" + "y" * 35


async def start(folder: Path, **environment: str) -> tuple[int | None, str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env={**clean, "PYTHONPATH": str(Path(__file__).parents[3]), **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, stderr = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, stderr.decode()


@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        ({}, "BOT_TOKEN is not set"),
        ({"BOT_TOKEN": "nonsense"}, "BOT_TOKEN is wrong"),
        ({"BOT_TOKEN": TOKEN}, "REDIS_URL is not set"),
        ({"BOT_TOKEN": TOKEN, "REDIS_URL": "http://x"}, "REDIS_URL is wrong"),
        ({"BOT_TOKEN": TOKEN, "CHAINS": "mars"}, "CHAINS is wrong"),
    ],
)
async def test_wrong_settings_end_it_with_one_sentence(
    tmp_path: Path, environment: dict[str, str], hint: str
) -> None:
    status, stderr = await start(tmp_path, **environment)

    assert status == 78
    assert hint in stderr
    assert len(stderr.splitlines()) == 1
    assert TOKEN not in stderr
    assert "nonsense" not in stderr


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
    while len(menus) < len(Language) or "getUpdates" not in telegram.seen:
        method, form = await asyncio.wait_for(telegram.calls.get(), 30)
        menus += [form] if method == "setMyCommands" else []

    stopping.set()
    await asyncio.wait_for(running, 10)

    assert delivery.ended
    for menu in menus:
        assert all(f'"{command}"' in menu["commands"] for command in COMMANDS)
        assert "all_private_chats" in menu["scope"]
    assert [menu.get("language_code") for menu in menus] == [None, "ru", "zh", "es"]
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
