"""The world behind the API: state, git objects, clock, ids, and snapshots of all of it.

It holds and finds things; what may be done to them is in `sandbox.acts`, how they look in `sandbox.shapes`.
"""

from __future__ import annotations

import pickle
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any, Literal, TypeVar

from sandbox.checkout import read_path, seed_commit
from sandbox.objects import Entry, ObjectStore
from sandbox.state import Comment, Delivery, Installation, Issue, Label, Repository, Ruleset, State, User

GUIDS = uuid.UUID("6e1f0a52-7d0d-4a6e-9d1c-6f2f6f0b6f01")
# Below 2**31, as GraphQL's `databaseId` is an Int; GitHub's own have grown past it (hence `fullDatabaseId`).
FIRST_IDS = {
    "user": 1_001,
    "repository": 700_001,
    "installation": 50_001,
    "issue": 1_700_000_001,
    "label": 9_000_001,
}
DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("question", "d876e3", "Further information is requested"),
)
T = TypeVar("T")


@dataclass(slots=True)
class AppIdentity:
    """The GitHub App under trial; keys are PEM text, the private one is kept only to hand it to the demo."""

    id: int
    slug: str
    name: str
    owner: str
    public_key: str
    private_key: str
    webhook_secret: str
    webhook_url: str | None
    permissions: dict[str, str]
    events: list[str]
    client_id: str = "Iv23liSandboxGroundplan"

    @property
    def bot_login(self) -> str:
        return f"{self.slug}[bot]"


