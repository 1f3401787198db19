"""A fault as data: its name, its parameters, and which calls it strikes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a node.

    `methods`: only calls of these methods (none named: all). `times`: only the first so many
    exchanges that it strikes (0: until it is healed). Names and parameters stand in the tables:
    `transport_faults.py`, `answer_faults.py` (which names three more) and `socket_faults.py`, where
    announcements are of the method `eth_subscription`.
    """

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()
    times: int = 0

    def strikes(self, methods: frozenset[str]) -> bool:
        """Whether an exchange with these methods is hit."""
        return not self.methods or bool(self.methods & methods)

    def number(self, name: str, default: float) -> float:
        """A numeric parameter."""
        return float(self.params.get(name, default))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; the inverse of `from_json`."""
        return {
            "name": self.name,
            "params": dict(self.params),
            "methods": sorted(self.methods),
            "times": self.times,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fault:
        """From the control API; TypeError if it is not shaped like a fault."""
        name, params = value.get("name"), value.get("params", {})
        methods, times = value.get("methods", []), value.get("times", 0)
        if not isinstance(name, str) or not isinstance(params, Mapping):
            raise TypeError("a fault has a name and a params object")
        if not isinstance(methods, list) or not isinstance(times, int):
            raise TypeError("a fault's methods are a list, its times a number")
        return cls(name, params, frozenset(map(str, methods)), times)
