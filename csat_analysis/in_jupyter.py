"""Is a notebook open before somebody, or is it executed by a run? Light, since every run asks."""

from __future__ import annotations

IN_JUPYTER = "JPY_SESSION_NAME"  # set by Jupyter's server for the kernel of a notebook that somebody has open
