"""PLN705-708: each requirement has one stream of work, and each stream an agent who does such work."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from bot.plan.facets import Requirement, Requirements, Stream, Streams
from bot.plan.findings import Fix, Severity
from bot.plan.graph import Graph
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.tasks import plan_of

_LEADING_ZEROS = re.compile(r"(?<=-)0+(?=\d)")
_PART = re.compile(r"(FR-\d+)[a-z]")

# Who does what with which command.
_COMMANDS: Mapping[str, frozenset[str]] = {
    "database-designer": frozenset(["/schema"]),
    "api-designer": frozenset(["/api-design"]),
    "observability-engineer": frozenset([""]),
    "software-engineer": frozenset(["/implement"]),
}
_ENGINEER = re.compile(r"software-engineer-[a-z+#]{1,20}")
_USUAL = (
    "database-designer",
    "api-designer",
    "observability-engineer",
    "software-engineer-go",
    "software-engineer-python",
    "software-engineer-frontend",
)
_BROWSER = frozenset(
    ["software-engineer-frontend", "software-engineer-typescript", "software-engineer-javascript"]
)
# Agents whose work a requirement with this hint surely is not.
_NOT_FOR: Mapping[str, frozenset[str]] = {
    "backend": frozenset(["software-engineer-frontend", "observability-engineer", "database-designer"]),
    "frontend": frozenset(["database-designer", "api-designer", "observability-engineer"]),
    "fullstack": frozenset(["database-designer", "api-designer", "observability-engineer"]),
    "database": frozenset(["software-engineer-frontend", "api-designer", "observability-engineer"]),
    "api": frozenset(["software-engineer-frontend", "database-designer", "observability-engineer"]),
    "observability": frozenset(["software-engineer-frontend", "database-designer", "api-designer"]),
}


def in_code(name: str) -> str:
    """An id as it is compared: "FR-001" and "fr-1" are "FR-1"."""
    head, dash, rest = name.strip().partition("-")
    return _LEADING_ZEROS.sub("", head.upper() + dash + rest.lower())


def requirements_of(given: LintInput) -> Requirements:
    """The requirements; raises Lacking when the plan shows none."""
    if (found := plan_of(given).requirements) is None:
        raise Lacking("the plan shows no requirements")
    return found


def streams_of(given: LintInput) -> Streams:
    """The work streams; raises Lacking when the plan shows none."""
    found = plan_of(given).streams
    if found is None or not found.streams:
        raise Lacking("the plan shows no work streams")
    return found


def stream_graph(streams: Streams) -> Graph:
    """Which stream needs which."""
    return Graph.of((one.id, one.depends_on) for one in streams.streams)


def is_frontend(stream: Stream) -> bool:
    return stream.agent == "software-engineer-frontend"


def is_backend(stream: Stream) -> bool:
    """Whether a software engineer other than for the browser does it."""
    return (
        bool(_ENGINEER.fullmatch(stream.agent))
        and stream.agent not in _BROWSER
        and in_code(stream.id) != "WS-0"
    )


def is_api(stream: Stream) -> bool:
    return stream.agent == "api-designer" or stream.command == "/api-design"


def _places(streams: Streams) -> dict[str, list[tuple[str, str]]]:
    """For each requirement the streams it is in, each with the pointer of the mention."""
    found: dict[str, list[tuple[str, str]]] = {}
    for at, stream in enumerate(streams.streams):
        for index, name in enumerate(stream.requirements):
            pointer = f"/streams/streams/{at}/requirements/{index}"
            found.setdefault(in_code(name), []).append((stream.id, pointer))
    return found


def parts_of(name: str, others: Iterator[str] | list[str]) -> list[str]:
    """The requirements that `name` was split into."""
    found = (in_code(other) for other in others)
    return [other for other in found if (part := _PART.fullmatch(other)) and part[1] == in_code(name)]


@rule("PLN705", severity="error", needs=["plan"], formats="F", message="{fr} is in no stream")
def requirements_have_a_stream(given: LintInput) -> Iterator[Hit]:
    """Every requirement, also on how well, is in a stream, or its parts are"""
    requirements, placed = requirements_of(given), _places(streams_of(given))
    lists: tuple[tuple[str, list[str]], ...] = (
        ("functional", [one.id for one in requirements.functional]),
        ("qualities", [one.id for one in requirements.qualities]),
    )
    for pointer, names in lists:
        for at, name in enumerate(names):
            if name and in_code(name) not in placed and not parts_of(name, names):
                advice = "add it to the stream of the agent who builds it"
                yield Hit(f"/requirements/{pointer}/{at}", {"fr": name}, advice)


@rule("PLN706", severity="error", needs=["plan"], formats="F", message="{fr} is in {ws1} and {ws2}; split it")
def requirements_have_one_stream(given: LintInput) -> Iterator[Hit]:
    """A functional requirement is in one stream only, and not beside the parts it was split into"""
    placed = _places(streams_of(given))
    for name, places in placed.items():
        streams = dict(reversed(places))
        if name.startswith("FR-") and len(streams) > 1:
            first, second = list(dict.fromkeys(stream for stream, _ in places))[:2]
            values = {"fr": name, "ws1": first, "ws2": second}
            advice = f"{name}a for {first}, {name}b for {second}"
            yield Hit(streams[second], values, advice)
        for part in parts_of(name, list(placed)):
            values = {"fr": name, "ws1": places[0][0], "ws2": placed[part][0][0]}
            message = (
                f"{name} is in {values['ws1']} and its part {part} in {values['ws2']}; keep the parts only"
            )
            yield Hit(places[0][1], values, f"take {name} out of {values['ws1']}", message=message)


@rule("PLN707", severity="error", needs=["plan"], formats="F", message="{ws}: {why}")
def streams_fit_their_agents(given: LintInput) -> Iterator[Hit]:
    """A stream has requirements, a known agent, that agent's command, and no requirement meant for another"""
    functional = plan_of(given).requirements
    hints = {in_code(one.id): one for one in (functional.functional if functional else ())}
    for at, stream in enumerate(streams_of(given).streams):
        pointer = f"/streams/streams/{at}"
        if in_code(stream.id) == "WS-0":
            continue
        if not stream.requirements:
            yield _misfit(f"{pointer}/requirements", stream, "it has no requirement", "leave it out")
        yield from _of_agent(pointer, stream)
        for index, name in enumerate(stream.requirements):
            requirement, place = hints.get(in_code(name)), f"{pointer}/requirements/{index}"
            if why := _meant_for_another(stream, requirement):
                yield _misfit(place, stream, why)
            elif (
                requirement
                and requirement.agent_hint.strip().lower() == "database"
                and _ENGINEER.fullmatch(stream.agent)
            ):
                # An engineer may write the queries; only beside a designer of schemas it is surely wrong.
                severity: Severity = "error" if _designs_schemas(given) else "warning"
                why = f"{requirement.id} is for database, not for {stream.agent}"
                yield Hit(place, {"ws": stream.id, "why": why}, severity=severity)


