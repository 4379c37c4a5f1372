"""Chromium, where there is one: a page as a PDF, drawings as pictures. It is shown files of this machine only."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pylopdf_fonts_zh_cn

from csat_analysis.errors import RunError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PATIENCE = 600  # seconds: a page takes three on an idle machine
SHARPNESS = 2  # pixels of a picture for each of the drawing's
TALLEST = 3000  # of the drawings photographed together: what a browser still paints in one piece
SPARE = 200  # a headless window's frame, which its height includes
GAP = 20
SAVED_AT = re.compile(rb"\(D:\d{14}[+-]\d\d'\d\d'\)")
POLICY, WITH_FONT = "img-src data:", "img-src data:; font-src file:"  # the page's, and that of the copy to be printed
SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def find_chromium() -> str:
    """Its executable: CHROMIUM names it, else it is one of the usual names on the path."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RunError(
            f"CHROMIUM names {named}, which can't be executed"
            if named
            else "there is no Chromium here, which makes PDF and PNG: install chromium or google-chrome, or set CHROMIUM "
            "to its executable; any browser prints the page, and the figures are there as SVG"
        )
    return found


def run_chromium(chromium: str, page: Path, target: Path, *options: str) -> None:
    """Open a page in a window that nobody sees, with a profile of its own, and have `target` written."""
    command = [
        chromium,
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--allow-file-access-from-files",  # the font
        f"--user-data-dir={target.parent / 'profile'}",
        *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),  # it refuses root otherwise
        *options,
        page.resolve().as_uri(),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise RunError(f"Chromium didn't finish {page.name} in {PATIENCE} seconds") from None
    if done.returncode or not target.is_file():
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RunError(f"Chromium made nothing of {page.name}: {said}")


def font_face() -> str:
    """Chinese under the name that the page asks for: the machine's font, else the one that the charts are drawn with."""
    own = Path(pylopdf_fonts_zh_cn.sans_path()).resolve().as_uri()
    places = f'local("Noto Sans SC"),local("Noto Sans CJK SC"),url("{own}")'
    return f'@font-face{{font-family:"Noto Sans SC";src:{places}}}'


def print_pdf(chromium: str, page: Path, target: Path, made: dt.datetime) -> None:
    """Print a page as its own style says; `made` stands as its date, so that the same page gives the same bytes."""
    copy, text = target.with_suffix(".html"), page.read_text(encoding="utf-8")
    copy.write_text(text.replace(POLICY, WITH_FONT, 1).replace("<style>", f"<style>{font_face()}", 1), encoding="utf-8")
    run_chromium(chromium, copy, target, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    date = made.astimezone(dt.UTC).strftime("(D:%Y%m%d%H%M%S+00'00')").encode()
    target.write_bytes(SAVED_AT.sub(date, target.read_bytes()))


def photograph(chromium: str, drawings: Mapping[str, str], language: str, folder: Path) -> list[Path]:
    """Each drawing (name → SVG) as <name>.png on white, twice its size; several a window, which is then cut up."""
    made = []
    for place, names in enumerate(windows(drawings)):
        page, photo = folder / f"{language}-{place}.html", folder / f"{language}-{place}.photo.png"
        sizes = {name: size_of(drawings[name]) for name in names}
        width, height = max(w for w, _ in sizes.values()), sum(h + GAP for _, h in sizes.values()) + SPARE
        page.write_text(sheet({name: drawings[name] for name in names}, sizes, language), encoding="utf-8")
        run_chromium(
            chromium,
            page,
            photo,
            f"--screenshot={photo}",
            f"--window-size={max(width, 500)},{height}",
            f"--force-device-scale-factor={SHARPNESS}",
        )
        made += cut(photo, sizes, folder)
    return made


def size_of(drawing: str) -> tuple[int, int]:
    width, height = map(float, SIZE.search(drawing).groups())
    return round(width), round(height)


def windows(drawings: Mapping[str, str]) -> list[list[str]]:
    """The drawings' names, window by window."""
    found, used = [[]], 0
    for name, drawing in drawings.items():
        height = size_of(drawing)[1] + GAP
        if found[-1] and used + height > TALLEST:
            found, used = [*found, []], 0
        found[-1].append(name)
        used += height
    return found


def sheet(drawings: Mapping[str, str], sizes: Mapping[str, tuple[int, int]], language: str) -> str:
    boxes = "".join(
        f'<div style="width:{sizes[name][0]}px;height:{sizes[name][1]}px;margin-bottom:{GAP}px">{drawing}</div>'
        for name, drawing in drawings.items()
    )
    style = (
        font_face() + "body{margin:0;background:#fff}svg{display:block}.drawn{--font:Arial,'Noto Sans SC',sans-serif}"
    )
    return f'<!doctype html><html lang="{language}"><meta charset="utf-8"><style>{style}</style><body>{boxes}</body></html>'


def cut(photo: Path, sizes: Mapping[str, tuple[int, int]], folder: Path) -> list[Path]:
    from matplotlib.image import imread, imsave  # here: it takes a second, which printing needn't wait for

    pixels, top, made = imread(photo), 0, []
    for name, (width, height) in sizes.items():
        part = pixels[SHARPNESS * top : SHARPNESS * (top + height), : SHARPNESS * width]
        if part.shape[:2] != (SHARPNESS * height, SHARPNESS * width):
            raise RunError(f"Chromium's picture ends before {name} does")
        imsave(folder / f"{name}.png", part, metadata={"Software": None})
        made.append(folder / f"{name}.png")
        top += height + GAP
    return made
