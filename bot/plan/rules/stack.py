"""PLN409, 411, 412: the plan uses the test framework, the dependencies and the settings of the repository.

Only well-known frameworks are judged; a name that nobody can place is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.plan.model import Plan, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.grounding import file_changes, listed_changes
from bot.plan.rules.tasks import plan_of

# Frameworks that stand for each other, by how manifests and tests call them.
_GROUPS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"pytest": ("pytest",), "nose": ("nose", "nose2"), "unittest": ("unittest",)},
    {
        "jest": ("jest",),
        "vitest": ("vitest",),
        "mocha": ("mocha",),
        "jasmine": ("jasmine",),
        "node:test": ("node:test",),
        "ava": ("ava",),
        "tap": ("tap",),
        "karma": ("karma",),
    },
    {"cypress": ("cypress",), "playwright": ("playwright", "@playwright/test")},
    {"rspec": ("rspec", "rspec-rails"), "minitest": ("minitest", "test-unit")},
    {
        "junit": ("junit", "junit 4", "junit 5", "junit-jupiter", "junit-jupiter-api"),
        "testng": ("testng",),
        "spock": ("spock-core",),
        "kotest": ("kotest",),
    },
    {"phpunit": ("phpunit/phpunit",), "pest": ("pestphp/pest",)},
    {
        "go test": ("go test",),
        "testify": ("github.com/stretchr/testify",),
        "ginkgo": ("github.com/onsi/ginkgo/v2",),
    },
)
# Too common as words, or always at hand, to say that a plan means the framework.
_NEVER_NAMED = frozenset(["unittest", "ava", "tap", "karma", "pest", "node:test", "testify"])
_NAMED = re.compile(
    r"(?<![\w@/.:-])(pytest|nose2?|jest|vitest|mocha|jasmine|cypress|playwright|rspec|minitest|junit"
    r"|testng|spock|kotest|phpunit"
    r"|ginkgo)(?![\w/:-]|\.\w)",
    re.IGNORECASE,
)
# What says in any text that tests are written in a framework, so that even a common word means it.
_FRAMEWORK = (
    r"(?P<{}>pytest|nose2?|unittest|jest|vitest|mocha|jasmine|cypress|playwright|rspec|minitest|junit|testng"
    r"|spock|kotest|phpunit|ginkgo|testify)"
)
_WRITTEN_WITH = re.compile(
    r"\b(?:tests?|specs?|test cases|suites?|tested)\b[^.;:,!?()\n]{0,60}?"
    rf"\b(?:with|in|using)\s(?:the\s)?[`*]{{0,2}}{_FRAMEWORK.format('told')}(?![\w/:-]|\.\w)"
    rf"|(?<![\w@/.:-]){_FRAMEWORK.format('kind')}[`*]{{0,2}}\s"
    r"(?:unit\s|integration\s|component\s)?(?:tests?|specs?|suites?)\b"
    rf"|\b(?:npx|bunx|pnpm exec|yarn)\s{_FRAMEWORK.format('run')}(?![\w/:-])"
    r"|\b(?P<call>jest)\.(?:fn|mock|spyOn)\b|\b(?P<base>unittest)\.TestCase\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.;!?])\s|\n")
# What is weighed, feared or left out is no plan to write tests so.
_NOT_PLANNED = frozenset(("non-goal", "question", "decision", "assumption", "risk", "title"))
_BRINGING = (
    r"\b(?:add|install|introduc|adopt|set ?up|setup|migrat|switch|replac|convert|port|configur|bring in"
    r"|instead|remov|drop|rather|avoid|from"
)
_BRINGS = re.compile(rf"{_BRINGING})", re.IGNORECASE)
_ADDING = re.compile(rf"{_BRINGING}|not\b|no\b|without)", re.IGNORECASE)


@rule(
    "PLN409",
    severity="error",
    needs=["plan", "ground"],
    formats="X,S,P,F,O,K",
    message="Plan uses {x}; repository uses {y} ({evidence})",
)
def tests_use_the_framework_at_hand(given: LintInput) -> Iterator[Hit]:
    """Tests are planned in a framework the repository uses, or one that the plan adds"""
    ground = given.ground
    assert ground is not None
    used = {name.lower(): evidence for name, evidence in ground.test_frameworks.items()}
    if not used:
        raise Lacking("the repository shows no test framework")
    told: set[str] = set()
    for one, name in _frameworks_named(given):
        group = next((group for group in _GROUPS if name in group), {})
        there = [
            (known, used[alias]) for known, aliases in group.items() for alias in aliases if alias in used
        ]
        if not there or name in told or any(known == name for known, _ in there) or _added(given, name):
            continue
        if given.format == "foreign" and {known for known, _ in there} == {"unittest"}:
            continue  # the others of its group run what is written with it
        told.add(name)
        values = {"x": name, "y": there[0][0], "evidence": there[0][1]}
        yield Hit(one, values, there[0][0], severity="warning" if given.format == "foreign" else None)


def _frameworks_named(given: LintInput) -> Iterator[tuple[str, str]]:
    """Pointer and name of each framework that tests, their commands or the stack name."""
    for pointer, text in _where_tests_are_told(given):
        names = {name.lower().replace("nose2", "nose") for name in _NAMED.findall(text)}
        # "replace jest by vitest" speaks of both; "no cypress" of none
        if not _ADDING.search(text):
            yield from ((pointer, name) for name in sorted(names - _NEVER_NAMED))
    for one in given.texts_of_plan:
        if not one.quoted and one.purpose not in _NOT_PLANNED:
            yield from ((one.pointer, name) for name in _written_with(one.text))


def _written_with(text: str) -> Iterator[str]:
    for found in _WRITTEN_WITH.finditer(text):
        before = _SENTENCES.split(text[max(0, found.start() - 160) : found.start()])[-1]
        after = re.split(r"[.,:;!?]\s|\n", text[found.end() : found.end() + 80])[0]
        if not _ADDING.search(f"{before}{found[0]}{after}"):
            yield found[str(found.lastgroup)].lower().replace("nose2", "nose")


def _where_tests_are_told(given: LintInput) -> Iterator[tuple[str, str]]:
    plan = plan_of(given)
    for at, task in enumerate(plan.tasks):
        for field in ("tests", "commands"):
            yield from (
                (f"/tasks/{at}/{field}/{index}", text) for index, text in enumerate(getattr(task, field))
            )
    if plan.delivery:
        for at, test in enumerate(plan.delivery.tests):
            yield f"/delivery/tests/{at}/what", test.what
            yield f"/delivery/tests/{at}/command", test.command
        yield from ((f"/delivery/stack/{at}", text) for at, text in enumerate(plan.delivery.stack))
        for at, check in enumerate(plan.delivery.checks):
            yield f"/delivery/checks/{at}/command", check.command
    if plan.requirements:
        yield from (
            (f"/requirements/mandate/{at}/kind", one.kind) for at, one in enumerate(plan.requirements.mandate)
        )


def _added(given: LintInput, name: str) -> bool:
    """Whether the plan brings the framework in, anywhere."""
    plan = plan_of(given)
    if any(
        one.status == "new" and name in one.name.lower()
        for one in (plan.delivery.dependencies if plan.delivery else ())
    ):
        return True
    if any(
        name
        in (one.path if one.change == "new" else one.summary if _MANIFEST.search(one.path) else "").lower()
        for _, _, one in file_changes(given)
    ):
        return True
    return any(
        name in one.text.lower()
        and any(name in said.lower() and _BRINGS.search(said) for said in _SENTENCES.split(one.text))
        for one in given.texts_of_plan
    )


# --- dependencies --------------------------------------------------------------------------------------

_MANIFEST = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|requirements[\w.-]{0,40}\.(?:txt|in)|setup\.(?:py|cfg)"
    r"|Pipfile|Cargo\.toml|go\.mod"
    r"|Gemfile|[\w.-]{1,60}\.gemspec|composer\.json|mix\.exs|pubspec\.yaml|Podfile|Package\.swift"
    r"|pom\.xml|build\.gradle(?:\.kts)?"
    r"|libs\.versions\.toml|environment\.ya?ml|[\w.-]{1,60}\.(?:cs|fs|vb)proj|Directory\.Packages\.props"
    r"|deno\.jsonc?|flake\.nix)$"
    r"|(?:^|/)requirements/[\w.-]{1,60}\.(?:txt|in)$"
)
_PACKAGE = re.compile(r"@?[A-Za-z][\w.-]{0,80}(?:/[\w.-]{1,80}){0,4}")
_LOCKS = (
    "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "Cargo.lock", "go.sum",
    "Gemfile.lock", "composer.lock", "Pipfile.lock",
)  # fmt: skip
# Languages, machines and services, which no manifest lists as a package.
_NO_PACKAGE_WORDS = """
python python3 node nodejs node.js npm pnpm yarn bun deno go golang rust cargo java jdk jre kotlin ruby
php dotnet .net typescript javascript bash shell sh git docker docker-compose kubernetes k8s helm
terraform make postgres postgresql mysql mariadb sqlite sqlite3 redis mongodb rabbitmq kafka nginx s3 aws
gcp azure github gitlab slack linux macos windows stdlib asyncio json os sys re logging datetime pathlib
typing dataclasses unittest sqlite none uv pip poetry
"""
_NO_PACKAGE = frozenset(_NO_PACKAGE_WORDS.split())


def _plain(name: str) -> str:
    """A package's name as manifests are compared: lower case, without extras and version."""
    return re.sub(r"[_.]", "-", re.sub(r"(?<=.)(?:\[|@|[<>=~^! ]).*", "", name.strip("`* ")).lower())


