"""What the sample company's customers write: phrases of company.yml chosen by their worst- or best-rated dimension."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.simulation.setting import SETTING

BLANK, ENGLISH, PERSONAL = 0.45, 0.13, 0.06  # shares of answers
PRAISE_ABOVE = 78.0  # points


def write_comments(people: pd.DataFrame, dimensions: list[str], rng: np.random.Generator) -> list[str]:
    """A comment for each person (a row with points by dimension and `index`); blank for many."""
    return ["" if rng.random() < BLANK else comment(person, dimensions, rng) for _, person in people.iterrows()]


def comment(person: pd.Series, dimensions: list[str], rng: np.random.Generator) -> str:
    language = "en" if rng.random() < ENGLISH else "zh"
    points = person[dimensions].astype(float) + rng.normal(0, 4, len(dimensions))
    praised = person["index"] > PRAISE_ABOVE and rng.random() < 0.7
    topic, tone = (points.idxmax(), "good") if praised else (points.idxmin(), "bad")
    phrases, endings = SETTING["comments"], SETTING["comments"]["endings"]
    text = str(rng.choice(phrases[topic][tone][language]))
    if not praised:
        text += str(rng.choice(endings[language]))
        second = points.drop(topic).idxmin()
        if language == "zh" and rng.random() < 0.25:
            text += ("" if text[-1] in "。！" else "；") + "另外" + str(rng.choice(phrases[second]["bad"]["zh"])) + "。"
    if rng.random() < PERSONAL:
        text += ("" if text[-1] in "。！.!" else "，" if language == "zh" else ". ").replace("..", ".")
        text += (" " if language == "en" and text[-1] != " " else "") + personal(language, rng)
    return text


def personal(language: str, rng: np.random.Generator) -> str:
    """A fictional person and number, such as a mask must find."""
    name = str(rng.choice(SETTING["names"]["surnames"])) + SETTING["names"]["given"]
    phone = f"1380000{rng.integers(10_000):04d}"
    return str(rng.choice(SETTING["comments"]["personal"][language])).format(name=name, phone=phone)


def ticket_text(topic: str, rng: np.random.Generator) -> str:
    phrases = SETTING["tickets"][topic]
    text = str(rng.choice(phrases["en" if rng.random() < ENGLISH else "zh"]))
    return text.format(product=f"{rng.integers(1, 25):03d}", days=rng.integers(2, 12))


def mention_text(worst: str, best: str, pleased: bool, rng: np.random.Generator) -> str:
    return str(rng.choice(SETTING["comments"][best if pleased else worst]["good" if pleased else "bad"]["zh"]))
