"""Read a page of the report as its readers do: its numbers, its headings, its words."""

import re
from html import unescape
from html.parser import HTMLParser

NUMBER = re.compile(r'<button class="num[^>]* popovertarget="([^"]*)" data-key="([^"]*)"')
SOURCE = re.compile(r'<div popover id="([^"]*)" role="dialog" aria-labelledby="[^"]*">(.*?)</div>', re.DOTALL)
RECORDED_AS = re.compile(r"<dd>([^<\[]*)(?:\[([^<]*)\])?</dl>")
EXACT = re.compile(r'<data value="([^"]*)">')


def sources(page: str) -> dict[str, tuple[str, str, str]]:
    """Popover → key, group (name=level,…) and exact value of the number that it is the source of."""
    found = {}
    for place, content in SOURCE.findall(page):
        recorded, exact = RECORDED_AS.search(content), EXACT.search(content)
        key, group = unescape(recorded[1]), unescape(recorded[2] or "").replace(", ", ",")
        found[place] = key, group, exact[1] if exact else ""
    return found


def numbers_shown(page: str) -> list[tuple[str, str, str]]:
    """Every number in the order in which it is read, as its source tells it: key, group, exact value."""
    known = sources(page)
    shown = [(known[place], key) for place, key in NUMBER.findall(page)]
    assert all(source[0] == key for source, key in shown), "a number whose source is another's"
    return [source for source, _ in shown]


class Outline(HTMLParser):
    """Tags opened and closed in order, the ids, and the text without style."""

    def __init__(self, page: str):
        super().__init__()
        self.ids, self.headings, self.words, self._open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


BUTTON = re.compile(r'<button class="num[^>]* popovertarget="([^"]*)" data-key="[^"]*"[^>]*>([^<]*)</button>')
SECTION = re.compile(r'<section id="(\w+)".*?</section>', re.DOTALL)
LINK = re.compile(r'<a href="(notebooks/[^"#]+)#([^"]+)">')


def by_section(page: str) -> dict[str, list[tuple[str, str, str, str]]]:
    """Section → each number in it as (key, group, exact value, the text that is shown)."""
    known = sources(page)
    return {
        found[1]: [(*known[place], unescape(text)) for place, text in BUTTON.findall(found[0])]
        for found in SECTION.finditer(page)
    }


def links_home(page: str) -> set[tuple[str, str]]:
    """(file, anchor) of every link from a number to its cell."""
    return {(file, unescape(anchor)) for file, anchor in LINK.findall(page)}


def ids_in(page: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', page))


def shows(text: str, value: float) -> bool:
    """Whether the figure in a text is the value, as it is or in percent, rounded to the decimals that it has."""
    figure = re.search(r"\d[\d,]*(?:\.(\d+))?", text)
    if figure is None:
        return False
    shown, decimals = float(figure[0].replace(",", "")), len(figure[1] or "")
    if text in (
        "over 99.9%",
        "99.9% 以上",
        "under 0.1%",
        "0.1% 以下",
    ):  # a chance that would round to certainty, or to none
        return abs(abs(value) * 100 - shown) <= 0.1
    return any(abs(shown - abs(value) * factor) <= 0.5000001 * 10**-decimals for factor in (1, 100))
