"""Actions that are a tool by another name: the command line a step with `uses:` stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What comes before the @, and the command a person would run; {args} is filled from the step's `with: args`.
ACTIONS: tuple[tuple[str, str], ...] = (
    ("golangci/golangci-lint-action", "golangci-lint run"), ("pre-commit/action",
    "pre-commit run --all-files"),
    ("j178/prek-action", "pre-commit run --all-files"), ("tox-dev/action-pre-commit-uv",
    "pre-commit run --all-files"),
    ("astral-sh/ruff-action", "ruff check"), ("chartboost/ruff-action", "ruff check"),
    ("psf/black", "black --check ."), ("isort/isort-action", "isort --check ."),
    ("jakebailey/pyright-action", "pyright"),
    ("dominikh/staticcheck-action", "staticcheck ./..."), ("crate-ci/typos", "typos"),
    ("codespell-project/actions-codespell", "codespell"), ("ludeeus/action-shellcheck", "shellcheck"),
    ("embarkstudios/cargo-deny-action", "cargo deny check"), ("ibiqlik/action-yamllint", "yamllint ."),
    ("davidanson/markdownlint-cli2-action", "markdownlint-cli2"),
    ("docker://oskarstark/php-cs-fixer-ga", "php-cs-fixer fix --dry-run --diff"),
    ("docker://ergebnis/composer-normalize-action", "composer normalize --dry-run"),
    ("docker://rhysd/actionlint", "actionlint"), ("raven-actions/actionlint", "actionlint"),
    ("reviewdog/action-actionlint", "actionlint"), ("rojopolis/spellcheck-github-actions", "pyspelling"),
    ("check-spelling/check-spelling", "check-spelling"), ("streetsidesoftware/cspell-action", "cspell"),
    ("hadolint/hadolint-action", "hadolint Dockerfile"), ("bufbuild/buf-action", "buf lint"),
    ("jidicula/clang-format-action", "clang-format"), ("actions-rust-lang/rustfmt", "cargo fmt --check"),
)  # fmt: skip
TAKES_ARGS = frozenset({"golangci-lint run", "ruff check", "typos"})
ARGS = re.compile(r"( {0,60})args[ ]?:[ ]{1,8}[\"']?([\w./=: -]{1,200}?)[\"']?\s{0,8}$")


def command_of_action(used: str, following: Sequence[str], depth: int) -> str:
    """The line for an action, with the `args` of the step that `following` goes on with; "" for others."""
    name = re.sub(
        r"(?<=[\w-]):[\w.-]{1,80}$", "", used.partition(" #")[0].strip("\"' ").partition("@")[0].lower()
    )
    found = next((line for action, line in ACTIONS if action == name), "")
    if found not in TAKES_ARGS:
        return found
    for line in following:
        inner = ARGS.match(line)
        if inner and len(inner[1]) > depth:
            return f"{found} {inner[2].strip()}"
        if line.strip() and len(line) - len(line.lstrip(" ")) < depth:
            break
    return found
