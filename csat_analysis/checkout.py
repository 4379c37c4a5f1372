"""Where this code lies: the folder above the package, which holds the notebooks, the sample company and the requirements."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
