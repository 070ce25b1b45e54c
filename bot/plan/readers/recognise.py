"""Tells which sort of plan a file is, by its path and then by what stands in it, and has it read.

Looks at the text with simple patterns only: nothing is parsed here, and nothing is read from disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module

from bot.plan.markdown import Document
from bot.plan.readers.reading import Reading

MAX_LOOK = 400_000

OWN = ("roadmap", "steps", "export", "functional", "technical")

_JSON_NAMES: tuple[tuple[str, str], ...] = (
    ("contract", r"(?:^|/)\.(?:agent/planning-output|ralph/plans/plan-output)-[\w-]+\.json$"),
    ("fan-out", r"(?:^|/)\.agent/planner-fanout-\d+\.json$"),
    ("plan output", r"(?:^|/)plan_output\.json$"),
    ("task-master", r"(?:^|/)(?:\.taskmaster/tasks|tasks)/tasks[\w.-]*\.jso?n?$"),
)
_JSON_SHAPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("contract", (r'"roadmap"\s*:\s*\{', r'"contract_defaults"\s*:')),
    ("fan-out", (r'"tasks"\s*:\s*\[', r'"role"\s*:\s*"(?:developer|qa|planner)"')),
    ("plan output", (r'"(?:work_streams|parallelism_groups)"\s*:', r'"requirements"\s*:')),
    ("task-master", (r'"tasks"\s*:\s*\[', r'"(?:dependencies|subtasks|testStrategy)"\s*:', r'"status"\s*:')),
)
_MARKDOWN = re.compile(r"\.(?:md|mdx|mdc|markdown|txt)$", re.IGNORECASE)
_NEVER = re.compile(
    r"(?:^|/)(?:PROMPT_?\w*|README|CHANGELOG|CONTRIBUTING|LICENSE|AGENTS|CLAUDE|GEMINI|SKILL"
    r"|SECURITY|CODE_OF_CONDUCT|PLANS)\.(?:md|txt)$"
    r"|(?:^|/)templates?(?:/|\.md$)|[-_]template\.md$|(?:^|/)\.specify/memory/|(?:^"
    r"|/)\.taskmaster/(?:docs|templates|reports)/"
    r"|(?:^|/)get-shit-done/(?:workflows|references|contexts)/|(?:^|/)\.?_?bmad(?:-core)?/|(?:^|/)history/prompts/"
    r"|(?:^|/)\.agent/PLANS\.md$|(?:^|/)openspec/(?:AGENTS|project)\.md$",
    re.IGNORECASE,
)
_PLACES: tuple[tuple[str, str], ...] = (
    ("kiro tasks", r"(?:^|/)\.kiro/specs/.+/tasks\.md$"),
    ("kiro requirements", r"(?:^|/)\.kiro/specs/.+/requirements\.md$"),
    ("kiro design", r"(?:^|/)\.kiro/specs/.+/design\.md$"),
    ("openspec tasks", r"(?:^|/)openspec/changes/.+/tasks\.md$"),
    ("openspec proposal", r"(?:^|/)openspec/changes/.+/proposal\.md$"),
    ("openspec design", r"(?:^|/)openspec/changes/.+/design\.md$"),
    ("openspec spec", r"(?:^|/)openspec/(?:.+/)?specs/.+/spec\.md$"),
    ("task-master", r"(?:^|/)\.taskmaster/tasks/task_\d+[\w.-]*\.(?:txt|md)$"),
    ("export", r"(?:^|/)EXPORT/plan_[a-z0-9_-]+\.md$"),
)
# Folders and names apart: only so are both found in one pass over a path, however often folders repeat.
_SPEC_KIT_FOLDER = re.compile(
    r"(?:^|/)(?:\.?specify/|docs/)?specs/(?:\d{3,4}(?!\d|-\d\d-\d\d)|\d{8}-\d{6})[a-z0-9_.-]*/",
    re.IGNORECASE,
)
_SPEC_KIT_NAME = re.compile(r"(?P<name>spec|plan|tasks)\.md", re.IGNORECASE)
_PLAN_NAME = re.compile(
    r"(?:^|[\W_])(?:[^\W_]{0,80}plan(?:ning|s)?|todos?|tasks?|task[-_]?list|roadmap|milestones?"
    r"|checklist|backlog|umsetzungsplan|execplan|implementation|fix_plan|plano|計画|计划)(?=[\W_]"
    r"|$)",
    re.IGNORECASE,
)
_PLAN_FOLDER = re.compile(
    r"(?:^|/)(?:plans?|execplans?|exec-plans|\.planning|\.plans?|implementation-plans|stories"
    r"|superpowers/plans|backlog/(?:tasks|completed|archive/tasks|drafts))/",
    re.IGNORECASE,
)
_IN_PLAN_FOLDER = re.compile(r".+\.(?:md|mdx|txt)", re.IGNORECASE | re.DOTALL)
_NOT_BY_FOLDER = re.compile(
    r"(?:^|/)(?:STATE|SUMMARY|RESEARCH|CONTEXT|REQUIREMENTS|PROJECT|VERIFICATION|UAT|MILESTONES"
    r"|INDEX|index|README)\.md$|-(?:SUMMARY|RESEARCH|CONTEXT|VERIFICATION|UAT|VALIDATION"
    r"|DISCUSSION-LOG|design|review(?:[\w.]|-(?!review))*|research)\.md$|\.review-[\w.]+\.md$",
)

_FENCE = re.compile(
    r"^ {0,3}(?P<mark>`{3,}|~{3,}).*?(?:^ {0,3}(?P=mark)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_SHAPES: dict[str, str] = {
    "roadmap": r"^<!-- groundplan:plan \d+ begin\b",
    "scaffold": r"^[ \t]*- \[[ xX]\] \*\*Step \d+ ?[–—:-] [^\n]{1,300}\(Effort:",
    "bare title": r"^# Implementation Plan[ \t]*$",
    "scaffold step": r"^[ \t]*- \[[ xX]\] (?:\*\*)?Step \d+ ?[–—:-]",
    "scaffold part": r"^[ \t]*- \*\*(?:Step Dependencies|User Instructions)\*\*",
    "export title": r"^# Plan: [^\n]{1,200} \([a-z0-9]+(?:-[a-z0-9]+)*\)[ \t]*$",
    "export part": r"^#{1,3} (?:\d+\.? )?(?:Non-Goals|Assumptions & Constraints|Current System Snapshot"
    r"|Impacted Files & Directories|Data & Interface Contracts|Testing Plan"
    r"|Verification Checklist|Rollout & Rollback|Plan Completeness Audit)\b",
    "functional": r"^#{2,5} (?:\*\*)?FR-\d+",
    "functional part": r"^#{1,3} (?:\d+\.? )?(?:Work Streams|Assumption Register|SE Verification Contract"
    r"|Test Mandate|Review Contract)",
    "approach": r"^#{1,3} (?:\d+\.? )?Technical Approach[ \t]*$",
    "technical steps": r"^#{1,3} (?:\d+\.? )?Implementation Steps[ \t]*$",
    "technical part": r"^#{1,3} (?:\d+\.? )?(?:File Changes|Testing Strategy|Risk Assessment|Rollback Plan"
    r"|Dependencies|Deployment)[ \t]*$",
    "spec-kit task": r"^[ \t]*- \[[ xX]\] (?:\*\*)?T\d{3,4}[a-z]?\b",
    "feature spec": r"^# (?:Feature )?Spec(?:ification)?\b|^\*\*Feature Branch\*\*",
    "story": r"^#{2,4} (?:User Story|사용자 스토리|ユーザーストーリー|用户故事) ?\d+",
    "requirement line": r"^[ \t]*[-*] \*\*(?:FR|SC)-\d+",
    "constitution": r"^#{1,3} Constitution Check",
    "technical context": r"^#{1,3} Technical Context",
    "plan title": r"^# Implementation Plan\b",
    "ears": r"^[ \t]*\d+\. (?:WHEN|IF|WHILE|WHERE|When|If|While|Where|THE|The)\b[^\n]{1,400}\b(?:SHALL"
    r"|shall)\b",
    "kiro requirement": r"^#{2,4} Requirement \d+",
    "kiro covers": r"^[ \t]+- _Requirements?: ?",
    "openspec requirement": r"^### Requirement: ",
    "openspec scenario": r"^#### Scenario: ",
    "what changes": r"^## What Changes",
    "why": r"^## Why",
    "grouped box": r"^- \[[ xX]\] \d+\.\d+ ",
    "numbered group": r"^## \d+\. ",
    "task id": r"^# Task ID: ",
    "box": r"^[ \t]*(?:[-*+]|\d+\.) \[[ xX~\-/!*]\]",
    "task heading": r"^#{1,5} (?:[^\w\s]{1,3} )?(?:\*\*)?(?:Task|Step|Phase|Milestone|Slice|Sprint|Iteration"
    r"|Chunk|Week|タスク|ステップ|フェーズ|任务|任務|步骤|阶段|Schritt|Aufgabe|Tarefa|Etapa"
    r"|Fase|작업|단계|T\d|M\d)\s?[\dA-Z]",
    "xml task": r"^[ \t]*<task[ >]",
    "steps heading": r"^#{1,4} (?:\d+\.? )?(?:Implementation (?:Steps|Plan|Phases|Order|Tasks)|Plan of Work"
    r"|Concrete Steps|Tasks|Steps|Todo|Next Steps|Proposed Changes|実装計画|实施计划|实施步骤"
    r"|Umsetzung)",
}
_PATTERNS = {name: re.compile(pattern, re.MULTILINE) for name, pattern in _SHAPES.items()}


def recognise(path: str, text: str) -> str | None:
    """The sort of plan a file is; None when it is no plan.

    One of our own ("contract", "fan-out", "plan output", "roadmap", "steps", "export", "functional",
    "technical"), of a tool ("spec-kit tasks", "task-master", "openspec spec", "kiro tasks" …) or "plan".
    """
    path = path.replace("\\", "/")
    if path.lower().endswith((".json", ".js", ".jsonc")) or (
        not _MARKDOWN.search(path) and text.lstrip()[:1] in ("{", "[")
    ):
        return _json_kind(path, text)
    if not _MARKDOWN.search(path) and "." in path.rpartition("/")[2]:
        return None
    return _markdown_kind(path, _Look(text))


class _Look:
    """How often the shapes stand in a text outside its fences, counted when asked."""

    def __init__(self, text: str) -> None:
        text = text[:MAX_LOOK].replace("\r\n", "\n").removeprefix("\ufeff")
        self.text = _FENCE.sub("", text)

    def count(self, name: str) -> int:
        return sum(1 for _ in _PATTERNS[name].finditer(self.text))

    def has(self, *names: str) -> bool:
        return all(_PATTERNS[name].search(self.text) for name in names)


def _json_kind(path: str, text: str) -> str | None:
    text = text[:MAX_LOOK]
    named = next((kind for kind, pattern in _JSON_NAMES if re.search(pattern, path)), None)
    shapes = [kind for kind, patterns in _JSON_SHAPES if all(re.search(one, text) for one in patterns)]
    if named == "task-master":
        return named if re.search(r'"(?:tasks|subtasks|dependencies)"', text) else None
    return named or next(iter(shapes), None)


def _markdown_kind(path: str, look: _Look) -> str | None:
    if look.has("task id"):
        return "task-master"
    own = _own_kind(path, look)
    if own:
        return own
    placed = next((kind for kind, pattern in _PLACES if re.search(pattern, path)), None)
    if placed and not (placed == "openspec design" and not look.text.strip()):
        return placed
    if _NEVER.search(path):
        return None
    return _spec_kit_kind(path, look) or _tool_kind(path, look) or ("plan" if _plans(path, look) else None)


def _own_kind(path: str, look: _Look) -> str | None:
    if look.has("roadmap"):
        return "roadmap"
    if (look.has("export title") and look.count("export part") >= 3) or re.search(
        r"(?:^|/)EXPORT/plan_[\w-]+\.md$", path
    ):
        return "export"
    if look.has("scaffold") or look.has("bare title", "scaffold step", "scaffold part"):
        return "steps"
    if look.has("functional", "functional part"):
        return "functional"
    if look.has("approach", "technical steps") and look.count("technical part") >= 3:
        return "technical"
    return None


def _spec_kit_kind(path: str, look: _Look) -> str | None:
    if named := _spec_kit_name(path):
        return f"spec-kit {named}"
    if look.count("spec-kit task") >= 2:
        return "spec-kit tasks"
    if look.has("story", "requirement line") or look.has("feature spec", "requirement line"):
        return "spec-kit spec"
    if look.has("plan title", "constitution") or look.has("technical context", "constitution"):
        return "spec-kit plan"
    return None


def _spec_kit_name(path: str) -> str:
    """ "spec", "plan" or "tasks" for a file of a feature's folder, "" for others."""
    folder, slash, name = path.rpartition("/")
    named = _SPEC_KIT_NAME.fullmatch(name)
    return named["name"].lower() if named and _SPEC_KIT_FOLDER.search(folder + slash) else ""


