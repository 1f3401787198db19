"""The events that are read, by their first topic, in small letters."""

from __future__ import annotations

from data.venues import TOPICS

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""``Transfer(address,address,uint256)``; with a fourth topic it is an ERC-721's."""
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
"""``Deposit(address,uint256)`` of WETH9 and its copies, which emit no Transfer."""
WITHDRAWAL = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
"""``Withdrawal(address,uint256)`` of the same."""
TRANSFER_SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
"""``TransferSingle(address,address,address,uint256,uint256)`` of ERC-1155."""
TRANSFER_BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb"
"""``TransferBatch(address,address,address,uint256[],uint256[])`` of the same."""
MOVING = frozenset({TRANSFER, DEPOSIT, WITHDRAWAL, TRANSFER_SINGLE, TRANSFER_BATCH})
"""Topics of everything by which an asset moves."""

SWAPS = frozenset(
    {
        # Uniswap v2, v3, v4; PancakeSwap v3; Solidly; Balancer v2; Curve, both forms
        "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822",
        "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67",
        "0x40e9cecb9f5f1f1c5b9c97dec2917b7ee92e57ba5563708daca94dd84ad7112f",
        "0x19b47279256b2a23a1665c810c8d55a1758940ee09377d4f8d26497a3577dc83",
        "0xb3e2773606abfd36b5bd91394b3a54d1398336c65005baf7bf7a05efeffaf75b",
        "0x2170c741c41531aec20e7c107c24eecfdd15e69c9bb0a8dd37b1840b9e0b207b",
        "0x8b3e96f2b889fa771c53c981b40daf005f63f637f1869f707052d15a3dd97140",
        "0xb2e76ae99761dc136e598d4a629bb347eccb9532a5f8bbd72e18467c3c34cc98",
    }
)
"""Topics by which a pool says that it swapped."""
TELLING = SWAPS | {"0x" + topic.hex() for topic in TOPICS}
"""Topics that tell what a transaction was about; what has one of them is an ``Event``."""

NATIVE_LOG_EMITTER = bytes.fromhex("fffffffffffffffffffffffffffffffffffffffe")
"""EIP-7708 tells of native value in Transfer logs from here."""
