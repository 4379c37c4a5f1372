"""Read a page of the report as its readers do: its numbers, its headings, its words."""

import re
from html.parser import HTMLParser

NUMBER = re.compile(r'<button [^>]*data-key="([^"]*)" data-group="([^"]*)" data-value="([^"]*)"')


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
