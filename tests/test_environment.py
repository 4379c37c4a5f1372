"""pyproject.toml, requirements.txt and environment.yml describe one environment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(line) for line in [*PROJECT["dependencies"], *sum(EXTRAS.values(), [])]]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
LOCKED = [Requirement(line) for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("wanted", DIRECT, ids=lambda requirement: requirement.name)
def test_every_direct_dependency_is_locked_at_a_version_it_allows(wanted):
    locked = [pin for pin in LOCKED if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    assert locked, f"{wanted.name} is not in requirements.txt: make lock"
    for pin in locked:
        (only,) = pin.specifier
        assert only.operator == "==" and wanted.specifier.contains(only.version)


def test_the_lock_names_packages_and_no_place_to_get_them_from():
    assert "://" not in LOCK and not re.search(r"^\s*-", LOCK, re.MULTILINE)


def test_conda_users_get_the_locked_packages_and_the_package_itself():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert f"python{PROJECT['requires-python']}" in environment["dependencies"] and "pip" in environment["dependencies"]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == ["-r requirements.txt", f'-e ".[{",".join(EXTRAS)}]"']


def test_the_package_and_the_project_have_one_version():
    from csat_analysis import __version__

    assert __version__ == PROJECT["version"]