@dataclass(slots=True)
class Limits:
    """Rate limits; `hourly` is the primary one, the writes are the secondary one and off until asked for."""

    hourly: int = 5_000
    secondary: bool = False
    writes_per_minute: int = 80
    writes_per_hour: int = 500
    headers: bool = True
    retry_after: int = 60


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the App itself (JWT), an installation, a person, or nobody."""

    kind: Literal["app", "installation", "user", "anonymous"]
    login: str
    permissions: dict[str, str] = field(default_factory=dict, hash=False)
    repository_ids: frozenset[int] | None = None
    installation_id: int | None = None
    token: str = ""

    def holds(self, permission: str, level: str) -> bool:
        order = ("none", "read", "write", "admin")
        return order.index(self.permissions.get(permission, "none")) >= order.index(level)


class World:
    """All of one sandbox. Guard compound use from other threads with `world.lock`."""

    def __init__(self, app: AppIdentity, now: Callable[[], float] = time.time) -> None:
        self.app = app
        self.now = now
        self.url = "http://sandbox.invalid"
        self.store = ObjectStore()
        self.state = State()
        self.limits = Limits()
        self.lag = 0.0
        self.lock = RLock()
        self.outbox: list[Delivery] = []
        self.add_user(app.bot_login, kind="Bot")

    # ids and snapshots

    def next_id(self, kind: str) -> int:
        value = self.state.counters.get(kind, FIRST_IDS.get(kind, 3_000_001) - 1) + 1
        self.state.counters[kind] = value
        return value

    def next_guid(self) -> str:
        return str(uuid.uuid5(GUIDS, str(self.next_id("guid"))))

    def snapshot(self) -> bytes:
        with self.lock:
            return pickle.dumps(self.state, protocol=pickle.HIGHEST_PROTOCOL)

    def restore(self, snapshot: bytes) -> None:
        """Bring the state back; git objects made since then stay, as unreachable ones do in git."""
        with self.lock:
            self.state = pickle.loads(snapshot)
            self.outbox.clear()

    # people

    def add_user(
        self, login: str, *, kind: Literal["User", "Bot", "Organization"] = "User", name: str | None = None
    ) -> User:
        found = self.state.users.get(login.lower())
        if found is None:
            found = User(self.next_id("user"), login, kind, self.now(), name)
            found.email = f"{found.id}+{login}@users.noreply.sandbox"
            self.state.users[login.lower()] = found
        return found

    def user(self, login: str) -> User | None:
        return self.state.users.get(login.lower())

    @property
    def bot(self) -> User:
        return self.state.users[self.app.bot_login.lower()]

    def is_bot(self, login: str) -> bool:
        return login.lower() == self.app.bot_login.lower()

    # repositories and installations

    def add_repository(
        self,
        full_name: str,
        files: dict[str, str | bytes] | None = None,
        *,
        path: Path | None = None,
        private: bool = False,
        description: str | None = None,
        default_branch: str = "main",
        collaborators: dict[str, str] | None = None,
    ) -> Repository:
        """A new repository from text files, from a folder or checkout, or empty;
        raises ValueError when taken.
        """
        owner, slash, name = full_name.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise ValueError(f"{full_name!r} is not owner/name")
        with self.lock:
            if self.repository(full_name) is not None:
                raise ValueError(f"{full_name} is already there")
            now = self.now()
            head = read_path(self.store, path, int(now)) if path else self._seed(files)
            repo = Repository(self.next_id("repository"), self.add_user(owner).login, name, now)
            repo.updated_at, repo.private, repo.description = now, private, description
            repo.default_branch = default_branch
            for login, role in {owner: "admin", **(collaborators or {})}.items():
                repo.collaborators[self.add_user(login).login.lower()] = role
            for label, color, text in DEFAULT_LABELS:
                self.add_label(repo, label, color, text, default=True)
            if head is not None:
                repo.refs[f"refs/heads/{default_branch}"] = head
                repo.ref_times[f"refs/heads/{default_branch}"] = 0.0
                repo.pushed_at = now
            self.state.repositories[repo.id] = repo
            return repo

    def _seed(self, files: dict[str, str | bytes] | None) -> str | None:
        if not files:
            return None
        return seed_commit(self.store, self.blobs(files), int(self.now()))

    def blobs(self, files: dict[str, str | bytes]) -> dict[str, Entry]:
        raw = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        return {path: Entry("100644", self.store.put("blob", data)) for path, data in raw.items()}

    def add_label(
        self,
        repo: Repository,
        name: str,
        color: str = "ededed",
        text: str | None = None,
        *,
        default: bool = False,
    ) -> Label:
        label = Label(self.next_id("label"), name, color.lower(), text, default)
        repo.labels[label.id] = label
        return label

    def add_ruleset(
        self, repo: Repository, name: str, branches: list[str], rules: list[dict[str, Any]]
    ) -> Ruleset:
        ruleset = Ruleset(self.next_id("ruleset"), name, branches, rules)
        repo.rulesets.append(ruleset)
        return ruleset

    def repository(self, full_name: str) -> Repository | None:
        wanted = full_name.lower()
        return next(
            (repo for repo in self.state.repositories.values() if repo.full_name.lower() == wanted), None
        )

    def formerly(self, full_name: str) -> Repository | None:
        """The repository that once had this name, for redirects."""
        found = self.state.former_names.get(full_name.lower())
        return self.state.repositories.get(found) if found is not None else None

    def install(
        self,
        owner: str,
        permissions: dict[str, str] | None = None,
        repositories: Iterable[Repository] | None = None,
    ) -> Installation:
        """Install the App on an account, on all of its repositories or on some."""
        granted = dict(permissions if permissions is not None else self.app.permissions)
        installation = Installation(
            self.next_id("installation"),
            self.add_user(owner).login,
            granted,
            list(self.app.events),
            self.now(),
        )
        installation.updated_at = installation.created_at
        if repositories is not None:
            installation.everything = False
            installation.repository_ids = [repo.id for repo in repositories]
        self.state.installations[installation.id] = installation
        return installation

    def installation_of(self, repo: Repository) -> Installation | None:
        return next((one for one in self.state.installations.values() if self.covers(one, repo)), None)

    def covers(self, installation: Installation, repo: Repository) -> bool:
        mine = installation.owner.lower() == repo.owner.lower()
        return mine and (installation.everything or repo.id in installation.repository_ids)

    def installed_repositories(self, installation: Installation) -> list[Repository]:
        return [repo for repo in self.state.repositories.values() if self.covers(installation, repo)]

    def role(self, repo: Repository, login: str) -> str:
        default = "none" if repo.private else "read"
        return repo.collaborators.get(login.lower(), default)

    # finding things inside repositories

    def visible(self, items: Iterable[T]) -> list[T]:
        """What a list shows now: things younger than the list lag are not in it yet."""
        horizon = self.now() - self.lag
        return [item for item in items if self.lag <= 0 or getattr(item, "created_at", 0.0) <= horizon]

    def issue_by_id(self, number: int) -> Issue | None:
        return next((issue for issue in self.issues() if issue.id == number), None)

    def issues(self) -> Iterator[Issue]:
        for repo in self.state.repositories.values():
            yield from repo.issues.values()

    def repo_of(self, record: Any) -> Repository:
        return self.state.repositories[record.repo_id]

    def label_named(self, repo: Repository, name: str) -> Label | None:
        wanted = name.lower()
        return next((label for label in repo.labels.values() if label.name.lower() == wanted), None)

    def labels_of(self, repo: Repository, issue: Issue) -> list[Label]:
        return [repo.labels[number] for number in issue.labels if number in repo.labels]

    def comment(self, repo: Repository, number: int) -> tuple[Issue, Comment] | None:
        for issue in repo.issues.values():
            for comment in issue.comments:
                if comment.id == number:
                    return issue, comment
        return None

    def head_of(self, repo: Repository, branch: str) -> str | None:
        return repo.refs.get(f"refs/heads/{branch}")

    def resolve(self, repo: Repository, name: str) -> str | None:
        """A commit for a branch, tag, full ref or sha (at least seven digits)."""
        if name == "HEAD":
            name = repo.default_branch
        for ref in (f"refs/heads/{name}", f"refs/tags/{name}", name, f"refs/{name}"):
            if ref in repo.refs:
                return repo.refs[ref]
        if len(name) == 40 and self.store.kind(name) == "commit":
            return name
        return None
