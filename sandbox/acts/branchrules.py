"""Branch protection and rulesets: which rules are active on a branch, and whether they refuse a push."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from sandbox.diffs import changes
from sandbox.objects import MissingObject
from sandbox.refusals import unprocessable
from sandbox.state import Repository, Ruleset
from sandbox.world import World

Rule = dict[str, Any]
PASSES = ("success", "neutral", "skipped")


def _matches(repo: Repository, ruleset: Ruleset, branch: str) -> bool:
    names = {"~ALL": "*", "~DEFAULT_BRANCH": repo.default_branch}
    return any(
        fnmatchcase(branch, names.get(one, one.removeprefix("refs/heads/"))) for one in ruleset.branches
    )


def active(repo: Repository, branch: str) -> list[tuple[Ruleset, Rule]]:
    """Rules that hold for a branch, there or not; protection in the old style is no
    rule here, as on GitHub.
    """
    return [(found, rule) for found in repo.rulesets if _matches(repo, found, branch) for rule in found.rules]


def _pattern_fails(parameters: Rule, text: str) -> bool:
    pattern = str(parameters.get("pattern", ""))
    tests = {
        "starts_with": text.startswith(pattern),
        "ends_with": text.endswith(pattern),
        "contains": pattern in text,
        "regex": re.search(pattern, text) is not None,
    }
    return tests[str(parameters.get("operator", "regex"))] == bool(parameters.get("negate", False))


def _file_fault(world: World, rule: Rule, old: str | None, new: str) -> str | None:
    parameters = rule.get("parameters", {})
    try:
        before = world.store.commit(old).tree if old else None
        touched = changes(world.store, before, world.store.commit(new).tree)
    except MissingObject:
        return None
    for change in touched:
        size = len(world.store.blob(change.new.sha)) if change.new and change.new.kind == "blob" else 0
        if rule["type"] == "file_path_restriction" and any(
            fnmatchcase(change.path, one) for one in parameters.get("restricted_file_paths", [])
        ):
            return f"File path restricted: {change.path}"
        if rule["type"] == "max_file_path_length" and len(change.path) > parameters.get(
            "max_file_path_length", 255
        ):
            return f"File path is too long: {change.path}"
        if rule["type"] == "file_extension_restriction" and any(
            change.path.endswith(one.lstrip("*")) for one in parameters.get("restricted_file_extensions", [])
        ):
            return f"File extension restricted: {change.path}"
        if rule["type"] == "max_file_size" and size > parameters.get("max_file_size", 100) * 1_048_576:
            return f"File is too large: {change.path}"
    return None


def _fault(
    world: World, repo: Repository, rule: Rule, branch: str, old: str | None, new: str | None
) -> str | None:
    kind, parameters = rule["type"], rule.get("parameters", {})
    moved = old is not None and new is not None
    simple = {
        "creation": (old is None, "Cannot create ref due to creations being restricted."),
        "update": (moved, "Cannot update this protected ref."),
        "deletion": (new is None, "Cannot delete this protected ref."),
        "pull_request": (moved, "Changes must be made through a pull request."),
        "required_status_checks": (moved, "Required status checks are expected."),
    }
    if kind in simple:
        applies, message = simple[kind]
        return message if applies else None
    if kind == "non_fast_forward" and moved and not world.store.is_ancestor(str(old), str(new)):
        return "Cannot force-push to this branch"
    if kind == "branch_name_pattern" and old is None and _pattern_fails(parameters, branch):
        return "Branch name must match a given regex pattern"
    if new is None:
        return None
    if kind == "commit_message_pattern" and _pattern_fails(parameters, world.store.commit(new).message):
        return "Commit message must match a given regex pattern"
    if kind == "commit_author_email_pattern" and _pattern_fails(
        parameters, world.store.commit(new).author.email
    ):
        return "Commit author email must match a given regex pattern"
    if kind == "required_signatures" and not world.store.commit(new).signed:
        return "Commits must have verified signatures."
    return _file_fault(world, rule, old, new)


def unmet_for_merge(world: World, repo: Repository, branch: str, head: str, approvals: int) -> str | None:
    """What a ruleset still asks for before a pull request may go into `branch`, or None."""
    done = {run.name for run in repo.check_runs.values() if run.head_sha == head and run.conclusion in PASSES}
    for _, rule in active(repo, branch):
        parameters = rule.get("parameters", {})
        if rule["type"] == "required_status_checks":
            wanted = [one["context"] for one in parameters.get("required_status_checks", [])]
            missing = [name for name in wanted if name not in done]
            if missing:
                return f'Required status check "{missing[0]}" is expected.'
        if rule["type"] == "pull_request":
            least = parameters.get("required_approving_review_count", 0)
            if approvals < least:
                return f"At least {least} approving review is required by reviewers with write access."
    return None


def check_push(
    world: World,
    repo: Repository,
    ref: str,
    old: str | None,
    new: str | None,
    sender: str,
    merging: bool = False,
) -> None:
    """Refuse a ref change that protection or a ruleset forbids (422, or UNPROCESSABLE in GraphQL)."""
    if not ref.startswith("refs/heads/"):
        return
    branch = ref.removeprefix("refs/heads/")
    if branch in repo.protected and old is not None and not merging:
        raise unprocessable(
            "Changes must be made through a pull request." if new else "Cannot delete a protected branch"
        )
    skipped = ("pull_request", "update", "required_status_checks") if merging else ()
    for ruleset, rule in active(repo, branch):
        if sender in ruleset.bypass or rule["type"] in skipped:
            continue
        fault = _fault(world, repo, rule, branch, old, new)
        if fault is not None:
            raise unprocessable(f"Repository rule violations found\n\n{fault}")
