"""A chart's SVG as small as it can be drawn: matplotlib's shapes without its scaffolding, colours and type as classes.

What stays is what is seen: lines, dots, areas and text to a tenth of a pixel, in their order. What a shape looks like is
said once, in `STYLE`, which a page includes once; `standalone` puts it into a file that is opened by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from xml.etree import ElementTree

PALETTE = {
    "ink": "#1b2530",
    "muted": "#5a6673",
    "rule": "#dde2e7",
    "context": "#8793a0",
    "accent": "#0b5f8f",
    "warn": "#b4510c",
    "ground": "#ffffff",
}
# What a shape is like, most telling first: these declarations together are this class.
LOOKS = {
    "interval": {"stroke-opacity": "0.55", "stroke-width": "2.5", "stroke-linecap": "round"},
    "dashed": {"stroke-dasharray": "4.8,3.6", "stroke-width": "1.2", "stroke-linecap": "butt"},
    "bold": {"font-weight": "700"},
    "small": {"font-size": "12px"},
    "end": {"text-anchor": "end"},
    "middle": {"text-anchor": "middle"},
}
# What every shape is like unless it says otherwise.
PLAIN = {"font-size": "13px", "stroke-width": "1", "stroke-linecap": "square", "stroke-linejoin": "round"}
PLAIN |= {"text-anchor": "start", "font-weight": "400", "stroke-dashoffset": "0"}
FAMILY = "var(--font, sans-serif)"  # the page's
NOTHING = (None, "none")
CHARACTER = re.compile(r"[A-Za-z]|-?[\d.]+(?:e-?\d+)?")
DOT = re.compile(r"M 0 ([\d.]+)\s+C [^LMz]*z\s*")  # matplotlib's round marker: eight curves from the lowest point


def declarations(style: dict[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in style.items())


STYLE = "\n".join(
    [
        f".drawn{{font-family:{FAMILY};fill:none;{declarations(PLAIN)}}}",
        ".drawn path{stroke:currentColor}",
        ".drawn text,.drawn circle,.drawn .area,.drawn .outlined{fill:currentColor}",
        ".drawn .area{stroke:none}",
        ".drawn .outlined,.drawn .hollow{stroke:currentColor}",
        f".drawn .hollow{{fill:var(--ground,{PALETTE['ground']})}}",
        *(f".drawn .{name}{{color:var(--{name},{code})}}" for name, code in PALETTE.items()),
        *(f".drawn .{name}{{{declarations(look)}}}" for name, look in LOOKS.items()),
    ]
)


def compact(svg: str, *, name: str, title: str, alt: str) -> str:
    """Matplotlib's SVG made small; `name` keeps ids apart in a page, a screen reader says `title` and `alt`."""
    root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"|xlink:', "", svg))
    markers = {path.get("id"): path for defs in root.iter("defs") for path in defs.findall("path")}
    shapes = "\n".join(joined(shape for child in root for shape in shapes_in(child, markers, name)))
    return (
        f'<svg class="drawn" xmlns="http://www.w3.org/2000/svg" viewBox="{root.get("viewBox")}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(alt)}</desc>\n{shapes}\n</svg>'
    )


def standalone(svg: str) -> str:
    """The chart as a file of its own, with the style that a page holds once for all."""
    return svg.replace("</desc>", f"</desc><style>\n{STYLE}\n</style>", 1)


def shapes_in(element: ElementTree.Element, markers: dict, name: str) -> Iterator[str]:
    """The visible shapes in an element, one by one; a group that changes nothing is left out."""
    if element.tag == "g":
        shapes = [shape for child in element for shape in shapes_in(child, markers, name)]
        kept = {key: element.get(key) for key in ("clip-path", "transform", "style") if element.get(key)}
        if kept and shapes:
            yield f"<g{attributes(refer(kept, name))}>" + "\n".join(joined(shapes)) + "</g>"
        elif shapes:
            yield from shapes
    elif element.tag == "defs":
        for clip in element.findall("clipPath"):
            frame = attributes(rounded(clip.find("rect").attrib))
            yield f'<clipPath id="{name}-{clip.get("id")}"><rect{frame}/></clipPath>'
    elif element.tag == "use":
        yield marker(element, markers[element.get("href").lstrip("#")], name)
    elif element.tag == "path":
        style, d = style_of(element), path_data(element.get("d", ""))
        if d and style.get("opacity") != "0" and not (style.get("fill") in NOTHING and style.get("stroke") in NOTHING):
            yield shape("path", style, place_of(element, name) | {"d": d})
    elif element.tag == "text":
        place = rounded({key: element.get(key) for key in ("x", "y") if element.get(key)})
        turned = element.get("transform", "")
        if turned and not turned.startswith("rotate(-0 "):
            place |= {"transform": turned}
        yield shape("text", style_of(element), place, escape("".join(element.itertext())))
    elif element.tag not in ("metadata", "title", "style"):
        raise ValueError(f"a chart holds <{element.tag}>, which report/svg.py doesn't draw: extend shapes_in")


