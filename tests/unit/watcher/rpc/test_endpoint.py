"""A URL is shown as scheme and host; the rest of it stays unsaid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.budget import Allowance
from watcher.rpc.endpoint import BadNodeUrl, endpoints, public_name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://node.example", "https://node.example"),
        ("https://node.example/v2/KEYKEYKEY?token=SECRET#x", "https://node.example"),
        ("https://user:pass@Node.Example:8545/", "https://node.example:8545"),
        ("http://[::1]:8545/key", "http://[::1]:8545"),
        ("  https://node.example/k\n", "https://node.example"),
    ],
)
def test_only_scheme_and_host_are_shown(url: str, name: str) -> None:
    assert public_name(url) == name


def test_nodes_that_share_a_host_are_told_apart_by_their_place() -> None:
    urls = ["https://a.example/KEY1", "https://b.example", "https://a.example/KEY2"]

    names = [endpoint.name for endpoint in endpoints(urls)]

    assert names == ["https://a.example#1", "https://b.example", "https://a.example#3"]


def test_credentials_become_a_header() -> None:
    (endpoint,) = endpoints(["https://us%40er:p%3Ass@node.example/rpc"])

    assert endpoint.url == "https://node.example/rpc"
    assert endpoint.headers == {"Authorization": "Basic dXNAZXI6cDpzcw=="}  # us@er:p:ss


def test_every_part_that_may_be_a_key_is_scrubbed() -> None:
    (endpoint,) = endpoints(
        ["https://user:p%40ssword@node.example/v2/PATHKEY?a=QUERYKEY&b=b%2Fc+d"]
    )
    text = "user user:p%40ssword p@ssword pathkey QUERYKEY b%2Fc+d b/c d dXNlcjpwQHNzd29yZA== v2 ok"

    scrubbed = endpoint.scrub(text)

    for secret in ("user", "ssword", "pathkey", "QUERYKEY", "b%2Fc", "b/c", "dXNl"):
        assert secret not in scrubbed
    assert scrubbed.endswith("v2 ok")
    assert "KEY" not in repr(endpoint)
    assert "ssword" not in repr(endpoint)


def test_a_budget_stands_behind_the_url_and_is_not_sent() -> None:
    (endpoint,) = endpoints(["https://node.example/KEY?a=b#25/s;100000/day"])

    assert endpoint.url == "https://node.example/KEY?a=b"
    assert endpoint.allowances == (Allowance(25, 1.0), Allowance(100_000, 86_400.0))
    assert endpoint.name == "https://node.example"


def test_a_bad_budget_is_refused_without_repeating_it() -> None:
    with pytest.raises(BadNodeUrl, match="must be its budget of calls") as refusal:
        endpoints(["https://node.example/#SECRET"])

    assert "SECRET" not in str(refusal.value)
    assert refusal.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "node.example/SECRET",
        "ftp://node.example/SECRET",
        "https:///SECRET",
        "https://node.example:SECRET/",
        "https://[SECRET/",
        "https://user:SE/CRET@node.example",
        "https://node exam.ple/SECRET",
        "https://nöde.example/SECRET",
        "https://node.example:0/SECRET",
        "https://node.example:99999/SECRET",
    ],
)
def test_a_bad_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadNodeUrl) as refusal:
        public_name(url)

    assert "SECRET" not in str(refusal.value)
    assert refusal.value.__context__ is None


@given(st.text())
def test_any_text_is_named_or_refused(url: str) -> None:
    try:
        name = public_name(url)
    except BadNodeUrl:
        return
    assert name.startswith(("http://", "https://"))
