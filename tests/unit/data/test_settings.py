from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from data.chains import known_chains
from data.errors import ConfigurationError
from data.settings import Settings, load_settings

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
SECRET = "hunter22"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for chain in known_chains():
        monkeypatch.delenv(f"{chain.upper()}_RPC_URLS", raising=False)
        monkeypatch.delenv(f"{chain.upper()}_WS_URLS", raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings()

    assert settings.bot_token is None
    assert settings.chains == ("ethereum", "bsc")
    assert settings.database == f"sqlite+aiosqlite:///{Path.cwd() / 'var' / 'spyhop.db'}"


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "BOT_TOKEN": TOKEN,
        "ADMIN_IDS": " 12345, 67890 ,",
        "CHAINS": "BSC, ethereum,bsc",
        "TELEGRAM_API_URL": "http://127.0.0.1:8081/",
        "DATABASE_URL": "postgresql+asyncpg://a:b@db/spyhop",
        "REDIS_URL": "redis://cache",
        "AUTO_MIGRATE": "off",
        "DEFAULT_THRESHOLD_USD": "250000.50",
        "RATE_CHAT_PER_SECOND": "0.5",
        "WATCHER_METRICS_PORT": "9000",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "JSON",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.admin_ids == (12345, 67890)
    assert settings.chains == ("bsc", "ethereum")
    assert settings.telegram_api_url == "http://127.0.0.1:8081"
    assert settings.database == "postgresql+asyncpg://a:b@db/spyhop"
    assert settings.redis == "redis://cache"
    assert settings.auto_migrate is False
    assert settings.default_threshold_usd == Decimal("250000.50")
    assert (settings.rate_chat_per_second, settings.watcher_metrics_port) == (0.5, 9000)
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")

    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("BOT_TOKEN", f"{SECRET}", "@BotFather"),
        ("BOT_TOKEN", f"{TOKEN} {SECRET}", "123456789:AbC"),
        ("TELEGRAM_API_URL", f"api.telegram.org/{SECRET}", "http:// or https://"),
        ("TELEGRAM_API_URL", f"ftp://{SECRET}@host", "http:// or https://"),
        ("PRICE_API_URL", f"https://host:{SECRET}/", "http:// or https://"),
        ("PRICE_API_URL", f"https:///{SECRET}", "names a host"),
        ("PRICE_API_URL", f"https://ho st/{SECRET}", "http:// or https://"),
        ("PRICE_API_URL", f"https://[{SECRET}", "http:// or https://"),
        ("ADMIN_IDS", f"12345,@{SECRET}", "commas between"),
        ("ADMIN_IDS", "-5", "user ids"),
        ("CHAINS", f"ethereum,{SECRET}", "bsc, ethereum"),
        ("CHAINS", ",", "bsc, ethereum"),
        ("AUTO_MIGRATE", SECRET, "write on or off"),
        ("LOG_LEVEL", SECRET, "'DEBUG', 'INFO'"),
        ("LOG_FORMAT", SECRET, "'console' or 'json'"),
        ("WATCHER_METRICS_PORT", "70000", "less than or equal to 65535"),
        ("BOT_METRICS_PORT", SECRET, "whole number"),
        ("DEFAULT_THRESHOLD_USD", "0", "greater than 0"),
        ("DEFAULT_THRESHOLD_USD", "NaN", "finite number"),
        ("DEFAULT_THRESHOLD_USD", f"${SECRET}", "write a number"),
        ("KEEP_MOVEMENTS_FROM_USD", "-1", "greater than or equal to 0"),
        ("KEEP_MOVEMENTS_HOURS", "0", "greater than or equal to 1"),
        ("KEEP_ALERTS_DAYS", "1000000", "less than or equal to 36500"),
        ("KEEP_GAPS_DAYS", "1.5", "whole number"),
        ("RPC_TIMEOUT", "inf", "less than or equal to 86400"),
        ("RPC_TIMEOUT", "nan", "less than or equal to 86400"),
        ("CHAIN_LEASE_FOR", "1e300", "less than or equal to 86400"),
        ("SEND_LEASE_FOR", SECRET, "write a number"),
        ("BREAKER_FAULTS", "0", "greater than or equal to 1"),
        ("RATE_BOT_PER_SECOND", "inf", "less than or equal to"),
        ("RATE_CHAT_BURST", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name_and_never_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError) as caught:
        load_settings()

    sentence = str(caught.value)
    assert sentence.startswith(f"{name} is wrong: ")
    assert advice in sentence
    assert SECRET not in sentence
    assert "\n" not in sentence
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_the_command_line_says_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAINS", "ethereum")

    assert load_settings(chains="BSC ,").chains == ("bsc",)


def test_no_chain_is_traced_unless_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().trace_chains == ()
    monkeypatch.setenv("TRACE_CHAINS", "Ethereum, bsc,ethereum")
    assert load_settings().trace_chains == ("ethereum", "bsc")
    monkeypatch.setenv("TRACE_CHAINS", "atlantis")
    with pytest.raises(ConfigurationError, match=r"TRACE_CHAINS.*write names with commas"):
        load_settings()


@pytest.mark.parametrize("said", [f"ethereum,{SECRET}", "", " , "])
def test_what_is_wrong_on_the_command_line_is_called_as_there(said: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--chains is wrong: write names with commas"):
        load_settings(chains=said)


def test_secrets_are_not_in_the_settings_repr() -> None:
    settings = load_settings(
        bot_token=TOKEN,
        database_url=f"postgresql+asyncpg://a:{SECRET}@db/x",
        redis_url=f"redis://:{SECRET}@cache",
    )

    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings) + str(settings)


def test_without_redis_the_sentence_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"REDIS_URL is not set.*python run\.py"):
        _ = load_settings().redis


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_env_file_is_read_and_the_environment_is_stronger(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    lines = (
        f'BOT_TOKEN="{TOKEN}"',
        "LOG_LEVEL=ERROR",
        "ETHEREUM_RPC_URLS=https://one.example, https://two.example",
        "BSC_RPC_URLS=https://file.example",
        "UNKNOWN=fine",
    )
    Path(".env").write_text("\n".join(lines), encoding=encoding)
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("BSC_RPC_URLS", "https://environment.example")
    settings = load_settings()

    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.log_level == "DEBUG"
    assert settings.node_urls("ethereum") == ("https://one.example", "https://two.example")
    assert settings.node_urls("bsc") == ("https://environment.example",)


def test_the_first_line_counts_after_a_byte_order_mark() -> None:
    Path(".env").write_text("ETHEREUM_RPC_URLS=https://one.example\n", encoding="utf-8-sig")

    assert load_settings().node_urls("ethereum") == ("https://one.example",)


def test_an_env_file_in_another_encoding_is_told() -> None:
    Path(".env").write_text(f"BOT_TOKEN={TOKEN}\n", encoding="utf-16")

    with pytest.raises(ConfigurationError, match=r"\.env is not text in UTF-8"):
        load_settings()


def test_without_urls_a_chain_has_its_public_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BSC_RPC_URLS", "")

    assert load_settings().node_urls("ethereum") == known_chains()["ethereum"].node_urls
    assert load_settings().node_urls("bsc") == known_chains()["bsc"].node_urls


def test_node_urls_are_parted_by_commas_and_each_is_taken_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = " https://a.example/v3/key ,,http://b.example:8545,https://a.example/v3/key,"
    monkeypatch.setenv("ETHEREUM_RPC_URLS", text)

    urls = load_settings().node_urls("ethereum")

    assert urls == ("https://a.example/v3/key", "http://b.example:8545")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (f"https://good.example/{SECRET},mainnet.example/{SECRET}", "URL 2"),
        (f"wss://node.example/{SECRET}", "URL 1"),
        (f"https://node.example:port/{SECRET}", "URL 1"),
        (f"https://node.example:99999/{SECRET}", "URL 1"),
        (f"https://node.example:0/{SECRET}", "URL 1"),
        (f"https://node.example/{SECRET} https://b.example", "URL 1"),
        (f"https://[node.example/{SECRET}", "URL 1"),
        (" , ,", "one or more URLs"),
    ],
)
def test_wrong_node_urls_are_told_without_their_keys(
    monkeypatch: pytest.MonkeyPatch, text: str, position: str
) -> None:
    monkeypatch.setenv("ETHEREUM_RPC_URLS", text)

    with pytest.raises(ConfigurationError) as caught:
        load_settings().node_urls("ethereum")

    sentence = str(caught.value)
    assert sentence.startswith("ETHEREUM_RPC_URLS: ")
    assert position in sentence
    assert SECRET not in sentence
    assert "node.example" not in sentence
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_sockets_are_only_opened_where_somebody_asks_for_them() -> None:
    assert load_settings().socket_urls("ethereum") == ()


