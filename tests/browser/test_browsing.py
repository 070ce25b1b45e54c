"""What a person sees on the sandbox's pages, and that nothing anybody wrote there runs or calls out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sandbox import Sandbox
from tests.browser.conftest import Visit
from tests.browser.town import BRANCH, REPO, TITLE

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    f"/{REPO}",
    f"/{REPO}/issues",
    f"/{REPO}/pulls",
    f"/{REPO}/issues/1",
    f"/{REPO}/pull/2",
    f"/{REPO}/tree/{BRANCH}/docs",
    f"/{REPO}/blob/{BRANCH}/docs/guide.md",
    f"/{REPO}/blob/{BRANCH}/src/app.py",
    f"/{REPO}/blob/{BRANCH}/wide.txt",
    f"/{REPO}/commit/{BRANCH}",
    f"/{REPO}/runs/1",
]
LIVE_MARKUP = """() => [...document.querySelectorAll('*')].filter(one =>
    ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FORM'].includes(one.tagName)
    || [...one.attributes].some(a => a.name.startsWith('on')
        || (['href', 'src', 'action', 'xlink:href'].includes(a.name)
            && /^\\s*(javascript|vbscript|data:text)/i.test(a.value)))
).map(one => one.outerHTML)"""


OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
# Every colour is painted over the page's own, so that mixed and see-through ones are what eyes get.
CONTRASTS = """() => {
    const pen = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const seen = (...layers) => {
        for (const layer of layers) { pen.fillStyle = layer; pen.fillRect(0, 0, 1, 1); }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = rgb => rgb.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0);
    const paper = getComputedStyle(document.body).backgroundColor;
    const small = '.label, .dim, .num, .alert-title, .role, .state, .meta, .tabs b';
    return [...document.querySelectorAll(small)].map(one => {
        const style = getComputedStyle(one);
        const layers = [paper, style.backgroundColor];
        const both = [light(seen(...layers)), light(seen(...layers, style.color))];
        const [low, high] = both.sort((a, b) => a - b);
        return [`${one.className}: ${one.textContent.slice(0, 20)}`, (high + .05) / (low + .05)];
    });
}"""


def pages_of(site: Sandbox) -> list[str]:
    """The pages, with what only the running sandbox knows filled in."""
    repo = site.world.repository(REPO)
    assert repo is not None
    tip, run = repo.refs[f"refs/heads/{BRANCH}"], next(iter(repo.check_runs))
    return [
        path.replace(f"commit/{BRANCH}", f"commit/{tip}").replace("runs/1", f"runs/{run}") for path in PAGES
    ]


def test_nothing_people_wrote_runs_on_any_page(desk: Visit, site: Sandbox) -> None:
    for path in pages_of(site):
        page = desk.to(path)
        page.evaluate(OPEN_ALL)
        assert page.evaluate("window.pwned") is None, path
        assert page.evaluate(LIVE_MARKUP) == [], path
    assert len(desk.requested) > len(PAGES)


def test_the_guard_would_notice(desk: Visit) -> None:
    """The other tests lean on this: live markup is found, and what Chromium refuses is complained about."""
    page = desk.to("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=0>')")
    assert page.evaluate(LIVE_MARKUP) == ['<img src="x:" onerror="0">']
    page.wait_for_function("() => true")
    assert any("Content Security Policy" in complaint for complaint in desk.complaints)
    desk.complaints.clear()
    desk.requested.clear()


def test_no_page_scrolls_sideways_on_a_phone(phone: Visit, site: Sandbox) -> None:
    for path in pages_of(site):
        page = phone.to(path)
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") <= 420, path


def test_a_wide_line_is_scrolled_to_inside_its_box(phone: Visit) -> None:
    box = phone.to(f"/{REPO}/blob/{BRANCH}/wide.txt").locator("article > div")
    assert box.evaluate("one => { one.scrollLeft = 500; return one.scrollLeft; }") == 500


def test_words_can_be_read_in_light_and_dark(desk: Visit) -> None:
    """WCAG AA: 4.5 to 1 for labels, dim text and alert titles. https://www.w3.org/TR/WCAG22/#contrast-minimum"""
    page = desk.to(f"/{REPO}/issues/1")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = page.evaluate(CONTRASTS)
        assert len(found) > 5
        assert {name: ratio for name, ratio in found if ratio < 4.5} == {}, scheme
    page.emulate_media(color_scheme="light")


