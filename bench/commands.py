"""How long an answer takes: ``python -m bench.commands [--seconds 60] [--json]``.

A hundred people talk to the bot at once, each as fast as one reads: a command, a button or a pasted
address, a few seconds, the next. The bot is a process of its own, as it is run, with a million
watches in PostgreSQL, between Valkey and the sandbox's Telegram. Counted from what somebody sends
until the answer is taken by the Bot API. Left out is what asks the chains. Every answer is looked
at: the bench fails where one does not say what it should.

All hundred in the same moment are shown as well; Telegram itself takes 30 messages a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import cycle
from statistics import median, quantiles
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import func, select

from bench.crowd import filled
from bench.ground import postgres_url, run
from bench.report import Promise, print_report
from data.database import Database
from data.logging import set_up_logging
from data.tables import watches
from sandbox.telegram import Limits, TelegramSandbox
from tests.servers.valkey import running_valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.telegram.messages import Message

WATCHES = 1_000_000
PEOPLE = 100
READING = (2.5, 7.5)
"""Seconds between an answer and the next thing that somebody says: at random, from … to."""
WARM_UP = 5.0
PATIENCE = 30.0
LOOK_EVERY = 0.002
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that is said, or a button that is tapped (its caption holds ``tap``); the answer
    has to hold ``answer``."""

    name: str
    answer: str
    say: str = ""
    tap: str = ""


def turns(address: str, rng: random.Random) -> Iterator[Turn]:
    """What one person does, over and over, beginning anywhere."""
    course = [
        Turn("/list", "Your watches", "/list"),
        Turn("a watch opened", "Alerts from", tap="2."),
        Turn("its thresholds", "", tap="Threshold"),
        Turn("its threshold tapped", "lerts from", tap="$"),
        Turn("back to the list", "Your watches", tap="List"),
        Turn("/watch", "watch", f"/watch {address} $250k Bench"),
        Turn("a pasted address", "watch it already", address),
        Turn("/threshold", "alerts from", "/threshold 3 $70k"),
        Turn("/name", "", f"/name {address} Bench wallet"),
        Turn("/names", "Bench wallet", "/names"),
        Turn("/mute", "", "/mute 3 2h"),
        Turn("/unmute", "", "/unmute 3"),
        Turn("/whales", "Whale feeds", "/whales"),
        Turn("/history", "", "/history"),
        Turn("/help", "What I understand", "/help"),
        Turn("/start", "Hello again", "/start"),
        Turn("/unwatch", "No longer watching", f"/unwatch {address}"),
    ]
    # taps follow the list that shows their buttons, so whole rounds are turned
    begin = rng.choice([0, 5, 7, 10, 12, 14])
    first = [*course[begin:], *course[:begin]]
    known = False
    for value in cycle(("$100K", "$10K", "$1M")):
        for turn in first:
            if turn.tap == "$":
                # a value that it has already would change nothing
                yield replace(turn, tap=value)
                continue
            needs = turn.name in {"a pasted address", "/unwatch", "/names"}
            if needs and not known:
                continue
            known = known or turn.name == "/watch"
            if turn.name == "/unwatch":
                known = False
            yield turn


@dataclass
class Course:
    """What was seen: seconds by what was said, and what was answered wrongly."""

    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, turn: Turn, seconds: float, answer: Message | None) -> None:
        """One answer; None: it did not come."""
        self.took.setdefault(turn.name, []).append(seconds)
        if answer is None or turn.answer not in answer.text:
            said = "nothing" if answer is None else repr(answer.text[:120])
            self.wrong.append(f"{turn.name} was answered with {said}")

    @property
    def all(self) -> list[float]:
        """Everything together."""
        return [one for some in self.took.values() for one in some]


class Talk:
    """Everybody's messages, and when they are answered."""

    def __init__(self, telegram: TelegramSandbox) -> None:
        self._telegram = telegram
        self._waiting: dict[int, asyncio.Future[float]] = {}

    async def listen(self) -> None:
        """Note when the Bot API took an answer for whom, until cancelled."""
        log = self._telegram.world.calls.log
        seen = len(log)
        while True:
            for call in log[seen:]:
                chat = int(call.parameters.get("chat_id", 0))
                spoken = call.method in {"sendMessage", "editMessageText"} and call.accepted
                if spoken and chat in self._waiting:
                    self._waiting.pop(chat).set_result(time.monotonic())
            seen = len(log)
            await asyncio.sleep(LOOK_EVERY)

    async def do(self, person: int, turn: Turn) -> tuple[float, Message | None]:
        """Seconds until the answer, and what the chat shows then."""
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[person] = answered
        shown = self._telegram.bot_messages(person)
        begun = time.monotonic()
        if turn.tap:
            there = [one["text"] for one in shown[-1].buttons]
            label = next((one for one in there if turn.tap in one), None)
            if label is None:
                self._waiting.pop(person)
                return 0.0, None
            self._telegram.tap(person, shown[-1].message_id, text=label)
        else:
            self._telegram.send_text(person, turn.say)
        try:
            async with asyncio.timeout(PATIENCE):
                ended = await answered
        except TimeoutError:
            self._waiting.pop(person, None)
            return PATIENCE, None
        return ended - begun, self._telegram.bot_messages(person)[-1]

    async def person(
        self, number: int, until: float, since: float, course: Course, rng: random.Random
    ) -> None:
        """One of the hundred; what came before ``since`` only warms up."""
        await asyncio.sleep(rng.uniform(0, READING[1]))
        for turn in turns(f"0x{number:040x}", rng):
            if time.monotonic() >= until:
                return
            begun = time.monotonic()
            seconds, answer = await self.do(number, turn)
            if begun >= since:
                course.note(turn, seconds, answer)
            await asyncio.sleep(rng.uniform(*READING))