def _tool_kind(path: str, look: _Look) -> str | None:
    if look.has("kiro covers", "box"):
        return "kiro tasks"
    if look.count("kiro requirement") >= 2 and look.count("ears") >= 2:
        return "kiro requirements"
    if look.has("openspec requirement", "openspec scenario"):
        return "openspec spec"
    if look.has("why", "what changes") and path.endswith("proposal.md"):
        return "openspec proposal"
    if look.has("grouped box", "numbered group") and path.endswith("tasks.md"):
        return "openspec tasks"
    return None


def _plans(path: str, look: _Look) -> bool:
    """Whether a Markdown file plans: it is called so, or it lists work."""
    if not look.text.strip():
        return False
    boxes, heads = look.count("box"), look.count("task heading")
    if look.has("xml task"):
        return True
    folder, slash, name = path.rpartition("/")
    if _NOT_BY_FOLDER.search(path):
        return boxes >= 3 and heads >= 2
    if _PLAN_NAME.search(name) or _for_plans(folder + slash, name):
        return True
    steps = look.count("steps heading")
    return (boxes >= 3 and heads + steps >= 1) or heads >= 3 or (heads >= 2 and steps >= 1)


def find_plans(paths: Iterable[str]) -> list[str]:
    """Of a folder's paths those that look like plans by their names alone, in order."""
    return [path for path in paths if _named_as_plan(path.replace("\\", "/"))]


