"""The whole table of routes, described ones and the few that GitHub serves without describing them."""

from __future__ import annotations

from sandbox.rest import apps, checks, git, issues, pulls, relations, repos
from sandbox.rest.routing import ROUTES, Call, Reply, Route, compiled, find_route

AREAS = (apps, checks, git, issues, pulls, relations, repos)

UNDESCRIBED = (
    ("GET", "/repositories/{repository_id}", repos.get_repository_by_id),
    ("GET", "/repos/{owner}/{repo}/contents", repos.get_root_content),
    ("GET", "/repos/{owner}/{repo}/tarball", repos.get_default_tarball),
)
DESCRIBED = tuple(ROUTES)
ROUTES.extend(
    Route(method, template, handler, compiled(template)) for method, template, handler in UNDESCRIBED
)

__all__ = ["AREAS", "DESCRIBED", "ROUTES", "UNDESCRIBED", "Call", "Reply", "find_route"]
