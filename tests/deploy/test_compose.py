"""compose.yaml: what it says is a compose file, and keeps to what docs/deployment.md promises of it."""

import json
import re
import tomllib
from typing import Any, Final

import pytest
import yaml

from tests.conftest import ROOT

TEXT: Final = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(TEXT)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
# They run, and end.
ONCE: Final = {"migrate", "backup"}


def read_by_the_specification(said: dict[str, Any]) -> list[str]:
    """The services that a reader of the compose specification finds, which refuses what the specification has not."""
    try:
        from compose_spec import PyCompose
    except ImportError:
        pytest.skip("compose-spec is not installed: pip install -e '.[dev]'")
    return sorted(PyCompose.from_json(json.dumps(said)).service_names())


def test_it_is_what_the_compose_specification_allows():
    assert read_by_the_specification(COMPOSE) == sorted(SERVICES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"restrt": "always"},
        {"healthcheck": {"test": ["CMD", "true"], "interval": "often"}},
        {"depends_on": {"database": {"condition": "service_happy"}}},
    ],
)
def test_and_the_reader_would_say_what_is_not(wrong):
    broken = json.loads(json.dumps(COMPOSE))
    broken["services"]["web"] |= wrong

    with pytest.raises(ValueError, match=r"restrt|often|service_happy"):
        read_by_the_specification(broken)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_bounded_watched_and_nobodys_root(name):
    service = SERVICES[name]

    uid = int(str(service["user"]).split(":")[0])
    assert uid > 0
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]
    limits = service["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    if name in ONCE:
        assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_image_floats_and_ours_are_of_this_version(name):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    image, _, tag = SERVICES[name]["image"].rpartition(":")

    assert tag != "latest"
    if image.startswith("parley/"):
        assert tag == version
        assert SERVICES[name]["build"]["target"] == image.removeprefix("parley/")
    else:
        assert re.fullmatch(r"\d+(\.\d+)?-[a-z]+", tag)


def test_secrets_are_files_and_nothing_has_a_default():
    assert {name: said["file"] for name, said in COMPOSE["secrets"].items()} == {
        "secret-key": "./secrets/secret-key",
        "database-password": "./secrets/database-password",
    }
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|KEY|TOKEN", variable):
                assert variable.endswith("_FILE"), (name, variable)
            assert not re.search(r"://[^/]*:[^/]*@", str(value)), (name, variable)
    # What is asked for by compose itself has a harmless default, or is refused aloud.
    assert dict(re.findall(r"\$\{([A-Z_]+)(:[-?])", TEXT)) == {"ALLOWED_HOSTS": ":?", "CERTIFICATES": ":-"}


def test_things_start_in_the_order_of_their_health():
    waits = {
        name: {on: how["condition"] for on, how in one.get("depends_on", {}).items()} for name, one in SERVICES.items()
    }
    after = {"migrate": "service_completed_successfully", "cache": "service_healthy"}

    assert waits == {
        "proxy": {"web": "service_healthy"},
        "web": after,
        "worker": after,
        "beat": after,
        "migrate": {"database": "service_healthy"},
        "backup": {"database": "service_healthy"},
        "database": {},
        "cache": {},
    }


def test_only_the_proxy_is_reached_from_outside_and_what_keeps_data_reaches_nobody():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name: SERVICES[name]["networks"] for name in ("database", "cache", "proxy")} == {
        "database": ["inside"],
        "cache": ["inside"],
        "proxy": ["outside"],
    }


def test_what_must_outlive_a_container_is_in_a_volume():
    assert set(COMPOSE["volumes"]) == {"database", "home", "certificates"}
    mounted = {name: [each.split(":")[0] for each in one.get("volumes", [])] for name, one in SERVICES.items()}
    assert {name: what for name, what in mounted.items() if what} == {
        "proxy": ["certificates", "./certificates"],
        **{name: ["home"] for name in ("web", "worker", "beat", "migrate")},
        "backup": ["home", "./backups"],
        "database": ["database"],
    }


def test_the_servers_of_the_database_have_room_for_every_process():
    most = int(SERVICES["database"]["command"][2].partition("=")[2])
    workers, connections, replicas = 4, 8, 3

    assert most >= workers * connections * replicas + 20


def test_a_connection_ends_at_the_proxys_side_before_the_servers():
    server = int(re.search(r"^keepalive = (\d+)", (ROOT / "config" / "gunicorn.py").read_text(), re.MULTILINE).group(1))
    caddy = re.search(r"keepalive (\d+)s", (ROOT / "deploy" / "caddy" / "Caddyfile").read_text())
    nginx = re.search(r"keepalive_timeout (\d+)s", (ROOT / "deploy" / "nginx" / "parley.conf").read_text())

    assert int(caddy.group(1)) < server
    assert int(nginx.group(1)) < server


def test_there_is_one_beat_and_gunicorn_has_the_time_to_stop():
    beats = [name for name, service in SERVICES.items() if "beat" in service.get("command", [])]
    assert beats == ["beat"]
    assert "--beat" not in TEXT

    asked = int(re.search(r"graceful_timeout = (\d+)", (ROOT / "config" / "gunicorn.py").read_text()).group(1))
    assert int(SERVICES["web"]["stop_grace_period"].removesuffix("s")) > asked
