"""Faults of several nodes over time, with reorgs, restarts and blackouts between: when all is over,
the alerts are those of the chain.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from sandbox.chain.catalogue import ALL, FORKS, HEADS, LOGS, TRANSPORT, Case
from tests.effort import examples
from tests.faults.lookout import RETRACT_AFTER, Lookout, opened_lookout

NODES = 3
_LIES = {**LOGS, **FORKS, **HEADS}
_numbers = count()


@dataclass(frozen=True, slots=True)
class Break:
    """A node gets a fault; where that leaves no honest one, the one that had its fault longest is
    healed. At most one node lies: two that tell the same lie would be believed, and are to be.
    """

    node: int
    name: str


@dataclass(frozen=True, slots=True)
class Heal:
    """A node is well again."""

    node: int


@dataclass(frozen=True, slots=True)
class Blackout:
    """All nodes have the same fault while blocks come, and then none has any."""

    name: str
    blocks: int


@dataclass(frozen=True, slots=True)
class Mine:
    """Blocks, a payment in each of the first ones."""

    payments: int
    blocks: int


@dataclass(frozen=True, slots=True)
class Reorg:
    """So many blocks are replaced; every second payment of theirs is kept, all, or none."""

    depth: int
    keep: int


@dataclass(frozen=True, slots=True)
class Restart:
    """The watcher ends and begins again."""


Happening: TypeAlias = Break | Heal | Blackout | Mine | Reorg | Restart

nodes = st.integers(0, NODES - 1)
mining = st.builds(Mine, st.integers(0, 3), st.integers(1, 8))
happenings = st.one_of(
    mining,
    st.builds(Break, nodes, st.sampled_from(sorted(ALL))),
    st.builds(Break, nodes, st.sampled_from(sorted(_LIES))),
    st.builds(Heal, nodes),
    st.builds(Blackout, st.sampled_from(sorted(TRANSPORT)), st.integers(1, 30)),
    st.builds(Reorg, st.integers(1, 5), st.integers(0, 2)),
    st.builds(Restart),
)
plans = st.lists(st.tuples(happenings, mining), min_size=3, max_size=8)


@dataclass(slots=True)
class Story:
    """What happens to one lookout."""

    lookout: Lookout
    faulty: dict[int, str] = field(default_factory=dict)

    async def happens(self, happening: Happening) -> None:
        """All but restarts."""
        chain = self.lookout.sandbox.chain
        match happening:
            case Break(node, name):
                await self._break(node, name)
            case Heal(node):
                await self._heal(node)
            case Blackout(name, blocks):
                for node in range(NODES):
                    await self._set(node, TRANSPORT[name])
                self.lookout.pay()
                chain.mine(blocks)
                await self.lookout.hesitated()
                for node in range(NODES):
                    await self._heal(node)
            case Mine(payments, blocks):
                for _ in range(payments):
                    self.lookout.pay()
                chain.mine(blocks)
                await self.lookout.hesitated()
            case Reorg(depth, keep):
                paid = [tx for tx in self.lookout.paid if self.lookout.is_paid(tx)]
                chain.reorg(depth, keep=("none", "all", paid[::2])[keep])

    async def _break(self, node: int, name: str) -> None:
        liars = [other for other, had in self.faulty.items() if had not in TRANSPORT]
        if name not in TRANSPORT:
            for liar in liars:
                await self._heal(liar)
        self.faulty.pop(node, None)
        self.faulty[node] = name
        if len(self.faulty) == NODES:
            await self._heal(next(iter(self.faulty)))
        await self._set(node, (ALL | FORKS)[name])

    async def _heal(self, node: int) -> None:
        self.faulty.pop(node, None)
        await self._set(node, ())

    async def _set(self, node: int, case: Case) -> None:
        await self.lookout.sandbox.nodes[node].set_faults(case)


async def told(lookout: Lookout, plan: Sequence[tuple[Happening, Mine]]) -> None:
    """Live through the plan, heal everything, and wait for the right alerts."""
    story = Story(lookout)
    async with AsyncExitStack() as life:
        await life.enter_async_context(lookout.watching())
        await lookout.at_head()
        for happening, mined in plan:
            if isinstance(happening, Restart):
                await life.aclose()
                await life.enter_async_context(lookout.watching())
            else:
                await story.happens(happening)
            await story.happens(mined)
        for node in lookout.sandbox.nodes:
            await node.heal()
        lookout.pay()
        lookout.sandbox.chain.mine(RETRACT_AFTER + 2)
        await lookout.settled()


@settings(
    max_examples=examples(4),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # an example takes seconds, so a failing one is told as it was found
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(plan=plans)
def test_whatever_the_nodes_do_over_time_no_alert_is_lost_or_doubled(
    plan: list[tuple[Happening, Mine]],
    migrated_sqlite_file: Path,
    tmp_path: Path,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / f"{next(_numbers)}.db"
    shutil.copyfile(migrated_sqlite_file, path)
    note(f"{plan}")

    async def live() -> None:
        url = f"sqlite+aiosqlite:///{path}"
        async with opened_lookout(url, redis_url, monkeypatch, nodes=NODES) as lookout:
            await told(lookout, plan)

    asyncio.run(live())
