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