def marker(use: ElementTree.Element, path: ElementTree.Element, name: str) -> str:
    """One mark of a series where it stands; a round one is a circle."""
    style = style_of(use) | style_of(path)
    x, y = (rounded({"at": use.get(side, "0")})["at"] for side in ("x", "y"))
    clip = place_of(use, name)
    if round_one := DOT.fullmatch(path.get("d")):
        return shape("circle", style, clip | {"cx": x, "cy": y, "r": rounded({"r": round_one[1]})["r"]})
    return shape("path", style, clip | {"transform": f"translate({x} {y})", "d": path_data(path.get("d"))})


def shape(tag: str, style: dict[str, str], place: dict[str, str], content: str | None = None) -> str:
    words, rest = coloured(tag, style)
    look = {key: value for key, value in style.items() if key in PLAIN or key.endswith(("opacity", "dasharray"))}
    if tag == "path" and style.get("stroke") not in NOTHING:
        look.setdefault("stroke-linecap", "butt")
    for word, wanted in LOOKS.items():
        if wanted.items() <= look.items():
            words.append(word)
            look = {key: value for key, value in look.items() if key not in wanted}
    look = {key: value for key, value in look.items() if PLAIN.get(key) != value}
    marks = {"class": " ".join(words)} | look | ({"style": declarations(rest)} if rest else {}) | place
    end = "/>" if content is None else f">{content}</{tag}>"
    return f"<{tag}{attributes({key: value for key, value in marks.items() if value})}{end}"


def coloured(tag: str, style: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The classes that say a shape's colours, and as declarations what the classes have no word for."""
    names = {code: name for name, code in PALETTE.items()}
    fill, stroke = style.get("fill", "#000000"), style.get("stroke")  # matplotlib leaves black unsaid
    if fill in NOTHING and tag == "path" and stroke in names:
        return [names[stroke]], {}
    if stroke in NOTHING and fill in names:
        return [names[fill], *(["area"] if tag == "path" else [])], {}
    if stroke in names and fill == stroke:
        return [names[stroke], "outlined"], {}
    if stroke in names and fill == PALETTE["ground"]:
        return [names[stroke], "hollow"], {}
    paints = {"fill": fill or "none", "stroke": stroke or "none"}
    if any(paint.startswith("url(") for paint in paints.values()):
        raise ValueError("a chart holds a hatched shape, which report/svg.py doesn't draw: use a plain colour")
    return [], {key: f"var(--{names[paint]},{paint})" if paint in names else paint for key, paint in paints.items()}


def joined(shapes: Iterator[str]) -> Iterator[str]:
    """Opaque lines of one look that follow one another become one path."""
    line = re.compile(r'(<path class="[a-z ]+"[^>]*?) d="([^"]*)"/>')
    found = [(line.fullmatch(shape), shape) for shape in shapes]
    see_through = re.compile(r"\b(?:area|interval|outlined|hollow)\b|opacity|transform")
    for head, run in groupby(found, lambda one: one[0][1] if one[0] and not see_through.search(one[0][1]) else None):
        run = list(run)
        if head is None:
            yield from (shape for _, shape in run)
        else:
            yield f'{head} d="{"".join(match[2] for match, _ in run)}"/>'


def path_data(d: str) -> str:
    """A path to a tenth of a pixel, level and upright lines by their one coordinate; nothing where nothing is drawn."""
    pieces, command, numbers, drawn, here = [], "", [], False, (None, None)
    for part in CHARACTER.findall(d):
        if part.isalpha():
            command, numbers = part, []
            pieces += ["z"] if part in "zZ" else []
            continue
        numbers.append(tenth(part))
        if len(numbers) < {"M": 2, "L": 2, "Q": 4, "C": 6}[command]:
            continue
        point = tuple(numbers[-2:])
        drawn |= command != "M"
        if command == "L" and point[1] == here[1]:
            pieces.append(f"H{point[0]}")
        elif command == "L" and point[0] == here[0]:
            pieces.append(f"V{point[1]}")
        else:
            pieces.append(command + " ".join(numbers))
        here, numbers = point, []
    return re.sub(r" (?=-)", "", "".join(pieces)) if drawn else ""


def tenth(number: str) -> str:
    text = f"{float(number):.1f}".removesuffix(".0")
    return "0" if text in ("-0", "0") else text


def rounded(place: dict[str, str]) -> dict[str, str]:
    return {key: tenth(value) if re.fullmatch(CHARACTER, value) else value for key, value in place.items()}


def place_of(element: ElementTree.Element, name: str) -> dict[str, str]:
    """What a shape is cut by, and how it is moved."""
    return refer({key: element.get(key) for key in ("clip-path", "transform") if element.get(key)}, name)


def refer(marks: dict[str, str], name: str) -> dict[str, str]:
    return {key: value.replace("url(#", f"url(#{name}-") for key, value in marks.items()}


def style_of(element: ElementTree.Element) -> dict[str, str]:
    return dict(
        re.split(r":\s*", part.strip(), maxsplit=1) for part in element.get("style", "").split(";") if part.strip()
    )


def attributes(marks: dict[str, str]) -> str:
    return "".join(f' {key}="{escape(value)}"' for key, value in marks.items())
