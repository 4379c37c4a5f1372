"""All that notebook 07 finds of plans: what they are made from, what each would bring, which one, and what is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from csat_analysis.certification import holds_at
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Foretold
from csat_analysis.metrics.value import cohort
from csat_analysis.metrics.wave import Wave
from csat_analysis.models import choice, planner
from csat_analysis.models.buying import MODELS, Buying, buying
from csat_analysis.models.customer_worth import customer_worth
from csat_analysis.models.driver_findings import DriverFindings
from csat_analysis.models.later_years import LaterYears, later_years
from csat_analysis.models.plan_numbers import FEWEST_NOW
from csat_analysis.models.plan_proposals import priorities, proposed_plans
from csat_analysis.programme_parts import Plan

INTERVIEWS = (50, 100, 200)
MADE_FROM = ["dimension", "segment", "level", "importance", "performance", "priority", "each"]


@dataclass(frozen=True, eq=False)
class PlanFindings:
    """What plans would bring, on what the drivers' waves tell."""

    drivers: DriverFindings

    @property
    def wave(self) -> Wave:
        return self.drivers.wave

    @property
    def confidence(self) -> float:
        return self.drivers.confidence

    @cached_property
    def buying(self) -> Buying | NoEstimate:
        return buying(self.drivers.bought, draws=planner.DRAWS, seed=planner.SEED)

    @cached_property
    def worth(self) -> pd.DataFrame | NoEstimate:
        return customer_worth(self.drivers.waves, self.drivers.now)

    @cached_property
    def later(self) -> LaterYears | NoEstimate:
        listed = cohort(self.drivers.waves, self.drivers.now)
        if isinstance(listed, NoEstimate) or isinstance(reason := listed.rate("stayed"), NoEstimate):
            return listed if isinstance(listed, NoEstimate) else reason
        return later_years(self.drivers.waves, self.drivers.now, draws=planner.DRAWS, seed=planner.SEED)

    @cached_property
    def priorities(self) -> pd.DataFrame:
        """What the proposed plans are made from; empty where nothing is known to be important."""
        found = self.drivers.importance()
        if isinstance(found, NoEstimate):
            return pd.DataFrame(columns=MADE_FROM)
        shares = dict(zip(found.names, found.share, strict=True))
        weighted = {name: share for name, share in shares.items() if self.wave.programme.weights[name] > 0}
        buyers = None if isinstance(self.buying, NoEstimate) else self.buying
        worth = None if isinstance(self.worth, NoEstimate) else self.worth
        return priorities(self.wave, weighted, buyers, worth)

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The programme's plans; proposed ones where it has none."""
        return self.wave.programme.plans or self.proposed

    @cached_property
    def proposed(self) -> dict[str, Plan]:
        return proposed_plans(self.priorities) if len(self.priorities) else {}

    def reckon(self, plans: dict[str, Plan]) -> dict[str, planner.Reckoned | NoEstimate]:
        return planner.reckon(plans, self.wave, self.buying, self.worth, self.later)

    @cached_property
    def reckoned(self) -> dict[str, planner.Reckoned | NoEstimate]:
        return self.reckon(self.plans)

    @cached_property
    def gains(self) -> pd.DataFrame:
        return choice.gains(self.reckoned)

    @cached_property
    def best(self) -> dict[str, Foretold]:
        """Plan → chance that its gain is the largest."""
        chances = choice.best_chances(self.gains)
        return {name: self.foretold(float(chance), "plan_best") for name, chance in chances.items()}

    @cached_property
    def perfect_information(self) -> Foretold:
        """What today's choice may lose to the truly best, at most: no number of interviews is worth more."""
        return self.foretold(choice.most_to_lose(self.gains), "information")

    def information(self, interviews: int) -> Foretold:
        """What so many more interviews are worth at most."""
        worth = choice.most_interviews_are_worth(self.gains, interviews, self.customers)
        return self.foretold(worth, "information", "information_more")

    def foretold(self, value: float, *kinds: str) -> Foretold:
        return Foretold(value, self.customers, all(self.held(kind) for kind in kinds))

    @property
    def ranks_hold(self) -> bool:
        return self.held("plan_best")

    def held(self, kind: str) -> bool:
        """Did a study show it to hold for so many customers in the models, and so many answers of this period?"""
        return len(self.wave.answers) >= FEWEST_NOW and holds_at(kind, self.customers)

    @property
    def customers(self) -> int:
        """Customers behind the models of buying again."""
        return 0 if isinstance(self.buying, NoEstimate) else self.buying.customers

    @property
    def models(self) -> tuple[str, ...]:
        return MODELS
