"""One faulty node beside a healthy one, whichever is asked first: every alert comes, and once."""

from __future__ import annotations

import pytest

from sandbox.chain.catalogue import ALL, FORKS, Case
from tests.faults.lookout import RETRACT_AFTER, Lookout


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
async def test_a_fault_of_the_first_node_costs_no_alert(lookout: Lookout, case: Case) -> None:
    node = lookout.sandbox.nodes[0]
    async with lookout.watching():
        await lookout.at_head()
        await lookout.told(lookout.pay())

        await node.set_faults(case)
        await lookout.told(lookout.pay())
        await lookout.told(lookout.pay(), lookout.pay(), lookout.pay())
        await node.heal()
        await lookout.told(lookout.pay())

        await lookout.settled()


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
async def test_a_fault_of_the_second_node_from_the_start_costs_no_alert(
    lookout: Lookout, case: Case
) -> None:
    node = lookout.sandbox.nodes[1]
    await node.set_faults(case)
    async with lookout.watching():
        await lookout.at_head()
        await lookout.told(lookout.pay())
        await lookout.told(lookout.pay(), lookout.pay(), lookout.pay())
        await node.heal()
        await lookout.told(lookout.pay())

        await lookout.settled()


@pytest.mark.parametrize("place", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("case", FORKS.values(), ids=FORKS)
async def test_a_node_on_another_fork_is_followed_back(
    lookout: Lookout, case: Case, place: int
) -> None:
    """While the forks last, nobody can tell which will; afterwards it is known."""
    node = lookout.sandbox.nodes[place]
    chain = lookout.sandbox.chain
    async with lookout.watching():
        await lookout.at_head()
        lookout.pay()
        await node.set_faults(case)
        on_the_fork_alone = lookout.pay()
        await lookout.somewhere_at(chain.head.number)
        chain.reorg(1, keep="none", length=1)
        for _ in range(3):
            lookout.pay()
            await lookout.somewhere_at(chain.head.number)
        await node.heal()
        lookout.pay()
        chain.mine(RETRACT_AFTER + 2)

        await lookout.settled()
        assert on_the_fork_alone not in {told.tx_hash for told in await lookout.alerts()}
