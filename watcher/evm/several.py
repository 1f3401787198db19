"""Many questions of a kind to one node, in as few requests as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watcher.evm.abilities import STRUCK_FOR
from watcher.rpc.errors import (
    BlockUnavailable,
    LegitimateAnswer,
    MethodUnsupported,
    NodeFault,
    RequestTooLarge,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.abilities import Abilities
    from watcher.rpc.asking import Asking
    from watcher.rpc.wire import Call


async def several(asking: Asking, calls: Sequence[Call], abilities: Abilities) -> list[Any]:
    """The decoded results of all calls, in order. Raises errors of the tree."""
    answers: list[Any] = []
    while len(answers) < len(calls):
        size = abilities.batch(asking.name)
        part = calls[len(answers) : len(answers) + size]
        if len(part) == 1:
            answers.append(await asking.one(part[0]))
            continue
        try:
            items = await asking.many(part)
        except MethodUnsupported:
            # one of the calls, or the batch as such: asked for one, the node will tell
            answers.append(await asking.one(part[0]))
            abilities.refused_batch(asking.name, 1)
            continue
        except RequestTooLarge:
            abilities.refused_batch(asking.name, len(part))
            continue
        except NodeFault:
            # some cut off or fail at what is too large for them; others fail by chance
            abilities.refused_batch(asking.name, len(part), again_after=STRUCK_FOR)
            raise
        for item in items:
            if isinstance(item, LegitimateAnswer):
                raise BlockUnavailable(item.text)
            answers.append(item)
    return answers