def test_socket_urls_are_read_from_the_environment_and_the_env_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("BSC_WS_URLS=ws://file.example:8546/key", encoding="utf-8")
    monkeypatch.setenv("ETHEREUM_WS_URLS", " wss://a.example/v3/key ,ws://b.example,")

    settings = load_settings()

    assert settings.socket_urls("ethereum") == ("wss://a.example/v3/key", "ws://b.example")
    assert settings.socket_urls("bsc") == ("ws://file.example:8546/key",)


def test_public_stands_for_the_sockets_of_the_chains_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a chain that knows two public sockets
    bsc = replace(known_chains()["bsc"], ws_urls=("wss://one.example", "wss://two.example"))
    monkeypatch.setattr("data.settings.known_chains", lambda _folder=None: {"bsc": bsc})
    monkeypatch.setenv("BSC_WS_URLS", " Public ")

    assert load_settings(chains="bsc").socket_urls("bsc") == bsc.ws_urls


def test_public_is_refused_where_no_public_socket_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bsc = replace(known_chains()["bsc"], ws_urls=())
    monkeypatch.setattr("data.settings.known_chains", lambda _folder=None: {"bsc": bsc})
    monkeypatch.setenv("BSC_WS_URLS", "public")

    with pytest.raises(ConfigurationError, match="BSC_WS_URLS: no public ones are known"):
        load_settings(chains="bsc").socket_urls("bsc")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (f"https://node.example/{SECRET}", "URL 1"),
        (f"public,wss://node.example/{SECRET}", "URL 1"),
        (f"wss://good.example/,wss://node.example:0/{SECRET}", "URL 2"),
        (f"wss://[node.example/{SECRET}", "URL 1"),
        (",", "one or more URLs"),
    ],
)
def test_wrong_socket_urls_are_told_without_their_keys(
    monkeypatch: pytest.MonkeyPatch, text: str, position: str
) -> None:
    monkeypatch.setenv("ETHEREUM_WS_URLS", text)

    with pytest.raises(ConfigurationError) as caught:
        load_settings().socket_urls("ethereum")

    sentence = str(caught.value)
    assert sentence.startswith("ETHEREUM_WS_URLS: ")
    assert position in sentence
    assert SECRET not in sentence
    assert "node.example" not in sentence


@pytest.mark.parametrize("off", ["off", "OFF", " off "])
def test_the_price_source_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, off: str) -> None:
    monkeypatch.setenv("PRICE_API_URL", off)
    assert load_settings().price_api_url == ""