_NAME = r"`(?P<{}>@?[a-z][a-z0-9./@-]{{1,80}})`"
# What a step says in passing; "dependency" alone may also mean what a function is handed.
_TO_BE_ADDED = re.compile(
    r"\b(?:add|install|introduce)s?\s(?:the\s|a\s)?(?:new\s|runtime\s|dev\s)?dependency\s(?:on\s)?"
    rf"{_NAME.format('one')}(?!\s(?:in|into|of|between|to(?!\sthe\s(?:project|dependencies|manifest)))\b)"
    rf"|\b(?:add|install|introduce)s?\s{_NAME.format('two')}\s"
    r"(?:as\sa\s(?:new\s|runtime\s|dev\s)?dependency|to\sthe\s(?:project's\s)?dependencies)\b",
    re.IGNORECASE,
)
_CALLED_THERE = re.compile(
    rf"{_NAME.format('one')},?\s(?:which\s|that\s)?is\s(?:already\s(?:a\s(?:runtime\s|dev\s)?dependency"
    r"|(?:declared|listed|installed)\sas\sa\sdependency|among\sthe\sdependencies)|an\sexisting\sdependency)\b"
    rf"|\balready\sdepends\son\s{_NAME.format('two')}|\bexisting\sdependency\s(?:on\s)?{_NAME.format('three')}",
    re.IGNORECASE,
)
_AVAILABLE = re.compile(r"\W{0,4}available dependencies\b\W{0,6}", re.IGNORECASE)
_NOTED = re.compile(
    r"(?:^|[,;.]\s|\band\s)`?(?P<one>@?[a-z][a-z0-9./@-]{1,80})`?\s(?:is|are)\s(?:already\s)?"
    r"(?:in\sthe\sproject|in\suse|installed|declared|available|a\sdependency)\b"
)
# Ends of common words, which say what a project can do rather than name a package.
_WORD_ENDS = ("ing", "ion", "ment", "support", "this", "that", "one", "both", "none", "all", "s")
# Names to import that no manifest has.
_IMPORTED_AS: Mapping[str, str] = {
    "pil": "pillow", "cv2": "opencv-python", "bs4": "beautifulsoup4", "sklearn": "scikit-learn",
}  # fmt: skip


