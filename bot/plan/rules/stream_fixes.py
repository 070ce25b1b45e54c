"""The order of streams: what has to come first does, and what streams say of it agrees with `depends_on`."""

from __future__ import annotations

from bot.plan.facets import ParallelGroup, Stream, Streams
from bot.plan.graph import Graph
from bot.plan.model import Plan
from bot.plan.rules.applied import Applied, Fixed, changed
from bot.plan.rules.engine import LintInput
from bot.plan.rules.migrations import lacking_ground
from bot.plan.rules.streams import lacking_contract, stream_graph


def ground_first(plan: Plan, given: LintInput) -> Fixed:
    """PLN515: streams wait for the development environment, back ends for the schema."""
    applied = list[Applied]()
    while missing := next((one for one in lacking_ground(plan) if one.addable), None):
        plan = _needing(plan, missing.at, (*_needs(plan, missing.at), missing.first))
        applied.append(Applied("PLN515", missing.stream, f"waits for {missing.first}"))
    return plan, tuple(applied)


def contract_first(plan: Plan, given: LintInput) -> Fixed:
    """PLN708: front ends wait for the contract of the interface in the place of back ends."""
    applied = list[Applied]()
    for at, api, back in lacking_contract(plan.streams) if plan.streams else ():
        assert plan.streams
        one = plan.streams.streams[at]
        if not stream_graph(plan.streams).reaches(api, one.id):
            kept = (name for name in one.depends_on if name not in back)
            plan = _needing(plan, at, tuple(dict.fromkeys((*kept, api))))
            applied.append(Applied("PLN708", one.id, f"waits for {api}"))
    return plan, tuple(applied)


def _needs(plan: Plan, at: int) -> tuple[str, ...]:
    return plan.streams.streams[at].depends_on if plan.streams else ()


def _needing(plan: Plan, at: int, needs: tuple[str, ...]) -> Plan:
    assert plan.streams
    listed = plan.streams.streams
    streams = (*listed[:at], changed(listed[at], depends_on=needs), *listed[at + 1 :])
    return changed(plan, streams=changed(plan.streams, streams=streams))


def claims_of_streams(plan: Plan, given: LintInput) -> Fixed:
    """PLN306, 307, 312: parallel claims, blocked streams and groups follow from the dependencies."""
    if plan.streams is None:
        return plan, ()
    graph = Graph.of((one.id, one.depends_on) for one in plan.streams.streams)
    if graph.cycles or len(graph.needs) < len(plan.streams.streams):
        return plan, ()
    streams, applied = plan.streams.streams, list[Applied]()
    for rule, what, better in (
        ("PLN306", "parallel claims follow from dependencies", _parallel),
        ("PLN312", "what it blocks follows from dependencies", _blocking),
    ):
        fixed = tuple(better(one, streams, graph) for one in streams)
        applied += [
            Applied(rule, new.id, what) for old, new in zip(streams, fixed, strict=True) if old != new
        ]
        streams = fixed
    groups = _groups(plan.streams, graph)
    if groups != plan.streams.groups:
        applied.append(Applied("PLN312", "groups", "groups follow from dependencies"))
    if not applied:
        return plan, ()
    return changed(plan, streams=changed(plan.streams, streams=streams, groups=groups)), tuple(applied)


def _parallel(one: Stream, streams: tuple[Stream, ...], graph: Graph) -> Stream:
    """Claims against an order go, claims of others are returned, and where any stream makes claims, each
    names those that it can run beside."""
    kept = [name for name in one.parallel_with if name != one.id and not graph.ordered(one.id, name)]
    claimed = any(each.parallel_with for each in streams)

    def belongs(other: Stream) -> bool:
        apart = not set(one.requirements) & set(other.requirements)
        return one.id in other.parallel_with or (claimed and apart)

    others = (other for other in streams if other.id != one.id and not graph.ordered(one.id, other.id))
    back = [other.id for other in others if belongs(other)]
    claims = tuple(dict.fromkeys((*kept, *back)))
    return one if claims == one.parallel_with else changed(one, parallel_with=claims)


def _blocking(one: Stream, streams: tuple[Stream, ...], graph: Graph) -> Stream:
    """Streams that say nothing about what they block go on saying nothing."""
    if not any(each.blocks for each in streams):
        return one
    waiting = {other.id for other in streams if one.id in graph.needs[other.id]}
    unknown = [name for name in one.blocks if name not in graph.needs]
    if set(one.blocks) - set(unknown) == waiting:
        return one
    known = [other.id for other in streams if other.id in waiting]
    return changed(one, blocks=(*known, *unknown))


def _groups(streams: Streams, graph: Graph) -> tuple[ParallelGroup, ...]:
    """The groups as they are, or by waves when they leave a stream out, repeat one, or break the order."""
    groups = streams.groups
    if not groups or _hold(groups, graph):
        return groups
    gates = {at: group.gate_after for at, group in enumerate(groups)}
    return tuple(
        ParallelGroup(group=at + 1, streams=wave, gate_after=gates.get(at, ""))
        for at, wave in enumerate(graph.waves)
    )


def _hold(groups: tuple[ParallelGroup, ...], graph: Graph) -> bool:
    listed = [name for group in groups for name in group.streams]
    place = {name: at for at, group in enumerate(groups) for name in group.streams}
    if len(set(listed)) < len(listed) or not set(graph.needs) <= set(listed):
        return False
    return all(place[need] < place[name] for name, needs in graph.needs.items() for need in needs)
