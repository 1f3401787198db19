"""The template: what it forks finds everything imported, and is a process like any other."""

from __future__ import annotations

from pathlib import Path

from tests.warm.process import Warm
from tests.warm.template import IMPORTED


async def test_a_process_has_nothing_left_to_import(warm: Warm, tmp_path: Path) -> None:
    program = tmp_path / "asked.py"
    program.write_text(f"import sys; print(set({IMPORTED}) - set(sys.modules))")

    assert await warm.ended(str(program), env={}) == (0, "set()\n", "")


async def test_its_end_and_its_warnings_are_those_of_a_cold_start(
    warm: Warm, tmp_path: Path
) -> None:
    program = tmp_path / "warning.py"
    program.write_text("import os, warnings; warnings.warn('so it is')")
    status, _, err = await warm.ended(str(program), env={"PYTHONWARNINGS": "error"}, cwd=tmp_path)

    assert status == 1
    assert "UserWarning: so it is" in err
