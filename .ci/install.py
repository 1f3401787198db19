"""Install a list of pinned and hashed libraries into this Python, with one line of progress.

Called by the Makefile: .venv/bin/python .ci/install.py constraints.txt
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path


def main(constraints: Path) -> int:
    pinned = re.findall(
        r"^[A-Za-z0-9._-]+==", constraints.read_text(encoding="utf-8"), re.MULTILINE
    )
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    started = time.monotonic()
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 - pip itself
        [*pip, "--progress-bar=off", "--require-hashes", "-r", str(constraints)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        count = 0
        for line in process.stdout:
            said.append(line)
            word, _, rest = line.strip().partition(" ")
            if word == "Collecting" or line.startswith("Requirement already satisfied"):
                count += 1
                name = re.split(r"[=;< ]", rest.removeprefix("already satisfied: "))[0]
                show(f"Installing {min(count, len(pinned))}/{len(pinned)} {name}", count)
            elif word == "Installing" and "collected" in line:
                show(f"Unpacking {len(pinned)} libraries", 0)
    if process.returncode:
        sys.stderr.write("\n" + "".join(said[-30:]))
        sys.stderr.write("\nThe libraries could not be installed; pip's own words are above.\n")
        return process.returncode
    show(f"Installed {len(pinned)} libraries in {time.monotonic() - started:.0f} s", 0)
    sys.stdout.write("\n" if sys.stdout.isatty() else "")
    return 0


def show(text: str, count: int) -> None:
    """One line that changes on a terminal; now and then a line where it is a file."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{text}")
    elif count % 20 == 0:
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
