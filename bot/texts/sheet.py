"""Watchlists as files: what was exported, what an import would change and has changed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext, sentence
from bot.numbers import grouped
from bot.parse.text import shown
from bot.texts.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sheet.load import Problem, Sheet
    from bot.sheet.plan import Plan, Room

HOW_TO_IMPORT = N_(
    "📄 <b>Send me the file</b>, or paste its lines here: one address a line, with a label behind"
    " it if you like, or a whole table as /export writes it.\n\n"
    "<code>0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045, Vitalik</code>\n\n"
    "First I show what would change."
)
NOTHING_TO_EXPORT = N_("There is nothing to export: you watch nothing and gave no names.")
LEFT = N_("All right, nothing was imported.")
TOO_LATE = N_("That file waits no longer, or is imported already: send it again.")
PROBLEMS_SHOWN = 5
TOO_LARGE = N_("That file is too large: I read up to {size} MB.")
NOT_A_FILE = N_("I can't load that file from Telegram: send it once more.")


def exported(watches: int, names: int) -> str:
    """The caption of an export."""
    parts = [_watches(watches)] if watches else []
    parts += [_names(names)] if names else []
    took = _("{what}. /import takes them back, here or in another chat.")
    return took.format(what=listed(parts))


def exported_all(cut: Sequence[str], most: int) -> str:
    """The caption of all that is kept; of some lists in it perhaps the newest so many only."""
    if not cut:
        return _("All that I keep about this chat.")
    names = listed([f"<code>{escape(one)}</code>" for one in cut])
    said = _(
        "What I keep about this chat, but not all of it: of {lists} the newest {count}, because"
        " Telegram takes no larger file."
    )
    return said.format(lists=names, count=grouped(most))


def reading(name: str) -> str:
    """While a file is loaded."""
    return _("⏳ Reading {file}…").format(file=_file(name))


def progress(name: str, count: int) -> str:
    """While it is read."""
    return _("⏳ Reading {file}: {count} lines so far…").format(
        file=_file(name), count=grouped(count)
    )


def importing() -> str:
    """While it is written."""
    return _("⏳ Importing…")


def preview(name: str, sheet: Sheet, plan: Plan, room: Room) -> str:
    """What an import would change."""
    lines = [f"📄 {_file(name)}", ""]
    if plan.is_empty:
        lines.append(_("There is nothing in it to import."))
    lines += _changes(plan)
    same = plan.unchanged + plan.unchanged_names
    if same:
        lines.append(_("• {count} as it is already").format(count=grouped(same)))
    lines += _left_out(sheet, plan, room)
    problems = problems_of(sheet, plan)
    if problems:
        lines += ["", *(_problem(one) for one in problems[:PROBLEMS_SHOWN])]
        if len(problems) > PROBLEMS_SHOWN:
            lines.append(_("… all of them are in the file below."))
    if sheet.unknown:
        columns = listed([shown(one) for one in sheet.unknown[:PROBLEMS_SHOWN]])
        told = _("I know nothing of these columns: {columns}.").format(columns=escape(columns))
        lines += ["", told]
    if not plan.is_empty:
        lines += ["", _("Nothing is removed. Shall I import it?")]
    return "\n".join(lines)


def done(plan: Plan) -> str:
    """What an import has changed."""
    if plan.is_empty:
        return _("✓ Everything in that file is here already.")
    lines = [_("✓ <b>Imported</b>"), *_changes(plan), "", _("/list shows your watches.")]
    return "\n".join(lines)


def problems_of(sheet: Sheet, plan: Plan) -> list[Problem]:
    """All lines that are left out for what they say, in the order of the file."""
    return sorted([*sheet.problems, *plan.repeated], key=lambda one: one.line)


def report(problems: Sequence[Problem], plan: Plan) -> list[tuple[str, ...]]:
    """The rows of a file that tells of each line that is left out; plain text."""
    rows = [(str(one.line), sentence(one.error), one.raw) for one in problems]
    rows += [(str(line), _("There is no room for it."), "") for line in plan.beyond]
    return [(_("line"), _("what is wrong"), _("what stands there")), *rows]


def _changes(plan: Plan) -> list[str]:
    found = []
    for count, text in (
        (len(plan.new), ngettext("• {count} new watch", "• {count} new watches", len(plan.new))),
        (
            len(plan.changed),
            ngettext("• {count} changed watch", "• {count} changed watches", len(plan.changed)),
        ),
        (
            len(plan.new_names),
            ngettext("• {count} new name", "• {count} new names", len(plan.new_names)),
        ),
        (
            len(plan.changed_names),
            ngettext("• {count} changed name", "• {count} changed names", len(plan.changed_names)),
        ),
    ):
        if count:
            found.append(f"<b>{text.format(count=grouped(count))}</b>")
    return found


def _left_out(sheet: Sheet, plan: Plan, room: Room) -> list[str]:
    lines = []
    wrong = len(sheet.problems) + len(plan.repeated)
    if wrong:
        text = ngettext("• {count} line left out:", "• {count} lines left out:", wrong)
        lines.append(text.format(count=grouped(wrong)))
    if plan.beyond:
        text = ngettext(
            "• {count} line more than there is room for: a chat may have {watches} watches and"
            " {names} names",
            "• {count} lines more than there is room for: a chat may have {watches} watches and"
            " {names} names",
            len(plan.beyond),
        )
        lines.append(
            text.format(
                count=grouped(len(plan.beyond)),
                watches=grouped(room.watches),
                names=grouped(room.names),
            )
        )
    return lines


def _problem(problem: Problem) -> str:
    where = _("Line {line}").format(line=grouped(problem.line))
    return f"<b>{where}</b> · {escape(sentence(problem.error), quote=False)}"


def _watches(count: int) -> str:
    return ngettext("{count} watch", "{count} watches", count).format(count=grouped(count))


def _names(count: int) -> str:
    return ngettext("{count} name", "{count} names", count).format(count=grouped(count))


def _file(name: str) -> str:
    return f"<b>{escape(shown(name))}</b>"
