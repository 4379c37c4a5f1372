"""The report in a real browser: nothing asked of the network, nothing spilling over, readable by everyone.

Needs Chromium: CHROMIUM names its executable, else `chromium` or `google-chrome` on the path; without one they skip.
Pictures of every section of the sample company's pages stay in build/screenshots (or CSAT_SCREENSHOTS) to be looked at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path

import pytest
from matplotlib.image import imread
from playwright.sync_api import Browser, Page, sync_playwright
from report_examples import changed_report, foreign_report, house_report, thin_report
from sample_report import sample_report, sample_results, write_site

pytestmark = pytest.mark.long
LANGUAGES, WIDTHS = ("zh", "en"), (375, 1280)
REPORTS = {"report": house_report, "changed": changed_report, "thin": thin_report, "foreign": foreign_report}
SCREENSHOTS = Path(os.environ.get("CSAT_SCREENSHOTS", Path(__file__).parents[2] / "build" / "screenshots"))
RULES = "({runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium: set CHROMIUM to its executable or install it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both languages of the house report in good times and bad and of a foreign one, as files beside one another."""
    folder = tmp_path_factory.mktemp("site")
    for language in LANGUAGES:
        for name, build in REPORTS.items():
            (folder / f"{name}.{language}.html").write_text(build(language).page(), encoding="utf-8")
    return folder


class Watched:
    """A page that remembers what it asked for and what the console said."""

    def __init__(self, browser: Browser, file: Path, width: int = 1280, **context: object):
        self.page: Page = browser.new_context(viewport={"width": width, "height": 812}, **context).new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(file.as_uri())

    def violations(self) -> list[str]:
        """What axe-core finds: rule and element."""
        script = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(script)
        found = self.page.evaluate(f"axe.run(document, {RULES})")["violations"]
        return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("name", list(REPORTS))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_quiet_fits_and_is_accessible(browser, site, name, language, width):
    watched = Watched(browser, site / f"{name}.{language}.html", width)
    page = watched.page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate("""[...document.querySelectorAll('.scroll')].filter(
        table => table.scrollWidth > table.clientWidth).map(table => table.ariaLabel)""")
        == []
    )
    assert (
        page.evaluate("""[...document.querySelectorAll('.stacked td')].filter(
        cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.innerText)""")
        == []
    )
    assert watched.violations() == []
    assert [url for url in watched.requests if not url.startswith("data:")] == [
        (site / f"{name}.{language}.html").as_uri()
    ]
    assert watched.said == []


def test_dark_colours_keep_their_contrast(browser, site):
    assert Watched(browser, site / "report.en.html", color_scheme="dark").violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_opens_a_number_and_finds_its_cell(browser, site, language):
    watched = Watched(browser, site / f"report.{language}.html")
    page = watched.page
    index = page.locator('.headline [data-key="satisfaction.index"]')
    index.focus()
    page.keyboard.press("Enter")
    source = page.locator("[popover]:popover-open")
    assert source.count() == 1 and "04_satisfaction" in source.inner_text()
    assert re.search(r"69\.0 (to|至) 73\.6", source.inner_text())
    assert (
        source.locator("a[href*=cell-id]").get_attribute("href").startswith("notebooks/04_satisfaction.html#cell-id=")
    )
    assert watched.violations() == []
    page.keyboard.press("Escape")
    assert page.locator("[popover]:popover-open").count() == 0


