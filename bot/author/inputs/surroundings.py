"""What the repository has already: its shape, what lies near an issue, its dependencies and outside systems.

Everything is counted or quoted with its place; whether it should be used is not decided here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.author.brief import Brief
from bot.author.inputs.excerpt import Excerpt, Input
from bot.recon.kinds import kind_of
from bot.recon.manifests import Dependency
from bot.recon.secrets import Guarded
from bot.recon.tree import name_of

STARTER = "starter template"
CONTEXT = "context"
MOST_FOLDERS, MOST_MANIFESTS, MOST_DEPENDENCIES, MOST_SIMILAR = 20, 8, 30, 5
LOOKED_AT, LINES_LOOKED_AT = 12, 200
IMPORT = re.compile(r"\s{0,8}(?:import|from|require|use|using|const|var|let|#include)\b[^\n]{0,200}")
DEVELOPMENT = re.compile(
    r"(docker-)?compose([.-][\w-]{1,40})?\.ya?ml|Makefile|[Tt]askfile\.ya?ml|justfile|\.env\.(example|template|sample)"
    r"|devcontainer\.json"
)
# Packages by which an outside system is reached, by the system. Names are compared letter by letter.
SYSTEMS: dict[str, tuple[str, ...]] = {
    "PostgreSQL": (
        "psycopg",
        "psycopg2",
        "psycopg2-binary",
        "asyncpg",
        "pg",
        "github.com/lib/pq",
        "postgres",
    ),
    "MySQL": ("mysqlclient", "pymysql", "mysql2", "mysql", "github.com/go-sql-driver/mysql"),
    "MongoDB": ("pymongo", "motor", "mongodb", "mongoose"),
    "Redis": ("redis", "ioredis", "rq", "github.com/redis/go-redis/v9"),
    "Kafka": ("kafka-python", "confluent-kafka", "kafkajs", "aiokafka"),
    "RabbitMQ": ("pika", "aio-pika", "amqplib"),
    "Elasticsearch": ("elasticsearch", "@elastic/elasticsearch"),
    "Amazon Web Services": ("boto3", "aioboto3", "aws-sdk", "@aws-sdk/client-s3"),
    "Google Cloud": ("google-cloud-storage", "google-cloud-pubsub", "@google-cloud/storage"),
    "Stripe": ("stripe",),
    "GitHub": ("githubkit", "pygithub", "@octokit/rest", "octokit"),
    "Slack": ("slack-sdk", "slack_sdk", "@slack/web-api"),
    "Sentry": ("sentry-sdk", "sentry_sdk", "@sentry/node"),
    "OpenAI": ("openai",),
    "electronic mail": ("sendgrid", "nodemailer", "aiosmtplib", "django-anymail"),
    "HTTP services": ("requests", "httpx", "aiohttp", "axios", "got", "node-fetch"),
}
_SYSTEM_OF = {package: system for system, packages in SYSTEMS.items() for package in packages}


def starter_template(brief: Brief) -> Input:
    """The top of the tree with counts of files, and the manifests."""
    tops = Counter(path.partition("/")[0] if "/" in path else "" for path in brief.tree.paths)
    folders = [f"{name}/ ({count} files)" for name, count in sorted(tops.items()) if name]
    files = sorted(path for path in brief.tree.paths if "/" not in path)
    lines = ["top folders: " + (", ".join(folders[:MOST_FOLDERS]) or "none")]
    lines.append("top files: " + (", ".join(files[:MOST_FOLDERS]) or "none"))
    lines += [
        f"{each.path}: {each.ecosystem}, {len(each.dependencies)} dependencies"
        for each in brief.recon.manifests[:MOST_MANIFESTS]
    ]
    cut = f"{len(folders) - MOST_FOLDERS} folders left out" if len(folders) > MOST_FOLDERS else ""
    return Input(STARTER, (Excerpt("the tree", 0, 0, "what work starts from", "\n".join(lines), cut),))


def context(brief: Brief) -> Input:
    """Similar features, dependencies, outside systems and the development environment, in a few lines."""
    parts = {
        "similar features": list(_similar(brief)),
        "dependencies": _dependencies(brief),
        "external systems": list(_systems(brief)),
        "development environment": [
            path for path in brief.tree.paths if DEVELOPMENT.fullmatch(name_of(path))
        ][:8],
    }
    lines = [f"{name}: {'; '.join(found) or 'none found'}" for name, found in parts.items()]
    return Input(CONTEXT, (Excerpt("the tree", 0, 0, "what exists already", "\n".join(lines)),))


def _similar(brief: Brief) -> Iterator[str]:
    near = (each for each in brief.recon.ranked if kind_of(each.path) == "source" and each.confidence in "AB")
    for each, _ in zip(near, range(MOST_SIMILAR), strict=False):
        yield f"{each.path} ({'; '.join(each.reasons[:2])})"


def _dependencies(brief: Brief) -> list[str]:
    """Names with what is asked for, each once; what is only for development comes last."""
    found: dict[str, Dependency] = {}
    for each in _declared(brief):
        found.setdefault(each.name, each)
    every = list(found.values())
    shown = [
        f"{each.name} {each.wanted}".strip() + f" ({_place(each)})" for each in every[:MOST_DEPENDENCIES]
    ]
    return [*shown, *([f"{len(every) - MOST_DEPENDENCIES} more"] if len(every) > MOST_DEPENDENCIES else [])]


def _systems(brief: Brief) -> Iterator[str]:
    """Outside systems by the packages that reach them: declared, and imported near the issue."""
    imported = dict(_imports(brief))
    seen: set[str] = set()
    for each in _declared(brief):
        system = _SYSTEM_OF.get(each.name.lower())
        if system and system not in seen:
            seen.add(system)
            used = f", imported at {imported[each.name.lower()]}" if each.name.lower() in imported else ""
            yield f"{system} (by {each.name}, {_place(each)}{used})"


def _declared(brief: Brief) -> Sequence[Dependency]:
    every = [one for each in brief.recon.manifests for one in each.dependencies]
    return sorted(every, key=lambda each: bool(re.search(r"dev|test|lint|docs?", each.group, re.IGNORECASE)))


def _place(each: Dependency) -> str:
    return f"{each.evidence.path}:{each.evidence.line}"


def _imports(brief: Brief) -> Iterator[tuple[str, str]]:
    """Known packages that the likeliest files import, with the first place of each."""
    tree, seen = Guarded(brief.tree), set[str]()
    for each in brief.recon.ranked[:LOOKED_AT]:
        lines = (tree.text(each.path) or "").split("\n")[:LINES_LOOKED_AT]
        for at, line in enumerate(lines, 1):
            words = set(re.findall(r"[@\w./-]+", line.lower())) if IMPORT.match(line) else set()
            for package in sorted(
                (words | {word.partition(".")[0] for word in words}) & _SYSTEM_OF.keys() - seen
            ):
                seen.add(package)
                yield package, f"{each.path}:{at}"
