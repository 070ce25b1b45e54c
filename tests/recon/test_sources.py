"""Trees from git, folders and tarballs: what is listed, what is left out and why, and how bad input ends."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.recon.report import survey
from bot.recon.sources import BadArchive, tree_from_folder, tree_from_git, tree_from_tarball
from bot.recon.symbols import outline
from bot.recon.tree import EmptyRepository, Limits, NotReadable, Snapshot, TreeError, blob_sha

SHA = "a" * 40


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data.encode() if isinstance(data, str) else data)


Make = Callable[[Mapping[str, str | bytes]], Path]


def reasons(tree: object) -> dict[str, str]:
    return {each.path: each.reason for each in tree.left_out}  # type: ignore[attr-defined]


class TestGit:
    def test_reads_the_commit_and_not_the_work_tree(self, repository: Make, git: Callable[..., str]) -> None:
        folder = repository({"a.py": "x = 1\n", "d/b.txt": "two"})
        (folder / "a.py").write_text("x = 2\n")
        (folder / "new.py").write_text("")
        tree = tree_from_folder(folder)
        assert tree.sha == git(folder, "rev-parse", "HEAD")
        assert tree.paths == ("a.py", "d/b.txt")
        assert tree.text("a.py") == "x = 1\n"
        assert tree.is_dir("d")
        assert not tree.is_dir("a.py")
        assert not tree.exists("new.py")
        entry = tree.entry("d/b.txt")
        assert entry is not None
        assert (entry.size, entry.mode, entry.sha) == (3, "100644", blob_sha(b"two"))

    def test_reads_an_older_commit_and_a_bare_repository(
        self, repository: Make, git: Callable[..., str], tmp_path: Path
    ) -> None:
        folder = repository({"a.py": "old"})
        first = git(folder, "rev-parse", "HEAD")
        (folder / "a.py").write_text("young")
        git(folder, "commit", "-qam", "second")
        git(tmp_path, "clone", "-q", "--bare", str(folder), "bare")
        assert tree_from_git(tmp_path / "bare", first).text("a.py") == "old"
        assert tree_from_folder(tmp_path / "bare").text("a.py") == "young"

    def test_lists_submodules_and_symlinks_without_following_them(
        self, repository: Make, git: Callable[..., str]
    ) -> None:
        folder = repository({"a.py": "", "loop/keep": ""})
        (folder / "link.py").symlink_to("a.py")
        (folder / "loop" / "self").symlink_to("../loop")
        (folder / "outside").symlink_to("/etc/passwd")
        git(folder, "update-index", "--add", "--cacheinfo", f"160000,{SHA},vendored/sub")
        git(folder, "add", "-A", "link.py", "loop", "outside")
        git(folder, "commit", "-qm", "links")
        tree = tree_from_folder(folder)
        assert tree.paths == ("a.py", "loop/keep")
        assert dict(tree.special) == {
            "link.py": "symlink", "loop/self": "symlink", "outside": "symlink", "vendored/sub": "submodule",
        }  # fmt: skip
        assert tree.text("outside") is None

    def test_takes_names_with_newlines_tabs_and_quotes(self, repository: Make) -> None:
        names = ("a\nb.py", "tab\there", 'quo"te', "ünï.txt", "-n", "sp ace ")
        tree = tree_from_folder(repository(dict.fromkeys(names, "here")))
        assert set(tree.paths) == set(names)
        assert all(tree.text(name) == "here" for name in names)

    def test_leaves_out_names_that_are_not_utf8(self, repository: Make, git: Callable[..., str]) -> None:
        folder = repository({"a": "1"})
        (Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.py"))).write_text("x")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "bad name")
        tree = tree_from_folder(folder)
        assert tree.paths == ("a",)
        assert reasons(tree) == {"bad\\xff.py": "name is not UTF-8"}

    def test_a_repository_without_commits_says_so(self, tmp_path: Path, git: Callable[..., str]) -> None:
        git(tmp_path, "init", "-q")
        with pytest.raises(EmptyRepository, match="no commit yet") as caught:
            tree_from_folder(tmp_path)
        assert caught.value.code == "empty-repository"
        assert "first commit" in caught.value.next_step

    @pytest.mark.parametrize(
        "revision",
        ["main", "--upload-pack=x", "HEAD;id", "refs/heads/../x", "-f", "HEAD~1", "", "g" * 40, "A" * 40],
    )
    def test_refuses_revisions_that_are_no_commit_names(self, repository: Make, revision: str) -> None:
        with pytest.raises(TreeError, match="neither HEAD nor"):
            tree_from_git(repository({"a": ""}), revision)

    def test_says_that_a_commit_is_unknown(self, repository: Make) -> None:
        with pytest.raises(TreeError, match="has no commit bbbbbbbb"):
            tree_from_git(repository({"a": ""}), "b" * 40)

    def test_runs_no_program_that_the_repository_names(
        self, repository: Make, git: Callable[..., str], tmp_path: Path
    ) -> None:
        folder = repository({"a.py": "x", ".gitattributes": "*.py filter=evil diff=evil\n"})
        trap = tmp_path / "sprung"
        for key in (
            "core.fsmonitor",
            "filter.evil.smudge",
            "diff.evil.textconv",
            "core.pager",
            "core.sshCommand",
        ):
            git(folder, "config", key, f"touch {trap}; cat")
        hook = folder / ".git" / "hooks" / "post-checkout"
        hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
        hook.chmod(0o755)
        assert tree_from_folder(folder).text("a.py") == "x"
        assert not trap.exists()

    def test_tells_lfs_pointers(self, repository: Make) -> None:
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
        tree = tree_from_folder(
            repository({".gitattributes": "*.bin filter=lfs\n", "a.bin": pointer, "b": "x"})
        )
        assert dict(tree.special) == {"a.bin": "lfs"}
        assert tree.exists("a.bin")
        assert tree.text("a.bin") is None

    def test_keeps_large_files_listed_but_unread(self, repository: Make) -> None:
        tree = tree_from_git(repository({"big": b"x" * 101, "small": "y"}), limits=Limits(file_bytes=100))
        assert tree.paths == ("big", "small")
        assert reasons(tree) == {"big": "larger than 100 bytes"}
        assert tree.text("big") is None
        assert not tree.truncated
        with pytest.raises(NotReadable):
            tree.read("big")

    def test_says_when_there_are_too_many_files(self, repository: Make) -> None:
        tree = tree_from_git(repository({f"f{n}": "" for n in range(7)}), limits=Limits(files=5))
        assert len(tree.paths) == 5
        assert tree.truncated
        assert reasons(tree) == {"": "2 files beyond the first 5"}

    def test_survives_a_missing_blob(self, repository: Make) -> None:
        folder = repository({"gone.py": "was here", "kept.py": "is here"})
        sha = blob_sha(b"was here")
        (folder / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
        tree = tree_from_folder(folder)
        assert tree.exists("gone.py")
        assert tree.text("gone.py") is None
        assert tree.text("kept.py") == "is here"


class TestFolder:
    def test_honours_nested_gitignore_files(self, tmp_path: Path) -> None:
        for name in (
            ".gitignore",
            "a.py",
            "a.log",
            "build/x",
            "sub/.gitignore",
            "sub/keep.log",
            "sub/b.tmp",
            "node_modules/m/i.js",
        ):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        (tmp_path / ".gitignore").write_text("*.log\nbuild/\nnode_modules\n")
        (tmp_path / "sub" / ".gitignore").write_text("!keep.log\n*.tmp\n")
        assert tree_from_folder(tmp_path).paths == (".gitignore", "a.py", "sub/.gitignore", "sub/keep.log")

    def test_never_follows_a_symlink_loop(self, tmp_path: Path) -> None:
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "f").write_text("x")
        (tmp_path / "d" / "up").symlink_to(tmp_path)
        tree = tree_from_folder(tmp_path)
        assert tree.paths == ("d/f",)
        assert dict(tree.special) == {"d/up": "symlink"}

    def test_equal_files_have_the_equal_digest(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "f").write_text("same")
        one, two = tree_from_folder(tmp_path / "one"), tree_from_folder(tmp_path / "two")
        assert one.sha == two.sha
        assert len(one.sha) == 40
        (tmp_path / "two" / "f").write_text("else")
        assert tree_from_folder(tmp_path / "two").sha != one.sha

    def test_leaves_out_what_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        tree = tree_from_folder(tmp_path)
        assert tree.paths == ()
        assert reasons(tree) == {"pipe": "neither a file nor a folder"}

    def test_refuses_what_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(TreeError, match="is not a folder"):
            tree_from_folder(tmp_path / "file")
        with pytest.raises(TreeError, match="does not exist"):
            tree_from_folder(tmp_path / "nothing")


def packed(members: list[tuple[tarfile.TarInfo, bytes]], comment: str = SHA) -> bytes:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": comment}
    ) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def member(
    name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, target: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, target
    return info, data


class TestTarball:
    def test_round_trip_with_git_archive(
        self, repository: Make, git: Callable[..., str], tmp_path: Path
    ) -> None:
        folder = repository({"a.py": "x = 1\n", "d/ü.bin": b"\0\1", "long/" + "n" * 200: "deep"})
        (folder / "run").write_text("#!/bin/sh\n")
        (folder / "run").chmod(0o755)
        (folder / "link").symlink_to("a.py")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "more")
        git(folder, "archive", "--format=tar.gz", "--prefix=top-1234/", "-o", str(tmp_path / "t.tgz"), "HEAD")
        local = tree_from_folder(folder)
        with (tmp_path / "t.tgz").open("rb") as stream:
            tree = tree_from_tarball(stream, local.sha)
        assert tree.paths == local.paths
        assert [tree.entry(path) for path in tree.paths] == [local.entry(path) for path in tree.paths]
        assert all(tree.read(path) == local.read(path) for path in tree.paths)
        assert dict(tree.special) == {"link": "symlink"}

    def test_takes_an_iterator_of_any_chunks(self) -> None:
        data = packed([member("top/a", b"A" * 5000), member("top/b", b"B")])

        def chunks() -> Iterator[bytes]:
            yield b""
            for at in range(0, len(data), 7):
                yield data[at : at + 7]

        tree = tree_from_tarball(chunks(), SHA)
        assert tree.read("a") == b"A" * 5000
        assert tree.text("b") == "B"

    def test_never_lists_names_that_leave_the_folder(self) -> None:
        names = [
            "top/../../etc/passwd",
            "/etc/shadow",
            "top//x",
            "other/y",
            "top/.git/config",
            "top/./z",
            "top/fine",
        ]
        tree = tree_from_tarball(
            io.BytesIO(packed([member("top/first", b"1"), *(member(each, b"x") for each in names)])), SHA
        )
        assert tree.paths == ("fine", "first")
        assert len(tree.left_out) == 6

    def test_leaves_out_links_devices_and_doubles(self) -> None:
        tree = tree_from_tarball(
            io.BytesIO(
                packed(
                    [
                        member("top/a", b"1"),
                        member("top/a", b"22"),
                        member("top/hard", kind=tarfile.LNKTYPE, target="/etc/passwd"),
                        member("top/dev", kind=tarfile.CHRTYPE),
                        member("top/soft", kind=tarfile.SYMTYPE, target="../../x"),
                    ]
                )
            ),
            SHA,
        )
        assert tree.paths == ("a",)
        assert tree.text("a") == "1"
        assert dict(tree.special) == {"soft": "symlink"}
        assert set(reasons(tree)) == {"a", "hard", "dev"}

    def test_a_declared_gigabyte_that_is_not_there_is_a_truncated_archive(self) -> None:
        info = tarfile.TarInfo("top/huge")
        info.size = 1024**3
        with pytest.raises(BadArchive):
            tree_from_tarball(io.BytesIO(gzip.compress(info.tobuf())), SHA)

    def test_a_real_bomb_stops_at_the_limit(self) -> None:
        data = packed([member("top/a", b"1"), member("top/zeros", b"\0" * 4_000_000), member("top/z", b"2")])
        tree = tree_from_tarball(io.BytesIO(data), SHA, Limits(total_bytes=1_000_000, file_bytes=500_000))
        assert tree.truncated
        assert tree.text("a") == "1"
        assert tree.left_out[-1].reason == "the archive beyond 2,000,000 unpacked bytes"

    def test_a_header_of_megabytes_is_refused(self) -> None:
        info = tarfile.TarInfo("top/" + "n" * 3_000_000)
        with pytest.raises(BadArchive, match="header"):
            tree_from_tarball(io.BytesIO(packed([(info, b"")])), SHA)

    @pytest.mark.parametrize("keep", [0, 5, 30, 60, -9, -1])
    def test_a_cut_archive_is_refused(self, keep: int) -> None:
        data = packed([member("top/a", os.urandom(3000))])
        with pytest.raises(BadArchive):
            tree_from_tarball(io.BytesIO(data[:keep]), SHA)

    def test_a_malformed_map_of_a_sparse_file_is_refused(self) -> None:
        info, data = member("top/a", b"no number\n".ljust(512, b"\0"))
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "top/a"}
        with pytest.raises(BadArchive):
            tree_from_tarball(io.BytesIO(packed([(info, data)])), SHA)

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.FIFOTYPE])
    def test_what_is_no_file_is_bounded_as_files_are(self, kind: bytes) -> None:
        members = [member("top/a", b"1"), *(member(f"top/l{at}", kind=kind, target="x") for at in range(30))]
        tree = tree_from_tarball(io.BytesIO(packed(members)), SHA, Limits(files=10))
        assert tree.paths == ("a",)
        assert len(tree.special) <= 10
        assert len(tree.left_out) <= 11
        assert tree.truncated
        assert tree.left_out[-1].reason == "20 files beyond the first 10"

    def test_an_archive_of_another_commit_is_refused(self) -> None:
        data = packed([member("top/a", b"1")], comment="b" * 40)
        with pytest.raises(BadArchive, match="is of bbbbbbb, not of aaaaaaa"):
            tree_from_tarball(io.BytesIO(data), SHA)

    def test_says_which_folders_are_submodules(self) -> None:
        modules = b'[submodule "s"]\n\tpath = libs/s\n\turl = https://example.org/s\n'
        tree = tree_from_tarball(io.BytesIO(packed([member("top/.gitmodules", modules)])), SHA)
        assert dict(tree.special) == {"libs/s": "submodule"}

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.data())
    def test_a_damaged_archive_gives_a_tree_or_a_clear_error(self, data: st.DataObject) -> None:
        whole = bytearray(gzip.decompress(packed([member("top/a", b"1" * 700), member("top/b/c", b"2")])))
        for _ in range(data.draw(st.integers(1, 6))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        try:
            tree = tree_from_tarball(io.BytesIO(gzip.compress(bytes(whole), 1)), SHA)
        except BadArchive:
            return
        assert all(".." not in path.split("/") for path in tree.paths)


class TestBadInput:
    """Every kind of bad file at once: the tree is taken, says what is left out, and can be surveyed."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "bad"
        write(
            folder,
            {
                "src/cart.py": "def total(): ...\n",
                "src/long.py": "".join(f"def part_{n}(): ...\n" for n in range(40_000)),
                "src/latin.py": b"# caf\xe9\nx = 1\n",
                "src/wide.py": "x = 1\n".encode("utf-16"),
                "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0" * 50,
                "dist/app.min.js": "function a(b){return b+1};" * 8_000,
                "vendor/lib/lib.go": "package lib\nfunc Run() {}\n",
                "node_modules/left/index.js": "module.exports = 1\n",
                ".env": "TOKEN=0123456789abcdef\n",
                "empty.py": "",
                "cut.json": '{"scripts": {"test": "jest"',
            },
        )
        with (folder / "huge.bin").open("wb") as file:
            file.truncate(100 * 1024 * 1024)
        (folder / "src" / "loop").symlink_to("..")
        (folder / "dangling").symlink_to("nowhere")
        return folder

    @pytest.mark.parametrize("how", ["folder", "git", "tarball"])
    def test_no_crash_and_all_said(self, folder: Path, how: str, git: Callable[..., str]) -> None:
        tree = self.taken(folder, how, git)
        assert "100" in reasons(tree)["huge.bin"] or "larger than" in reasons(tree)["huge.bin"]
        assert tree.text("huge.bin") is None
        assert {"src/loop": "symlink", "dangling": "symlink"}.items() <= dict(tree.special).items()
        assert [path for path in tree.paths if tree.text(path) is None] == [
            "huge.bin", "logo.png", "src/latin.py",
        ]  # fmt: skip
        found = survey(tree, "The total of `src/cart.py` is wrong", "See dist/app.min.js and part_39999.")
        assert found.ranked[0].path == "src/cart.py"
        left_out = {each.path for each in found.left_out}
        assert {"huge.bin", ".env"} <= left_out
        assert "0123456789abcdef" not in str(found.to_dict())
        assert len(outline("src/long.py", tree.text("src/long.py") or "") or ()) in {0, 40_000}

    def taken(self, folder: Path, how: str, git: Callable[..., str]) -> Snapshot:
        if how == "folder":
            return tree_from_folder(folder)
        git(folder, "init", "-q")
        git(folder, "add", "-Af")
        git(folder, "commit", "-qm", "bad")
        if how == "git":
            return tree_from_git(folder)
        sha = git(folder, "rev-parse", "HEAD")
        archive = folder.parent / "bad.tar.gz"
        git(folder, "archive", "--format=tar.gz", "--prefix=top/", "-o", str(archive), "HEAD")
        with archive.open("rb") as stream:
            return tree_from_tarball(stream, sha)

    def test_nothing_at_all(self, tmp_path: Path) -> None:
        tree = tree_from_folder(tmp_path)
        assert (tree.paths, tree.left_out, tree.truncated) == ((), (), False)
        assert survey(tree, "Anything", "").ranked == ()

    def test_an_ignore_file_that_is_a_pipe_or_a_link_is_not_read(self, tmp_path: Path) -> None:
        write(tmp_path / "r", {"a.py": "", "d/b.py": ""})
        (tmp_path / "rules").write_text("*.py\n")
        os.mkfifo(tmp_path / "r" / ".gitignore")
        (tmp_path / "r" / "d" / ".gitignore").symlink_to(tmp_path / "rules")
        assert tree_from_folder(tmp_path / "r").paths == ("a.py", "d/b.py")

    def test_more_names_than_anybody_needs_end_the_reading(self, tmp_path: Path) -> None:
        limits = Limits(files=10)
        links = [member(f"top/link{n}", kind=tarfile.SYMTYPE, target="x") for n in range(100)]
        tree = tree_from_tarball(io.BytesIO(packed(links)), SHA, limits)
        assert tree.truncated
        assert reasons(tree)[""] == "30 files beyond the first 10"
        assert next(each.reason for each in tree.left_out) == "the archive beyond 40 names"
        write(tmp_path, {f"f{n}": "" for n in range(100)})
        assert "the folder beyond 40 files" in [
            each.reason for each in tree_from_folder(tmp_path, limits).left_out
        ]
