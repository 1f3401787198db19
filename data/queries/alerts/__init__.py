"""Alerts: written in the watcher's transaction, ended by delivery.

- ``writing``     one alert per (chain, transaction, chat, topic), pending or held
- ``feeds``       which feeds a movement is big enough for
- ``noise``       those that rules took for noise
- ``held``        alerts that wait for their block to become safe, released or forgotten
- ``deferred``    alerts that wait for a digest
- ``reorg``       what a reorg does to alerts, and what undoes it
- ``repointing``  alerts that tell of another movement after a reorg than before
- ``answers``     of which alerts that were taken back an answer told
- ``about``       which alerts tell of a movement
- ``touched``     what a transaction did to alerts, and the queueing of every chat that it concerns
- ``asked``       what became of one that somebody asks about
- ``outbox``      what waits for a chat, and what became of it
- ``flows``       what they moved, for a chart
- ``listed``      what waits for a chat or is in one message, by value
- ``history``     a chat's alerts, page by page
"""

from data.queries.alerts.answers import answered, taken_back
from data.queries.alerts.asked import of_reply, of_transaction
from data.queries.alerts.deferred import all_deferred, defer, next_digest, of_digest, put_off
from data.queries.alerts.held import forget_held_above, release_held, release_held_of_chat
from data.queries.alerts.noise import NOISE
from data.queries.alerts.outbox import (
    alert_of,
    drop,
    drop_all_of_chat,
    of_message,
    oldest_pending,
    pending,
    sent,
)
from data.queries.alerts.reorg import (
    DROPPED_BY_REORG,
    bring_back,
    drop_unsent,
    restate,
    retract,
)
from data.queries.alerts.repointing import repoint
from data.queries.alerts.touched import NOTHING, Touched, enqueue
from data.queries.alerts.writing import NewAlert, write, write_for_feeds

__all__ = [
    "DROPPED_BY_REORG",
    "NOISE",
    "NOTHING",
    "NewAlert",
    "Touched",
    "alert_of",
    "all_deferred",
    "answered",
    "bring_back",
    "defer",
    "drop",
    "drop_all_of_chat",
    "drop_unsent",
    "enqueue",
    "forget_held_above",
    "next_digest",
    "of_digest",
    "of_message",
    "of_reply",
    "of_transaction",
    "oldest_pending",
    "pending",
    "put_off",
    "release_held",
    "release_held_of_chat",
    "repoint",
    "restate",
    "retract",
    "sent",
    "taken_back",
    "write",
    "write_for_feeds",
]
