"""Heads announced over WebSocket, by nodes whose sockets break: polling makes up for them."""

from __future__ import annotations

import pytest

from sandbox.chain import Fault
from sandbox.chain.catalogue import SOCKET, Case
from tests.faults.lookout import CHAIN, Lookout


@pytest.fixture(autouse=True)
def announced(lookout: Lookout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{CHAIN.upper()}_WS_URLS", ",".join(lookout.sandbox.ws_urls))


async def test_announced_blocks_become_alerts(lookout: Lookout) -> None:
    async with lookout.watching():
        await lookout.at_head()
        await lookout.told(*(lookout.pay() for _ in range(3)))

        await lookout.settled()
        assert sum(node.tally.announced for node in lookout.sandbox.nodes) > 0


@pytest.mark.parametrize("case", SOCKET.values(), ids=SOCKET)
async def test_a_socket_that_breaks_costs_no_alert(lookout: Lookout, case: Case) -> None:
    async with lookout.watching():
        await lookout.at_head()
        await lookout.told(lookout.pay())

        for node in lookout.sandbox.nodes:
            await node.set_faults(case)
        await lookout.told(lookout.pay())
        await lookout.told(lookout.pay(), lookout.pay())
        for node in lookout.sandbox.nodes:
            await node.heal()
        await lookout.told(lookout.pay())

        await lookout.settled()


@pytest.mark.parametrize("name", ["down", "stuck_head", "hang"])
async def test_a_socket_whose_node_fails_costs_no_alert(lookout: Lookout, name: str) -> None:
    async with lookout.watching():
        await lookout.at_head()
        await lookout.sandbox.nodes[0].set_faults((Fault(name),))
        await lookout.told(lookout.pay())
        await lookout.sandbox.nodes[0].heal()
        await lookout.told(lookout.pay(), lookout.pay())

        await lookout.settled()
