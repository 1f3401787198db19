"""What a watch is about, in words: kinds, chains, tokens, direction."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.assets import named
from bot.languages import N_, _
from bot.texts.subjects import KINDS, kind_caption
from bot.texts.words import listed
from data.model import Direction, Interest, UnitThreshold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.assets import NamedAssets
    from data.model import Chain, Watch

DIRECTIONS = {
    Direction.IN: N_("🟢 In"),
    Direction.OUT: N_("🔴 Out"),
    Direction.BOTH: N_("Both"),
}
_ONE_SIDED = {
    Direction.IN: N_("Only what comes in"),
    Direction.OUT: N_("Only what goes out"),
}
AT_LEAST_ONE_KIND = N_("One kind has to stay: to hear nothing, mute the watch or remove it.")
AT_LEAST_ONE_CHAIN = N_("One chain has to stay: to hear nothing, mute the watch or remove it.")
TOO_MANY_TOKENS = N_("{most} tokens are as many as one watch can tell apart: take some off first.")
MOST_TOKENS = 20
_SHOWN = 6


def everything() -> Interest:
    """All kinds at once."""
    return Interest(sum(KINDS))


def lines(watch: Watch, chains: Sequence[Chain]) -> Iterable[str]:
    """What a card says of it: only what is not as a new watch has it."""
    scope = watch.scope
    if watch.direction in _ONE_SIDED:
        yield _(_ONE_SIDED[watch.direction])
    if scope.interests is not None:
        kinds = [kind_caption(kind) for kind in KINDS if kind in scope.interests]
        yield _("Only of these kinds: {kinds}").format(kinds=escape(", ".join(kinds)))
    if scope.only:
        yield _("Only tokens: {tokens}").format(tokens=_names(named(scope.only, chains)))
    if scope.without:
        yield _("Without tokens: {tokens}").format(tokens=_names(named(scope.without, chains)))
    if never_counts(watch):
        yield _("⚠️ As it stands it never alerts: it leaves out what its threshold counts")


def never_counts(watch: Watch) -> bool:
    """Whether the threshold is in units of what the watch leaves out."""
    threshold, scope = watch.threshold, watch.scope
    if not isinstance(threshold, UnitThreshold):
        return False
    return not any(
        scope.counts(chain, token) and chain not in scope.not_on and watch.chain in {None, chain}
        for chain, token in threshold.amounts
    )


def choose_direction(watch: str) -> str:
    """Above the directions; ``watch`` is what it is called, as HTML."""
    return _("What of {watch} shall I tell you: what comes in, what goes out, or both?").format(
        watch=watch
    )


def choose_kinds(watch: str) -> str:
    """Above the kinds."""
    return _(
        "Of what kinds of movements shall {watch} tell?\n\n<i>Transfers</i> are those from and to"
        " everybody but exchanges."
    ).format(watch=watch)


def choose_chains(watch: str) -> str:
    """Above the chains."""
    return _("On which chains shall I look at {watch}?").format(watch=watch)


def choose_tokens(watch: str, only: Sequence[NamedAssets], without: Sequence[NamedAssets]) -> str:
    """Above the tokens."""
    said = [_("Which tokens count for {watch}?").format(watch=watch)]
    if only:
        said.append(_("Only: {tokens}").format(tokens=_places(only)))
    if without:
        said.append(_("Left out: {tokens}").format(tokens=_places(without)))
    if not only and not without:
        said.append(_("All of them do, as far as they have a price."))
    return "\n".join(said)


def ask_amount(watch: str, coin: str) -> str:
    """Asks for a threshold."""
    return _(
        "From what amount shall {watch} alert? Write it like <code>$250k</code> or"
        " <code>50 {coin}</code>."
    ).format(watch=watch, coin=escape(coin))


NO_LABEL = N_("✍️ That is an address and hardly a name, which I still wait for.")


def ask_label(watch: str) -> str:
    """Asks for a name."""
    return _("What shall I call {watch}? Write <code>-</code> for no name.").format(watch=watch)


def ask_token(watch: str, *, leave_out: bool) -> str:
    """Asks for a token."""
    said = _(
        "Which token shall count for {watch}, and others not? Write its symbol, like"
        " <code>USDC</code>, or its contract's address."
    )
    if leave_out:
        said = _(
            "Which token shall {watch} leave out? Write its symbol, like <code>USDC</code>, or its"
            " contract's address."
        )
    return said.format(watch=watch)


def _names(found: Sequence[NamedAssets]) -> str:
    return _some([one.html for one in found])


def _places(found: Sequence[NamedAssets]) -> str:
    said = _("{token} on {chain}")
    return _some([said.format(token=one.html, chain=escape(one.where)) for one in found])


def _some(parts: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    shown = list(parts[:_SHOWN])
    if more := len(parts) - len(shown):
        shown.append(_("{count} more").format(count=more))
    return listed(shown)
