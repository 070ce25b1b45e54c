"""The tarball: streamed, from GitHub's own hosts only, without our credential, and with an end."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import httpx
import pytest

from bot.errors import Transient, UserError
from bot.recon.sources import tree_from_tarball
from tests.github.workbench import FULL_NAME, Bench
from workers.github.client import Reader
from workers.github.refusals import Gone
from workers.github.tree import tarball

API = "https://api.github.com"
CODELOAD = "https://codeload.github.com/o/r/legacy.tar.gz/abc?token=x"


def serving(
    location: str, answer: Callable[[httpx.Request], httpx.Response], seen: list[httpx.Request]
) -> Reader:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.startswith("/repos/"):
            return httpx.Response(302, headers={"location": location})
        return answer(request)

    return Reader("secret-token", API, httpx.MockTransport(handle))


def bytes_of(reader: Reader, max_bytes: int = 1_000) -> bytes:
    with reader, tarball(reader, "o/r", "abc", max_bytes=max_bytes) as chunks:
        return b"".join(chunks)


def test_the_tree_of_a_repository_comes_from_the_sandbox(bench: Bench) -> None:
    app = bench.app()
    token = app.read_token(bench.installation(app))
    with (
        Reader(token, bench.sandbox.url) as reader,
        tarball(reader, FULL_NAME, bench.head) as chunks,
    ):
        tree = tree_from_tarball(chunks, bench.head)
    assert list(tree.paths) == ["README.md", "app.py"]


def test_the_credential_stays_at_home() -> None:
    seen: list[httpx.Request] = []
    assert (
        bytes_of(serving(CODELOAD, lambda _: httpx.Response(200, stream=httpx.ByteStream(b"tar")), seen))
        == b"tar"
    )
    assert [request.headers.get("authorization") for request in seen] == ["token secret-token", None]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "https://github.com.evil.example/x",
        "http://codeload.github.com/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
    ],
)
def test_strange_hosts_are_not_asked(location: str) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(Transient):
        bytes_of(serving(location, lambda _: httpx.Response(200), seen))
    assert len(seen) == 1


def test_bytes_are_not_unpacked_on_the_way() -> None:
    packed = gzip.compress(b"tar")
    answer = httpx.Response(200, stream=httpx.ByteStream(packed), headers={"content-encoding": "gzip"})
    assert bytes_of(serving(CODELOAD, lambda _: answer, [])) == packed


def test_an_archive_has_an_end() -> None:
    with pytest.raises(UserError) as said:
        bytes_of(serving(CODELOAD, lambda _: httpx.Response(200, stream=httpx.ByteStream(b"x" * 1_001)), []))
    assert said.value.code == "too-large"


@pytest.mark.parametrize(("status", "kind"), [(404, Gone), (502, Transient), (302, Transient)])
def test_an_archive_that_is_not_there(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        bytes_of(serving(CODELOAD, lambda _: httpx.Response(status, json={"message": "no"}), []))


def test_a_stream_that_breaks_off_is_transient() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    with pytest.raises(Transient):
        bytes_of(serving(CODELOAD, answer, []))
