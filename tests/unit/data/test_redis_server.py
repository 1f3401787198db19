import os
import shutil
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from data import redis_server
from data.redis_server import LONGEST_SOCKET_PATH, RedisServer, RedisServerError, find_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "valkey")
    yield server
    server.stop()


def connect(server: RedisServer) -> "redis.Redis":
    return redis.Redis.from_url(server.url, decode_responses=True)


def test_answers_on_its_socket_once_started(server: RedisServer) -> None:
    assert not server.answers()

    server.start()

    assert server.answers()
    with connect(server) as client:
        assert client.ping()


def test_is_private_append_only_and_never_evicts(server: RedisServer) -> None:
    server.start()

    with connect(server) as client:
        said = client.config_get("*")
    assert said["port"] == "0"
    assert said["appendonly"] == "yes"
    assert said["maxmemory-policy"] == "noeviction"
    assert stat.S_IMODE(server.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert server.pid is not None
    assert [c for c in psutil.net_connections("inet") if c.pid == server.pid] == []


def test_what_was_written_survives_stop_and_start(server: RedisServer) -> None:
    server.start()
    with connect(server) as client:
        client.set("k", "v")
    server.stop()
    assert not server.socket.exists()

    server.start()

    with connect(server) as client:
        assert client.get("k") == "v"


def test_what_was_written_survives_a_kill(server: RedisServer) -> None:
    server.start()
    with connect(server) as client:
        client.set("k", "v")
    assert server._process is not None
    server._process.stop(10, signal.SIGKILL)
    assert server.socket.exists()

    server.start()

    with connect(server) as client:
        assert client.get("k") == "v"


def test_long_and_odd_directory_gets_a_short_private_socket(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / ("deep sea %41'\"ü" * 12) / "valkey")
    assert len(os.fsencode(server.socket)) <= LONGEST_SOCKET_PATH
    assert server.socket == RedisServer(server.directory).socket

    with server:
        folder = server.socket.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with connect(server) as client:
            assert client.config_get("dir")["dir"] == os.fspath(server.directory)

    assert not folder.exists()


def test_odd_directory_is_in_the_url_and_back(tmp_path: Path) -> None:
    with (
        RedisServer(tmp_path / "a b?db=7#%41") as server,
        connect(server) as client,
    ):
        assert client.client_info()["db"] == 0


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / ("x" * 150))
    server.socket.parent.mkdir(mode=0o755)

    with pytest.raises(RedisServerError, match="not a private folder"):
        server.start()

    server.socket.parent.rmdir()


def test_stale_socket_is_no_obstacle(server: RedisServer) -> None:
    server.directory.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(os.fspath(server.socket))

    server.start()

    assert server.answers()


def test_second_server_in_the_same_directory_is_refused(server: RedisServer) -> None:
    server.start()

    with pytest.raises(RedisServerError, match="another program"):
        RedisServer(server.directory).start()

    assert server.answers()


def test_server_that_was_left_behind_is_ended_by_its_pid_file(server: RedisServer) -> None:
    server.start()

    RedisServer(server.directory).pid_file.end_holder(10)

    assert not server.is_running


def test_end_at_the_start_is_told_with_its_reason(server: RedisServer) -> None:
    appended = server.directory / "appendonlydir"
    server.start()
    server.stop()
    manifest = next(appended.glob("*.manifest"))
    manifest.write_text("not a manifest\n")

    with pytest.raises(RedisServerError, match=r"ended at its start: .*valkey\.log"):
        server.start()


def test_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RedisServerError, match="cannot hold the embedded Valkey"):
        RedisServer(tmp_path / "file" / "valkey").start()


def test_server_on_the_path_serves_where_the_wheel_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.copy(find_server(), tmp_path / "valkey-server")
    broken = tmp_path / "broken"
    broken.write_text("not a program")
    broken.chmod(0o755)
    monkeypatch.setattr(redis_server, "_in_wheel", lambda: broken)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))

    assert find_server() == Path(real)


def test_no_server_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "_in_wheel", lambda: None)
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(RedisServerError, match="REDIS_URL"):
        find_server()
