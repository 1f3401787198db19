"""``.env.example`` has a line on every setting, and tells its default truly."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from data.settings import Settings

TEXT = (Path(__file__).parents[3] / ".env.example").read_text(encoding="utf-8")
LINES = TEXT.splitlines()
ROW = re.compile(r"(#?)([A-Z][A-Z0-9_]*)=(.*)")
ROWS = {match[2]: (match[1], match[3]) for line in LINES if (match := ROW.fullmatch(line))}
NODES = {"ETHEREUM_RPC_URLS", "BSC_RPC_URLS", "ETHEREUM_WS_URLS", "BSC_WS_URLS"}
FIELDS = {name.upper(): field for name, field in Settings.model_fields.items()}


def test_it_names_every_setting_and_no_other() -> None:
    assert set(ROWS) == set(FIELDS) | NODES


def test_each_stands_there_once() -> None:
    names = [match[2] for line in LINES if (match := ROW.fullmatch(line))]

    assert len(names) == len(set(names))


def test_only_the_token_is_asked_for() -> None:
    assert [name for name, (off, _) in ROWS.items() if not off] == ["BOT_TOKEN"]
    assert ROWS["BOT_TOKEN"] == ("", "")


@pytest.mark.parametrize("name", sorted(set(FIELDS) | NODES))
def test_each_has_one_line_of_comment_above_it(name: str) -> None:
    (at,) = [n for n, line in enumerate(LINES) if re.fullmatch(f"#?{name}=.*", line)]

    assert LINES[at - 1].startswith("# ")
    assert not LINES[at - 2].startswith("# ") or LINES[at - 2].startswith("# ---")


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_default_it_tells_is_the_settings_own(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    default = FIELDS[name].default
    assert default is not PydanticUndefined
    told = ROWS[name][1]
    if not told:
        assert default in (None, ())
        return
    monkeypatch.setenv(name, told)

    assert getattr(Settings(), name.lower()) == default
