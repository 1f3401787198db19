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
from bot.delivery.headline import PLAIN, headline
from bot.delivery.markup import link
from bot.delivery.parties import Names
from bot.delivery.title import sign
from bot.languages import _, ngettext
from bot.numbers import grouped, gwei, quantity, short_quantity
from data.model import Depth, PursuitState, Replacement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.labels import Labels
    from data.model import Chain, Inclusion, Movement, Pursuit, Wish

_MOVEMENTS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Story:
    """A pursuit with what its message is made of. ``chains`` are the followed ones by name,
    ``unseen`` the titles of those whose watcher cannot see them now, ``moved`` the transaction's
    stored movements as far as the chat may know them."""

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
            yield _("🤷 <b>No chain that I follow knows it</b>")
            yield name
            looked = _("Looked for 10 minutes on {chains}: in blocks, and among those that wait.")
            yield looked.format(chains=where)
            yield _(
                "Is it on another chain, or was it never sent? Send it again to look once more."
            )
        case PursuitState.EXPIRED:
            yield _("⌛ <b>Not found in a day</b>")
            yield name
        case _:
            yield _("🔎 <b>Looking for the transaction…</b>")
            yield name
            looking = _("On {chains}: in blocks, and among those that wait.")
            yield looking.format(chains=where)
    if story.unseen:
        titles = [label_markup(title) for title in story.unseen]
        unseen = _("⚠️ Not to be seen just now: {chains}")
        yield unseen.format(chains=", ".join(titles))


def _title(one: Pursuit, names: Names) -> str:
    told, inclusion = one.told, one.told.inclusion
    if inclusion is not None:
        block = _block(inclusion.number, names)
        count = told.confirmations
        deep = ngettext("{count} confirmation", "{count} confirmations", count)
        depth = deep.format(count=grouped(count))
        match one.state:
            case PursuitState.CONFIRMED:
                said = _("✅ <b>Confirmed and final</b> in {block}")
            case PursuitState.FAILED:
                said = _("❌ <b>Failed</b> in {block} · {depth}")
                depth = _("final") if one.has_ended else depth
            case PursuitState.EXPIRED:
                said = _("⌛ <b>In {block}</b>, not final after a day")
            case _:
                said = _("⛏ <b>In {block}</b> · {depth}")
        return said.format(block=block, depth=depth)
    match one.state:
        case PursuitState.REPLACED:
            return f"🔁 <b>{_replaced(told.replacement)}</b>"
        case PursuitState.DROPPED:
            return _("🗑 <b>Dropped</b>: no node has known it for 10 minutes")
        case PursuitState.EXPIRED:
            return _("⌛ <b>Still pending after a day</b>: I no longer follow it")
        case PursuitState.SEARCHING:
            return _("🔎 <b>Looking for the transaction…</b>")
        case PursuitState.UNKNOWN:
            return _("🤷 <b>The chain does not know it</b>")
        case _:
            return _("⏳ <b>Pending</b>")


def _replaced(how: Replacement | None) -> str:
    match how:
        case Replacement.SPEED_UP:
            return _("Replaced: sped up with a higher fee")
        case Replacement.CANCEL:
            return _("Cancelled by its sender")
        case _:
            return _("Replaced by another of the same sender")


def _parties(wish: Wish, names: Names) -> str:
    sender = names.party(wish.sender)
    target = names.party(wish.target) if wish.target is not None else _("new contract")
    line = f"{sender} → {target}"
    return f"{line} · {_coins(wish.value, names.chain)}" if wish.value else line


def _moved(moved: Sequence[Movement], names: Names) -> Iterable[str]:
    """What the signer, or else whoever moved most, got out of it."""
    ordered = sorted(moved, key=lambda one: (not one.signed, -(one.usd or 0)))
    told = [one for one in ordered if one.signed] or ordered[:1]
    for one in told[:_MOVEMENTS_SHOWN]:
        said = headline(one, names.chain, for_feed=not one.signed)
        picture = sign(one) if one.signed or one.kind not in PLAIN else "➡️"
        yield f"{picture} {said} · {value(one)}"


def _paid(inclusion: Inclusion, chain: Chain | None) -> str:
    used = grouped(inclusion.gas_used)
    if inclusion.gas_price is None:
        return _("Used {count} gas").format(count=used)
    fee = inclusion.gas_used * inclusion.gas_price + (inclusion.l1_fee or 0)
    said = _("Fee {fee} · {count} gas at {price}")
    if inclusion.l1_fee:
        said = _("Fee {fee} · {count} gas at {price} and the L1 fee")
    return said.format(fee=_coins(fee, chain), count=used, price=escape(gwei(inclusion.gas_price)))


def _offer(wish: Wish) -> str:
    said = _("Nonce {nonce} · offers up to {price}")
    if wish.tip is not None:
        said = _("Nonce {nonce} · offers up to {price}, tip {tip}")
    return said.format(
        nonce=grouped(wish.nonce),
        price=escape(gwei(wish.fee)),
        tip="" if wish.tip is None else escape(gwei(wish.tip)),
    )


def _notes(one: Pursuit, names: Names) -> Iterable[str]:
    told = one.told
    if told.replaced_by is not None:
        other = names.transaction(told.replaced_by, _short(told.replaced_by))
        yield _("Instead: {transaction}").format(transaction=other)
    elif one.state is PursuitState.REPLACED:
        yield _("Its nonce is used; which transaction did it, no node told.")
    if one.state is PursuitState.DROPPED:
        yield _("Its nonce is free: it may still be sent again, or be replaced.")
    if told.taken_back:
        yield _lost(told.taken_back, is_back=told.inclusion is not None)


def _lost(times: int, *, is_back: bool) -> str:
    if times == 1:
        lost = _("↩️ Taken out of its block by a reorganisation of the chain")
        if is_back:
            lost = _("↩️ Taken out of its block by a reorganisation of the chain; now in another")
        return lost
    lost = ngettext(
        "↩️ Taken out of its block by a reorganisation of the chain ({count} time)",
        "↩️ Taken out of its block by a reorganisation of the chain ({count} times)",
        times,
    )
    if is_back:
        lost = ngettext(
            "↩️ Taken out of its block by a reorganisation of the chain ({count} time); now in"
            " another",
            "↩️ Taken out of its block by a reorganisation of the chain ({count} times); now in"
            " another",
            times,
        )
    return lost.format(count=grouped(times))


def _where(one: Pursuit, names: Names) -> str:
    title = label_markup(names.chain.title if names.chain else names.chain_name)
    parts = [title, names.transaction(one.tx_hash, _("transaction ↗"))]
    settled = one.told.inclusion is not None or one.state is PursuitState.REPLACED
    if settled and not one.has_ended:
        is_safe = one.told.depth is Depth.SAFE
        parts.append(_("safe, not final yet") if is_safe else _("not safe yet"))
    return " · ".join(parts)


def _block(number: int, names: Names) -> str:
    text = _("block {number}").format(number=grouped(number))
    if names.chain is None:
        return text
    return link(text, names.chain.explorer.block.format(number=number))


def _coins(amount: int, chain: Chain | None) -> str:
    if chain is None:
        return f"{grouped(amount)} wei"
    coins = short_quantity(quantity(amount, chain.native_decimals))
    return f"{escape(coins)} {symbol_markup(chain.native_symbol)}"


def _short(tx_hash: bytes) -> str:
    text = f"0x{tx_hash.hex()}"
    return f"{text[:6]}…{text[-4:]}"
