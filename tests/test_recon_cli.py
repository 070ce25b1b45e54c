"""`groundplan recon` as people and programs run it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from workers.survey_page import rows
from workers.surveying import Wish, surveyed

HOME = Path(__file__).resolve().parent.parent
FILES = {
    "shop/cart.py": "class Cart:\n    def apply_voucher(self, code):\n        return self.total - code\n",
    "shop/mail.py": "from shop.cart import Cart\n\n\ndef receipt(cart):\n    return cart.total\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_cart():\n    assert Cart()\n",
    "Makefile": "test:\n\tpytest\n",
    ".env": "VOUCHER_KEY=1\n",
}
ISSUE = """# Voucher is not applied

`apply_voucher` in shop/cart.py ignores \x1b[31mthe code.

- [ ] The total must be reduced
- [x] An empty code must be refused
"""

Run = Callable[..., tuple[int, str, str]]


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, check=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder without git."""
    for name, text in FILES.items():
        place = tmp_path / "shop" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return tmp_path / "shop"


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    place = tmp_path / "wish.md"
    place.write_text(ISSUE, encoding="utf-8")
    return place


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process: its exit code, output and complaints."""

    def command(*words: object, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["groundplan", "recon", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        said = capsys.readouterr()
        return (code if isinstance(code, int) else 0), said.out, said.err

    return command


class TestForPeople:
    def test_files_with_reasons_then_demands_commands_and_conventions(
        self, run: Run, repo: Path, issue: Path
    ) -> None:
        code, out, _ = run("--repo", repo, "--issue", issue)
        assert code == 0
        lines = out.splitlines()
        assert lines[0] == "Voucher is not applied"
        assert lines[1].startswith("shop · 5 files at ")
        headings = [line.split("  ")[0] for line in lines if line and not line.startswith(" ")][2:]
        assert headings == ["Files that matter", "What the issue asks", "Commands", "Conventions"]
        assert "   1  A  █████  shop/cart.py" in lines
        assert "   I-2  [x] An empty code must be refused" in lines
        assert "  test      make test  Makefile:1" in lines

    def test_with_a_budget_the_pack_and_what_is_not_in_it(self, run: Run, repo: Path, issue: Path) -> None:
        issue.write_text(f"{ISSUE}\nSee conf/prod.env and yarn.lock.\n", encoding="utf-8")
        (repo / "conf").mkdir()
        (repo / "conf" / "prod.env").write_text("KEY=hidden-value\n", encoding="utf-8")
        _, out, _ = run("--repo", repo, "--issue", issue, "--budget", 4_000)
        assert "Pack" in out
        assert "shop/cart.py  whole" in out
        assert "conf/prod.env  not read: name of a file that holds secrets" in out
        assert "hidden-value" not in out
        assert "\n2:     def apply_voucher(self, code):\n" in out

    def test_nothing_in_the_issue_reaches_the_terminal_as_a_command(
        self, run: Run, repo: Path, issue: Path
    ) -> None:
        issue.write_text("# \x1b]0;mine\x07 voucher\n\n- [ ] It must \x1b[2J work\n", encoding="utf-8")
        (repo / "shop" / "cart.py").write_text("voucher = '\x1b[2J'\n", encoding="utf-8")
        _, out, _ = run("--repo", repo, "--issue", issue, "--budget", 4_000)
        assert "\x1b" not in out
        assert "\x07" not in out
        assert "It must <U+001B>[2J work" in out

    @pytest.mark.parametrize("width", [40, 64, 120])
    def test_words_fit_the_width_of_the_terminal(self, width: int, repo: Path, issue: Path) -> None:
        found = surveyed(Wish(repo, str(issue), budget=2_000))
        page = ["".join(text for text, _ in row) for row in
                rows(found.name, found.title, found.recon, found.pack, width)]  # fmt: skip
        words = page[: page.index("─" * width)]
        assert len(words) > 20
        assert [line for line in words if len(line) > width] == []

    def test_without_unicode_there_is_ascii(self, repo: Path, issue: Path) -> None:
        ended = subprocess.run(
            [sys.executable, "-m", "bot.cli", "recon", "--repo", repo, "--issue", issue, "--budget", "2000"],
            cwd=HOME, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True,
        )  # fmt: skip
        assert b"   1  A  #####  shop/cart.py\n" in ended.stdout
        assert ended.stdout.isascii()
        assert ended.stderr == b""

    def test_a_reader_that_goes_away_is_no_error(self, repo: Path, issue: Path) -> None:
        (repo / "shop" / "long.py").write_text("voucher = 1\n" * 12_000, encoding="utf-8")
        words = ["recon", "--repo", str(repo), "--issue", str(issue), "--budget", "1000000"]
        with subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *words],
            cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as running:  # fmt: skip
            assert running.stdout is not None
            assert running.stderr is not None
            assert running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait(60) == 0


class TestForPrograms:
    KEYS = (
        "format", "title", "sha", "files", "truncated", "obligations", "mentions", "ranked", "commands",
        "conventions", "languages", "manifests", "left_out", "pack",
    )  # fmt: skip

    def asked(self, run: Run, *words: object) -> dict[str, Any]:
        code, out, err = run(*words, "--json")
        assert (code, err) == (0, "")
        found = json.loads(out)
        assert isinstance(found, dict)
        return found

    def test_everything_with_stable_keys(self, run: Run, repo: Path, issue: Path) -> None:
        found = self.asked(run, "--repo", repo, "--issue", issue, "--top", 1)
        assert tuple(found) == self.KEYS
        assert found["format"] == 1
        assert [each["path"] for each in found["ranked"]] == ["shop/cart.py"]
        assert found["pack"] is None

    def test_the_page_about_the_command_names_every_key(self) -> None:
        page = (HOME / "docs" / "recon.md").read_text(encoding="utf-8")
        assert [key for key in self.KEYS if f"`{key}`" not in page] == []

    def test_the_pack_with_its_manifest_twice_the_same(self, run: Run, repo: Path, issue: Path) -> None:
        words = ("--repo", repo, "--issue", issue, "--budget", 3_000)
        found = self.asked(run, *words)
        assert found == self.asked(run, *words)
        first = found["pack"]["excerpts"][0]
        assert first["path"] == "shop/cart.py"
        assert first["lines"] == [[1, first["of"]]] == [[1, 3]]
        assert found["pack"]["tokens"] <= found["pack"]["usable"] == 2_550

    def test_the_issue_may_come_through_standard_input(self, run: Run, repo: Path, issue: Path) -> None:
        _, piped, _ = run("--repo", repo, "--issue", "-", "--json", stdin=ISSUE.encode())
        _, read, _ = run("--repo", repo, "--issue", issue, "--json")
        assert piped == read

    def test_a_bare_mirror_at_a_commit(self, run: Run, repo: Path, issue: Path, tmp_path: Path) -> None:
        git(repo, "init", "-q")
        git(repo, "add", "-A")
        git(repo, "commit", "-qm", "first")
        first = git(repo, "rev-parse", "HEAD")
        git(repo, "rm", "-q", "shop/mail.py")
        git(repo, "commit", "-qm", "second")
        mirror = tmp_path / "mirror.git"
        git(tmp_path, "clone", "-q", "--bare", str(repo), str(mirror))
        now = self.asked(run, "--repo", mirror, "--issue", issue)
        then = self.asked(run, "--repo", mirror, "--issue", issue, "--at", first)
        assert (now["files"], then["files"]) == (4, 5)
        assert then["sha"] == first


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("content", "words", "advice"),
        [
            (b"", "is empty", "Write `# Title`"),
            (b" \n\n", "is empty", "Write `# Title`"),
            (b"# \xff\xfe", "is not UTF-8 text", "Save it as UTF-8"),
            (b"# T\0", "is not UTF-8 text", "Save it as UTF-8"),
            (b"# T\n" + b"x" * 300_000, "longer than 262,144 characters", "Leave pasted logs away"),
        ],
    )
    def test_an_issue_that_is_none(
        self, content: bytes, words: str, advice: str, run: Run, repo: Path, tmp_path: Path
    ) -> None:
        bad = tmp_path / "bad.md"
        bad.write_bytes(content)
        for name, stdin in ((bad, b""), ("-", content)):
            code, out, err = run("--repo", repo, "--issue", name, stdin=stdin)
            assert (code, out) == (2, "")
            assert words in err
            assert advice in err

    def test_an_issue_or_a_repository_that_is_not_there(self, run: Run, repo: Path, issue: Path) -> None:
        code, _, err = run("--repo", repo, "--issue", repo / "none.md")
        assert code == 2
        assert "none.md cannot be read: No such file or directory.\nName a Markdown file" in err
        code, _, err = run("--repo", repo / "none", "--issue", issue)
        assert code == 2
        assert "none does not exist.\nName a folder or a git repository with --repo." in err
        code, _, err = run("--repo", issue, "--issue", issue)
        assert "wish.md is not a folder.\n" in err

    def test_an_empty_folder_and_a_repository_without_commits(
        self, run: Run, issue: Path, tmp_path: Path
    ) -> None:
        empty = tmp_path / "empty"
        empty.mkdir()
        code, _, err = run("--repo", empty, "--issue", issue)
        assert code == 2
        assert "empty holds no file.\nName a repository with files." in err
        git(empty, "init", "-q")
        code, _, err = run("--repo", empty, "--issue", issue)
        assert code == 2
        assert "has no commit yet" in err

    @pytest.mark.parametrize(
        ("at", "words"),
        [
            ("main", "neither HEAD nor a commit's hexadecimal name\nGive HEAD or the name that"),
            ("--upload-pack=x", "neither HEAD nor"),
            ("abcdef0123", "has no commit abcdef0123\nFetch it first"),
        ],
    )
    def test_a_commit_that_is_not_there(self, at: str, words: str, run: Run, repo: Path, issue: Path) -> None:
        git(repo, "init", "-q")
        git(repo, "commit", "-q", "--allow-empty", "-m", "first")
        code, _, err = run("--repo", repo, "--issue", issue, f"--at={at}")
        assert code == 2
        assert words in err

    def test_a_commit_of_a_folder_without_git(self, run: Run, repo: Path, issue: Path) -> None:
        code, _, err = run("--repo", repo, "--issue", issue, "--at", "HEAD")
        assert code == 2
        assert "leave --at away for a plain folder" in err

    @pytest.mark.parametrize(
        "words", [("--budget", -1), ("--budget", 10_000_001), ("--top", 0), ("--top", 501), ("--budget", "x")]
    )
    def test_numbers_that_make_no_sense(
        self, words: tuple[str, object], run: Run, repo: Path, issue: Path
    ) -> None:
        code, out, err = run("--repo", repo, "--issue", issue, *words)
        assert (code, out) == (2, "")
        assert words[0] in err

    @pytest.mark.parametrize("budget", [0, 10_000_000])
    def test_numbers_at_the_edge(self, budget: int, run: Run, repo: Path, issue: Path) -> None:
        code, out, _ = run("--repo", repo, "--issue", issue, "--budget", budget)
        assert code == 0
        assert ("The demands alone need more than the budget" in out) is (budget == 0)
