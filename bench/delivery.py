"""How fast messages leave at Telegram's limit, beside what others do and the floor:
``python -m bench.delivery [--scale 1] [--no-real] [--json]``.

A strict server in virtual time, every contender set to 30 messages a second, two loads:

- A: one message for each of 3,000 private chats
- B: one for each of 2,000 private chats, 60 for each of 20 more, 60 for each of 5 groups

Ours is the real delivery with a real SQLite and a real Valkey, for whose work time stands still.
After that, for some 40 seconds, a thousand messages in real time, over HTTP to the sandbox's
Telegram with the same strictness.

The exit status is 1 when a contender did not deliver what was asked for.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from bench.ground import run
from bench.letters import Course, Load
from bench.outing import Outing, real
from bench.report import Promise, print_report
from bench.senders import gather_and_retry, gcra, ours, ptb
from bench.virtual import in_virtual_time
from data.logging import set_up_logging
from tests.servers.valkey import running_valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

OURS, PTB = "spyhop", "python-telegram-bot"
_BOUNDS = {"A": 1.05, "B": 1.10}


def loads(scale: float) -> list[Load]:
    """Both, smaller where that is asked for."""

    def some(number: int) -> int:
        return max(1, round(number * scale))

    a = dict.fromkeys(range(1, 1 + some(3_000)), 1)
    b = {-number: 60 for number in range(1, 1 + some(5))}
    b |= dict.fromkeys(range(1, 1 + some(2_000)), 1)
    b |= dict.fromkeys(range(100_001, 100_001 + some(20)), 60)
    return [Load("A", a), Load("B", b)]


def main() -> int:
    """Each contender over each load; 1 when one did not deliver everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--no-real", action="store_true", help="virtual time only")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    with running_valkey() as valkey:
        contenders: dict[str, Callable[[Load], Coroutine[Any, Any, Course]]] = {
            OURS: lambda load: ours(load, valkey),
            PTB: ptb,
            "gather and retry": gather_and_retry,
            "GCRA, a queue a chat": gcra,
        }
        courses = {
            (load.name, name): in_virtual_time(send(load))
            for load in loads(chosen.scale)
            for name, send in contenders.items()
        }
        outing = None if chosen.no_real else run(real(valkey))
    wanted = {load.name: load for load in loads(chosen.scale)}
    incomplete = [
        f"{name} did not deliver load {load} as it was asked to"
        for (load, name), course in courses.items()
        if course.delivered != wanted[load].wanted
    ]
    print("\n".join(incomplete), file=sys.stderr, end="\n" if incomplete else "")
    _print(courses, wanted, outing, as_json=chosen.json)
    return 1 if incomplete else 0


def _print(
    courses: dict[tuple[str, str], Course],
    loads: dict[str, Load],
    outing: Outing | None,
    *,
    as_json: bool,
) -> None:
    promises, lines, rows = [], [], []
    for load in loads.values():
        lines.append(f"{load.name}: {load.messages:,} messages, floor {load.floor:,.1f} s")
        for (name, who), course in courses.items():
            if name != load.name:
                continue
            times = course.makespan / load.floor
            lines.append(
                f"  {who:<22} {course.makespan:>8.1f} s  {times:>5.2f}× the floor"
                f"  {course.refused:>7,} × 429  private p50 {course.private_p50:>6.1f} s"
            )
            rows.append(
                {
                    "load": name,
                    "name": who,
                    "seconds": course.makespan,
                    "times_floor": times,
                    "refused": course.refused,
                    "private_p50": course.private_p50,
                }
            )
        own = courses[load.name, OURS]
        span = own.makespan / load.floor
        promises.append(Promise(f"{load.name}, × the floor", span, at_most=_BOUNDS[load.name]))
        promises.append(Promise(f"{load.name}, 429s", own.refused, at_most=0))
    half = courses["B", OURS].private_p50 / courses["B", PTB].private_p50
    promises.append(Promise("B, private p50 × python-telegram-bot's", half, at_most=1))
    figures = {"rows": rows}
    if outing is not None:
        lines.append(
            f"in real time: {outing.messages:,} messages in {outing.seconds:.1f} s, floor"
            f" {outing.floor:.1f} s, {outing.refused} × 429"
        )
        promises.append(Promise("real, × the floor", outing.seconds / outing.floor, at_most=1.15))
        promises.append(Promise("real, 429s", outing.refused, at_most=1))
    print_report("delivery", promises, lines, figures, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
