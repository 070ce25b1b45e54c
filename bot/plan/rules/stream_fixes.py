"""What streams say about their order, made to agree with `depends_on`, which alone is believed."""

from __future__ import annotations

from bot.plan.facets import ParallelGroup, Stream, Streams
from bot.plan.graph import Graph
from bot.plan.model import Plan
from bot.plan.rules.applied import Applied, Fixed, changed
from bot.plan.rules.engine import LintInput


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
    """Claims against an order go, claims of others are returned."""
    kept = [name for name in one.parallel_with if name != one.id and not graph.ordered(one.id, name)]
    back = [
        other.id
        for other in streams
        if one.id in other.parallel_with and other.id != one.id and not graph.ordered(one.id, other.id)
    ]
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
