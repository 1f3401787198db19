"""A JSON-RPC node over HTTP: it shares its chain with others and has faults of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from aiohttp import web

from sandbox.chain import answer_faults, transport_faults
from sandbox.chain.answering import Request, answer
from sandbox.chain.chain import Chain
from sandbox.chain.fault import Fault
from sandbox.chain.faulty_server import FaultyServer
from sandbox.chain.listener import MOST_BYTES, json_body
from sandbox.chain.rendering import Renderings
from sandbox.chain.transport_faults import Exchange
from sandbox.chain.view import View


@dataclass(slots=True)
class Tally:
    """What a node has been asked; `bytes_out` as sent (compressed where it was), `calls` by
    method.
    """

    requests: int = 0
    batches: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "calls": dict(self.calls)}


class Node(FaultyServer):
    """One node of `chain`; nodes that share `renderings` make each block's JSON once."""

    known_faults = transport_faults.NAMES | answer_faults.NAMES

    def __init__(
        self, chain: Chain, name: str, *, port: int = 0, renderings: Renderings | None = None
    ) -> None:
        super().__init__(name, port)
        self.tally = Tally()
        self._chain = chain
        self._renderings = renderings or Renderings()

    def _settled(self, fault: Fault) -> Fault:
        if fault.name == "stuck_head" and "at" not in fault.params:
            return replace(fault, params={**fault.params, "at": self._chain.head.number})
        return fault

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_post("/{path:.*}", self._handle)
        return application

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        body = await http.read()
        request = Request.parse(body)
        methods = frozenset(request.methods)
        self.tally.requests += 1
        self.tally.batches += request.batch
        self.tally.bytes_in += len(body)
        self.tally.calls.update(request.methods)
        faults, turn = self._strike(methods), self.tally.requests

        def true_answer() -> bytes:
            chain = self._chain
            view = View(chain, self._renderings, chain.head.number, chain.spec.chain_id)
            return answer(request, answer_faults.seen(view, faults, turn), faults)

        exchange = Exchange(http, true_answer, self._changed)
        response = await transport_faults.strike(exchange, faults)
        if response is None:
            response = json_body(http, true_answer())
        if isinstance(response, web.Response) and isinstance(response.body, bytes):
            self.tally.bytes_out += len(response.body)
        return response
