"""The nouns of the glossary as plain values; standard library only.

- ``chain``     a chain as configured: nodes, tokens, price feeds, explorer
- ``block``     a block's reference, a transaction with its transfers, a coverage gap
- ``movement``  what one transaction did to one address, net per asset, and what it was worth
- ``watch``     a chat's interest, with its threshold and direction
- ``chat``      where alerts go, and what is called how there
- ``language``  the languages that people can read the bot in
- ``alert``     what one chat is to be told about one transaction, and the message that shows it
- ``scope``     what of everything that happens a watch is about
- ``pursuit``   a transaction that a chat asked to be followed, and what became of it
- ``broadcast`` what an operator tells everybody
- ``fault``     what went wrong in a process
- ``pause``     a chain that an operator lets rest
"""

from data.model.alert import (
    Alert,
    AlertState,
    Certainty,
    Match,
    Message,
    Occasion,
    Priority,
    Shown,
)
from data.model.block import (
    BlockRef,
    CoverageGap,
    Event,
    Settled,
    Source,
    Standard,
    Transaction,
    Transfer,
    UnverifiedBlock,
)
from data.model.broadcast import Broadcast, BroadcastState, Reach, SendState
from data.model.chain import (
    Chain,
    Explorer,
    Factory,
    Feed,
    Finality,
    Integrity,
    PoolKind,
    SystemTransactions,
    Token,
)
from data.model.chat import (
    Chat,
    ChatKind,
    ChatName,
    ChatState,
    DigestEvery,
    Level,
    NoiseRule,
    Quiet,
    Timing,
)
from data.model.fault import Fault
from data.model.language import Language, language_of
from data.model.movement import (
    MOST_LEGS,
    Leg,
    Mark,
    Movement,
    MovementKind,
    Price,
    PriceState,
)
from data.model.pause import ChainPause
from data.model.pursuit import Depth, Inclusion, Pursuit, PursuitState, Replacement, Told, Wish
from data.model.scope import EVERYTHING, Asset, Interest, Scope
from data.model.watch import (
    FOREVER,
    Direction,
    Threshold,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
    Watch,
)

__all__ = [
    "EVERYTHING",
    "FOREVER",
    "MOST_LEGS",
    "Alert",
    "AlertState",
    "Asset",
    "BlockRef",
    "Broadcast",
    "BroadcastState",
    "Certainty",
    "Chain",
    "ChainPause",
    "Chat",
    "ChatKind",
    "ChatName",
    "ChatState",
    "CoverageGap",
    "Depth",
    "DigestEvery",
    "Direction",
    "Event",
    "Explorer",
    "Factory",
    "Fault",
    "Feed",
    "Finality",
    "Inclusion",
    "Integrity",
    "Interest",
    "Language",
    "Leg",
    "Level",
    "Mark",
    "Match",
    "Message",
    "Movement",
    "MovementKind",
    "NoiseRule",
    "Occasion",
    "PoolKind",
    "Price",
    "PriceState",
    "Priority",
    "Pursuit",
    "PursuitState",
    "Quiet",
    "Reach",
    "Replacement",
    "Scope",
    "SendState",
    "Settled",
    "Shown",
    "Source",
    "Standard",
    "SystemTransactions",
    "Threshold",
    "Timing",
    "Token",
    "Told",
    "Transaction",
    "Transfer",
    "UnitThreshold",
    "Unpriced",
    "UnverifiedBlock",
    "UsdThreshold",
    "Watch",
    "Wish",
    "language_of",
]
