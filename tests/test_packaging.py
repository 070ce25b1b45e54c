"""What is shipped: dependencies and pins, the image, the services and their secrets, the App's manifest."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
OWN = {"bot", "workers", "sandbox", "tests", "bench"}
TAGGED = re.compile(r"[\w./-]+:(?!latest\b)[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def yaml(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    """`githubkit[auth-app]>=0.16` → `githubkit`."""
    return normal(re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0])


def declared(*extras: str) -> set[str]:
    project = pyproject()["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return {name_of(requirement) for requirement in wanted} - {"groundplan"}


# ------------------------------------------------------------------------------------------ pins


@dataclass(frozen=True)
class Pin:
    """One requirement of a lock file: normal name, version, number of hashes."""

    name: str
    version: str
    hashes: int


@cache
def pins(file: str) -> tuple[Pin, ...]:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(_pin(line) for line in lines)


def _pin(line: str) -> Pin:
    found = re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", line)
    assert found, f"not pinned: {line[:80]}"
    return Pin(normal(found[1]), found[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)))


@pytest.mark.parametrize("file", ["base.txt", "dev.txt", "build.txt"])
def test_every_pin_has_hashes(file: str) -> None:
    assert pins(file)
    assert [pin.name for pin in pins(file) if not pin.hashes] == []


@pytest.mark.parametrize("file", ["base.txt", "dev.txt", "build.txt"])
def test_lock_files_name_no_index_and_no_place(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    assert (
        re.findall(r"^\s*--?(?:i|f|index-url|extra-index-url|find-links|trusted-host)\b.*", text, re.M) == []
    )
    assert re.findall(r"\w+://\S+|file:\S+", text) == []
    assert "make lock" in text


@pytest.mark.parametrize(
    ("file", "extras"), [("base.txt", ()), ("dev.txt", ("test", "dev"))], ids=["base.txt", "dev.txt"]
)
def test_everything_declared_is_pinned(file: str, extras: tuple[str, ...]) -> None:
    assert declared(*extras) - {pin.name for pin in pins(file)} == set()


def test_what_runs_is_what_was_tested() -> None:
    tested = {pin.name: pin.version for pin in pins("dev.txt")}
    for file in ("base.txt", "build.txt"):
        assert {pin.name: pin.version for pin in pins(file)}.items() <= tested.items()


def test_test_tools_are_not_shipped() -> None:
    only_for_work = declared("test", "dev") - declared()
    assert only_for_work & {pin.name for pin in pins("base.txt")} == set()


def test_the_build_backend_is_pinned() -> None:
    needed = {name_of(requirement) for requirement in pyproject()["build-system"]["requires"]}
    assert needed <= {pin.name for pin in pins("build.txt")}


def imports(folder: str) -> Iterator[tuple[str, str]]:
    """(top-level name, file) of every absolute import below `folder`, the sample left out."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        if (ROOT / "sandbox" / "sample") in file.parents:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            yield from ((name.split(".")[0], str(file.relative_to(ROOT))) for name in names)


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("bot", ()),
        ("workers", ("mcp",)),
        ("sandbox", ("test",)),
        ("tests", ("test", "mcp")),
        ("bench", ("test",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_import_is_declared(folder: str, extras: tuple[str, ...]) -> None:
    """What another package happens to bring along can go with its next release."""
    known, installed = declared(*extras), packages_distributions()
    undeclared = {
        f"{name} in {file}"
        for name, file in imports(folder)
        if name not in OWN and name not in sys.stdlib_module_names
        # A name no distribution has is a file beside the importer, as in a test's own folder.
        if name in installed and not {normal(dist) for dist in installed[name]} & known
    }
    assert undeclared == set()


# ------------------------------------------------------------------------------------ the package


def test_nobody_can_upload_it_by_accident() -> None:
    assert "Private :: Do Not Upload" in pyproject()["project"]["classifiers"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    [built] = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_has_all_the_product_needs(wheel: zipfile.ZipFile) -> None:
    shipped = set(wheel.namelist())
    wanted = {
        str(file.relative_to(ROOT))
        for folder in ("bot", "workers", "templates", "suites")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted - shipped == set()
    assert "sandbox/sample/issue.md" in shipped


def test_the_wheel_has_nothing_it_should_not(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "bot",
        "workers",
        "sandbox",
        "suites",
        "templates",
    }
    assert [name for name in wheel.namelist() if name.endswith((".pyc", ".pem", "/.env"))] == []


def test_the_command_is_groundplan(wheel: zipfile.ZipFile) -> None:
    [entry] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "groundplan = bot.cli:main" in wheel.read(entry).decode()


# -------------------------------------------------------------------------------------- the image


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, arguments) in order; comments dropped and continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = [line.strip() for line in kept.replace("\\\n", " ").splitlines()]
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]


def final_stage() -> list[tuple[str, str]]:
    steps = dockerfile()
    last = max(place for place, (word, _) in enumerate(steps) if word == "FROM")
    return steps[last:]


def copied_sources() -> list[str]:
    copies = [
        rest.split() for word, rest in dockerfile() if word in {"COPY", "ADD"} and "--from=" not in rest
    ]
    return [source for words in copies for source in words[:-1]]


def test_base_images_are_pinned_by_tag() -> None:
    images = [rest.split()[0] for word, rest in dockerfile() if word == "FROM"]
    assert len(images) == 2
    assert [image for image in images if not TAGGED.fullmatch(image)] == []


def test_the_image_has_a_python_we_support() -> None:
    floor = pyproject()["project"]["requires-python"].removeprefix(">=")
    for word, rest in dockerfile():
        if word == "FROM":
            version = re.match(r"python:(\d+)\.(\d+)", rest)
            assert version
            assert (int(version[1]), int(version[2])) >= tuple(map(int, floor.split(".")))


def test_everything_copied_exists_and_reaches_the_engine() -> None:
    allowed = [
        line[1:].rstrip("/")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]
    assert copied_sources()
    for source in copied_sources():
        assert (ROOT / source).exists(), source
        assert any(source == path or source.startswith(f"{path}/") for path in allowed), source


def test_every_packaged_folder_is_copied() -> None:
    packages = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(copied_sources())


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    users = [rest for word, rest in final_stage() if word == "USER"]
    assert len(users) == 1
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[0])


def test_the_last_stage_installs_nothing() -> None:
    assert [rest for word, rest in final_stage() if word in {"RUN", "ADD"}] == []
    assert [rest for word, rest in final_stage() if word == "ENTRYPOINT"] == ['["groundplan"]']


def test_the_image_is_installed_with_hashes() -> None:
    commands = [part for word, rest in dockerfile() if word == "RUN" for part in rest.split("&&")]
    installs = [part for part in commands if re.search(r"\binstall\b", part) and "pip" in part]
    assert {file for part in installs for file in re.findall(r"-r (\S+)", part)} == {
        "requirements/base.txt",
        "requirements/build.txt",
    }
    for part in installs:
        assert "--require-hashes" in part or ("--no-deps" in part and "--no-index" in part)


# ----------------------------------------------------------------------------------- the services

SECRETS = {
    "GROUNDPLAN_WEBHOOK_SECRET": {"receiver"},
    "GROUNDPLAN_WEBHOOK_SECRET_PREVIOUS": {"receiver"},
    "GITHUB_APP_PRIVATE_KEY": set(),
    "GITHUB_APP_PRIVATE_KEY_FILE": {"write"},
    "OPENAI_API_KEY": {"think"},
    "GROUNDPLAN_READER_API_KEY": {"think"},
    "GROUNDPLAN_SECRET": {"receiver", "write", "think", "sweep"},
    "REDIS_URL": {"receiver", "write", "think", "sweep"},
    "REDIS_PASSWORD": {"redis"},
}
OURS = {"receiver", "write", "think", "sweep"}


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml("compose.yaml")["services"]
    return found


def test_the_services_are_these() -> None:
    assert set(services()) == OURS | {"redis"}


@pytest.mark.parametrize("secret", SECRETS)
def test_each_secret_goes_only_where_it_is_used(secret: str) -> None:
    holders = {name for name, service in services().items() if secret in service.get("environment", {})}
    assert holders == SECRETS[secret]


def test_no_service_takes_a_whole_file_of_secrets() -> None:
    assert [name for name, service in services().items() if "env_file" in service] == []


def test_the_private_key_is_mounted_where_it_is_named() -> None:
    mounted = {
        name for name, service in services().items() if "github_app_private_key" in service.get("secrets", [])
    }
    assert mounted == SECRETS["GITHUB_APP_PRIVATE_KEY_FILE"]


def test_no_secret_has_a_value_or_a_default() -> None:
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            if name in SECRETS and not name.endswith("_FILE"):
                assert re.search(r"\$\{\w+(:\?[^}]*|:-)\}", str(value)), name
                assert not re.search(r":-[^}]", str(value)), name


def test_every_variable_is_one_the_settings_know() -> None:
    from bot.settings import Settings

    known = {name.upper() for name in Settings.model_fields}
    used = {name for name in OURS for name in services()[name]["environment"]}
    assert used - known == set()


def test_the_example_names_every_variable_that_is_filled_in() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    example = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    offered = dict(re.findall(r"^#?(\w+)=(.*)$", example, re.M))
    assert wanted
    assert wanted == set(offered)
    assert {name: offered[name] for name in SECRETS if offered.get(name)} == {}


def test_services_run_commands_that_exist() -> None:
    import typer.main

    from bot.cli import app

    group = typer.main.get_command(app)
    for name in OURS:
        words = services()[name]["command"]
        command = group.commands[words[0]]  # type: ignore[attr-defined]
        command.make_context(words[0], list(words[1:]))


def test_our_services_have_no_rights_to_spare() -> None:
    for name in OURS:
        service = services()[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "user" not in service


def test_redis_is_durable_locked_and_out_of_reach() -> None:
    document, redis = yaml("compose.yaml"), services()["redis"]
    script = " ".join(redis["command"])
    assert "appendonly yes" in script
    assert "requirepass" in script
    assert "noeviction" in script
    assert "ports" not in redis
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", redis["user"])
    assert redis["networks"] == ["inside"]
    assert document["networks"]["inside"]["internal"] is True
    assert any(volume.endswith(":/data") for volume in redis["volumes"])
    assert TAGGED.fullmatch(redis["image"])


def test_the_healthcheck_asks_the_port_that_is_served() -> None:
    receiver = services()["receiver"]
    port = receiver["command"][receiver["command"].index("--port") + 1]
    assert f":{port}/healthz" in receiver["healthcheck"]["test"][-1]
    assert ("EXPOSE", port) in final_stage()
    assert all(
        mapping.startswith("127.0.0.1:") and mapping.endswith(f":{port}") for mapping in receiver["ports"]
    )


# ----------------------------------------------------------------------------------- the manifest


def test_the_manifest_asks_for_the_least() -> None:
    assert yaml("app.yml")["default_permissions"] == {
        "checks": "write",
        "contents": "write",
        "issues": "write",
        "metadata": "read",
        "pull_requests": "write",
    }


def test_the_manifest_subscribes_to_what_we_read() -> None:
    from bot.events import SUBSCRIBED_EVENTS

    events = yaml("app.yml")["default_events"]
    assert sorted(events) == sorted(SUBSCRIBED_EVENTS)


def test_the_manifest_points_at_the_route_we_serve() -> None:
    from bot.web.webhook import PATH

    assert yaml("app.yml")["hook_attributes"]["url"].endswith(PATH)
    assert PATH in (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------ the commands


def test_ci_runs_exactly_the_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert lines[-1] == "make test"


def test_make_without_a_target_lists_them(tmp_path: Path) -> None:
    """In a bare folder: help must not install anything."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    said = subprocess.run(
        ["make", "-C", str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    for target in ("demo", "test", "test-full", "bench", "lock", "fmt", "clean"):
        assert re.search(rf"^\s*make {target}\b", said, re.M), said
    assert [file.name for file in tmp_path.iterdir()] == ["Makefile"]


def test_make_says_when_python_is_too_old(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "dev.txt").touch()
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "-C", str(tmp_path), "test", f"PYTHON={old}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stdout
    assert "Python 3.8.18" in done.stdout
    assert not (tmp_path / ".venv").exists()
