"""Metrics are served while a process runs, and only if somebody wants them."""

from __future__ import annotations

import socket
import urllib.request
from urllib.error import URLError

import pytest
from prometheus_client import Counter

from data.errors import ConfigurationError
from data.metrics import metrics_served

HOST = "127.0.0.1"
_counted = Counter("spyhop_test_metrics", "Counted by a test")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def test_what_was_counted_can_be_read_until_the_process_ends() -> None:
    port = free_port()
    _counted.inc(3)
    with metrics_served("BOT_METRICS_PORT", HOST, port):
        text = urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10).read().decode()

    assert "spyhop_test_metrics_total 3.0" in text
    with pytest.raises(URLError):
        urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10)


def test_a_port_that_is_taken_is_told_with_the_name_of_its_setting() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(ConfigurationError, match=f"BOT_METRICS_PORT.*{port}"),
            metrics_served("BOT_METRICS_PORT", HOST, port),
        ):
            pass


def test_without_a_port_nobody_listens() -> None:
    with metrics_served("BOT_METRICS_PORT", "no host at all", None):
        pass
