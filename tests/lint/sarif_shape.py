"""What SARIF 2.1.0 asks of the parts we write, stated again from the standard.

The shape each object may have, and what must agree between them. Knows nothing of how we write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LEVELS = {"none", "note", "warning", "error"}
TEXT = {"text": str, "markdown": str}
PLACE = {"uri": str, "uriBaseId": str, "index": int}

# Properties we may write, by object: name → type; the ones in REQUIRED must be there.
SHAPES: dict[str, dict[str, Any]] = {
    "log": {"$schema": str, "version": str, "runs": list},
    "run": {"tool": dict, "invocations": list, "columnKind": str, "artifacts": list, "results": list},
    "driver": {"name": str, "version": str, "informationUri": str, "rules": list},
    "rule": {
        "id": str,
        "shortDescription": dict,
        "fullDescription": dict,
        "help": dict,
        "helpUri": str,
        "defaultConfiguration": dict,
        "properties": dict,
    },
    "result": {
        "ruleId": str,
        "ruleIndex": int,
        "level": str,
        "message": dict,
        "locations": list,
        "partialFingerprints": dict,
        "suppressions": list,
        "properties": dict,
    },
    "location": {"physicalLocation": dict},
    "physicalLocation": {"artifactLocation": dict, "region": dict},
    "region": {"startLine": int, "startColumn": int},
    "suppression": {"kind": str, "justification": str},
    "invocation": {"executionSuccessful": bool, "exitCode": int, "toolExecutionNotifications": list},
    "notification": {"level": str, "message": dict, "associatedRule": dict, "locations": list},
}
REQUIRED = {
    "log": {"version", "runs"},
    "run": {"tool"},
    "driver": {"name"},
    "rule": {"id"},
    "result": {"message"},
    "suppression": {"kind"},
    "invocation": {"executionSuccessful"},
    "notification": {"message"},
}
URI = re.compile(r"(?:[A-Za-z0-9._~/@!$&'()*+,;=:-]|%[0-9A-F]{2})*")


def faults(log: dict[str, Any]) -> Iterator[str]:
    """Everything in a log that the standard does not allow."""
    yield from _shape("log", log)
    if log["version"] != "2.1.0" or not log["$schema"].endswith("sarif-schema-2.1.0.json"):
        yield "version or $schema"
    for run in log["runs"]:
        yield from _run(run)


def _shape(name: str, value: dict[str, Any]) -> Iterator[str]:
    for key in REQUIRED.get(name, set()) - set(value):
        yield f"{name} lacks {key}"
    for key, item in value.items():
        kind = SHAPES[name].get(key)
        if kind is None or not isinstance(item, kind) or (kind is int and isinstance(item, bool)):
            yield f"{name}.{key} = {item!r}"


def _run(run: dict[str, Any]) -> Iterator[str]:
    driver = run["tool"]["driver"]
    yield from _shape("run", run)
    yield from _shape("driver", driver)
    if run["columnKind"] not in ("utf16CodeUnits", "unicodeCodePoints"):
        yield "columnKind"
    ids = [rule["id"] for rule in driver["rules"]]
    if len(set(ids)) != len(ids):
        yield "rules are not unique"
    for rule in driver["rules"]:
        yield from _rule(rule)
    for artifact in run["artifacts"]:
        yield from _uri(artifact["location"])
    for result in run["results"]:
        yield from _result(result, ids)
    for invocation in run["invocations"]:
        yield from _invocation(invocation)


def _rule(rule: dict[str, Any]) -> Iterator[str]:
    yield from _shape("rule", rule)
    for name in ("shortDescription", "fullDescription", "help"):
        yield from _message(rule[name])
    if rule["defaultConfiguration"]["level"] not in LEVELS:
        yield "rule level"
    if not rule["helpUri"].startswith("https://"):
        yield "helpUri"


def _result(result: dict[str, Any], ids: list[str]) -> Iterator[str]:
    yield from _shape("result", result)
    yield from _message(result["message"])
    if result["level"] not in LEVELS or ids[result["ruleIndex"]] != result["ruleId"]:
        yield f"result of {result['ruleId']}"
    if not all(isinstance(value, str) for value in result["partialFingerprints"].values()):
        yield "fingerprint"
    for location in result["locations"]:
        yield from _location(location)
    for suppression in result.get("suppressions", []):
        yield from _shape("suppression", suppression)
        if suppression["kind"] not in ("inSource", "external"):
            yield "suppression kind"


def _location(location: dict[str, Any]) -> Iterator[str]:
    place = location["physicalLocation"]
    yield from _shape("location", location)
    yield from _shape("physicalLocation", place)
    yield from _uri(place["artifactLocation"])
    region = place.get("region", {})
    yield from _shape("region", region)
    if any(number < 1 for number in region.values()):
        yield f"region {region}"


def _uri(place: dict[str, Any]) -> Iterator[str]:
    if set(place) - set(PLACE) or not URI.fullmatch(place["uri"]):
        yield f"artifactLocation {place}"


def _message(message: dict[str, Any]) -> Iterator[str]:
    if set(message) - set(TEXT) or not message.get("text"):
        yield f"message {message}"


def _invocation(invocation: dict[str, Any]) -> Iterator[str]:
    yield from _shape("invocation", invocation)
    for notification in invocation["toolExecutionNotifications"]:
        yield from _shape("notification", notification)
        yield from _message(notification["message"])
        if notification["level"] not in LEVELS:
            yield "notification level"
        for location in notification.get("locations", []):
            yield from _location(location)
