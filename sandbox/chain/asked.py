"""One call as a node understands it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.chain import hexes
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.rpc_errors import RpcError
from sandbox.chain.view import View


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and the part of the chain that it is asked of."""

    view: View
    method: str
    params: list[Any]

    @property
    def block(self) -> AnyBlock | None:
        """The block that logs or receipts are asked of; of a range its first one."""
        wanted: Any = self.params[0] if self.params else None
        if self.method == "eth_getTransactionReceipt":
            place = self.view.ledger.place(hexes.word(wanted))
            return place[0] if place else None
        if isinstance(wanted, dict) and "blockHash" not in wanted:
            wanted = wanted.get("fromBlock") or wanted.get("blockNumber") or "latest"
        try:
            return self.view.block(wanted)
        except RpcError:
            return None