@rule(
    "PLN411",
    severity="error",
    needs=["plan", "ground"],
    formats="X,S,P,F",
    message="Dependency {d}: {why}",
)
def dependencies_are_declared(given: LintInput) -> Iterator[Hit]:
    """A dependency that is there is in a manifest; a new one has a version and a step that declares it"""
    plan, ground = plan_of(given), given.ground
    assert ground is not None
    listed = plan.delivery.dependencies if plan.delivery else ()
    known = {_plain(name) for name in ground.dependencies}
    changed = [change.path for _, _, change in file_changes(given)]
    changed += [change.path for _, change in listed_changes(given)]
    edits_manifest = any(map(_MANIFEST.search, changed))
    for at, one in enumerate(listed):
        name = one.name.strip("` ")
        if not _PACKAGE.fullmatch(name) or name.lower() in _NO_PACKAGE:
            continue
        there = _declared(_plain(name), known)
        if one.status == "present" and ground.manifests and not there and not _locked(given, name):
            why = f"called present, but none of {', '.join(ground.manifests[:3])} declares it"
            yield Hit(f"/delivery/dependencies/{at}", {"d": name, "why": why})
        elif one.status == "new" and there:
            why = f"called new, but {_evidence(ground.dependencies, name)} declares it"
            yield Hit(
                f"/delivery/dependencies/{at}/status", {"d": name, "why": why}, "present", severity="warning"
            )
        elif one.status == "new" and not one.version:
            yield Hit(
                f"/delivery/dependencies/{at}/version", {"d": name, "why": "new, but without a version"}
            )
        elif one.status == "new" and not edits_manifest and changed:
            where = ", ".join(ground.manifests[:2]) or "a manifest"
            yield Hit(f"/delivery/dependencies/{at}", {"d": name, "why": f"new, but no step edits {where}"})
    if ground.manifests:
        yield from _said_in_passing(given, known, edits_manifest)


def _said_in_passing(given: LintInput, known: set[str], edits_manifest: bool) -> Iterator[Hit]:
    """Dependencies that texts add without a step for it, or call there when they are not."""
    assert given.ground is not None
    plan = plan_of(given)
    listed = {_plain(one.name) for one in (plan.delivery.dependencies if plan.delivery else ())}
    commands = " ".join(command for task in plan.tasks for command in task.commands).lower()
    manifests = ", ".join(given.ground.manifests[:3])
    for one in given.texts_of_plan:
        if one.quoted or one.purpose in _NOT_PLANNED:
            continue
        for name, new in _dependencies_said(one.text):
            if _plain(name) in listed or name in _NO_PACKAGE or _alike(_plain(name), known):
                continue
            if new and not edits_manifest and name not in commands:
                yield Hit(one.pointer, {"d": name, "why": f"to be added, but no step edits {manifests}"})
            elif not new and not _locked(given, name):
                why = f"called present, but none of {manifests} declares it"
                yield Hit(one.pointer, {"d": name, "why": why})


