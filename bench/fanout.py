"""One feed event for 100,000 chats: ``python -m bench.fanout [--chats 100000] [--seconds 60]``.

The watcher and the bot are processes of their own, between simulated chains (BSC has the event,
Base is the other one), the Telegram sandbox with its limits, PostgreSQL and Valkey. While the
event's alerts are written and drain, alerts for people's own watches are written as the watcher
writes them, and people send commands. In the end a reorg takes the event back.

What PostgreSQL's processes used of the CPU stands beside what the clock says: on a busy machine the
clock tells more of the others.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from statistics import median, quantiles

import psutil
from sqlalchemy import func, select

from bench.ground import postgres_url, run
from bench.report import Promise, print_report
from bench.throng import People, fill
from data.database import Database
from data.logging import set_up_logging
from data.queries import alerts, cursors
from data.redis.connection import open_redis
from data.tables import alerts as alerts_table
from data.tables import chat_queues
from sandbox.chain import ChainSandbox, bsc_spec, chain_spec
from sandbox.telegram import TelegramSandbox
from tests.servers.valkey import running_valkey

MB = 1024 * 1024
GIVER, TAKER = "0x" + "b2" * 20, "0x" + "c3" * 20
USDT = 10**18
LOOK_EVERY = 0.02
WARM_UP = 10.0
DEADLINE = 180.0


@dataclass(frozen=True, slots=True)
class Work:
    """Something that was done for all chats: seconds of the clock, and of the server's CPU."""

    seconds: float
    cpu: float
    chats: int


class Course:
    """What was seen of two chains' cursors and of two processes' memory."""

    def __init__(self, database: Database, processes: dict[str, psutil.Process]) -> None:
        self._database = database
        self._processes = processes
        self._at: dict[str, tuple[int, float]] = {}
        self.stood: dict[str, float] = {}
        self.memory: dict[str, float] = {}

    async def look(self) -> None:
        """Until cancelled."""
        while True:
            async with self._database.read() as connection:
                reached = await cursors.updated_at(connection)
            now = time.monotonic()
            for chain, (number, *_) in reached.items():
                before, since = self._at.get(chain, (number, now))
                self.stood[chain] = max(self.stood.get(chain, 0.0), now - since)
                self._at[chain] = (number, now if number != before else since)
            for name, process in self._processes.items():
                held = process.memory_info().rss / MB
                self.memory[name] = max(self.memory.get(name, 0.0), held)
            await asyncio.sleep(LOOK_EVERY)


@dataclass(frozen=True, slots=True)
class Phase:
    """The longest time that each chain stood still, each process's peak in MB, and how long alerts
    and answers took."""

    stood: dict[str, float]
    memory: dict[str, float]
    told: list[float]
    answered: list[float]

    @classmethod
    def ended(cls, course: Course, people: People) -> Phase:
        """What was seen since the last one ended."""
        phase = cls(
            dict(course.stood), dict(course.memory), list(people.told), list(people.answered)
        )
        for part in (course.stood, course.memory, people.told, people.answered):
            part.clear()
        return phase


