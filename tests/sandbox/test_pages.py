"""Pages show what is there and let nobody's text become markup."""

from __future__ import annotations

import httpx
import pytest

from sandbox import Sandbox
from sandbox.diffs import FileChange
from sandbox.markup import Surroundings, in_repository, markdown
from sandbox.pages import diff_lines
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


@pytest.mark.parametrize("kind", ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"])
def test_alerts_are_boxes_with_their_name(kind: str) -> None:
    shown = markdown(f"> [!{kind}]\n> <b>words</b>\n\nafter")
    assert f'<div class="alert alert-{kind.lower()}">' in shown
    assert f"{kind.title()}</p>" in shown
    assert "&lt;b&gt;words" in shown
    assert "[!" not in shown
    assert shown.index("</div>") < shown.index("after")


@pytest.mark.parametrize(
    "text", ["> [!NOTE]", "> [!DANGER]\n> x", "> [!NOTE] x", "[!NOTE]\nx", "> x\n> [!NOTE]"]
)
def test_what_github_takes_for_a_quote_stays_one(text: str) -> None:
    assert "alert" not in markdown(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "<details open><summary>a & <i>b</i></summary>\n\n**x**\n\n</details>\n\ny",
            '<details open=""><summary>a &amp; &lt;i&gt;b&lt;/i&gt;</summary>'
            "<p><strong>x</strong></p></details><p>y</p>",
        ),
        (
            "<details><summary>1</summary>\n<details><summary>2</summary>\nx\n</details>\n</details>z",
            "<details><summary>1</summary><details><summary>2</summary><p>x</p></details></details><p>z</p>",
        ),
        (
            "<details>\n```\n</details>\n```\n`</details>`",
            "<details><summary>Details</summary><pre><code>&lt;/details&gt;</code></pre>"
            "<p><code>&lt;/details&gt;</code></p></details>",
        ),
        (
            "- <details>\n  <summary>s</summary>\n\n  in\n  </details>\n- out",
            "<ul><li><details><summary>s</summary><p>in</p></details></li><li>out</li></ul>",
        ),
        (
            "> <details>never closed\n\nout",
            "<blockquote><details><summary>Details</summary><p>never closed</p></details></blockquote>"
            "<p>out</p>",
        ),
        ("<details onclick=x>", "<p>&lt;details onclick=x&gt;</p>"),
        ("</details>", "<p>&lt;/details&gt;</p>"),
    ],
)
def test_details_fold_whatever_they_hold_and_nothing_else(text: str, shown: str) -> None:
    assert markdown(text).replace("\n", "") == shown


def test_details_go_only_so_deep() -> None:
    shown = markdown("<details>\n" * 500)
    assert shown.count("<details>") == shown.count("</details>") == 20
    assert shown.count("&lt;details&gt;") == 480


def test_links_lead_where_they_do_at_github() -> None:
    around = Surroundings(
        issue=lambda repo, number: f"/{repo or 'o/r'}/issues/{number}" if number < 5 else None,
        file=lambda path, kind: in_repository("o/r", kind, "plan/1", path),
        folder="docs",
    )
    wanted = {
        "#1": "/o/r/issues/1",
        "(#2)": "/o/r/issues/2",
        "acme/x#3": "/acme/x/issues/3",
        "https://e.example/a#1.": "https://e.example/a#1",
        "[a](b c.md)": None,
        "[a](<b c.md>)": "/o/r/blob/plan/1/docs/b%20c.md",
        "[a](../src/#x)": "/o/r/tree/plan/1/src#x",
        "[a](/LICENSE)": "/o/r/blob/plan/1/LICENSE",
        "[a](../../etc)": "../../etc",
        "[a](//e.example)": "//e.example",
        "[a](#here)": "#here",
        "[#1](https://e.example)": "https://e.example",
        "![a](https://e.example/i.png)": "https://e.example/i.png",
        "#9": None,
        "x#1": None,
        "`#1`": None,
        "&#35;0": None,
    }
    for text, target in wanted.items():
        shown = str(markdown(text, around))
        assert shown.count("<a ") == (target is not None), text
        assert target is None or f'<a href="{target}"' in shown, text
    assert '<img src="/o/r/raw/plan/1/docs/i.png" alt="a"' in markdown("![a](i.png)", around)


def test_a_diffs_lines_carry_their_numbers() -> None:
    change = FileChange("a", "modified", None, None, patch="@@ -3,2 +5,2 @@ f\n x\n-y\n+z\n\\ No newline")
    assert [(one.kind, one.before, one.after) for one in diff_lines(change)] == [
        ("hunk", None, None),
        ("same", 3, 5),
        ("del", 4, None),
        ("add", None, 6),
        ("same", None, None),
    ]


def test_a_label_of_any_colour_has_a_page(sandbox: Sandbox, maya: httpx.Client) -> None:
    maya.post(f"/repos/{REPO}/issues", json={"title": "t", "labels": ["odd"]})
    repo = sandbox.world.repository(REPO)
    assert repo is not None
    next(one for one in repo.labels.values() if one.name == "odd").color = "red;background:url(//e)"
    page = maya.get(f"/{REPO}/issues/1")
    assert page.status_code == 200
    assert "url(//e)" not in page.text


def test_pictures_are_served_as_such_and_pages_never(sandbox: Sandbox, maya: httpx.Client) -> None:
    sandbox.commit(REPO, "main", {"a.png": b"\x89PNG", "a.svg": ATTACK, "a.html": ATTACK}, author="maya")
    kinds = {name: maya.get(f"/{REPO}/raw/main/{name}").headers for name in ("a.png", "a.svg", "a.html")}
    assert [kinds[name]["content-type"] for name in kinds] == [
        "image/png",
        *["text/plain; charset=utf-8"] * 2,
    ]
    assert {one["x-content-type-options"] for one in kinds.values()} == {"nosniff"}
    assert all("sandbox" in one["content-security-policy"] for one in kinds.values())
