"""The rules that operators copy name metrics, states and labels that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from bot.delivery import instruments as bot_instruments
from bot.delivery.events import EventKind
from watcher import instruments as watcher_instruments
from watcher.instruments import CHAIN_STATES
from watcher.rpc.snapshot import Standing

DOCS = Path(__file__).parents[2] / "docs"
KNOWN = {
    name
    for module in (bot_instruments, watcher_instruments)
    for metric in vars(module).values()
    if isinstance(metric, Counter | Gauge | Histogram)
    for family in metric.describe()
    for name in (
        {"counter": (f"{family.name}_total",), "gauge": (family.name,)}.get(
            family.type, tuple(f"{family.name}_{part}" for part in ("bucket", "count", "sum"))
        )
    )
}
RULES = [
    rule
    for group in yaml.safe_load((DOCS / "prometheus-rules.yml").read_text())["groups"]
    for rule in group["rules"]
]


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_rule_asks_for_what_there_is(rule: dict[str, str]) -> None:
    asked = set(re.findall(r"spyhop_\w+", rule["expr"]))
    states = {*CHAIN_STATES, *Standing, *EventKind}
    named = re.findall(r'(?:state|event)=~?"([^"]+)"', rule["expr"])

    assert asked
    assert asked <= KNOWN
    assert {state for words in named for state in words.split("|")} <= states


def test_the_operators_page_has_every_metric_and_no_other() -> None:
    page = (DOCS / "operating.md").read_text()
    told = set(re.findall(r"^\| `(spyhop_\w+)(?:\{[\w,]*\})?` \|", page, flags=re.MULTILINE))
    histograms = {name.removesuffix("_bucket") for name in KNOWN if name.endswith("_bucket")}
    plain = {name for name in KNOWN if not re.fullmatch(r".*_(bucket|count|sum)", name)}

    assert told == plain | histograms
