"""docker-compose.yml and the Dockerfile: valid, private, and in step with the settings."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "watcher", "bot")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The Compose Specification's own schema, which the check-jsonschema wheel carries."""
    vendored = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    loaded: dict[str, Any] = json.loads(vendored.read_text())
    return loaded


def test_file_follows_the_compose_specification(
    compose: dict[str, Any], schema: dict[str, Any]
) -> None:
    jsonschema.validate(compose, schema)


def test_schema_finds_a_fault(compose: dict[str, Any], schema: dict[str, Any]) -> None:
    broken = compose | {"services": {"bot": {"image": "spyhop", "restrat": "always"}}}

    with pytest.raises(jsonschema.ValidationError, match="restrat"):
        jsonschema.validate(broken, schema)


def test_services_are_the_databases_and_the_processes(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "redis", *OURS}


def test_no_port_is_published(compose: dict[str, Any]) -> None:
    assert [name for name, it in compose["services"].items() if "ports" in it] == []


def test_databases_cannot_be_reached_from_outside(compose: dict[str, Any]) -> None:
    for name in ("postgres", "redis"):
        (network,) = compose["services"][name]["networks"]
        assert compose["networks"][network]["internal"] is True


def test_redis_keeps_everything(compose: dict[str, Any]) -> None:
    command = compose["services"]["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))

    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"


def test_processes_start_on_healthy_databases_after_the_migration(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("watcher", "bot"):
        conditions = {on: it["condition"] for on, it in services[name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }
    for name, service in services.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        assert ("test" in service["healthcheck"]) == (name != "migrate")


def test_commands_are_modules_of_this_project(compose: dict[str, Any]) -> None:
    commands = {name: compose["services"][name]["command"] for name in OURS}

    assert commands == {
        "migrate": ["python", "-m", "data.migrate"],
        "watcher": ["python", "-m", "watcher"],
        "bot": ["python", "-m", "bot"],
    }


def test_no_secret_is_written_into_the_file(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "TOKEN" in name:
                assert value.startswith("${")
            assert not re.search(r"://[^@/]*:[^@/]+@", re.sub(r"\$\{[^}]*\}", "", value))
    assert all(compose["services"][name]["env_file"] == ".env" for name in OURS)


def test_every_variable_is_a_setting(compose: dict[str, Any]) -> None:
    example = (ROOT / ".env.example").read_text()
    settings = set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))

    for name in OURS:
        assert set(compose["services"][name]["environment"]) <= settings
    dockerfile = (ROOT / "Dockerfile").read_text()
    named = set(re.findall(r"([A-Z][A-Z0-9_]+)=", dockerfile)) - {"PATH"}
    assert {name for name in named if not name.startswith("PYTHON")} <= settings


def test_image_runs_as_an_ordinary_user_with_pinned_libraries() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE) == ["spyhop"]
    assert "--require-hashes" in dockerfile
    assert "check_health.py" in dockerfile


def test_image_gets_neither_secrets_nor_data() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()

    assert "*" in lines
    assert not {"!.env", "!var", "!.git"} & set(lines)
