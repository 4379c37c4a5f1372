"""survey.yml as data: what is asked, how it is scored, who is drawn, what is promised.

Nothing else in the package knows a questionnaire: items, dimensions, scales, panels and targets are read here and checked
once. A programme folder holds `data/raw/survey.yml`; a file of that name inside a period's folder changes the keys it names
from that period on, until a later period's folder changes them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError, model_validator

from csat_analysis.errors import PeriodError, ProgrammeError
from csat_analysis.period import Period
from csat_analysis.programme_parts import (
    LANGUAGES,
    BroughtDesign,
    Dimension,
    Fieldwork,
    Form,
    JourneyStage,
    MissingItems,
    OfCustomers,
    Outcome,
    Panel,
    Part,
    Plan,
    Reporting,
    Repurchase,
    Scale,
    Segment,
    Standard,
    Target,
    Tenure,
    Text,
    Theme,
    WeightingRule,
    Words,
)

TABLES = (
    "customers",
    "invitations",
    "responses",
    "orders",
    "tickets",
    "leads",
    "managers",
    "competitors",
    "audits",
    "mentions",
    "history",
    "actions",
)
WAITS = ("first_reply_hours", "resolution_hours", "processing_days", "delivery_days")
WEIGHT_TOLERANCE = 1e-6
QUICKEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reading in C where PyYAML was built with it
PART = "part.yml"  # beside data/: the programme is about one part of its customers
BESIDE = ("themes", "words")  # keys that may stand in files of their own beside survey.yml


class Programme(Part):
    """One satisfaction programme as survey.yml tells it. Points are 0–100 throughout."""

    name: Text
    languages: tuple[Literal["zh", "en"], ...] = LANGUAGES
    scale: Scale
    missing_codes: tuple[str | float, ...] = ()
    dimensions: dict[str, Dimension]
    missing_items: MissingItems | None = None
    outcomes: dict[str, Outcome] = {}
    design: BroughtDesign | None = None
    panels: dict[str, Panel] = {}
    fieldwork: Fieldwork = Fieldwork()
    standard: Standard | float | None = None
    target: Target | None = None
    segments: dict[str, Segment] = {}
    tenure: Tenure = Tenure()
    classes: dict[str, float] = {"A": 0.70, "B": 0.90}
    weighting: WeightingRule = WeightingRule()
    service_targets: dict[str, float] = {}
    journey: dict[Literal["enquiry", "order", "delivery", "after_sales", "complaint"], JourneyStage] = {}
    loyalty: tuple[str, ...] = ()
    clv: dict[str, float] = {}
    scorecard: dict[str, float] = {}
    kpi_targets: dict[str, float] = {}
    repurchase: Repurchase | None = None
    plans: dict[str, Plan] = {}
    reporting: Reporting = Reporting()
    sources: dict[str, dict[str, str]] = {}
    themes: dict[str, Theme] = {}
    words: Words = Words()
    form: Form = Form()
    part: OfCustomers | None = None

    @model_validator(mode="before")
    @classmethod
    def short_forms(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise ValueError("is not a mapping of keys to values")
        if isinstance(raw.get("segments"), list):
            raw = raw | {"segments": {str(name): {} for name in raw["segments"]}}
        if isinstance(raw.get("outcomes"), dict):
            raw = raw | {
                "outcomes": {name: {"column": name} | (outcome or {}) for name, outcome in raw["outcomes"].items()}
            }
        return raw

    @model_validator(mode="after")
    def items_are_named_once(self) -> Programme:
        owner: dict[str, str] = {}
        for name, dimension in self.dimensions.items():
            for item in dimension.items:
                if item in owner:
                    raise ValueError(
                        f"item {item} is named in both {owner[item]} and {name}: an item belongs to one dimension"
                    )
                owner[item] = name
        if not owner:
            raise ValueError("dimensions: none is named, so there is nothing to measure")
        return self

    @model_validator(mode="after")
    def weights_sum_to_one(self) -> Programme:
        weights = [dimension.weight for dimension in self.dimensions.values()]
        if all(weight is None for weight in weights):
            return self
        if None in weights:
            lacking = [name for name, dimension in self.dimensions.items() if dimension.weight is None]
            raise ValueError(f"dimensions: {', '.join(lacking)} has no weight while others have: give all or none")
        if abs(sum(weights) - 1) > WEIGHT_TOLERANCE:
            raise ValueError(f"dimensions: the weights sum to {sum(weights):g}, not 1")
        return self

    @model_validator(mode="after")
    def standard_can_be_formed(self) -> Programme:
        if isinstance(self.standard, Standard) and not self.panels:
            raise ValueError("standard: from_panels needs panels, and survey.yml names none")
        if isinstance(self.standard, float) and not 0 <= self.standard <= 100:
            raise ValueError(f"standard: {self.standard:g} is outside 0–100 points")
        return self

    @model_validator(mode="after")
    def unequal_chances_are_one_panels(self) -> Programme:
        by_chance = [name for name, panel in self.panels.items() if panel.draw not in (None, "top", "all")]
        unequal = [name for name in by_chance if self.panels[name].draw in ("pps", "stratified")]
        if unequal and len(by_chance) > 1:
            raise ValueError(
                f"panels: {unequal[0]} is drawn with unequal chances, so no other panel may be drawn by chance beside it"
            )
        return self

    @model_validator(mode="after")
    def classes_rise(self) -> Programme:
        limits = list(self.classes.values())
        if limits != sorted(limits) or not all(0 < limit <= 1 for limit in limits):
            raise ValueError(
                f"classes: the limits are cumulative shares of sales and rise from class to class, not {limits}"
            )
        return self

    @model_validator(mode="after")
    def journey_asks_known_items(self) -> Programme:
        for stage, asked in self.journey.items():
            if unknown := [item for item in asked.items if item not in self.items]:
                raise ValueError(f"journey: {stage} names the item {unknown[0]}, which no dimension has")
        return self

    @model_validator(mode="after")
    def service_targets_are_known(self) -> Programme:
        for name, target in self.service_targets.items():
            if name not in WAITS:
                raise ValueError(f"service_targets: {name} is not one of {', '.join(WAITS)}")
            if not target > 0:
                raise ValueError(f"service_targets: {name} is {target:g}; a target is above 0")
        return self

    @model_validator(mode="after")
    def plans_raise_what_is_asked(self) -> Programme:
        for name, plan in self.plans.items():
            unknown = [what for what in plan.raises if what not in self.dimensions and what not in self.items]
            if unknown:
                raise ValueError(f"plans: {name} raises {unknown[0]!r}, which is neither a dimension nor an item")
            for dimension in plan.raises.keys() & self.dimensions.keys():
                twice = [item for item in self.dimensions[dimension].items if item in plan.raises]
                if twice:
                    raise ValueError(
                        f"plans: {name} raises {dimension} and {twice[0]}, one of its items, and so counts it twice"
                    )
        return self

    @model_validator(mode="after")
    def themes_name_dimensions(self) -> Programme:
        for name, theme in self.themes.items():
            if theme.dimension is not None and theme.dimension not in self.dimensions:
                raise ValueError(f"themes: {name}: there is no dimension {theme.dimension}")
        return self

    def of_its_part(self) -> Programme:
        """Named after its part of the customers, where it has one; plans are the company's, and so are their costs."""
        if self.part is None:
            return self
        column, value = self.part.column, self.part.value
        name = {
            language: f"{text} · {self.label('segment', column, language)} {self.label('segment', column, language, value)}"
            for language, text in self.name.items()
        }
        return self.model_copy(update={"name": name, "plans": {}})

    @property
    def weights(self) -> dict[str, float]:
        """Dimension → weight in the index; equal where survey.yml gives none."""
        equal = 1 / len(self.dimensions)
        return {
            name: equal if dimension.weight is None else dimension.weight for name, dimension in self.dimensions.items()
        }

    @property
    def equal_weights(self) -> bool:
        return all(dimension.weight is None for dimension in self.dimensions.values())

    @property
    def margins(self) -> tuple[str, ...]:
        """Columns of the frame that answers are weighted to."""
        return tuple(self.segments) if self.weighting.margins is None else self.weighting.margins

    @property
    def items(self) -> list[str]:
        return [item for dimension in self.dimensions.values() for item in dimension.items]

    def items_needed(self, dimension: str) -> int:
        """Answered items that a dimension needs; 80 % of them where survey.yml doesn't say (four of five)."""
        size = len(self.dimensions[dimension].items)
        return min(self.missing_items.at_least, size) if self.missing_items else -(-size * 4 // 5)

    def label(self, kind: str, name: str, language: str, level: str | None = None) -> str:
        """The words for a dimension, item, outcome, panel, plan, theme, segment or a segment's level; the name itself where none are given."""
        if kind == "item":
            texts = next((d.items[name] for d in self.dimensions.values() if name in d.items), None)
        elif level is not None:
            segment = self.segments.get(name)
            texts = segment.levels.get(str(level)) if segment else None
            return texts[language] if texts else str(level)
        else:
            entry = {
                "dimension": self.dimensions,
                "outcome": self.outcomes,
                "panel": self.panels,
                "plan": self.plans,
                "segment": self.segments,
                "theme": self.themes,
            }[kind].get(name)
            texts = entry.label if entry else None
        return texts[language] if texts else name


def programme_files(root: Path, period: Period) -> list[Path]:
    """The survey.yml in force at a period: the programme's, then those of the periods up to this one, oldest first."""
    raw = Path(root) / "data" / "raw"
    folders = [folder for folder in raw.iterdir() if folder.is_dir()] if raw.is_dir() else []
    dated = sorted(
        (Period.parse(f.name), f / "survey.yml") for f in folders if is_period(f.name) and (f / "survey.yml").is_file()
    )
    return [raw / "survey.yml"] + [path for wave, path in dated if not period < wave]


def plan_files(root: Path, period: Period) -> list[Path]:
    """plans.yml beside each survey.yml in force: `plans:` in a file of its own, which changes without the questionnaire."""
    beside = [path.with_name("plans.yml") for path in programme_files(root, period)]
    return [path for path in beside if path.is_file()]


def files_beside(raw: Path) -> list[Path]:
    """themes.yml and words.yml, where they stand beside survey.yml."""
    return [path for path in (raw / f"{key}.yml" for key in BESIDE) if path.is_file()]


def is_period(name: str) -> bool:
    try:
        Period.parse(name)
    except PeriodError:
        return False
    return True


def load_programme(root: Path, period: str | Period) -> Programme:
    """Read and check survey.yml as it stands at a period, with plans.yml, themes.yml and words.yml where they stand beside it.

    Raises ProgrammeError in one line that names the file, the key and what is wrong.
    """
    files = programme_files(root, Period.parse(period))
    raw: dict[str, Any] = {}
    for path in files:
        raw |= read_mapping(path)
    plans = plan_files(root, Period.parse(period))
    for path in plans:
        raw |= only_plans(path, read_mapping(path))
    beside = {path.stem: path for path in files_beside(files[0].parent)}
    raw |= {key: read_mapping(path) for key, path in beside.items()}
    if "part" in raw:
        raise ProgrammeError(
            "survey.yml: part: which customers a report is about isn't said here; csat batch --by says it"
        )
    part = Path(root) / PART
    if part.is_file():
        raw["part"] = read_mapping(part)
    try:
        return Programme.model_validate(raw).of_its_part()
    except ValidationError as error:
        at_fault = (beside | {path.stem: path for path in plans}).get(key_at_fault(error), files[-1])
        raise ProgrammeError(f"{at_fault.name} ({at_fault.parent.name}): {first_problem(error)}") from None


def only_plans(path: Path, found: dict[str, Any]) -> dict[str, Any]:
    if others := [key for key in found if key != "plans"]:
        raise ProgrammeError(
            f"{path.name} ({path.parent.name}): holds `plans:` alone; {others[0]!r} belongs in survey.yml"
        )
    return {"plans": {}} if found.get("plans") is None else found  # every plan commented out: there are none


def read_mapping(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ProgrammeError(f"{path}: there is no such file; a programme folder holds data/raw/survey.yml")
    try:
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=UniqueKeyLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProgrammeError(
            f"{path.name} ({path.parent.name}) can't be read as YAML: {' '.join(str(error).split())}"
        ) from None
    if not isinstance(found, dict):
        raise ProgrammeError(f"{path.name} ({path.parent.name}): is not a mapping of keys to values")
    return found


class UniqueKeyLoader(QUICKEST):
    """YAML in which a key that stands twice in one mapping is an error (an item named twice would vanish silently)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key} is named twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def key_at_fault(error: ValidationError) -> str:
    """The top key of the first problem; one of the whole programme names it first in its words."""
    problem = error.errors()[0]
    return str(problem["loc"][0]) if problem["loc"] else problem["msg"].removeprefix("Value error, ").split(":")[0]


def first_problem(error: ValidationError) -> str:
    """The first thing pydantic found wrong, as `key: what is wrong`, with how many more there are."""
    problem, others = error.errors()[0], len(error.errors()) - 1
    where = ".".join(str(part) for part in problem["loc"] if part not in ("float", "Standard"))
    what = {"extra_forbidden": "is not a key of survey.yml (misspelt?)", "missing": "is required"}.get(problem["type"])
    what = what or problem["msg"].removeprefix("Value error, ")
    return (f"{where}: " if where else "") + what + (f" (and {others} more)" if others else "")
