"""Simulation studies on companies whose truth is known: does a method find it, how often, and where does it fail?

`intervals` decides what may be shown (its table is certification.TABLE); it is run in notebook A. Each of the others is a
module here with `FILES` (whose change asks for a new run), `DRAWS`, `SEED` and `run(draws, seed, processes)`, a table; its
stored table, <name>.json, is shown by the notebook that the method belongs to. `csat certify` makes them all.
"""

INTERVALS = "intervals"
OTHERS: tuple[str, ...] = (
    "power",
    "careless",
    "representativity",
    "weighting",
    "repurchase",
    "customers",
    "service",
    "sales",
    "segments",
    "drivers",
    "plans",
    "voice",
    "managers",
    "explained",
)
