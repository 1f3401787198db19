"""The sandbox, and the product started on it as the processes it is."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.chain import ChainSandbox, ChainSpec, bsc_spec, ethereum_spec
from sandbox.telegram import TelegramSandbox
from sandbox.telegram.chats import Chat

ROOT = Path(__file__).parents[2]
END_WITHIN = 15.0
_PORT = 8090


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs; ``chat`` is the private chat of the demo's person with the bot."""

    telegram: TelegramSandbox
    ethereum: ChainSandbox
    bsc: ChainSandbox
    chat: Chat
    product: asyncio.subprocess.Process


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """Start everything, and end it again. What the product logs goes to ``spyhop.log``."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spyhop-demo-")))
        telegram = TelegramSandbox()
        await _start_on_known_port(telegram)
        stack.push_async_callback(telegram.stop)
        person = telegram.create_user("Ada", username="ada")
        chat = telegram.create_private_chat(person.id)
        ethereum = await stack.enter_async_context(_chain(ethereum_spec(), 120))
        bsc = await stack.enter_async_context(_chain(bsc_spec(), 40))
        log = stack.enter_context((folder / "spyhop.log").open("wb"))
        product = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "run.py"),
            cwd=ROOT,
            env=_environment(telegram, ethereum, bsc, folder),
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        stack.push_async_callback(_end, product)
        try:
            yield Stage(telegram, ethereum, bsc, chat, product)
        except ProductEnded:
            print((folder / "spyhop.log").read_text(errors="replace")[-4_000:], file=sys.stderr)
            raise


class ProductEnded(Exception):
    """The product ended by itself, which it never should."""


async def product_is_up(stage: Stage, timeout: float = 60.0) -> None:
    """Wait until the bot polls; raises ProductEnded when it will not."""
    async with asyncio.TaskGroup() as tasks:
        polling = tasks.create_task(stage.telegram.wait_for_polling(timeout))
        ended = tasks.create_task(stage.product.wait())
        await asyncio.wait({polling, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not polling.done():
            polling.cancel()
            raise ProductEnded
        ended.cancel()


async def _start_on_known_port(telegram: TelegramSandbox) -> None:
    """The page has the same address each time, unless somebody else sits there."""
    try:
        await telegram.start(port=_PORT)
    except OSError:
        await telegram.start()


def _chain(spec: ChainSpec, transactions: int) -> ChainSandbox:
    # a calm background: the chat is for the story's whales, and two cores have to do
    noise = replace(spec.noise, transactions=transactions, whale_share=0.002)
    return ChainSandbox(replace(spec, noise=noise), nodes=3, auto_mine=True)


def _environment(
    telegram: TelegramSandbox, ethereum: ChainSandbox, bsc: ChainSandbox, folder: Path
) -> dict[str, str]:
    """What the product is told; nothing of the person's own environment or ``.env`` counts."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "CHAINS": "ethereum,bsc",
        "ETHEREUM_RPC_URLS": ",".join(ethereum.rpc_urls),
        "BSC_RPC_URLS": ",".join(bsc.rpc_urls),
        "PRICE_API_URL": ethereum.prices_url,
        "DATA_DIR": str(folder / "data"),
        # set empty, so that no line of an .env beside us is taken instead
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PYTHONUNBUFFERED": "1",
    }


async def _end(product: asyncio.subprocess.Process) -> None:
    if product.returncode is None:
        product.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_WITHIN):
                await product.wait()
        except TimeoutError:
            product.kill()
            await product.wait()
