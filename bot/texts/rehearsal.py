"""What a watch would have told in the last day, in words."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.languages import _, ngettext
from bot.numbers import full_usd, grouped, short_quantity, short_usd
from bot.texts.words import duration_words
from data.model import UnitThreshold
from data.rehearsal import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from data.model import Threshold
    from data.rehearsal import Rehearsal, Trial

_MINUTE = timedelta(minutes=1)


def one(found: Rehearsal) -> str:
    """Of the first threshold: ``In the last 24 hours this would have sent 14 alerts, the largest
    $3.2M.``, and in half a sentence what is not known."""
    if found.history.long < _MINUTE:
        return _unknown()
    trial = found.trials[0]
    time = _time(found)
    if not trial.count:
        said = _("In the last {time} this would have sent nothing").format(time=time)
    else:
        said = ngettext(
            "In the last {time} this would have sent <b>{count} alert</b>, of {largest}",
            "In the last {time} this would have sent <b>{count} alerts</b>, the largest {largest}",
            trial.count,
        ).format(time=time, count=_count(trial), largest=_largest(trial))
    return f"<i>📼 {said}{_missing(found)}.</i>"


def choices(found: Rehearsal, now: Threshold | None = None) -> str:
    """Of several: ``Alerts in the last 24 hours: $10K: 214 · $100K: 14 · $1M: 2, the largest
    $3.2M``. The one that holds ``now`` is set in bold."""
    if found.history.long < _MINUTE:
        return _unknown()
    head = _("Alerts in the last {time}, from").format(time=_time(found))
    parts = []
    for trial in found.trials:
        part = f"{_amount(trial.threshold)}:\u00a0{_count(trial)}"
        parts.append(f"<b>{part}</b>" if trial.threshold == now else part)
    said = f"{head} {' · '.join(parts)}"
    largest = max((one for one in found.trials if one.largest), key=_size, default=None)
    if largest is not None:
        said += _(", the largest {largest}").format(largest=_largest(largest))
    return f"<i>📼 {said}{_missing(found)}.</i>"


def _unknown() -> str:
    return f"<i>📼 {_('There is no history here yet to try this on.')}</i>"


def _size(trial: Trial) -> Decimal:
    assert trial.largest is not None
    return trial.largest


def _time(found: Rehearsal) -> str:
    return _("24 hours") if found.history.long >= DAY else duration_words(found.history.long)


def _count(trial: Trial) -> str:
    return grouped(trial.count) + "+" * trial.or_more


def _largest(trial: Trial) -> str:
    if trial.largest is None:
        return ""
    if isinstance(trial.threshold, UnitThreshold):
        return f"{escape(short_quantity(trial.largest))} {escape(trial.threshold.symbol)}"
    return escape(short_usd(trial.largest))


def _amount(threshold: Threshold) -> str:
    if isinstance(threshold, UnitThreshold):
        return f"{escape(short_quantity(threshold.quantity))} {escape(threshold.symbol)}"
    return escape(short_usd(threshold.usd))


def _missing(found: Rehearsal) -> str:
    parts = list(_unknowns(found))
    return f" ({'; '.join(parts)})" if parts else ""


def _unknowns(found: Rehearsal) -> Iterator[str]:
    past = found.history
    if past.chain is not None:
        left_out = _("without {duration} that I did not read on {chain}")
        yield left_out.format(duration=duration_words(past.missing), chain=escape(past.chain.title))
    if found.kept_from is not None:
        yield _("without movements under {usd}").format(usd=full_usd(found.kept_from))
    if found.is_new:
        yield _("well-known tokens only")