def _dependencies_said(text: str) -> Iterator[tuple[str, bool]]:
    """Name of each dependency that a text adds (True) or calls there (False)."""
    if "depend" not in text.lower():
        return
    for pattern, new in ((_TO_BE_ADDED, True), (_CALLED_THERE, False)):
        yield from ((found[str(found.lastgroup)].lower(), new) for found in pattern.finditer(text))
    if label := _AVAILABLE.match(text):
        for found in _NOTED.finditer(text[label.end() :]):
            name = found["one"]
            if "`" in found[0] or re.search(r"[-./@0-9]", name) or not name.endswith(_WORD_ENDS):
                yield name, False


def _alike(name: str, known: set[str]) -> bool:
    """Whether a manifest has this name or a longer or shorter one: `yaml` is declared as "pyyaml"."""
    name = _IMPORTED_AS.get(name, name)
    return _declared(name, known) or any(name in one or (len(one) > 3 and one in name) for one in known)


def _declared(name: str, known: set[str]) -> bool:
    """Exactly, or as the last part of a longer name: `cobra` of github.com/spf13/cobra."""
    return name in known or any(one.endswith((f"/{name}", f":{name}")) for one in known)


def _evidence(dependencies: Mapping[str, str], name: str) -> str:
    wanted = _plain(name)
    return next(
        (place for known, place in dependencies.items() if _declared(wanted, {_plain(known)})), "a manifest"
    )


def _locked(given: LintInput, name: str) -> bool:
    """Whether a lock file has it, so that another dependency brings it along."""
    ground = given.ground
    texts = (ground.text(lock) or "" for lock in _LOCKS) if ground else ()
    return any(name.lower() in text.lower() for text in texts if text)


# --- settings ------------------------------------------------------------------------------------------

_SETTING = re.compile(r"(?<![\w/.$-])[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,6}(?![\w/-])")
_ABOUT_SETTINGS = re.compile(
    r"\benv(?:ironment)?(?:\b|[ _-]?var)|process\.env|os\.environ|getenv|\bsettings?\b|\bconfig(?:ur\w+)?\b",
    re.IGNORECASE,
)


@rule(
    "PLN412",
    severity="warning",
    tier="extended",
    needs=["plan", "ground"],
    formats="X,S,F",
    message="{VAR} is used but never provisioned",
)
def new_settings_are_provided(given: LintInput) -> Iterator[Hit]:
    """A new setting stands in an example file, the user's instructions or the needs of the environment"""
    ground = given.ground
    assert ground is not None
    provided = ground.settings | frozenset(_SETTING.findall(" ".join(_provisions(plan_of(given)))))
    told: set[str] = set()
    for one in given.texts_of_plan:
        if not _sets(one):
            continue
        for name in _SETTING.findall(one.text):
            if name not in provided and name not in told and not _in_code(given, name):
                told.add(name)
                yield Hit(one.pointer, {"VAR": name})


def _sets(one: TextField) -> bool:
    return (
        not one.quoted
        and one.purpose in ("instruction", "requirement", "note")
        and bool(_ABOUT_SETTINGS.search(one.text))
    )


def _provisions(plan: Plan) -> Iterator[str]:
    for task in plan.tasks:
        yield from task.user_instructions
        yield from (f"{one.path} {one.summary}" for one in task.files if _is_example(one.path))
        if any(_is_example(one.path) for one in task.files):
            yield from (*task.changes, task.objective)
    if plan.requirements:
        yield from (f"{one.need} {one.state} {one.missing}" for one in plan.requirements.dev_needs)
    if plan.delivery:
        yield from (*plan.delivery.deployment, *plan.delivery.rollout)
        yield from (f"{one.name} {one.note}" for one in plan.delivery.dependencies)


def _is_example(path: str) -> bool:
    return bool(
        re.search(r"(?:^|/)(?:\.?env[.\w-]*|docker-compose[\w.-]*|compose\.ya?ml|[\w.-]*\.env)$", path)
    )


def _in_code(given: LintInput, name: str) -> bool:
    """Whether a file that the plan touches has the name already."""
    ground = given.ground
    tasks: Sequence[Task] = plan_of(given).tasks
    paths = sorted({change.path for task in tasks for change in task.files if change.path})
    return any(name in (ground.text(path) or "") for path in paths if ground)
