"""A followed transaction as Telegram shows it: pure, HTML, everything foreign in it escaped.

⛏ In block 21,000,000 · 3 confirmations
0xd8dA…6045 → Binance 14 · 1.5 ETH
🔴 Sent 1.5 ETH · $4,210
Fee 0.00042 ETH · 21,000 gas at 20 gwei
Ethereum · transaction ↗ · safe
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.clean import label_markup, symbol_markup
from bot.delivery.headline import headline
from bot.delivery.markup import link
from bot.delivery.parties import Names
from bot.delivery.title import sign
from bot.numbers import gwei, quantity, short_quantity
from data.model import Depth, PursuitState, Replacement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.labels import Labels
    from data.model import Chain, Inclusion, Movement, Pursuit, Wish

_LOST = "Taken out of its block by a reorganisation of the chain"
_MOVEMENTS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Story:
    """A pursuit with what its message is made of. ``chains`` are the followed ones by name,
    ``unseen`` the titles of those whose watcher cannot see them now, ``moved`` the transaction's
    stored movements."""

    pursuit: Pursuit
    chains: Mapping[str, Chain]
    labels: Labels
    moved: Sequence[Movement] = field(default_factory=tuple)
    unseen: Sequence[str] = field(default_factory=tuple)


def pursuit_text(story: Story) -> str:
    """The whole message."""
    one = story.pursuit
    if one.chain is None:
        return "\n".join(_nowhere(story))
    chain = story.chains.get(one.chain)
    names = Names.of(one.chain, chain, (), story.labels)
    lines = [_title(one, names)]
    if one.told.wish is not None:
        lines.append(_parties(one.told.wish, names))
    if one.told.inclusion is not None:
        lines.extend(_moved(story.moved, names))
        lines.append(_paid(one.told.inclusion, chain))
    elif one.told.wish is not None:
        lines.append(_offer(one.told.wish))
    lines.extend(_notes(one, names))
    lines.append(_where(one, names))
    return "\n".join(lines)


def parties_of(one: Pursuit) -> list[bytes]:
    """The addresses that its message shows."""
    wish = one.told.wish
    return [] if wish is None else [party for party in (wish.sender, wish.target) if party]


def _nowhere(story: Story) -> Iterable[str]:
    one = story.pursuit
    name = f"<code>0x{one.tx_hash.hex()}</code>"
    titles = [label_markup(chain.title) for chain in story.chains.values()]
    where = " · ".join(titles)
    match one.state:
        case PursuitState.UNKNOWN:
            yield "🤷 <b>No chain that I follow knows it</b>"
            yield name
            yield f"Looked for 10 minutes on {where}: in blocks, and among those that wait."
            yield "Is it on another chain, or was it never sent? Send it again to look once more."
        case PursuitState.EXPIRED:
            yield "⌛ <b>Not found in a day</b>"
            yield name
        case _:
            yield "🔎 <b>Looking for the transaction…</b>"
            yield name
            yield f"On {where}: in blocks, and among those that wait."
    if story.unseen:
        titles = [label_markup(title) for title in story.unseen]
        yield f"⚠️ Not to be seen just now: {', '.join(titles)}"


def _title(one: Pursuit, names: Names) -> str:
    told, inclusion = one.told, one.told.inclusion
    if inclusion is not None:
        block = _block(inclusion.number, names)
        count = told.confirmations
        deep = f"{count:,} {'confirmation' if count == 1 else 'confirmations'}"
        match one.state:
            case PursuitState.CONFIRMED:
                return f"✅ <b>Confirmed and final</b> in {block}"
            case PursuitState.FAILED:
                how = "final" if one.has_ended else deep
                return f"❌ <b>Failed</b> in {block} · {how}"
            case PursuitState.EXPIRED:
                return f"⌛ <b>In {block}</b>, not final after a day"
            case _:
                return f"⛏ <b>In {block}</b> · {deep}"
    match one.state:
        case PursuitState.REPLACED:
            return f"🔁 <b>{_replaced(told.replacement)}</b>"
        case PursuitState.DROPPED:
            return "🗑 <b>Dropped</b>: no node has known it for 10 minutes"
        case PursuitState.EXPIRED:
            return "⌛ <b>Still pending after a day</b>: I no longer follow it"
        case PursuitState.SEARCHING:
            return "🔎 <b>Looking for the transaction…</b>"
        case PursuitState.UNKNOWN:
            return "🤷 <b>The chain does not know it</b>"
        case _:
            return "⏳ <b>Pending</b>"


def _replaced(how: Replacement | None) -> str:
    match how:
        case Replacement.SPEED_UP:
            return "Replaced: sped up with a higher fee"
        case Replacement.CANCEL:
            return "Cancelled by its sender"
        case _:
            return "Replaced by another of the same sender"


def _parties(wish: Wish, names: Names) -> str:
    sender = names.party(wish.sender)
    target = names.party(wish.target) if wish.target is not None else "new contract"
    line = f"{sender} → {target}"
    return f"{line} · {_coins(wish.value, names.chain)}" if wish.value else line


def _moved(moved: Sequence[Movement], names: Names) -> Iterable[str]:
    """What the signer, or else whoever moved most, got out of it."""
    ordered = sorted(moved, key=lambda one: (not one.signed, -(one.usd or 0)))
    told = [one for one in ordered if one.signed] or ordered[:1]
    for one in told[:_MOVEMENTS_SHOWN]:
        said = headline(one, names.chain, for_feed=not one.signed)
        yield f"{sign(one)} {said} · {value(one)}"


def _paid(inclusion: Inclusion, chain: Chain | None) -> str:
    used = f"{inclusion.gas_used:,} gas"
    if inclusion.gas_price is None:
        return f"Used {used}"
    fee = inclusion.gas_used * inclusion.gas_price + (inclusion.l1_fee or 0)
    besides = " and the L1 fee" if inclusion.l1_fee else ""
    return f"Fee {_coins(fee, chain)} · {used} at {gwei(inclusion.gas_price)}{besides}"


def _offer(wish: Wish) -> str:
    offered = f"Nonce {wish.nonce:,} · offers up to {gwei(wish.fee)}"
    return offered if wish.tip is None else f"{offered}, tip {gwei(wish.tip)}"


def _notes(one: Pursuit, names: Names) -> Iterable[str]:
    told = one.told
    if told.replaced_by is not None:
        yield f"Instead: {names.transaction(told.replaced_by, _short(told.replaced_by))}"
    elif one.state is PursuitState.REPLACED:
        yield "Its nonce is used; which transaction did it, no node told."
    if one.state is PursuitState.DROPPED:
        yield "Its nonce is free: it may still be sent again, or be replaced."
    if told.taken_back:
        again = f" ({told.taken_back} times)" if told.taken_back > 1 else ""
        back = "; now in another" if told.inclusion is not None else ""
        yield f"↩️ {_LOST}{again}{back}"


def _where(one: Pursuit, names: Names) -> str:
    title = label_markup(names.chain.title if names.chain else names.chain_name)
    parts = [title, names.transaction(one.tx_hash, "transaction ↗")]
    settled = one.told.inclusion is not None or one.state is PursuitState.REPLACED
    if settled and not one.has_ended:
        parts.append("safe, not final yet" if one.told.depth is Depth.SAFE else "not safe yet")
    return " · ".join(parts)


def _block(number: int, names: Names) -> str:
    text = f"block {number:,}"
    if names.chain is None:
        return text
    return link(text, names.chain.explorer.block.format(number=number))


def _coins(amount: int, chain: Chain | None) -> str:
    if chain is None:
        return f"{amount:,} wei"
    coins = short_quantity(quantity(amount, chain.native_decimals))
    return f"{escape(coins)} {symbol_markup(chain.native_symbol)}"


def _short(tx_hash: bytes) -> str:
    text = f"0x{tx_hash.hex()}"
    return f"{text[:6]}…{text[-4:]}"
