"""The tables. Where a column's meaning is not in its name, the noun in ``data.model`` has it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from data.columns import Amount, Bytes, Dollars, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only counts up an INTEGER primary key
_Id = BigInteger().with_variant(Integer, "sqlite")

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("state_reason", Text),
    Column("default_threshold_usd", Dollars, nullable=False),
    Column("muted_until", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("timing", String(16), nullable=False, server_default="instant"),
    Column("lookalikes_let_in", Boolean, nullable=False, server_default=false()),
    Column("imitations_let_in", Boolean, nullable=False, server_default=false()),
    Column("airdrops_let_in", Boolean, nullable=False, server_default=false()),
    Column("moved_to", BigInteger),
    Column("notice", Text),
    Column("language", String(8)),
    Column("telegram_language", String(35)),
    Column("title", Text),
    Column("added_by", BigInteger),
    Column("time_zone", String(64)),
    Column("quiet_begins", SmallInteger),
    Column("quiet_ends", SmallInteger),
    Column("quiet_times", Integer),
    Column("digest", String(8), nullable=False, server_default="off"),
    Column("digest_at", SmallInteger),
    Column("digest_due", UtcTime),
    Column("digest_times", Integer),
    Column("level", String(8), nullable=False, server_default="member"),
    # a blocked one is told so once, and whoever waits to be let in asked for it once
    Column("level_told", Boolean, nullable=False, server_default=false()),
    Index(
        "ix_chats_added_by",
        "added_by",
        postgresql_where=text("added_by IS NOT NULL"),
        sqlite_where=text("added_by IS NOT NULL"),
    ),
    Index(
        "ix_chats_level",
        "level",
        postgresql_where=text("level <> 'member'"),
        sqlite_where=text("level <> 'member'"),
    ),
    Index(
        "ix_chats_digest_due",
        "digest_due",
        postgresql_where=text("digest_due IS NOT NULL"),
        sqlite_where=text("digest_due IS NOT NULL"),
    ),
)

watches = Table(
    "watches",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("chain", String(32)),
    Column("address", Bytes),
    Column("threshold_usd", Dollars),
    Column("threshold_units", JSON(none_as_null=True)),
    Column("direction", String(8), nullable=False),
    Column("label", Text),
    Column("muted_until", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("unpriced", String(16), nullable=False, server_default="ignore"),
    # what it is about, everything where these are null; chains are separated by commas
    Column("interests", Integer),
    Column("only_assets", JSON(none_as_null=True)),
    Column("without_assets", JSON(none_as_null=True)),
    Column("not_on", Text),
    UniqueConstraint("chat_id", "number"),
    Index("ix_watches_address", "address"),
    Index(
        "ix_watches_feed",
        "chain",
        "threshold_usd",
        postgresql_where=text("address IS NULL"),
        sqlite_where=text("address IS NULL"),
    ),
    # a keyboard in a chat may name a watch long after it was removed
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("address", Bytes, primary_key=True),
    Column("symbol", Text),
    Column("name", Text),
    Column("decimals", SmallInteger),
    Column("read_at", UtcTime, nullable=False),
)

movements = Table(
    "movements",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chain", String(32), nullable=False),
    Column("tx_hash", Bytes, nullable=False),
    Column("address", Bytes, nullable=False),
    Column("tx_index", Integer, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", Bytes, nullable=False),
    Column("block_parent_hash", Bytes, nullable=False),
    Column("block_time", UtcTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("counterparty", Bytes),
    Column("signed", Boolean, nullable=False),
    Column("usd", Dollars),
    # set while a reorg has taken the block away: the height at which the transaction counts
    # as gone if no block has brought it back
    Column("orphaned_until", BigInteger),
    Column("venue", Text),
    Column("marks", Text),  # separated by commas
    Column("is_contract", Boolean),
    Column("counterparty_is_contract", Boolean),
    Column("left_out", Integer, nullable=False, server_default="0"),
    # of the one movement of its transaction that feeds show: what it is to them, an Interest
    Column("shown_as", SmallInteger),
    UniqueConstraint("chain", "tx_hash", "address"),
    Index("ix_movements_chain_block_number", "chain", "block_number"),
    # with whom an address has dealt, for addresses that look like one of them; and what it moved
    Index(
        "ix_movements_dealings",
        "address",
        "counterparty",
        "usd",
        postgresql_where=text("marks IS NULL"),
        sqlite_where=text("marks IS NULL"),
    ),
    Index(
        "ix_movements_marked",
        "address",
        postgresql_where=text("marks IS NOT NULL"),
        sqlite_where=text("marks IS NOT NULL"),
    ),
    # what feeds of a chain would have shown, the largest first
    Index(
        "ix_movements_shown",
        "chain",
        "usd",
        "block_time",
        "shown_as",
        postgresql_where=text("shown_as IS NOT NULL AND orphaned_until IS NULL"),
        sqlite_where=text("shown_as IS NOT NULL AND orphaned_until IS NULL"),
    ),
    Index(
        "ix_movements_orphaned",
        "chain",
        "orphaned_until",
        postgresql_where=text("orphaned_until IS NOT NULL"),
        sqlite_where=text("orphaned_until IS NOT NULL"),
    ),
)

legs = Table(
    "legs",
    metadata,
    Column("movement_id", ForeignKey("movements.id", ondelete="CASCADE"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("token", Bytes),
    Column("symbol", Text, nullable=False),
    Column("decimals", SmallInteger),
    Column("received", Boolean, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("price_usd", Text),  # exact decimal text: prices have more places than values
    Column("price_source", String(32)),
    Column("price_as_of", UtcTime),
    Column("price_state", String(16)),
    Column("price_at_most", Text),
    Column("standard", String(8), nullable=False, server_default="erc20"),
    Column("token_id", Amount),
)

messages = Table(
    "messages",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("telegram_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("shown_revision", Integer, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    Column("certainty", SmallInteger, nullable=False, server_default="0"),
    Column("gone", Boolean, nullable=False, server_default=false()),
    Column("occasion", String(8)),
    Column("pictured", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("chat_id", "telegram_id"),
    Index(
        "ix_messages_to_edit",
        "chat_id",
        postgresql_where=text("revision > shown_revision"),
        sqlite_where=text("revision > shown_revision"),
    ),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chain", String(32), nullable=False),
    Column("tx_hash", Bytes, nullable=False),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    # no foreign key, which would look the same movement up for each chat of a feed, and no index:
    # whoever looks for the alerts of a movement finds them by its transaction
    Column("movement_id", _Id, nullable=False),
    Column("watch_id", BigInteger, nullable=False),  # no foreign key: the alert outlives the watch
    Column("others", JSON(none_as_null=True)),
    Column("priority", SmallInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("message_id", ForeignKey("messages.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    # set if it is or was held: the block that must be safe first, its movement's
    Column("held_until", BigInteger),
    Column("noise", Text),  # separated by commas
    Column("answered_at", UtcTime),
    # if it is or was told later: the digest that has it
    Column("deferred_until", UtcTime),
    UniqueConstraint("chain", "tx_hash", "chat_id", "topic_id"),
    Index(
        "ix_alerts_pending",
        "chat_id",
        "id",
        postgresql_where=text("state = 'pending'"),
        sqlite_where=text("state = 'pending'"),
    ),
    Index(
        "ix_alerts_held",
        "chain",
        "held_until",
        postgresql_where=text("state = 'held'"),
        sqlite_where=text("state = 'held'"),
    ),
    # a chat's history, page by page; without what waits, or SQLite would look for that in here
    Index(
        "ix_alerts_settled",
        "chat_id",
        "id",
        postgresql_where=text("state NOT IN ('pending', 'held')"),
        sqlite_where=text("state NOT IN ('pending', 'held')"),
    ),
    Index(
        "ix_alerts_deferred",
        "chat_id",
        "deferred_until",
        postgresql_where=text("state = 'deferred'"),
        sqlite_where=text("state = 'deferred'"),
    ),
    # not of what waits: a feed writes a hundred thousand rows at once
    Index(
        "ix_alerts_message_id",
        "message_id",
        postgresql_where=text("message_id IS NOT NULL"),
        sqlite_where=text("message_id IS NOT NULL"),
    ),
)

# One row for each chat that has something to send: workers lease a chat here. `version` grows
# with every alert written, so that a worker never deletes a row that changed under its hands.
# No foreign key: a feed queues a hundred thousand chats at once, and a chat that is no more has
# nothing to send.
chat_queues = Table(
    "chat_queues",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("priority", SmallInteger, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcTime),
    # of chats that are alike urgent: whose own rate will take longest has a head start
    Column("start_by", UtcTime, nullable=False),
    Index("ix_chat_queues_due", "priority", "start_by"),
)

# Who delivers just now: without Redis each takes its share of the rate.
delivery_workers = Table(
    "delivery_workers",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("until", UtcTime, nullable=False),
)

# Sends that are on their way, or went, while Redis is away.
send_claims = Table(
    "send_claims",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("telegram_id", BigInteger),
)

cursors = Table(
    "cursors",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", Bytes, nullable=False),
    Column("block_time", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("safe_number", BigInteger),
    Column("finalized_number", BigInteger),
    # the time of the block at which it was begun: there is no history from before
    Column("begun_at", UtcTime, nullable=False),
)

blocks = Table(
    "blocks",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Bytes, nullable=False),
    Column("parent_hash", Bytes, nullable=False),
    Column("time", UtcTime, nullable=False),
)

coverage_gaps = Table(
    "coverage_gaps",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chain", String(32), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("next", BigInteger, nullable=False),
    Column("partial", Boolean, nullable=False),
    Index("ix_coverage_gaps_chain", "chain", "opened_at"),
    Index(
        "ix_coverage_gaps_open",
        "chain",
        "id",
        postgresql_where=text("closed_at IS NULL"),
        sqlite_where=text("closed_at IS NULL"),
    ),
)

unverified_blocks = Table(
    "unverified_blocks",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("hash", Bytes, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Index("ix_unverified_blocks_seen_at", "chain", "seen_at"),
)

# What a chat calls addresses; the empty chain means all of them.
chat_names = Table(
    "chat_names",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("chain", String(32), primary_key=True),
    Column("address", Bytes, primary_key=True),
    Column("name", Text, nullable=False),
    Index("ix_chat_names_address", "address"),
)

# Transactions that a chat asked to be followed; the watcher writes what became of them, the bot
# edits one message for each.
pursuits = Table(
    "pursuits",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", BigInteger, nullable=False),
    Column("telegram_id", BigInteger, nullable=False),
    Column("tx_hash", Bytes, nullable=False),
    # of all chains on which it may be, as long as nobody has found it
    Column("chain", String(32)),
    Column("state", String(16), nullable=False),
    # what is told of it; a struct of data.model.pursuit
    Column("told", JSON, nullable=False),
    # grows with every change, as a message's does
    Column("revision", Integer, nullable=False),
    Column("shown_revision", Integer, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index(
        "ix_pursuits_open",
        "chain",
        postgresql_where=text("ended_at IS NULL"),
        sqlite_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_pursuits_to_show",
        "id",
        postgresql_where=text("revision > shown_revision"),
        sqlite_where=text("revision > shown_revision"),
    ),
)

# Watches behind a link that was handed out, as they were then; see data.queries.shares.
shares = Table(
    "shares",
    metadata,
    Column("id", Bytes, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("watches", JSON, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_shares_chat_id", "chat_id"),
)

chain_leases = Table(
    "chain_leases",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", UtcTime, nullable=False),
)

# Chains that an operator lets rest: while a row is there, its watcher follows nothing.
chain_pauses = Table(
    "chain_pauses",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("paused_by", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("paused_at", UtcTime, nullable=False),
)

# What an operator tells everybody; `chat_id` is the operator's, and `shown_in` Telegram's id of the
# message there that tells how far it is.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("html", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("begun_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("shown_in", BigInteger),
    Column("shown_at", UtcTime),
    Column("summed_up", Boolean, nullable=False, server_default=false()),
)

broadcast_sends = Table(
    "broadcast_sends",
    metadata,
    Column("broadcast_id", ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("due_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
    Index(
        "ix_broadcast_sends_waiting",
        "broadcast_id",
        "due_at",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
    Index("ix_broadcast_sends_chat_id", "chat_id"),
)
