"""A JSON-RPC node over HTTP and WebSocket: its chain is shared with others, its faults are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from aiohttp import web

from sandbox.chain import answer_faults, socket_faults, transport_faults, view_faults
from sandbox.chain.answering import Request, answer
from sandbox.chain.asked import Asked
from sandbox.chain.chain import Chain
from sandbox.chain.fault import Fault
from sandbox.chain.faulty_server import FaultyServer
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.listener import MOST_BYTES, json_body
from sandbox.chain.rendering import Renderings
from sandbox.chain.rpc_errors import RpcError
from sandbox.chain.sibling import Sibling
from sandbox.chain.socket_faults import News
from sandbox.chain.subscriptions import Subscriber
from sandbox.chain.transport_faults import Exchange
from sandbox.chain.view import View
from sandbox.chain.view_faults import Moment


@dataclass(slots=True)
class Tally:
    """What a node has been asked; `bytes_out` as sent over HTTP (compressed where it was), `calls`
    by method, WebSocket connections, and announcements on them.
    """

    requests: int = 0
    batches: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    sockets: int = 0
    announced: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "calls": dict(self.calls)}


class Node(FaultyServer):
    """One node of `chain`; nodes that share `renderings` make each block's JSON once."""

    known_faults = transport_faults.NAMES | answer_faults.NAMES | socket_faults.NAMES

    def __init__(
        self, chain: Chain, name: str, *, port: int = 0, renderings: Renderings | None = None
    ) -> None:
        super().__init__(name, port)
        self.tally = Tally()
        self._chain = chain
        self._renderings = renderings or Renderings()
        self._sibling: Sibling | None = None

    @property
    def ws_url(self) -> str:
        """Where it takes WebSocket connections: on the same port."""
        return self.url.replace("http", "ws", 1)

    @property
    def is_deaf(self) -> bool:
        """Whether a WebSocket connection is answered nothing."""
        return any(fault.name == socket_faults.DEAF for fault in self.faults)

    def answer(self, body: bytes) -> bytes:
        """To a call over WebSocket."""
        request, faults, turn = self._counted(body)
        return answer(request, self._view(faults, turn), faults)

    def refusal(self, method: str) -> RpcError | None:
        """Why a subscription is refused."""
        self.tally.calls[method] += 1
        faults = self._strike(frozenset({method}), answer_faults.NAMES)
        return answer_faults.refusal(Asked(self._view(faults, 0), method, []), faults)

    def announcement(self, block: AnyBlock, subscription: str, turn: int) -> bytes | None:
        """What a subscription is told of a new block, by way of the faults of the view."""
        view = self._view(self.faults, turn)
        if view.known(block.hash) is None:
            behind = view.at(view.head)
            if behind is None or any(fault.name == "stuck_head" for fault in self.faults):
                return socket_faults.NOTHING
            block = behind
        faults = self._strike(frozenset({"eth_subscription"}), socket_faults.NAMES)
        self.tally.announced += 1
        return socket_faults.announcement(News(view, block, subscription, turn), faults)

    def _settled(self, fault: Fault) -> Fault:
        if fault.name == "stuck_head" and "at" not in fault.params:
            return replace(fault, params={**fault.params, "at": self._chain.head.number})
        if fault.name in view_faults.FORKS and fault not in self._faults:
            depth, keep = int(fault.number("depth", 2)), int(fault.number("keep", 50))
            self._sibling = Sibling(self._chain, depth, keep)
        return fault

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_post("/{path:.*}", self._handle)
        application.router.add_get("/{path:.*}", self._connect)
        return application

    def _view(self, faults: tuple[Fault, ...], turn: int) -> View:
        chain = self._chain
        view = View(chain, self._renderings, chain.head.number, chain.spec.chain_id)
        branch = None if self._sibling is None else self._sibling.ledger
        return view_faults.seen(view, faults, Moment(turn, branch))

    def _counted(self, body: bytes) -> tuple[Request, tuple[Fault, ...], int]:
        """The request, the faults that strike it, and its turn."""
        request = Request.parse(body)
        self.tally.requests += 1
        self.tally.batches += request.batch
        self.tally.bytes_in += len(body)
        self.tally.calls.update(request.methods)
        names = transport_faults.NAMES | answer_faults.NAMES
        return request, self._strike(frozenset(request.methods), names), self.tally.requests

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        request, faults, turn = self._counted(await http.read())

        def true_answer() -> bytes:
            return answer(request, self._view(faults, turn), faults)

        exchange = Exchange(http, true_answer, self._changed)
        response = await transport_faults.strike(exchange, faults)
        if response is None:
            response = json_body(http, true_answer())
        if isinstance(response, web.Response) and isinstance(response.body, bytes):
            self.tally.bytes_out += len(response.body)
        return response

    async def _connect(self, http: web.Request) -> web.StreamResponse:
        if any(fault.name == socket_faults.REFUSED for fault in self.faults):
            return web.Response(status=404, text="no WebSocket here")
        self.tally.sockets += 1
        exchange = Exchange(http, lambda: b"", self._changed)
        struck = self._strike(frozenset({"eth_subscription"}), transport_faults.NAMES)
        response = await transport_faults.strike(exchange, struck)
        if response is not None:
            return response
        return await Subscriber(self, self._chain.on_head).serve(http)
