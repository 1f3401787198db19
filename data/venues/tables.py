"""The tables of this folder, read."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from data.venues.venue import Deployer, Meaning, Topic, Venue, VenueKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER = Path(__file__).parent


@cache
def contracts() -> Mapping[str, Mapping[bytes, Venue]]:
    """By chain and address."""
    found: defaultdict[str, dict[bytes, Venue]] = defaultdict(dict)
    for row in _rows("contracts.csv"):
        venue = Venue(row["venue"], VenueKind(row["kind"]))
        found[row["chain"]][_bytes(row["address"])] = venue
    return found


@cache
def topics() -> Mapping[bytes, Topic]:
    """By topic0."""
    return {
        _bytes(row["topic"]): Topic(
            Meaning(row["means"]),
            row["venue"] or None,
            frozenset(row["chains"].split()) - {"*"},
        )
        for row in _rows("topics.csv")
    }


@cache
def deployers() -> Mapping[str, tuple[Deployer, ...]]:
    """By chain."""
    found: defaultdict[str, tuple[Deployer, ...]] = defaultdict(tuple)
    for row in _rows("deployers.csv"):
        fees = tuple(int(fee) for fee in row["fees"].split())
        found[row["chain"]] += (
            Deployer(_bytes(row["deployer"]), row["venue"], _bytes(row["init_code_hash"]), fees),
        )
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
