"""The lists of pinned libraries: complete, hashed, of one mind, and free of places."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = {
    "constraints.txt": (),
    "constraints-dev.txt": ("dev",),
    "constraints-bench.txt": ("dev", "bench"),
    "constraints-bench-defi.txt": ("dev", "bench", "bench-defi"),
}


def pins(name: str) -> dict[str, str]:
    """Library → version, for every library that has a hash."""
    text = (ROOT / name).read_text()
    found = re.findall(r"^([a-z0-9-]+)==(\S+?)(?: ;.*?)? \\\n +--hash=sha256:", text, re.MULTILINE)
    return dict(found)


def canonical(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("name", LISTS)
def test_every_declared_library_is_pinned_with_a_hash(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = list(project["dependencies"])
    for extra in LISTS[name]:
        declared += project["optional-dependencies"][extra]

    assert {canonical(requirement) for requirement in declared} - set(pins(name)) == set()


@pytest.mark.parametrize("name", LISTS)
def test_every_line_is_hashed_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()

    assert len(re.findall(r"^\S+==", text, re.MULTILINE)) == len(pins(name)) > 40
    assert not re.search(r"://|--find-links|--index|file:/|(?<!\w)/\w", text)


def test_wider_lists_hold_the_narrower_ones() -> None:
    runtime, dev, bench, bench_defi = (pins(name).items() for name in LISTS)

    assert runtime <= dev <= bench <= bench_defi
