"""The simulated chain and its verbs: each mines a block, or joins the next one with
`mine=False`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any, Literal, get_args

from eth_hash.auto import keccak

from sandbox.chain import drafts, events, hexes
from sandbox.chain.block import Block
from sandbox.chain.contracts import Contracts
from sandbox.chain.contracts.aggregator import FeedFault
from sandbox.chain.contracts.exchange import PoolFault
from sandbox.chain.deals import How, Protocols
from sandbox.chain.happenings import Head, Mined, Reorg
from sandbox.chain.ledger import AnyBlock, Ledger
from sandbox.chain.market import Market
from sandbox.chain.mempool import Mempool, Way, instead_of
from sandbox.chain.noise import Noise
from sandbox.chain.population import Population
from sandbox.chain.recorded import RecordedBlock, empty_parent
from sandbox.chain.sealing import Untrue, next_base_fee, producer, seal
from sandbox.chain.spec import ChainSpec, TokenSpec
from sandbox.chain.system import SystemTransactions
from sandbox.chain.transaction import Draft, Fees, Log, Transaction, sign

Keep = Literal["all", "none"] | Collection[str]
Order = Literal["same", "reversed", "late"]

_MAX_UINT = 2**256 - 1


class Chain:
    """One chain that any number of nodes serve.

    Addresses and hashes are 0x texts, amounts integers in base units. The same seed, start and
    sequence of verbs make the same chain. `clock` gives Unix seconds for time stamps; without one
    each block comes `block_time` after its parent. `keep` is how many blocks are remembered.
    Whatever is in `on_head` is told of every block that becomes the newest one.
    """

    def __init__(
        self,
        spec: ChainSpec,
        *,
        seed: int = 1,
        start_time: int = 1_760_000_000,
        clock: Callable[[], float] | None = None,
        history: int = 70,
        keep: int = 1000,
    ) -> None:
        self.spec = spec
        self.market = Market(spec, seed)
        self.ledger = Ledger(keep)
        self.contracts = Contracts(spec, self.market, self.ledger)
        self._clock = clock
        self._rng = Random(f"chain {seed}")
        self._noise = Noise(spec, self.market, seed)
        self._system = SystemTransactions(spec, Population(spec, seed))
        self._nonces: dict[bytes, int] = {}
        self._pending: list[Transaction] = []
        self.mempool = Mempool(lambda: self._pending)
        self._untrue: frozenset[Untrue] = frozenset()
        self._skew = 0.0
        self.on_head: set[Callable[[AnyBlock], None]] = set()
        self._wrapped = hexes.address(spec.wrapped_native)
        self._routers = [hexes.address(router) for router in spec.routers]
        gap = int(spec.block_time * 1000)
        first = (int(clock() * 1000) if clock else start_time * 1000) - history * gap
        for number in range(max(1, history)):
            parent = self.ledger.head if number else None
            self.ledger.append(self._seal(parent, (), first + number * gap))

    @property
    def head(self) -> AnyBlock:
        """The newest block."""
        return self.ledger.head

    def mine(self, blocks: int = 1, *, transactions: int = 0) -> list[Head]:
        """Make blocks with that many ordinary transactions each; the first takes what is pending.

        Chains add what they put in by themselves (system.py); on BSC a block with ordinary
        transactions ends with one more: the producer's zero-gas system transaction.
        """
        if not 0 <= transactions <= 5000:
            raise ValueError(f"{transactions} transactions a block: 0 to 5000 are possible")
        return [_head(self._extend(self._take_pending(), transactions)) for _ in range(blocks)]

    def transfer(self, sender: str, recipient: str, value_wei: int, *, mine: bool = True) -> Mined:
        """Native coin from one address to another."""
        draft = drafts.pay(hexes.address(sender), hexes.address(recipient), value_wei)
        return self._submit(draft, mine=mine)

    def transfer_erc20(
        self, token: str, sender: str, recipient: str, amount: int, *, mine: bool = True
    ) -> Mined:
        """`amount` base units of a token."""
        parties = hexes.address(sender), hexes.address(recipient)
        return self._submit(drafts.send_token(self._token(token), *parties, amount), mine=mine)

    def deposit(self, owner: str, amount: int, *, mine: bool = True) -> Mined:
        """Wrap native coin."""
        return self._submit(drafts.wrap(self._wrapped, hexes.address(owner), amount), mine=mine)

    def withdraw(self, owner: str, amount: int, *, mine: bool = True) -> Mined:
        """Unwrap native coin."""
        return self._submit(drafts.unwrap(self._wrapped, hexes.address(owner), amount), mine=mine)

    def swap(
        self,
        trader: str,
        sold: str | None,
        amount_sold: int,
        bought: str | None,
        amount_bought: int,
        *,
        mine: bool = True,
    ) -> Mined:
        """Through the first router and one pool; None stands for native coin."""
        exchange = drafts.Exchange(self._routers[0], self._wrapped)
        sold_token = None if sold is None else self._token(sold)
        bought_token = None if bought is None else self._token(bought)
        parts = (sold_token, amount_sold, bought_token, amount_bought)
        return self._submit(exchange.swap(hexes.address(trader), *parts), mine=mine)

    def mint(self, token: str, recipient: str, amount: int, *, mine: bool = True) -> Mined:
        """New tokens out of the zero address."""
        minter = hexes.address(self.spec.wallets[0].address)
        draft = drafts.mint(self._token(token), minter, hexes.address(recipient), amount)
        return self._submit(draft, mine=mine)

    def burn(self, token: str, holder: str, amount: int, *, mine: bool = True) -> Mined:
        """Tokens into the zero address."""
        draft = drafts.burn(self._token(token), hexes.address(holder), amount)
        return self._submit(draft, mine=mine)

    def deal(
        self,
        how: How,
        who: str,
        *,
        gives: Sequence[tuple[str | None, int]] = (),
        gets: Sequence[tuple[str | None, int]] = (),
        mine: bool = True,
    ) -> Mined:
        """With a well-known protocol: swap by an aggregator, a settlement or a fill, lend, cross
        a bridge, or give a pool liquidity. `None` stands for native coin.
        """
        given, gotten = (
            [(None if token is None else self._token(token), amount) for token, amount in side]
            for side in (gives, gets)
        )
        protocols = Protocols(self.spec.name, self._wrapped)
        draft = protocols.deal(how, hexes.address(who), given, gotten)
        return self._submit(draft, mine=mine)

    def transact(
        self,
        sender: str,
        recipient: str | None,
        *,
        value_wei: int = 0,
        logs: Sequence[tuple[str, Sequence[str], str]] = (),
        status: int = 1,
        inside: Sequence[tuple[str, str, int]] = (),
        mine: bool = True,
    ) -> Mined:
        """Anything: logs are (address, topics, data); `inside` is native coin that contracts move
        on the way (sender, recipient, wei); status 0 fails, and then nothing moved whatever
        `value_wei`.
        """
        made = tuple(
            Log(hexes.address(emitter), tuple(map(hexes.word, topics)), bytes.fromhex(data[2:]))
            for emitter, topics, data in logs
        )
        target = None if recipient is None else hexes.address(recipient)
        gas_used = 21_000 + 27_000 * len(made)
        moved = tuple((hexes.address(a), hexes.address(b), wei) for a, b, wei in inside)
        draft = Draft(hexes.address(sender), target, value_wei, b"", made, status, gas_used, moved)
        return self._submit(draft, mine=mine)

    def wait(
        self, sender: str, recipient: str, value_wei: int, *, status: int = 1, data: str = "0x"
    ) -> Mined:
        """A payment that nodes know as pending, until it is included, replaced or dropped."""
        parties = hexes.address(sender), hexes.address(recipient)
        call = bytes.fromhex(data[2:])
        transaction = self._sign(Draft(*parties, value_wei, call, status=status))
        self.mempool.hold(transaction)
        return Mined(hexes.data(transaction.hash))

    def include(self, tx_hash: str) -> Mined:
        """A block takes a transaction that waits."""
        self._pending.append(self.mempool.take(tx_hash))
        return self._mine_last()

    def replace(self, tx_hash: str, way: Way = "speed up") -> Mined:
        """A block takes another one of the same sender and nonce; the one that waits is gone."""
        self._pending.append(instead_of(self.mempool.take(tx_hash), way, self._rng))
        return self._mine_last()

    def drop(self, tx_hash: str) -> None:
        """No node knows a transaction any more that waited; its nonce is free."""
        self.mempool.take(tx_hash)

    def reorg(
        self,
        depth: int,
        *,
        keep: Keep = "all",
        order: Order = "same",
        amounts: Mapping[str, int] | None = None,
        transactions: int = 0,
        length: int | None = None,
    ) -> Reorg:
        """Replace the last `depth` blocks by a branch one longer (or `length` blocks long).

        `keep` says which of their transactions are in the new branch. `order`: in the same place,
        in reverse order within their block, or all late, in the branch's last block. `amounts`
        maps transaction hashes to a percentage that the amounts of their token transfers become.
        `transactions` is new noise a block, put first, so that positions and log indexes change.
        """
        if any(isinstance(block, RecordedBlock) for block in self.ledger.branch(depth)):
            raise ValueError(
                "a recorded block cannot be reorganised: its transactions are not ours"
            )
        new_length = depth + 1 if length is None else length
        if new_length < 1:
            raise ValueError("a branch has at least one block")
        if order not in get_args(Order):
            raise ValueError(f"there is no order {order!r}; there is {', '.join(get_args(Order))}")
        orphans = [block for block in self.ledger.detach(depth) if isinstance(block, Block)]
        chosen = [[t for t in block.transactions if _is_kept(t, keep)] for block in orphans]
        changes = {text.lower(): percent for text, percent in (amounts or {}).items()}
        chosen = [[_scaled(t, changes.get(hexes.data(t.hash))) for t in kept] for kept in chosen]
        fork = self.head
        added = [
            self._extend(kept, transactions, noise_first=True)
            for kept in _arranged(chosen, order, new_length)
        ]
        kept_hashes = {t.hash for kept in chosen for t in kept}
        everything = [t.hash for block in orphans for t in block.transactions]
        return Reorg(
            fork.number,
            tuple(_head(block) for block in orphans),
            tuple(_head(block) for block in added),
            tuple(hexes.data(item) for item in everything if item in kept_hashes),
            tuple(hexes.data(item) for item in everything if item not in kept_hashes),
        )

    def serve_recorded(
        self, block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]]
    ) -> Head:
        """A real block becomes the newest one, as recorded; blocks mined afterwards follow it.

        Where its parent is the head, it is appended; otherwise it becomes the whole chain.
        """
        recorded = RecordedBlock(block, receipts)
        if recorded.parent_hash != self.head.hash:
            self.ledger.clear()
            self._pending.clear()
        self._append(recorded)
        return _head(recorded)

    def serve_parent_of(self, block: Mapping[str, Any]) -> Head:
        """An empty block in place of a recorded block's parent becomes the whole chain.

        It has the parent's number and hash, so that a watcher can start here and meet the recorded
        block as the next one; its other fields do not make up that hash.
        """
        return self.serve_recorded(empty_parent(block, self.spec.block_time), ())

    def set_price(self, symbol: str, usd: str) -> None:
        """From the newest block on, feeds and the price source say exactly this."""
        self.market.pin(symbol, Decimal(usd), self.head.timestamp)

    def set_feed_fault(self, pair: str, fault: FeedFault | None) -> None:
        """How the Chainlink feed of `pair`, such as `ETH / USD`, goes wrong from now on; None
        heals it.
        """
        self.contracts.set_feed_fault(pair, fault)

    def set_sequencer(self, up: bool) -> None:
        """From the newest block on a rollup's uptime feed says that its sequencer is up, or not."""
        self.contracts.sequencer.switch(self.head.timestamp, up=up)

    def add_token(
        self, symbol: str, *, decimals: int = 18, usd: str | None = None, name: str = ""
    ) -> str:
        """A token that nobody curated, with a price on the market if one is named; its address."""
        place = hexes.data(keccak(f"token {symbol} {decimals}".encode())[12:])
        self.contracts.add_token(TokenSpec(place, symbol, name or symbol, decimals))
        if usd is not None:
            self.market.pin(symbol, Decimal(usd), 0)
        return place

    def add_pool(
        self,
        token: str,
        quote: str,
        usd: str,
        *,
        factory: int = 0,
        fee: int = 0,
    ) -> str:
        """From the newest block on a pool of the factory of that place, with so many dollars of
        either token at the market's prices; its address.
        """
        tokens = self._token(token), self._token(quote)
        since = self.head.timestamp
        depth = Decimal(usd)
        pool = self.contracts.open_pool(*tokens, depth, factory=factory, fee=fee, since=since)
        return hexes.data(pool)

    def set_pool_fault(self, pool: str, fault: PoolFault | None) -> None:
        """How a pool goes wrong from now on; None heals it."""
        self.contracts.set_pool_fault(hexes.address(pool), fault)

    def spoil_headers(self, *parts: Untrue) -> None:
        """From the next block on these parts of the headers do not match the receipts, on every
        node and for ever: the chain itself is so. None named: they match again.
        """
        unknown = set(parts) - set(get_args(Untrue))
        if unknown:
            raise ValueError(f"a header has no {', '.join(sorted(unknown))} to spoil")
        self._untrue = frozenset(parts)

    def skew_clock(self, seconds: float) -> None:
        """The producers' clocks are fast (or slow) from the next block on; without a clock there
        is nothing to skew. Time stamps never go backwards.
        """
        self._skew = seconds

    def find(self, tx_hash: str) -> Mined | None:
        """Where a transaction is on the canonical branch now."""
        place = self.ledger.place(hexes.word(tx_hash))
        return None if place is None else _mined(*place)

    def _submit(self, draft: Draft, *, mine: bool) -> Mined:
        if not 0 <= draft.value <= _MAX_UINT:
            raise ValueError("a value is between 0 and 2^256 - 1")
        transaction = self._sign(draft)
        self._pending.append(transaction)
        if not mine:
            return Mined(hexes.data(transaction.hash))
        return self._mine_last()

    def _mine_last(self) -> Mined:
        """Where what was made pending last is, after a block took it."""
        transaction = self._pending[-1]
        self._extend(self._take_pending(), 0)
        place = self.ledger.place(transaction.hash)
        if place is None:
            raise RuntimeError("the block that was just mined lacks its transaction")
        return _mined(*place)

    def _sign(self, draft: Draft) -> Transaction:
        nonce = self._nonces.get(draft.sender, first_nonce(draft.sender))
        self._nonces[draft.sender] = nonce + 1
        if draft.recipient == drafts.VALIDATOR_SET:
            return sign(draft, Fees(0, 0, 0), nonce, self.spec.chain_id, self._rng)
        base_fee = next_base_fee(self.spec, self.head)
        priority = self._rng.randrange(1, 2 * self.spec.priority_fee)
        kind = 0 if self._rng.random() < (0.2 if base_fee else 0.6) else 2
        fees = Fees(kind, base_fee * 2 + priority, priority)
        return sign(draft, fees, nonce, self.spec.chain_id, self._rng)

    def _take_pending(self) -> list[Transaction]:
        pending, self._pending = self._pending, []
        return pending

    def _extend(
        self, wanted: Sequence[Transaction], noise: int, *, noise_first: bool = False
    ) -> Block:
        """Append a block; what is wanted stands in the middle of the noise, or after all of it."""
        at = self._next_time()
        others = [self._sign(draft) for draft in self._noise.drafts(noise, at // 1000)]
        middle = len(others) if noise_first else len(others) // 2
        transactions = [*others[:middle], *wanted, *others[middle:]]
        if noise and self.spec.consensus == "parlia":
            miner = producer(self.spec, self.head.number + 1, self._rng)
            transactions.append(self._sign(drafts.reward(miner, noise * 10**13)))
        block = self._seal(self.head, transactions, at)
        self._append(block)
        return block

    def _seal(self, parent: AnyBlock | None, transactions: Sequence[Transaction], at: int) -> Block:
        return seal(
            self.spec,
            parent,
            transactions,
            at,
            self._rng,
            system=self._system,
            untrue=self._untrue,
        )

    def _append(self, block: AnyBlock) -> None:
        self.ledger.append(block)
        for heard in tuple(self.on_head):
            heard(block)

    def _next_time(self) -> int:
        """Milliseconds: now, but always after the parent (a whole second, unless blocks come
        faster than that).
        """
        gap = int(self.spec.block_time * 1000)
        earliest = self.head.timestamp_ms + min(gap, 1000)
        if self._clock is None:
            return self.head.timestamp_ms + gap
        return max(earliest, int((self._clock() + self._skew) * 1000))

    def _token(self, token: str) -> bytes:
        """By address, or by the symbol that the spec gives it."""
        return hexes.address(token if token.startswith("0x") else self.spec.token(token).address)


def first_nonce(sender: bytes) -> int:
    """Everybody has been here before."""
    return sender[0] * sender[1] // 16


def _is_kept(transaction: Transaction, keep: Keep) -> bool:
    if transaction.is_unsigned or transaction.draft.recipient == drafts.VALIDATOR_SET:
        return False
    if isinstance(keep, str):
        return keep == "all"
    return hexes.data(transaction.hash) in {text.lower() for text in keep}


def _scaled(transaction: Transaction, percent: int | None) -> Transaction:
    if percent is None:
        return transaction
    logs = tuple(
        Log(log.address, log.topics, hexes.uint(int.from_bytes(log.data, "big") * percent // 100))
        if log.topics[:1] == (events.TRANSFER,) and len(log.data) == hexes.WORD
        else log
        for log in transaction.draft.logs
    )
    return transaction.with_logs(logs)


def _arranged(
    chosen: Sequence[list[Transaction]], order: Order, length: int
) -> list[list[Transaction]]:
    """The kept transactions of each old block, dealt to `length` new ones."""
    blocks: list[list[Transaction]] = [[] for _ in range(length)]
    for index, kept in enumerate(chosen):
        place = length - 1 if order == "late" else min(index, length - 1)
        blocks[place].extend(reversed(kept) if order == "reversed" else kept)
    return blocks


def _head(block: AnyBlock) -> Head:
    return Head(block.number, hexes.data(block.hash))


def _mined(block: AnyBlock, index: int) -> Mined:
    if isinstance(block, RecordedBlock):
        logs = tuple(int(log["logIndex"], 16) for log in block.receipts[index]["logs"])
    else:
        first = block.receipts[index].first_log
        logs = tuple(range(first, first + len(block.transactions[index].draft.logs)))
    transaction_hash = hexes.data(block.transaction_hashes[index])
    return Mined(transaction_hash, block.number, hexes.data(block.hash), index, logs)
