"""A real Chromium in front of a sandbox where somebody hostile has been writing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from sandbox import Sandbox
from tests.browser.town import REPO, seed

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser on PATH: none of {', '.join(NAMES)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        headers = {"authorization": "", "user-agent": "tests"}
        running.seed(REPO, collaborators={"maya": "maintain"})
        headers["authorization"] = f"Bearer {running.token(REPO)}"
        with (
            running.person("maya") as maya,
            httpx.Client(base_url=running.url, headers=headers, timeout=20, trust_env=False) as bot,
        ):
            seed(running, maya, bot)
        assert running.violations == []
        yield running


@dataclass
class Visit:
    """A tab, and everything it did that a person would not see."""

    page: Page
    url: str
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def to(self, path: str) -> Page:
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        return self.page

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def sent(self, request: Request) -> None:
        self.requested.append(request.url)

    def strangers(self) -> list[str]:
        """Requests to anywhere but the sandbox; pictures inside an address are no requests."""
        return [url for url in self.requested if not url.startswith((f"{self.url}/", "data:"))]


def _tab(chromium: Browser, site: Sandbox, width: int) -> Iterator[Visit]:
    with chromium.new_context(viewport={"width": width, "height": 900}) as context:
        context.set_default_timeout(5_000)
        visit = Visit(context.new_page(), site.url)
        visit.page.on("console", visit.heard)
        visit.page.on("dialog", visit.asked)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("request", visit.sent)
        yield visit


@pytest.fixture(scope="session")
def wide(chromium: Browser, site: Sandbox) -> Iterator[Visit]:
    yield from _tab(chromium, site, 1200)


@pytest.fixture(scope="session")
def narrow(chromium: Browser, site: Sandbox) -> Iterator[Visit]:
    yield from _tab(chromium, site, 420)


@pytest.fixture
def desk(wide: Visit) -> Iterator[Visit]:
    """A wide window. When the test is over nothing may have been complained about or asked of strangers."""
    yield from _quiet(wide)


@pytest.fixture
def phone(narrow: Visit) -> Iterator[Visit]:
    """The same, as narrow as a phone."""
    yield from _quiet(narrow)


def _quiet(visit: Visit) -> Iterator[Visit]:
    visit.requested.clear()
    visit.complaints.clear()
    yield visit
    assert visit.complaints == []
    assert visit.strangers() == []