def main() -> int:
    """1 when a part of it failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    with running_valkey() as valkey, postgres_url() as url:
        calm, event, drained, reorg = run(_go(url, valkey, chosen.chats, chosen.seconds))
    _print(calm, event, drained, reorg, as_json=chosen.json)
    return 0


async def _go(
    url: str, valkey: str, number: int, seconds: float
) -> tuple[Phase, Work, Phase, dict[str, Work]]:
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramSandbox())
        bsc = await stack.enter_async_context(ChainSandbox(bsc_spec(), nodes=1))
        base = await stack.enter_async_context(ChainSandbox(chain_spec("base"), nodes=1))
        database, redis = Database(url), open_redis(valkey)
        stack.push_async_callback(database.close)
        stack.push_async_callback(redis.aclose)
        own = await fill(database, telegram, number, 1_000)
        settings = {
            "BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "CHAINS": "bsc,base",
            "BSC_RPC_URLS": bsc.rpc_urls[0],
            "BASE_RPC_URLS": base.rpc_urls[0],
            "PRICE_API_URL": bsc.prices_url,
            "DATABASE_URL": url,
            "REDIS_URL": valkey,
            "LOG_LEVEL": "ERROR",
        }
        processes: dict[str, psutil.Process] = {}
        programs: dict[str, asyncio.subprocess.Process] = {}
        for name in ("watcher", "bot"):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", name, env=os.environ | settings
            )
            stack.push_async_callback(process.wait)
            stack.callback(_terminate, process)
            processes[name], programs[name] = psutil.Process(process.pid), process
        await telegram.wait_for_polling(DEADLINE)
        course, people = Course(database, processes), People(database, redis, telegram, own)
        parts = (course.look(), _mine(bsc), _mine(base), people.listen())
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(part) for part in (*parts, people.be_told(), people.ask())]
            async with asyncio.timeout(DEADLINE):
                while not (people.told and people.answered and len(course.stood) == 2):  # noqa: ASYNC110 - other processes work
                    await asyncio.sleep(0.1)
            Phase.ended(course, people)
            await asyncio.sleep(WARM_UP)
            calm = Phase.ended(course, people)
            event = await _event(database, bsc, number)
            await asyncio.sleep(seconds)
            drained = Phase.ended(course, people)
            for one in beside:
                one.cancel()
        # what a reorg costs is not to depend on what is sent meanwhile; halted as it stands the bot
        # might keep a row that it was just writing
        processes["bot"].terminate()
        await programs["bot"].wait()
        reorg = await _reorg(database)
    return calm, event, drained, reorg


def _terminate(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()


async def _mine(sandbox: ChainSandbox) -> None:
    while True:
        await asyncio.sleep(sandbox.chain.spec.block_time)
        sandbox.chain.mine(1)


async def _event(database: Database, bsc: ChainSandbox, chats: int) -> Work:
    """From the block until the chats are queued, seen from outside."""
    begun, cpu = time.monotonic(), _server_cpu()
    bsc.chain.transfer_erc20("USDT", GIVER, TAKER, 2_000_000 * USDT)
    queued = 0
    async with asyncio.timeout(DEADLINE):
        while queued < 0.9 * chats:
            await asyncio.sleep(0.05)
            async with database.read() as connection:
                counted = select(func.count()).select_from(chat_queues)
                queued = (await connection.execute(counted)).scalar_one()
    return Work(time.monotonic() - begun, _server_cpu() - cpu, queued)


async def _reorg(database: Database) -> dict[str, Work]:
    """What the watcher does of the event, which most chats wait for and some were told of."""
    which = (
        select(alerts_table.c.movement_id)
        .group_by(alerts_table.c.movement_id)
        .order_by(func.count().desc())
    )
    async with database.read() as connection:
        event = (await connection.execute(which.limit(1))).scalar_one()
    done = {}
    for name, act in (("taken back", alerts.retract), ("brought back", alerts.bring_back)):
        begun, cpu = time.monotonic(), _server_cpu()
        async with database.write() as connection:
            queued = await alerts.enqueue(connection, await act(connection, [event]))
        done[name] = Work(time.monotonic() - begun, _server_cpu() - cpu, queued)
    return done


def _server_cpu() -> float:
    """Seconds that all PostgreSQL processes which we started have used."""
    used = 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ends some of them itself
            if process.name().startswith("postgres"):
                times = process.cpu_times()
                used += times.user + times.system
    return used


def _print(
    calm: Phase, event: Work, drained: Phase, reorg: dict[str, Work], *, as_json: bool
) -> None:
    works = {"filled": event} | reorg
    lines = [
        f"{name:<14} {work.seconds:>6.2f} s, the server's CPU {work.cpu:>6.2f} s,"
        f" {work.chats:,} chats queued"
        for name, work in works.items()
    ]
    for title, phase in (("before", calm), ("from the event on", drained)):
        stood = ", ".join(f"{chain} {most:.2f} s" for chain, most in phase.stood.items())
        memory = ", ".join(f"{name} {most:.0f} MB" for name, most in phase.memory.items())
        lines += [
            f"{title}: longest between two steps {stood}; memory at most {memory}",
            f"  own alerts {_spread(phase.told)}",
            f"  answers    {_spread(phase.answered)}",
        ]
    promises = [
        Promise("outbox filled, in s", event.seconds, at_most=5),
        Promise("taken back, in s", reorg["taken back"].seconds, at_most=5),
        Promise("own alerts, longest in s", max(drained.told), at_most=1),
        Promise("answers, longest in s", max(drained.answered), at_most=1),
    ]
    for name, most in drained.memory.items():
        promises.append(Promise(f"{name}, MB more", most - calm.memory[name], at_most=20))
    figures = {name: asdict(work) for name, work in works.items()}
    phases = {"before": asdict(calm), "meanwhile": asdict(drained)}
    print_report("fanout", promises, lines, figures | phases, as_json=as_json)


def _spread(found: list[float]) -> str:
    p99 = quantiles(found, n=100)[-1] if len(found) > 1 else found[0]
    return (
        f"p50 {1000 * median(found):,.0f} ms, p99 {1000 * p99:,.0f} ms,"
        f" longest {1000 * max(found):,.0f} ms of {len(found)}"
    )


if __name__ == "__main__":
    sys.exit(main())
