"""A repository's configuration as GitHub has it at some commit. Reads no word of it."""

from __future__ import annotations

from bot.config import CONFIG_PATH, ConfigFile
from bot.plan.readers.recognise import find_plans
from bot.situation import Repository
from workers.github.answers import Blob, ConfigData, ProposalNow
from workers.github.queries import query
from workers.github.wire import Wire

MAX_BYTES = 400_000


def config_file(blob: Blob | None) -> ConfigFile | None:
    """What stands at the configuration's path."""
    if blob is None:
        return None
    return ConfigFile(None if blob.truncated or blob.size > MAX_BYTES else blob.text)


def configs_of(
    wire: Wire, repository: Repository, pull: ProposalNow, paths: tuple[str, ...], more: bool
) -> tuple[ConfigFile | None, ConfigFile | None]:
    """The configuration at a pull request's base, and the head's when it adds or changes it. Asked for only
    when the pull request changes it or a plan: archives may leave it out, and the head may be older than the
    base's latest rules. `paths` are the files that it adds or changes, `more` that there are others.
    """
    changed = more or CONFIG_PATH in paths
    if pull.state != "OPEN" or not (changed or find_plans(paths)):
        return None, None
    variables = {
        "owner": repository.owner,
        "name": repository.name,
        "base": f"{pull.base_sha}:{CONFIG_PATH}",
        "head": f"{pull.head_sha}:{CONFIG_PATH}",
        "changed": changed,
    }
    found = wire.graphql(ConfigData, query("config"), variables).repository
    base, head = (config_file(found.base), config_file(found.head)) if found else (None, None)
    if CONFIG_PATH in paths:
        return base, head or ConfigFile(None)
    return base, head if head != base else None