def test_hostile_words_are_read_as_words(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/issues/1")
    assert page.title().startswith(TITLE)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{TITLE} #1")
    body = page.locator("article").first
    expect(body).to_contain_text("<script>window.pwned = 1</script>")
    expect(body).to_contain_text("[inline](javascript:window.pwned = 1)")
    expect(body).to_contain_text('<details ontoggle="window.pwned = 1" open>')
    expect(body.locator("summary").first).to_have_text('<img src=x onerror="window.pwned = 1">a picture')
    assert sorted(str(one.get_attribute("href")) for one in body.locator("a").all()) == [
        "https://elsewhere.example/page",
        "https://tracker.example/pixel.png",
        "nothing.png",
    ]
    expect(body.locator("img:not(.avatar)")).to_have_count(0)


def test_what_follows_a_broken_text_keeps_its_place(desk: Visit) -> None:
    """Details that are never closed end with the text they stand in."""
    page = desk.to(f"/{REPO}/issues/1")
    expect(page.locator("main > .columns > div > article")).to_have_count(2)
    expect(page.locator("main > .columns > aside")).to_contain_text("Labels")
    expect(page.locator("aside .label").first).to_be_visible()
    assert {one.inner_text() for one in page.locator("aside .label").all()} == {
        "needs-plan",
        "<b onclick='window.pwned = 1'>",
    }


def test_a_comment_of_the_bot_looks_as_it_does_at_github(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/issues/1")
    comment = page.locator("article[id^=issuecomment]")
    expect(comment.locator("header .role")).to_have_text("bot")
    expect(comment.get_by_role("heading", name="Plan ready for review")).to_be_visible()
    alert = comment.locator(".alert-warning")
    expect(alert.locator(".alert-title")).to_contain_text("Warning")
    expect(alert.locator("strong")).to_have_text("failed")
    assert "[!" not in comment.inner_text()
    expect(page.locator(".react")).to_have_text("👀 1")
    expect(comment.locator("table tr")).to_have_count(2)
    expect(comment.locator("thead")).to_have_count(0)
    expect(comment.locator("figcaption")).to_have_text("Mermaid diagram (GitHub draws it)")
    expect(comment.locator("figure pre")).to_contain_text("T1 --> T2")


def test_folded_details_open_at_a_click(desk: Visit) -> None:
    comment = desk.to(f"/{REPO}/issues/1").locator("article[id^=issuecomment]")
    inside = comment.locator("details strong", has_text="PLN001")
    expect(inside).to_be_hidden()
    comment.get_by_text("Audit: 25 rules & 0 errors").click()
    expect(inside).to_be_visible()


def test_numbers_lead_to_what_they_name(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/issues/1")
    comment = page.locator("article[id^=issuecomment]")
    assert [one.inner_text() for one in comment.locator("a").all()] == ["#2", "#1", "acme/widgets#2"]
    comment.get_by_role("link", name="#2", exact=True).click()
    expect(page).to_have_url(f"{desk.url}/{REPO}/pull/2")
    page.get_by_role("link", name="#1", exact=True).click()
    expect(page).to_have_url(f"{desk.url}/{REPO}/issues/1")


def test_a_pull_request_shows_its_lines(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/pull/2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan: widgets #2")
    file = page.locator("details.file", has=page.get_by_text("src/app.py", exact=True))
    expect(file.locator("tr.del td:last-child")).to_have_text("-line 3")
    expect(file.locator("tr.add td:last-child")).to_have_text("+<script>window.pwned = 1</script>")
    assert file.locator("tr.add .no").evaluate_all("all => all.map(one => one.dataset.no)") == ["", "3"]
    assert file.locator("tr.del .no").evaluate_all("all => all.map(one => one.dataset.no)") == ["3", ""]
    last = file.locator("tr.same .no").evaluate_all("all => all.slice(-2).map(one => one.dataset.no)")
    assert last == ["6", "6"]
    expect(page.locator("details.file")).to_have_count(6)
    expect(page.get_by_role("link", name="groundplan / contract")).to_be_visible()


def test_a_long_file_waits_for_a_click(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/pull/2")
    file = page.locator("details.file", has=page.get_by_text("long.json", exact=True))
    line = file.get_by_text('+{"number": 499}')
    expect(line).to_be_hidden()
    file.locator("summary").click()
    expect(line).to_be_visible()


@pytest.mark.parametrize(
    ("words", "leads_to", "shows"),
    [
        ("Tasks", f"/{REPO}/blob/{BRANCH}/docs/tasks.md", "done"),
        ("Source", f"/{REPO}/blob/{BRANCH}/src/app.py#L3", "line 4"),
        ("Folder", f"/{REPO}/tree/{BRANCH}/src", "app.py"),
        ("Start", f"/{REPO}/blob/{BRANCH}/README.md", "Widgets"),
    ],
)
def test_links_between_files_stay_at_the_ref(desk: Visit, words: str, leads_to: str, shows: str) -> None:
    page = desk.to(f"/{REPO}/blob/{BRANCH}/docs/guide.md")
    page.locator("article").get_by_role("link", name=words).click()
    expect(page).to_have_url(f"{desk.url}{leads_to}")
    expect(page.locator("main")).to_contain_text(shows)


def test_a_picture_beside_its_document_is_drawn(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/blob/{BRANCH}/docs/guide.md")
    expect(page.locator("article p").first).to_have_text("Two lines of one paragraph.")
    assert page.locator("article img").evaluate("one => one.naturalWidth") == 1


def test_the_front_pages_document_leads_into_the_repository(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/tree/{BRANCH}")
    page.locator("article").get_by_role("link", name="Guide").click()
    expect(page).to_have_url(f"{desk.url}/{REPO}/blob/{BRANCH}/docs/guide.md")


def test_a_linked_line_is_marked(desk: Visit) -> None:
    page = desk.to(f"/{REPO}/blob/{BRANCH}/src/app.py#L3")
    marked = page.locator("#L3").evaluate("one => getComputedStyle(one).backgroundColor")
    other = page.locator("#L4").evaluate("one => getComputedStyle(one).backgroundColor")
    assert marked != other