@pytest.fixture(scope="module")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's pages beside the analysts' copies of its notebooks, as a run publishes them."""
    folder = tmp_path_factory.mktemp("sample")
    write_site(folder, {record.notebook for record in sample_results().records})
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_every_section_lead_to_their_cells(browser, sample_site, language):
    """First, middle and last number of each section: a click opens its source, and its link the cell that recorded it."""
    page = Watched(browser, sample_site / f"report.{language}.html").page
    page.set_default_timeout(120_000)  # notebooks are large, and machines busy
    places = page.evaluate("""[...document.querySelectorAll('section')].flatMap(section => {
        const numbers = [...section.querySelectorAll('.num')].filter(number => number.checkVisibility());
        return [0, 0.5, 1].map(part => numbers[Math.floor(part * (numbers.length - 1))]?.getAttribute('popovertarget'));
    }).filter(place => place)""")
    names = {place: name for name, place in sample_report(language).view.numbers.places.items()}
    records = {record.name: record for record in sample_results().records}
    assert len(places) >= 25
    seen = set()
    for place in dict.fromkeys(places):
        record = records[names[place]]
        page.locator(f'.num[popovertarget="{place}"]:visible').first.click()
        source = page.locator(f"#{place}")
        assert source.is_visible() and record.name in source.text_content()
        if record.n is not None:
            assert f"{record.n:,}" in source.text_content()
        home = source.locator("a[href*=cell-id]")  # beside it a verdict leads to its rule
        assert home.get_attribute("href") == f"notebooks/{record.notebook}.html#cell-id={record.cell}"
        if home.get_attribute("href") not in seen:
            seen.add(home.get_attribute("href"))
            home.click()
            page.wait_for_load_state()
            assert page.url.endswith(f"{record.notebook}.html#cell-id={record.cell}")
            assert page.evaluate("document.getElementById(location.hash.slice(1)).getBoundingClientRect().height") > 0
            page.go_back()
        else:
            page.keyboard.press("Escape")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_is_seen_and_its_picture_kept(browser, sample_site, language, width):
    page = Watched(browser, sample_site / f"report.{language}.html", width).page
    folder = SCREENSHOTS / f"{language}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in sample_report(language).sections:
        picture = folder / f"{name}.png"
        page.locator(f"#{name}").screenshot(path=picture)
        pixels = imread(picture)[..., :3]
        assert pixels.shape[1] >= 0.7 * width
        blank = (pixels == pixels[:, :1]).all(axis=(1, 2))  # rows of pixels in one colour
        longest = max((len(list(run)) for empty, run in groupby(blank) if empty), default=0)
        assert longest < 200, f"{picture.name} has nothing on {longest} rows"


@pytest.mark.parametrize("language", LANGUAGES)
def test_focus_alone_tells_interval_base_status_and_cell(browser, site, language):
    page = Watched(browser, site / f"report.{language}.html").page
    page.keyboard.press("Tab")  # so that focus is seen as the keyboard's
    index = page.locator('.headline [data-key="satisfaction.index"]')
    index.focus()
    told = index.evaluate("number => getComputedStyle(number, '::after').content")
    assert re.search(r"69\.0 (to|至) 73\.6", told) and "04_satisfaction" in told and "attr(" not in told
    assert index.get_attribute("title") in told.replace('\\"', '"')
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1280


@pytest.mark.parametrize("width", WIDTHS)
def test_chart_text_is_large_enough_to_read(browser, site, width):
    page = Watched(browser, site / "report.en.html", width).page
    sizes = page.evaluate("""[...document.querySelectorAll('.chart svg')].filter(svg => svg.clientWidth > 0).map(svg =>
        svg.getBoundingClientRect().width / svg.viewBox.baseVal.width * 12)""")
    assert len(sizes) == 11 and min(sizes) >= 11


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_chart_text_stays_inside_its_chart(browser, site, language, width):
    page = Watched(browser, site / f"report.{language}.html", width).page
    outside = page.evaluate("""[...document.querySelectorAll('.chart svg')].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1;
        }).map(text => text.textContent);
    })""")
    assert outside == []


def test_the_first_screen_answers(browser, site):
    """Headline, index, trend and every tile's number stand within the first 812 pixels of a desktop."""
    page = Watched(browser, site / "report.en.html").page
    lowest = page.evaluate("""Math.max(...[...document.querySelectorAll('#overview .tile-number')].map(
        number => number.getBoundingClientRect().bottom))""")
    assert lowest <= 812


def test_the_switch_leads_to_the_other_language(browser, site):
    page = Watched(browser, site / "report.en.html").page
    page.click("a.other")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_on_a4(browser, site, tmp_path, language):
    page = Watched(browser, site / f"report.{language}.html").page
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    printed = (tmp_path / "report.pdf").read_bytes()
    boxes = {
        tuple(round(float(side)) for side in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", printed)
    }
    assert boxes == {(0, 0, 595, 842)}
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.locator("details.printed table").evaluate("table => table.getBoundingClientRect().height") > 100
    assert page.locator("nav").is_hidden() and page.locator("#overview .tile-number").first.is_visible()