async def _go(url: str, valkey: str, seconds: float) -> tuple[Course, list[float], float]:
    """The course of everybody, all of them at once, and the bot's CPU per answer in seconds."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramSandbox(limits=Limits.none()))
        people = range(1, PEOPLE + 1)
        for number in people:
            telegram.create_user("Ada", user_id=number)
            telegram.create_private_chat(number)
        settings = {
            "BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "DATABASE_URL": url,
            "REDIS_URL": valkey,
            "LOG_LEVEL": "ERROR",
        }
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", env=os.environ | settings
        )
        stack.push_async_callback(bot.wait)
        stack.callback(bot.terminate)
        await telegram.wait_for_polling(PATIENCE)
        talk, course, process = Talk(telegram), Course(), psutil.Process(bot.pid)
        listening = asyncio.ensure_future(talk.listen())
        stack.callback(listening.cancel)
        since = time.monotonic() + WARM_UP
        used = process.cpu_times()
        async with asyncio.TaskGroup() as group:
            for number in people:
                rng = random.Random(SEED + number)
                group.create_task(talk.person(number, since + seconds, since, course, rng))
        ended = process.cpu_times()
        cpu = ended.user + ended.system - used.user - used.system
        helped = Turn("/help", "What I understand", "/help")
        together = await asyncio.gather(*(talk.do(number, helped) for number in people))
        for took, answer in together:
            if answer is None:
                course.wrong.append(f"/help of everybody at once: nothing within {took:g} s")
    return course, [took for took, _answer in together], cpu / max(1, len(course.all))


async def _count(url: str) -> int:
    database = Database(url)
    async with database.read() as connection:
        found = await connection.execute(select(func.count()).select_from(watches))
    await database.close()
    return int(found.scalar_one())


def main() -> int:
    """1 when an answer was not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watches", type=int, default=WATCHES)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    with running_valkey() as valkey, postgres_url() as url:
        filled(url, chosen.watches)
        course, together, cpu = run(_go(url, valkey, chosen.seconds))
        there = run(_count(url))
    for wrong in course.wrong[:20]:
        print(wrong, file=sys.stderr)
    if course.wrong or there < chosen.watches:
        print(f"{len(course.wrong)} answers were wrong, {there:,} watches", file=sys.stderr)
        return 1
    _print(course, together, cpu, there, as_json=chosen.json)
    return 0


def _print(course: Course, together: list[float], cpu: float, there: int, *, as_json: bool) -> None:
    found = course.all
    p95 = _percentile(95)
    lines = [f"{'':<24}{'answers':>8}  {'p50 ms':>7}  {'p95 ms':>7}"]
    for name, took in sorted(course.took.items(), key=lambda pair: -median(pair[1])):
        lines.append(
            f"{name:<24}{len(took):>8,}  {1000 * median(took):>7.0f}  {1000 * p95(took):>7.0f}"
        )
    lines += [
        f"{there:,} watches, {PEOPLE} people, {len(found):,} answers",
        f"CPU of the bot for an answer: {1000 * cpu:.1f} ms",
        f"all {PEOPLE} in the same moment: the last after {max(together):.1f} s",
    ]
    promises = [Promise("answers, p95 in ms", 1000 * p95(found), at_most=200)]
    figures = {
        "watches": there,
        "answers": len(found),
        "p50": 1000 * median(found),
        "p99": 1000 * _percentile(99)(found),
        "cpu_ms": 1000 * cpu,
        "together": max(together),
    }
    print_report("commands", promises, lines, figures, as_json=as_json)


def _percentile(number: int) -> Callable[[list[float]], float]:
    def of(values: list[float]) -> float:
        return quantiles(values, n=100)[number - 1] if len(values) > 1 else values[0]

    return of


if __name__ == "__main__":
    sys.exit(main())