def _named_as_plan(path: str) -> bool:
    if re.search(r"(?:^|/)(?:node_modules|vendor|\.git|dist|build|target|\.venv)/", path):
        return False
    if any(re.search(pattern, path) for _, pattern in (*_JSON_NAMES, *_PLACES)) or _spec_kit_name(path):
        return True
    if not _MARKDOWN.search(path) or _NEVER.search(path) or _NOT_BY_FOLDER.search(path):
        return False
    folder, slash, name = path.rpartition("/")
    return bool(_PLAN_NAME.search(name.rpartition(".")[0])) or _for_plans(folder + slash, name)


def _for_plans(folder: str, name: str) -> bool:
    return bool(_IN_PLAN_FOLDER.fullmatch(name) and _PLAN_FOLDER.search(folder))


# Where each foreign kind is read: module and function; both kinds of arguments are looked up when needed.
_MARKDOWN_READERS: dict[str, tuple[str, str]] = {
    "plan": ("checklist", "read_checklist"),
    "spec-kit spec": ("spec_kit", "read_spec"),
    "spec-kit plan": ("spec_kit", "read_plan"),
    "spec-kit tasks": ("spec_kit", "read_tasks"),
    "openspec tasks": ("openspec", "read_tasks"),
    "openspec proposal": ("openspec", "read_proposal"),
    "openspec spec": ("openspec", "read_spec"),
    "openspec design": ("openspec", "read_design"),
    "kiro tasks": ("kiro", "read_tasks"),
    "kiro requirements": ("kiro", "read_requirements"),
    "kiro design": ("kiro", "read_design"),
}
_TEXT_READERS: dict[str, tuple[str, str]] = {
    "contract": ("contract", "read_contract_file"),
    "fan-out": ("fanout", "read_fanout_file"),
}
KINDS = (*OWN, *_TEXT_READERS, "plan output", "task-master", *_MARKDOWN_READERS)


def read_file(path: str, text: str, kind: str | None = None) -> Reading | None:
    """The file as a plan; None when it is none, or of a kind that nobody reads. `kind` overrides the look."""
    kind = kind or recognise(path, text)
    if kind is None:
        return None
    if kind == "task-master":
        from bot.plan.readers import task_master

        read = task_master.read_task_text if _PATTERNS["task id"].search(text) else task_master.read_task_list
        return read(path, text)
    if kind in _TEXT_READERS:
        return _function(_TEXT_READERS[kind])(path, text)
    if kind in OWN or kind == "plan output":
        from bot.plan.readers import reader_of

        own = reader_of("functional" if kind == "plan output" else kind)
        return own([Document(path, text)]) if own else None
    found = _MARKDOWN_READERS.get(kind)
    return _function(found)(Document(path, text)) if found else None


def _function(name: tuple[str, str]) -> Callable[..., Reading]:
    module, function = name
    found: Callable[..., Reading] = getattr(import_module(f"bot.plan.readers.{module}"), function)
    return found
