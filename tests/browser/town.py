"""What stands in the sandbox that the browser looks at: a hostile issue, a bot's comment, a pull request."""

from __future__ import annotations

from typing import Any

import httpx

from sandbox import Sandbox

REPO = "acme/widgets"
BRANCH = "groundplan/plan-1"
RUN = "window.pwned = 1"
TITLE = f"<script>{RUN}</script><img src=x onerror='{RUN}'> {'Unbreakable' * 12}"
HOSTILE = f"""A first paragraph.

<script>{RUN}</script>
<img src=x onerror="{RUN}"> <svg onload="{RUN}"></svg> <iframe srcdoc="<script>{RUN}</script>"></iframe>
</div></article></main><style>body {{ display: none }}</style>

[inline](javascript:{RUN}) [entity](&#106;avascript:{RUN}) [data](data:text/html,<script>{RUN}</script>)
[named] <javascript:{RUN}>

[named]: javascript:{RUN}

![pixel](https://tracker.example/pixel.png) ![here](nothing.png) <https://elsewhere.example/page>

<details ontoggle="{RUN}" open><summary>with a handler</summary></details>

<details open><summary><img src=x onerror="{RUN}">a picture</summary>

> [!NOTE] <script>{RUN}</script>

</details>

> [!CAUTION]
> <script>{RUN}</script>

| <img src=x onerror="{RUN}"> | {"wide " * 60} |
|---|---|
| a | {"b" * 300} |

<details><summary>never closed

<details>"""
COMMENT = """### Plan ready for review

> [!WARNING]
> One rule **failed**.

The plan is #2 of #1, not #99. Also see acme/widgets#2, and `#1` is code.

| | |
|---|---|
| Objective | late parcels |
| Size | medium |

<details>
<summary>Audit: 25 rules &amp; 0 errors</summary>

- **PLN001** holds

</details>

```mermaid
graph LR
  T1 --> T2
```
"""
OLD = "".join(f"line {number}\n" for number in range(1, 21))
GUIDE = """# Guide
Two lines of
one paragraph.

[Tasks](tasks.md) · [Source](../src/app.py#L3) · [Folder](../src/) · [Start](/README.md) · [Here](#guide)

![logo](logo.png)
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def seed(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client) -> None:
    """Issue 1 by maya with a comment of the bot, pull request 2 by the bot with a check run and a review."""
    sandbox.commit(REPO, "main", {"README.md": "# Widgets\n\n[Guide](docs/guide.md)\n"}, author="maya")
    sandbox.commit(REPO, "main", {"src/app.py": OLD}, author="maya", message="Add the app")
    repo = f"/repos/{REPO}"
    _made(bot, f"{repo}/labels", {"name": "needs-plan", "color": "5319e7"})
    labels = ["needs-plan", f"<b onclick='{RUN}'>"]
    _made(maya, f"{repo}/issues", {"title": TITLE, "body": HOSTILE, "labels": labels})
    _made(bot, f"{repo}/issues/1/reactions", {"content": "eyes"})
    _made(bot, f"{repo}/issues/1/comments", {"body": COMMENT})
    head = bot.get(f"{repo}/git/ref/heads/main").json()["object"]["sha"]
    _made(bot, f"{repo}/git/refs", {"ref": f"refs/heads/{BRANCH}", "sha": head})
    changes: dict[str, str | bytes | None] = {
        "src/app.py": OLD.replace("line 3\n", f"<script>{RUN}</script>\n"),
        "docs/guide.md": GUIDE,
        "docs/tasks.md": "# Tasks\n\n- [x] done\n- [ ] open\n",
        "docs/logo.png": PIXEL,
        "long.json": "".join(f'{{"number": {number}}}\n' for number in range(500)),
        "wide.txt": "wide " * 200,
    }
    tip = sandbox.commit(REPO, BRANCH, changes, author="maya", message=f"<script>{RUN}</script>")
    pull = {"title": "Plan: widgets", "head": BRANCH, "base": "main", "body": "Refs #1"}
    _made(bot, f"{repo}/pulls", pull)
    run = {"name": "groundplan / contract", "head_sha": tip, "conclusion": "success"}
    output = {"title": "25 rules", "summary": f"> [!TIP]\n> good\n\n<script>{RUN}</script>"}
    _made(bot, f"{repo}/check-runs", run | {"output": output})
    review = {
        "event": "REQUEST_CHANGES",
        "body": HOSTILE,
        "comments": [{"path": "docs/guide.md", "line": 1, "body": HOSTILE}],
    }
    answer = maya.post(f"{repo}/pulls/2/reviews", json=review)
    assert answer.status_code == 200, answer.text


def _made(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
