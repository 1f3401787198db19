"""The chain's verbs over HTTP: what `Chain` does in process, `ChainClient` does for a sandbox in
another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

import aiohttp

from sandbox.chain.chain import Keep, Order
from sandbox.chain.contracts.aggregator import FeedFault
from sandbox.chain.contracts.exchange import PoolFault
from sandbox.chain.deals import How
from sandbox.chain.fault import Fault
from sandbox.chain.happenings import Head, Mined, Reorg
from sandbox.chain.mempool import Way
from sandbox.chain.sealing import Untrue

_PATIENCE = aiohttp.ClientTimeout(total=60)


class ChainClient:
    """`async with ChainClient(control_url) as chain: await chain.transfer(...)`; ValueError says
    what was refused.
    """

    def __init__(self, control_url: str) -> None:
        self._url = control_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_PATIENCE)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def state(self) -> dict[str, Any]:
        """URLs, head, and each server's faults and tally."""
        state: dict[str, Any] = await self._ask("GET", "state")
        return state

    async def head(self) -> Head:
        """The newest block."""
        return Head(**(await self.state())["head"])

    async def rpc_urls(self) -> list[str]:
        """One URL a node, in order."""
        return list((await self.state())["rpc_urls"])

    async def ws_urls(self) -> list[str]:
        """One WebSocket URL a node, in order."""
        return list((await self.state())["ws_urls"])

    async def mine(self, blocks: int = 1, *, transactions: int = 0) -> list[Head]:
        """`Chain.mine`."""
        made = await self._do("mine", blocks=blocks, transactions=transactions)
        return [Head(**head) for head in made]

    async def transfer(
        self, sender: str, recipient: str, value_wei: int, *, mine: bool = True
    ) -> Mined:
        """`Chain.transfer`."""
        return await self._mined(
            "transfer", sender=sender, recipient=recipient, value_wei=value_wei, mine=mine
        )

    async def transfer_erc20(
        self, token: str, sender: str, recipient: str, amount: int, *, mine: bool = True
    ) -> Mined:
        """`Chain.transfer_erc20`."""
        parties = {"sender": sender, "recipient": recipient}
        return await self._mined("transfer_erc20", token=token, **parties, amount=amount, mine=mine)

    async def deposit(self, owner: str, amount: int, *, mine: bool = True) -> Mined:
        """`Chain.deposit`."""
        return await self._mined("deposit", owner=owner, amount=amount, mine=mine)

    async def withdraw(self, owner: str, amount: int, *, mine: bool = True) -> Mined:
        """`Chain.withdraw`."""
        return await self._mined("withdraw", owner=owner, amount=amount, mine=mine)

    async def swap(
        self,
        trader: str,
        sold: str | None,
        amount_sold: int,
        bought: str | None,
        amount_bought: int,
        *,
        mine: bool = True,
    ) -> Mined:
        """`Chain.swap`."""
        amounts = {"amount_sold": amount_sold, "amount_bought": amount_bought}
        return await self._mined(
            "swap", trader=trader, sold=sold, bought=bought, **amounts, mine=mine
        )

    async def mint(self, token: str, recipient: str, amount: int, *, mine: bool = True) -> Mined:
        """`Chain.mint`."""
        return await self._mined("mint", token=token, recipient=recipient, amount=amount, mine=mine)

    async def burn(self, token: str, holder: str, amount: int, *, mine: bool = True) -> Mined:
        """`Chain.burn`."""
        return await self._mined("burn", token=token, holder=holder, amount=amount, mine=mine)

    async def deal(
        self,
        how: How,
        who: str,
        *,
        gives: Sequence[tuple[str | None, int]] = (),
        gets: Sequence[tuple[str | None, int]] = (),
        mine: bool = True,
    ) -> Mined:
        """`Chain.deal`."""
        sides = {"gives": list(gives), "gets": list(gets)}
        return await self._mined("deal", how=how, who=who, **sides, mine=mine)

    async def transact(
        self,
        sender: str,
        recipient: str | None,
        *,
        value_wei: int = 0,
        logs: Sequence[tuple[str, Sequence[str], str]] = (),
        status: int = 1,
        mine: bool = True,
    ) -> Mined:
        """`Chain.transact`."""
        parties = {"sender": sender, "recipient": recipient, "logs": list(logs)}
        return await self._mined(
            "transact", **parties, value_wei=value_wei, status=status, mine=mine
        )

    async def wait(
        self, sender: str, recipient: str, value_wei: int, *, status: int = 1, data: str = "0x"
    ) -> Mined:
        """`Chain.wait`."""
        parties = {"sender": sender, "recipient": recipient}
        return await self._mined("wait", **parties, value_wei=value_wei, status=status, data=data)

    async def include(self, tx_hash: str) -> Mined:
        """`Chain.include`."""
        return await self._mined("include", tx_hash=tx_hash)

    async def replace(self, tx_hash: str, way: Way = "speed up") -> Mined:
        """`Chain.replace`."""
        return await self._mined("replace", tx_hash=tx_hash, way=way)

    async def drop(self, tx_hash: str) -> None:
        """`Chain.drop`."""
        await self._do("drop", tx_hash=tx_hash)

    async def reorg(
        self,
        depth: int,
        *,
        keep: Keep = "all",
        order: Order = "same",
        amounts: Mapping[str, int] | None = None,
        transactions: int = 0,
        length: int | None = None,
    ) -> Reorg:
        """`Chain.reorg`."""
        made = await self._do(
            "reorg",
            depth=depth,
            keep=keep if isinstance(keep, str) else list(keep),
            order=order,
            amounts=dict(amounts or {}),
            transactions=transactions,
            length=length,
        )
        return Reorg.from_json(made)

    async def serve_recorded(
        self, block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]]
    ) -> Head:
        """`Chain.serve_recorded`."""
        made = await self._do("serve_recorded", block=dict(block), receipts=list(receipts))
        return Head(**made)

    async def serve_parent_of(self, block: Mapping[str, Any]) -> Head:
        """`Chain.serve_parent_of`."""
        return Head(**(await self._do("serve_parent_of", block=dict(block))))

    async def set_price(self, symbol: str, usd: str) -> None:
        """`Chain.set_price`."""
        await self._do("set_price", symbol=symbol, usd=usd)

    async def set_feed_fault(self, pair: str, fault: FeedFault | None) -> None:
        """`Chain.set_feed_fault`."""
        await self._do("set_feed_fault", pair=pair, fault=fault)

    async def set_sequencer(self, *, up: bool) -> None:
        """`Chain.set_sequencer`."""
        await self._do("set_sequencer", up=up)

    async def add_token(
        self, symbol: str, *, decimals: int = 18, usd: str | None = None, name: str = ""
    ) -> str:
        """`Chain.add_token`."""
        made = await self._do("add_token", symbol=symbol, decimals=decimals, usd=usd, name=name)
        return str(made)

    async def add_pool(
        self, token: str, quote: str, usd: str, *, factory: int = 0, fee: int = 0
    ) -> str:
        """`Chain.add_pool`."""
        arguments = {"token": token, "quote": quote, "usd": usd, "factory": factory, "fee": fee}
        return str(await self._do("add_pool", **arguments))

    async def set_pool_fault(self, pool: str, fault: PoolFault | None) -> None:
        """`Chain.set_pool_fault`."""
        await self._do("set_pool_fault", pool=pool, fault=fault)

    async def spoil_headers(self, *parts: Untrue) -> None:
        """`Chain.spoil_headers`."""
        await self._do("spoil_headers", parts=list(parts))

    async def skew_clock(self, seconds: float) -> None:
        """`Chain.skew_clock`."""
        await self._do("skew_clock", seconds=seconds)

    async def find(self, tx_hash: str) -> Mined | None:
        """`Chain.find`."""
        found = await self._do("find", tx_hash=tx_hash)
        return None if found is None else Mined.from_json(found)

    async def start_mining(self, transactions: int | None = None) -> None:
        """Blocks come by themselves from now on."""
        await self._ask("POST", "mining/start", {"transactions": transactions})

    async def stop_mining(self) -> None:
        """No block comes by itself any more."""
        await self._ask("POST", "mining/stop", {})

    async def set_faults(self, server: str, faults: Collection[Fault] = ()) -> None:
        """Exactly these faults for `node-1`, `node-2` … or `prices`; none heals it."""
        listed = [fault.as_json() for fault in faults]
        await self._ask("PUT", f"faults/{server}", {"faults": listed})

    async def break_with(
        self,
        server: str,
        name: str,
        *,
        methods: tuple[str, ...] = (),
        times: int = 0,
        **params: Any,
    ) -> None:
        """One more fault for a server, as `Node.break_with`."""
        fault = Fault(name, params, frozenset(methods), times)
        await self._ask("POST", f"faults/{server}", {"faults": [fault.as_json()]})

    async def heal(self, server: str) -> None:
        """End all faults of a server."""
        await self.set_faults(server)

    async def _mined(self, verb: str, **arguments: Any) -> Mined:
        return Mined.from_json(await self._do(verb, **arguments))

    async def _do(self, verb: str, **arguments: Any) -> Any:
        return await self._ask("POST", f"chain/{verb}", arguments)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if self._session is None:
            raise RuntimeError("use the client in `async with`")
        url = f"{self._url}/sandbox/{path}"
        async with self._session.request(method, url, json=body) as response:
            answer = await response.json()
            if response.status != 200:
                raise ValueError(answer["error"])
            return answer
