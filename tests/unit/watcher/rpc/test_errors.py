"""The tree of errors is drawn as it is, and every class in it has something to be done about."""

from __future__ import annotations

import re

import pytest

from watcher.rpc import errors
from watcher.rpc.errors import AllNodesFailed, RpcError, TimedOut, Unreachable
from watcher.rpc.policy import POLICY, Remedy, remedy_for


def tree(root: type[RpcError]) -> list[type[RpcError]]:
    return [root, *(leaf for branch in root.__subclasses__() for leaf in tree(branch))]


def test_the_drawing_shows_every_class_once() -> None:
    # given the drawing at the top of the file
    drawn = re.findall(r"(?:[├└]── |^(?=RpcError$))(\w+)", errors.__doc__ or "", flags=re.MULTILINE)

    # when it is compared with the classes
    classes = {kind.__name__ for kind in tree(RpcError)}

    # then they are the same, and none is drawn twice
    assert sorted(drawn) == sorted(classes)


@pytest.mark.parametrize("kind", tree(RpcError)[1:])
def test_every_class_is_in_exactly_one_row_of_the_policy(kind: type[RpcError]) -> None:
    rows = [branch for branch in POLICY if issubclass(kind, branch)]

    assert len(rows) == 1
    assert remedy_for(kind.__new__(kind)) is POLICY[rows[0]]


def test_every_remedy_is_used() -> None:
    assert set(POLICY.values()) == set(Remedy)


def test_an_error_without_a_branch_has_no_remedy() -> None:
    with pytest.raises(KeyError, match="RpcError"):
        remedy_for(RpcError("homeless"))


def test_a_text_is_scrubbed_before_it_is_shortened() -> None:
    # given a node's text in which a key straddles the limit of what is shown
    key = "k" * 40
    error = TimedOut("x" * 190 + key + "\n\x1b[31m\u202e")

    # when it is told where it happened
    error.at("https://node.example", lambda text: text.replace(key, "…"))

    # then not even a part of the key is left, nor anything that a terminal would obey
    assert "kk" not in str(error)
    assert str(error).isprintable()
    assert str(error).startswith("https://node.example: x")
    assert len(error.text) <= errors.SHOWN_CHARACTERS


def test_giving_up_tells_every_nodes_reason() -> None:
    reasons = {"a": Unreachable("no").at("a", str), "b": TimedOut("late").at("b", str)}

    error = AllNodesFailed("ethereum", "eth_call", reasons)

    assert str(error) == "no node of ethereum answered eth_call: a: no; b: late"
    assert error.reasons == reasons
