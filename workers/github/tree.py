"""The bytes of a repository at one commit, as GitHub's gzipped tarball. What is in
it is `bot.recon`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from bot.errors import Transient, UserError
from workers.github.client import Reader
from workers.github.refusals import error_of
from workers.github.wire import USER_AGENT

MAX_BYTES = 512 * 1024 * 1024
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_HOMES = (".github.com", ".githubusercontent.com")


@contextmanager
def tarball(
    reader: Reader,
    full_name: str,
    sha: str,
    *,
    max_bytes: int = MAX_BYTES,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Iterator[bytes]]:
    """The compressed bytes as they come in. Raises Gone, Transient, or UserError
    "too-large" while it is read.

    GitHub redirects to another host with a link that needs no credential, so none is sent there.
    """
    link = reader.wire.location("/repos/{full_name}/tarball/{sha}", full_name=full_name, sha=sha)
    _check_home(reader.wire.api_url, link)
    headers = {"User-Agent": USER_AGENT}
    with httpx.Client(transport=transport or reader.transport, timeout=TIMEOUT, headers=headers) as client:
        try:
            with client.stream("GET", link) as response:
                if response.status_code != 200:
                    response.read()
                    raise _not_there(response)
                yield _counted(response, max_bytes)
        except httpx.HTTPError as error:
            raise Transient(f"the tarball broke off: {type(error).__name__}", 10.0) from None


def _counted(response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    """Raw, for the archive is gzip itself, whatever the headers say of encodings."""
    count = 0
    for chunk in response.iter_raw():
        count += len(chunk)
        if count > max_bytes:
            reason = f"The repository's archive is larger than {max_bytes // 1024 // 1024} MiB."
            raise UserError("too-large", reason, "plan in a smaller repository")
        yield chunk


def _not_there(response: httpx.Response) -> Exception:
    if response.status_code < 400:
        return Transient(f"the archive answered {response.status_code}", 10.0)
    return error_of(response)


def _check_home(api_url: str, link: str) -> None:
    """Archives come from GitHub's own hosts, or from the host that we talk to anyway."""
    api, there = urlsplit(api_url), urlsplit(link)
    same = (api.hostname, api.port) == (there.hostname, there.port)
    host = there.hostname or ""
    cloud = api.hostname == "api.github.com" and host.endswith(_HOMES)
    sibling = bool(api.hostname) and host == f"codeload.{api.hostname}"
    if not (same or (there.scheme == "https" and (cloud or sibling))):
        raise Transient(f"the archive is at a strange host, {host[:80]!r}", 600.0)
