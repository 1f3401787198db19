"""The matrix of faults: who is called correct, loud or silently wrong."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest

from bench.contenders import Loud, Ours, Question
from bench.faults import CHAIN, cases, column, judged, main, mine, way
from bench.report import Cell, Verdict, print_matrix
from sandbox.chain import ChainSandbox, ethereum_spec

RIGHT = Counter({("0x01", "token", "from", "to", "5"): 1})
QUESTION = Question(("http://127.0.0.1:1",), 7, "logs")


class Said:
    """A contender that says what it was told to."""

    def __init__(self, answer):
        self.answer = answer

    async def ready(self):
        pass

    async def read(self, question):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (RIGHT, Verdict.CORRECT),
        (Counter(), Verdict.WRONG),
        (RIGHT + RIGHT, Verdict.WRONG),
        (Loud("no"), Verdict.LOUD),
        (TimeoutError(), Verdict.LOUD),
    ],
)
async def test_a_verdict_is_about_what_was_believed(answer, verdict):
    assert (await judged(Said(answer), QUESTION, RIGHT)).verdict is verdict


async def test_what_is_neither_an_answer_nor_an_error_of_the_nodes_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        await judged(Said(ZeroDivisionError()), QUESTION, RIGHT)


async def test_ours_reads_the_block_over_a_liar_and_says_so_over_nobody():
    async with ChainSandbox(ethereum_spec(), nodes=3, clock=None) as sandbox:
        await sandbox.nodes[0].set_faults(cases()["partial logs"])
        await sandbox.nodes[1].set_faults(cases()["refused connection"])
        right = mine(sandbox)
        lying, away, healthy = sandbox.rpc_urls
        number = sandbox.chain.head.number
        questions = {
            "a liar": Question((lying, healthy), number, "logs"),
            "500 MB": Question((away, healthy), number, "logs"),
        }
        async with asyncio.timeout(60):
            cells = await column([Ours(CHAIN, 30)], questions, right)

    assert right.total() == 8
    assert list(cells) == list(questions)
    assert {cell.verdict for cell in cells.values()} == {Verdict.CORRECT}


def test_the_block_has_other_transfers_beside_it_to_be_deceived_with():
    sandbox = ChainSandbox(ethereum_spec(), nodes=1, clock=None)
    mine(sandbox)
    head = sandbox.chain.head

    orphan = sandbox.chain.ledger.orphan_at(head.number)
    parent = sandbox.chain.ledger.known(head.parent_hash)

    assert len(orphan.transactions) > len(head.transactions) > len(parent.transactions) > 0


def test_every_lie_about_logs_is_read_by_logs():
    assert {name for name in cases() if way(name) == "logs"} >= {"empty logs", "removed logs"}


def test_the_table_and_the_object_say_the_same(capsys):
    columns = {
        "ours": {"hang": Cell(Verdict.CORRECT, 1.0)},
        "peer": {"hang": Cell(Verdict.WRONG, 0.5, "3 transfers missing")},
    }

    print_matrix("faults", columns, as_json=False)
    table = capsys.readouterr().out
    print_matrix("faults", columns, as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert "SILENTLY WRONG" in table
    assert told["totals"] == {"ours": {"correct": 1}, "peer": {"SILENTLY WRONG": 1}}
    assert {row["contender"]: row["seconds"] for row in told["rows"]} == {"ours": 1.0, "peer": 0.5}


def test_a_fault_that_does_not_exist_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["faults", "--only", "gremlins"])

    with pytest.raises(SystemExit):
        main()

    assert "no such fault: gremlins" in capsys.readouterr().err
