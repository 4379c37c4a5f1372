"""A small programme whose customers have one to three contacts: names, answers and the list, on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SURVEY = """
name: Contacts
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1, q2]}, people: {items: [q3]}}
missing_items: {at_least: 1}
outcomes:
  nps: {min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}
  csat: {min: 1, max: 5, satisfied: [4, 5]}
panels:
  visits: {draw: equal_interval, order_by: sales_12m, size: 40, share: 1}
  key_account: {draw: top, order_by: sales_12m, size: 10, share: 1}
segments: [region]
weighting: {method: none}
"""
KEY_ACCOUNTS, VISITED, FRAME = 10, 40, 200


def write_contacts(
    root: Path, *, periods: tuple[str, ...] = ("2025H2", "2026H1"), silent: int = 0, seed: int = 5
) -> Path:
    """Ten key accounts with three contacts each, 40 visited customers with one to three; `silent` of the key accounts' third
    contacts don't answer. Customers' contacts agree more than strangers do, and the same ones answer in every period.
    """
    rng = np.random.default_rng(seed)
    raw = root / "data" / "raw"
    names = [f"C{n:03d}" for n in range(FRAME)]
    list_of = pd.DataFrame(
        {
            "customer_id": names,
            "region": ["east" if n % 3 else "west" for n in range(FRAME)],
            "sales_12m": np.linspace(9000, 100, FRAME).round(),
        }
    )
    level = rng.normal(6.5, 1.5, FRAME)
    who = [(n, k) for n in range(KEY_ACCOUNTS) for k in range(3)]
    who += [(n, k) for n in range(KEY_ACCOUNTS, FRAME, 4)[:VISITED] for k in range(1 + n % 3)]
    own = {contact: rng.normal(0, 1) for contact in who}
    for period in periods:
        month = 6 if period.endswith("H1") else 12
        day = f"{period[:4]}-{month:02d}-03"
        rows, asked = [], []
        for place, (n, k) in enumerate(who):
            panel = "key_account" if n < KEY_ACCOUNTS else "visits"
            quiet = n < silent and k == 2
            asked.append((f"{names[n]}-{k}", names[n], panel, day, "no_contact" if quiet else "complete"))
            if not quiet:
                score = np.clip(np.round(level[n] + own[n, k] + rng.normal(0, 1, 4)), 0, 10).astype(int)
                overall = int(np.clip(round(score[0] / 2), 1, 5))
                rows.append((f"{period}-{place}", f"{names[n]}-{k}", names[n], panel, day, *score, overall))
        folder = raw / period
        folder.mkdir(parents=True)
        columns = ["response_id", "contact_id", "customer_id", "panel", "responded_on", "q1", "q2", "q3", "nps", "csat"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "responses.csv", index=False)
        columns = ["contact_id", "customer_id", "panel", "invited_on", "outcome"]
        pd.DataFrame(asked, columns=columns).to_csv(folder / "invitations.csv", index=False)
        list_of.to_csv(folder / "customers.csv", index=False)
    (raw / "survey.yml").write_text(SURVEY, encoding="utf-8")
    return root