def _designs_schemas(given: LintInput) -> bool:
    return any(one.agent == "database-designer" for one in streams_of(given).streams)


def _misfit(pointer: str, stream: Stream, why: str, advice: str = "") -> Hit:
    return Hit(pointer, {"ws": stream.id, "why": why}, advice)


def _of_agent(pointer: str, stream: Stream) -> Iterator[Hit]:
    agent = "software-engineer" if _ENGINEER.fullmatch(stream.agent) else stream.agent
    command = stream.command.strip("-\u2013\u2014` ").removesuffix("none")
    if agent not in _COMMANDS or stream.agent == "software-engineer":
        why = f"'{stream.agent}' is no known agent" if stream.agent else "it names no agent"
        near = difflib.get_close_matches(stream.agent, _USUAL, 3) or list(_USUAL[:3])
        yield _misfit(f"{pointer}/agent", stream, why, ", ".join(near))
    elif command not in _COMMANDS[agent]:
        right = next(iter(_COMMANDS[agent])) or "\u2014"
        why = f"{stream.agent} does not go with {stream.command or 'no command'}"
        yield _misfit(f"{pointer}/command", stream, why, right)


def _meant_for_another(stream: Stream, requirement: Requirement | None) -> str:
    """Why a requirement cannot be this stream's, "" when it can."""
    hint = requirement.agent_hint.strip().lower() if requirement else ""
    named = _ENGINEER.fullmatch(hint) or hint in _COMMANDS
    wrong = hint != stream.agent if named else stream.agent in _NOT_FOR.get(hint, ())
    if hint == "frontend" and _ENGINEER.fullmatch(stream.agent):
        wrong = stream.agent not in _BROWSER
    return f"{requirement.id} is for {hint}, not for {stream.agent}" if requirement and wrong else ""


@rule(
    "PLN708",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F",
    message="{ws} must depend on API contract {api}, not {be}",
)
def front_ends_build_on_the_contract(given: LintInput) -> Iterator[Hit]:
    """A front end waits for the contract of the interface, not for the back end"""
    streams = streams_of(given)
    graph = stream_graph(streams)
    for at, contract, back in lacking_contract(streams):
        stream = streams.streams[at]
        pointer, values = f"/streams/streams/{at}/depends_on", {"ws": stream.id, "api": contract}
        fix: Fix = "none" if graph.reaches(contract, stream.id) else "safe"
        if back:
            index, advice = stream.depends_on.index(back[0]), f"{contract} in the place of {back[0]}"
            yield Hit(f"{pointer}/{index}", values | {"be": back[0]}, advice, fix=fix)
        else:
            message = f"{stream.id} must depend on API contract {contract}"
            yield Hit(pointer, values | {"be": ""}, f"add {contract}", fix=fix, message=message)


def lacking_contract(streams: Streams) -> Iterator[tuple[int, str, list[str]]]:
    """Front ends that do not wait for the contract of the interface, by place; the contract's stream; and the
    back ends that they wait for."""
    graph, kinds = stream_graph(streams), {one.id: one for one in streams.streams}
    contract = next((one.id for one in streams.streams if is_api(one)), "")
    for at, stream in enumerate(streams.streams):
        back = [name for name in stream.depends_on if name in kinds and is_backend(kinds[name])]
        if contract and is_frontend(stream) and (back or not graph.reaches(stream.id, contract)):
            yield at, contract, back
