"""Pages show what is there and let nobody's text become markup."""

from __future__ import annotations

import httpx
import pytest

from sandbox import Sandbox
from sandbox.pages import markdown
from tests.sandbox.story import REPO, walk_through_a_life

ATTACK = "<script>alert(1)</script>"


def test_every_page_of_a_lived_in_repository(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client) -> None:
    walk_through_a_life(sandbox, maya, bot)
    sha = maya.get(f"/repos/{REPO}/git/ref/heads/plan/1").json()["object"]["sha"]
    wanted = {
        "/": REPO,
        "/acme": REPO,
        f"/{REPO}": "README.md",
        f"/{REPO}/tree/plan/1": "plan.md",
        f"/{REPO}/tree/main/src": "app.py",
        f"/{REPO}/blob/main/docs/guide.md": "three",
        f"/{REPO}/blob/main/src/app.py": "def main",
        f"/{REPO}/issues": "uno",
        f"/{REPO}/pulls": "#4",
        f"/{REPO}/issues/1": "uno",
        f"/{REPO}/pull/4": "Merged",
        f"/{REPO}/commit/{sha}": "+c",
    }
    for path, words in wanted.items():
        page = maya.get(path)
        assert (page.status_code, words in page.text) == (200, True), path
    run = next(iter(sandbox.world.repository(REPO).check_runs))  # type: ignore[union-attr]
    assert maya.get(f"/{REPO}/runs/{run}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/acme/none", f"/{REPO}/issues/99", f"/{REPO}/blob/none/x", f"/{REPO}/what/ever"]
)
def test_what_is_not_there(maya: httpx.Client, path: str) -> None:
    assert maya.get(path).status_code == 404


def test_hostile_text_is_shown_not_run(sandbox: Sandbox, maya: httpx.Client) -> None:
    maya.post(f"/repos/{REPO}/labels", json={"name": ATTACK})
    issue = {"title": ATTACK, "body": f"{ATTACK}\n[x](javascript:alert(1))", "labels": [ATTACK]}
    maya.post(f"/repos/{REPO}/issues", json=issue)
    maya.post(f"/repos/{REPO}/issues/1/comments", json={"body": f'<img src=x onerror="{ATTACK}">'})
    sandbox.commit(REPO, "main", {"evil.md": ATTACK, f"{'<b>'}.txt": ATTACK}, author="maya", message=ATTACK)
    for path in (
        f"/{REPO}/issues/1",
        f"/{REPO}/issues",
        f"/{REPO}",
        f"/{REPO}/blob/main/evil.md",
        f"/{REPO}/{ATTACK}",
    ):
        page = maya.get(path)
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
        assert 'href="javascript' not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    raw = maya.get(f"/{REPO}/raw/main/evil.md")
    assert raw.headers["content-type"].startswith("text/plain")


def test_markdown_as_github_writes_it() -> None:
    shown = markdown(
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n~~old~~\n\n```mermaid\ngraph LR\n```\n"
    )
    assert "<table>" in shown
    assert shown.count('type="checkbox"') == 2
    assert shown.count(" checked") == 1
    assert "<s>old</s>" in shown
    assert 'class="language-mermaid"' in shown


def test_hidden_marks_stay_hidden_but_code_shows_them() -> None:
    shown = markdown("before <!-- secret mark --> after\n\n```html\n<!-- shown -->\n```\n")
    assert "secret mark" not in shown
    assert "&lt;!-- shown --&gt;" in shown
