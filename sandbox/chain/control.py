"""The control API, for tests and demos that drive the sandbox from outside; `ChainClient` speaks
it.

GET  /sandbox/state                 URLs, head, and each node's faults and tally
POST /sandbox/chain/{verb}          one of the chain's verbs, with its arguments as a JSON object
POST /sandbox/mining/{start|stop}   the background miner
POST /sandbox/faults/{server}       more faults for a node or the price source, as a list
PUT  /sandbox/faults/{server}       exactly these faults
Errors are 400 with {"error": sentence}.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from aiohttp import web

from sandbox.chain.chain import Chain
from sandbox.chain.fault import Fault
from sandbox.chain.faulty_server import FaultyServer
from sandbox.chain.happenings import Head, Mined, Reorg, as_json
from sandbox.chain.hexes import data
from sandbox.chain.listener import MOST_BYTES, Listener
from sandbox.chain.miner import Miner
from sandbox.chain.node import Node
from sandbox.chain.price_source import PriceSource

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERBS = frozenset(
    {
        "add_pool",
        "add_token",
        "burn",
        "deal",
        "deposit",
        "drop",
        "find",
        "include",
        "mine",
        "mint",
        "reorg",
        "replace",
        "serve_parent_of",
        "serve_recorded",
        "set_feed_fault",
        "set_pool_fault",
        "set_price",
        "set_sequencer",
        "skew_clock",
        "spoil_headers",
        "swap",
        "transact",
        "transfer",
        "transfer_erc20",
        "wait",
        "withdraw",
    }
)


class Control:
    """The API's server."""

    def __init__(
        self, chain: Chain, nodes: Sequence[Node], prices: PriceSource, miner: Miner, port: int = 0
    ) -> None:
        self._chain = chain
        self._nodes = nodes
        self._prices = prices
        self._miner = miner
        self._servers: dict[str, FaultyServer] = {
            server.name: server for server in (*nodes, prices)
        }
        self._listener = Listener(self._application, port)

    @property
    def url(self) -> str:
        """The base URL."""
        return self._listener.url

    async def open(self) -> None:
        """Listen."""
        await self._listener.open()

    async def close(self) -> None:
        """Stop listening."""
        await self._listener.close()

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MOST_BYTES, middlewares=[_sentences])
        application.router.add_get("/sandbox/state", self._state)
        application.router.add_post("/sandbox/chain/{verb}", self._verb)
        application.router.add_post("/sandbox/mining/{state}", self._mining)
        application.router.add_post("/sandbox/faults/{server}", self._set_faults)
        application.router.add_put("/sandbox/faults/{server}", self._set_faults)
        return application

    async def _state(self, _: web.Request) -> web.Response:
        head = self._chain.head
        servers = [
            {
                "name": server.name,
                "url": server.url,
                "faults": [fault.as_json() for fault in server.faults],
                **({"tally": server.tally.as_json()} if isinstance(server, Node) else {}),
            }
            for server in self._servers.values()
        ]
        return web.json_response(
            {
                "chain": self._chain.spec.name,
                "chain_id": self._chain.spec.chain_id,
                "head": {"number": head.number, "hash": data(head.hash)},
                "mining": self._miner.is_running,
                "rpc_urls": [node.url for node in self._nodes],
                "ws_urls": [node.ws_url for node in self._nodes],
                "prices_url": self._prices.url,
                "servers": servers,
            }
        )

    async def _verb(self, request: web.Request) -> web.Response:
        verb = request.match_info["verb"]
        if verb not in VERBS:
            raise ValueError(f"the chain has no verb {verb!r}; it has {', '.join(sorted(VERBS))}")
        arguments = await _object(request)
        parts = arguments.pop("parts", ())  # only `spoil_headers` takes any number of them
        return web.json_response(_plain(getattr(self._chain, verb)(*parts, **arguments)))

    async def _mining(self, request: web.Request) -> web.Response:
        arguments = await _object(request)
        if request.match_info["state"] == "start":
            self._miner.start(arguments.get("transactions"))
        else:
            await self._miner.stop()
        return web.json_response({"mining": self._miner.is_running})

    async def _set_faults(self, request: web.Request) -> web.Response:
        server = self._servers[request.match_info["server"]]
        faults = (await _object(request)).get("faults", [])
        kept = server.faults if request.method == "POST" else ()
        await server.set_faults((*kept, *(Fault.from_json(fault) for fault in faults)))
        return web.json_response({"faults": [fault.as_json() for fault in server.faults]})


@web.middleware
async def _sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the caller did wrong is said, not logged."""
    try:
        return await handler(request)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


async def _object(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    value = json.loads(text) if text else {}
    if not isinstance(value, dict):
        raise TypeError("the body is a JSON object of arguments")
    return value


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(one) for one in result]
    if isinstance(result, Head | Mined | Reorg):
        return as_json(result)
    return result
