"""Receipts and logs that cannot be a block's."""

from __future__ import annotations

import pytest

from tests.unit.watcher.evm.blocks import BLOCK_HASH, TX_HASH, log, receipt, transaction
from watcher.evm.checks.block import check_block
from watcher.evm.checks.logs import check_logs
from watcher.evm.checks.receipts import check_receipts
from watcher.evm.wire import RpcBlock, RpcLog, RpcReceipt
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, RpcError, UntrueAnswer

OTHER = "0x" + "99" * 32
PARENT = "0x" + "b0" * 32
BLOOM = "0x" + "00" * 256
BODY = RpcBlock("0x64", BLOCK_HASH, PARENT, "0x6553f100", BLOOM, [transaction()])


def numbered(**fields) -> RpcLog:
    told = log([], **fields)
    told.log_index, told.transaction_index = "0x0", "0x0"
    return told


def placed(*logs: RpcLog, number="0x64", index="0x0", **fields) -> RpcReceipt:
    told = receipt(*logs, **fields)
    told.block_number, told.transaction_index = number, index
    return told


def misnumbered(name: str, text: str) -> RpcLog:
    told = numbered()
    setattr(told, name, text)
    return told


@pytest.mark.parametrize(
    ("receipts", "error"),
    [
        (None, BlockUnavailable),
        ([], UntrueAnswer),
        ([placed(numbered()), placed(numbered())], UntrueAnswer),
        ([placed(block_hash=OTHER)], UntrueAnswer),
        ([placed(tx_hash=OTHER)], UntrueAnswer),
        ([placed(index="0x1")], UntrueAnswer),
        ([placed(index="")], UntrueAnswer),
        ([placed(number="0x65")], UntrueAnswer),
        ([placed(number="")], UntrueAnswer),
        ([placed(numbered(block_hash=OTHER))], UntrueAnswer),
        ([placed(numbered(tx_hash=OTHER))], UntrueAnswer),
        ([placed(numbered(removed=True))], UntrueAnswer),
        ([placed(misnumbered("log_index", "0x1"))], UntrueAnswer),
        ([placed(misnumbered("log_index", ""))], UntrueAnswer),
        ([placed(misnumbered("transaction_index", "0x1"))], UntrueAnswer),
        ([placed(numbered(), status="0x0")], UntrueAnswer),
        ([placed(status=None)], GarbledAnswer),
        ([placed(status="0x01")], GarbledAnswer),
        ([placed(status="")], GarbledAnswer),
        ([placed(status="0x2", root="0x")], GarbledAnswer),
    ],
)
async def test_receipts_that_cannot_be_the_blocks_are_refused(receipts, error) -> None:
    with pytest.raises(error):
        await check_receipts(BODY, receipts)


@pytest.mark.parametrize(
    "told",
    [
        placed(numbered()),
        placed(status="0x0"),
        placed(status=None, root="0x" + "11" * 32),
        placed(number="0x064", index="0x00"),
        placed(misnumbered("log_index", "0x00")),
    ],
)
async def test_receipts_that_fit_are_taken(told: RpcReceipt) -> None:
    texts = await check_receipts(BODY, [told])
    assert texts == {one.address for one in told.logs}


@pytest.mark.parametrize(
    ("logs", "filtered"),
    [
        (None, False),
        ([misnumbered("log_index", "0x1")], False),
        ([misnumbered("log_index", "one")], True),
        ([misnumbered("transaction_index", "0x1")], True),
        ([misnumbered("transaction_index", "")], True),
        ([numbered(), numbered()], True),
        ([numbered(block_hash=OTHER)], True),
        ([numbered(tx_hash=OTHER)], True),
        ([numbered(removed=True)], True),
    ],
)
async def test_logs_that_cannot_be_the_blocks_are_refused(logs, filtered) -> None:
    with pytest.raises(RpcError):
        await check_logs(BODY, logs, filtered=filtered)


async def test_filtered_logs_may_have_gaps_between_them() -> None:
    by_transaction, _ = await check_logs(
        BODY, [misnumbered("log_index", "0x3"), misnumbered("log_index", "0x9")], filtered=True
    )
    assert [len(logs) for logs in by_transaction] == [2]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, BlockUnavailable),
        (RpcBlock("64", BLOCK_HASH, PARENT, "0x1", BLOOM, []), GarbledAnswer),
        (RpcBlock("0x64", "0x12", PARENT, "0x1", BLOOM, []), GarbledAnswer),
        (RpcBlock("0x64", BLOCK_HASH, "", "0x1", BLOOM, []), GarbledAnswer),
        (RpcBlock("0x64", BLOCK_HASH, PARENT, "now", BLOOM, []), GarbledAnswer),
        (RpcBlock("0x65", BLOCK_HASH, PARENT, "0x1", BLOOM, []), UntrueAnswer),
        (RpcBlock("0x64", OTHER, PARENT, "0x1", BLOOM, []), UntrueAnswer),
        (
            RpcBlock("0x64", BLOCK_HASH, PARENT, "0x1", BLOOM, [transaction(), transaction()]),
            UntrueAnswer,
        ),
    ],
)
def test_a_block_that_was_not_asked_for_is_refused(body, error) -> None:
    with pytest.raises(error):
        check_block(body, number=100, block_hash=BLOCK_HASH)
    assert check_block(BODY, number=100, block_hash=BLOCK_HASH).transactions[0].hash == TX_HASH
