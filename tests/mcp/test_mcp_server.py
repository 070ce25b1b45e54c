"""`groundplan mcp` as an agent meets it: the SDK's client against the real process, friendly and hostile."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent

from bot.effects import PLAN_FILE
from bot.plan.contract import contract_path, contract_text
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.samples import small_plan, task, webhook_plan

HOME = Path(__file__).resolve().parents[2]
TOOLS = ["get_plan", "get_task", "lint_plan", "list_ready_tasks", "report_evidence"]
_Answer = TypeVar("_Answer")


def put(folder: Path, plan: Plan, plan_format: str = "roadmap") -> None:
    there = {PLAN_FILE: (folder / PLAN_FILE).read_text("utf-8")} if (folder / PLAN_FILE).is_file() else {}
    for file in FORMATS[plan_format].files(plan, there):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text, encoding="utf-8", newline="")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    put(tmp_path / "repo", webhook_plan())
    return tmp_path / "repo"


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "bot.cli", "mcp", "--repo", str(folder)]


def talk(folder: Path, story: Callable[[Client], Awaitable[_Answer]]) -> _Answer:
    """Start the server, tell it the story, end it."""

    async def told() -> _Answer:
        name, *arguments = command(folder)
        with Path(os.devnull).open("w", encoding="utf-8") as unread:
            parameters = StdioServerParameters(command=name, args=arguments, cwd=HOME)
            async with Client(stdio_client(parameters, errlog=unread)) as client:
                return await story(client)

    # In a thread of its own: a browser test of the same process may leave a loop running in this one.
    with ThreadPoolExecutor(1) as own:
        return own.submit(lambda: asyncio.run(asyncio.wait_for(told(), timeout=90))).result()


def words(answer: CallToolResult) -> str:
    [content] = answer.content
    assert isinstance(content, TextContent)
    return content.text


async def answered(client: Client, tool: str, **given: Any) -> Any:
    answer = await client.call_tool(tool, given)
    assert not answer.is_error, words(answer)
    assert json.loads(words(answer)) == answer.structured_content
    return answer.structured_content


async def refusal(client: Client, tool: str, given: dict[str, Any]) -> str:
    answer = await client.call_tool(tool, given)
    assert answer.is_error
    assert "Traceback" not in words(answer)
    return words(answer)


def texts(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


# --- all tools


def test_every_tool_and_argument_is_described(repo: Path) -> None:
    async def story(client: Client) -> None:
        tools = {one.name: one for one in (await client.list_tools()).tools}
        assert sorted(tools) == TOOLS
        for tool in tools.values():
            assert len(tool.description or "") > 40
            schema = json.loads(json.dumps(tool.input_schema))
            assert all(len(one.get("description", "")) > 10 for one in schema["properties"].values())
            assert tool.annotations
            assert tool.annotations.read_only_hint is (tool.name != "report_evidence")

    talk(repo, story)


def test_a_task_from_the_list_to_the_evidence(repo: Path) -> None:
    plan = webhook_plan()

    async def story(client: Client) -> None:
        before = texts(repo)
        listed = await answered(client, "list_ready_tasks")
        [first, *_] = [one["id"] for one in listed["plans"][0]["ready"]]
        own = next(one for one in plan.tasks if one.id == first)
        held = await answered(client, "get_task", task=first)
        assert (held["state"], held["issue"]) == ("ready", plan.issue)
        assert "## Accepted when" in held["text"]
        whole = await answered(client, "get_plan", issue=plan.issue)
        assert [one["id"] for one in whole["tasks"]] == [one.id for one in plan.tasks]
        assert {one["id"]: one["state"] for one in whole["tasks"]}[first] == "ready"
        assert texts(repo) == before
        commands = own.commands or plan.contract_defaults.acceptance_tests
        said = {
            "task": first,
            "commands": [{"command": one, "exit_code": 0} for one in commands],
            "changed_files": [one.path for one in own.files],
            "acceptance": [
                {"number": at, "met": True, "how": "a test"} for at in range(1, len(own.acceptance) + 1)
            ],
        }
        poor = await answered(client, "report_evidence", **{**said, "acceptance": [], "commands": []})
        assert not poor["complete"]
        assert len(poor["not_covered"]) == len(own.acceptance)
        assert poor["not_run"] == list(commands)
        far = [*said["changed_files"], "elsewhere/a.py"]
        beyond = await answered(client, "report_evidence", **{**said, "changed_files": far})
        assert (beyond["outside"], beyond["inside_boundary"]) == (["elsewhere/a.py"], False)
        good = await answered(client, "report_evidence", **said)
        assert good["complete"]
        assert f"groundplan tasks done {first}" in good["next_step"]
        kept = json.loads((repo / good["kept_at"]).read_text("utf-8"))
        assert (kept["issue"], kept["task"]) == (plan.issue, first)
        assert kept["evidence"]["changed_files"] == said["changed_files"]
        assert kept["verdict"]["complete"]
        assert set(texts(repo)) - set(before) == {good["kept_at"]}

    talk(repo, story)


def test_a_tick_is_seen_at_once(repo: Path) -> None:
    async def story(client: Client) -> None:
        listed = await answered(client, "list_ready_tasks")
        first = listed["plans"][0]["ready"][0]["id"]
        ticked = [sys.executable, "-m", "bot.cli", "tasks", "done", first, "--repo", str(repo)]
        await asyncio.to_thread(subprocess.run, ticked, cwd=HOME, check=True, capture_output=True, timeout=60)
        assert first in (await answered(client, "list_ready_tasks"))["plans"][0]["done"]
        assert (await answered(client, "get_task", task=first))["state"] == "done"

    talk(repo, story)


def test_the_linter_tells_what_it_finds(repo: Path) -> None:
    plan = small_plan(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",)), issue=9, slug="knot")
    put(repo, plan, "steps")

    async def story(client: Client) -> None:
        found = await answered(client, "lint_plan", issue=9)
        assert found["summary"]["errors"] > 0
        assert any(
            one["rule"] and one["location"] and one["severity"] == "error" for one in found["findings"]
        )
        assert len(found["findings"]) <= 100
        assert found["refused"] == []

    talk(repo, story)


def test_documents_are_resources(repo: Path) -> None:
    async def story(client: Client) -> None:
        for path, address in (await answered(client, "get_plan"))["documents"].items():
            [content] = (await client.read_resource(address)).contents
            assert content.model_dump()["text"] == (repo / path).read_text("utf-8")
        for wrong in (
            "groundplan://plans/412/..%2F..%2Fsecret.md",
            "groundplan://plans/412/secret.md",
            "groundplan://plans/413/contract",
            "groundplan://plans/x/contract",
            "file:///etc/passwd",
        ):
            with pytest.raises(MCPError):
                await client.read_resource(wrong)

    (repo.parent / "secret.md").write_text("secret")
    talk(repo, story)


# --- hostile and unlucky


HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("get_task", {}, "task"),
    ("get_task", {"task": "T999"}, "Nearest: "),
    ("get_task", {"task": "../../etc/passwd"}, "no task"),
    ("get_task", {"task": "x" * 100_000}, "40 characters"),
    ("get_task", {"task": ["T1"]}, "string"),
    ("get_task", {"task": "T1", "issue": -1}, "issue"),
    ("get_task", {"task": "T1", "issue": 10**30}, "issue"),
    ("get_plan", {"issue": 5}, "no plan of #5"),
    ("lint_plan", {"issue": 5}, "no plan of #5"),
    ("list_ready_tasks", {"issue": "412; rm -rf"}, "integer"),
    ("no_such_tool", {}, "no_such_tool"),
]
REPORT: dict[str, Any] = {"task": "T1", "commands": [], "changed_files": [], "acceptance": []}
HOSTILE += [
    ("report_evidence", REPORT | given, said)
    for given, said in (
        ({"changed_files": ["../outside.py"]}, "below the root"),
        ({"changed_files": ["/etc/passwd"]}, "below the root"),
        ({"changed_files": ["a\\..\\b"]}, "below the root"),
        ({"changed_files": ["a"] * 5000}, "at most 1000"),
        ({"notes": "x" * 2_000_000}, "at most 4000"),
        ({"commands": [{"command": "make", "exit_code": 0, "output": "x" * 5000}]}, "at most 4000"),
        ({"commands": [{"command": "make", "exit_code": "zero"}]}, "integer"),
        ({"commands": [{"command": "make"}]}, "exit_code"),
        ({"acceptance": [{"number": 0, "met": True, "how": "x"}]}, "greater than 0"),
        ({"acceptance": [{"number": 1, "met": True, "how": "x", "shell": "rm"}]}, "shell"),
        ({"acceptance": {"number": 1}}, "list"),
        ({"task": "T1/../../../evil"}, "no task"),
    )
]


def test_hostile_calls_are_answered_and_change_nothing(repo: Path) -> None:
    async def story(client: Client) -> None:
        for tool, given, said in HOSTILE:
            assert said in await refusal(client, tool, given), (tool, str(given)[:80])
        assert (await answered(client, "list_ready_tasks"))["plans"]

    before = texts(repo.parent)
    talk(repo, story)
    assert texts(repo.parent) == before


def test_a_damaged_or_missing_plan_is_an_answer(repo: Path) -> None:
    contract = repo / contract_path(412)
    whole = contract.read_text("utf-8")

    async def story(client: Client) -> None:
        contract.write_text(whole[: len(whole) // 2], "utf-8")
        assert ".agent/planning-output-412.json:" in await refusal(client, "list_ready_tasks", {})
        contract.unlink()
        for tool, given in (
            ("list_ready_tasks", {}),
            ("get_plan", {}),
            ("lint_plan", {}),
            ("report_evidence", REPORT),
        ):
            assert "holds no plan" in await refusal(client, tool, given)
        contract.write_text(contract_text(webhook_plan()), "utf-8")
        assert (await answered(client, "get_plan"))["issue"] == 412

    talk(repo, story)


def test_evidence_is_not_written_through_a_link(repo: Path) -> None:
    (repo.parent / "elsewhere").mkdir()
    (repo / ".agent/evidence").symlink_to(repo.parent / "elsewhere")

    async def story(client: Client) -> None:
        assert "leads out of" in await refusal(client, "report_evidence", REPORT)

    talk(repo, story)
    assert texts(repo.parent / "elsewhere") == {}


def test_many_calls_at_once(repo: Path) -> None:
    async def story(client: Client) -> None:
        calls = [answered(client, "report_evidence", **REPORT, notes=f"n{at}") for at in range(8)]
        paths = {one["kept_at"] for one in await asyncio.gather(*calls)}
        assert len(paths) == 1
        assert json.loads((repo / paths.pop()).read_text("utf-8"))["evidence"]["notes"].startswith("n")

    talk(repo, story)
    assert list(repo.rglob(".groundplan-*")) == []


def test_several_plans_have_to_be_named(repo: Path) -> None:
    put(repo, small_plan(task("T1"), issue=12, slug="two"))

    async def story(client: Client) -> None:
        assert "#12" in await refusal(client, "get_plan", {})
        assert "several plans" in await refusal(client, "get_task", {"task": "T1"})
        assert (await answered(client, "get_task", task="T1", issue=12))["issue"] == 12

    talk(repo, story)


def test_nothing_but_the_protocol_on_standard_output(repo: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "1"},
        },
    }
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "lint_plan", "arguments": {}},
    }
    lines = [hello, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call]
    sent = "\n".join([*map(json.dumps, lines[:2]), "no json", "[" * 5000, json.dumps(call), ""])
    process = subprocess.Popen(
        command(repo),
        cwd=HOME,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(sent)
    process.stdin.flush()
    heard: list[Any] = []
    while not heard or heard[-1].get("id") != 2:
        heard.append(json.loads(process.stdout.readline()))
    rest, errors = process.communicate(timeout=60)
    assert rest == ""
    assert process.returncode == 0
    assert all(one["jsonrpc"] == "2.0" for one in heard)
    assert heard[-1]["result"]["isError"] is False
    assert "Traceback" not in errors


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    ended = subprocess.run(
        command(tmp_path / "nowhere"), cwd=HOME, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "does not exist" in " ".join(ended.stderr.split())
    assert ended.stdout == ""


def snippets() -> Iterator[Any]:
    """The servers that the page tells people to configure."""
    page = (HOME / "docs/agents.md").read_text("utf-8")
    for language, text in re.findall(r"```(json|toml)\n(.*?)```", page, re.DOTALL):
        read = json.loads(text) if language == "json" else tomllib.loads(text)
        [servers] = read.values()
        yield servers["groundplan"]


def test_what_the_page_says_to_copy_is_how_the_tests_start_the_server() -> None:
    found = list(snippets())
    assert len(found) == 3
    for one in found:
        assert one["command"] == "groundplan"
        name, *arguments = [word.replace("${workspaceFolder}", ".") for word in one["args"]]
        assert (name, arguments) == ("mcp", ["--repo", "."])


def test_the_page_names_every_tool() -> None:
    page = (HOME / "docs/agents.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)) == TOOLS
