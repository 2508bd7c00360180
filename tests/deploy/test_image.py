"""The Dockerfile and the wheel inside it: all of the package, nothing of the rest."""

import re
import tomllib
from fnmatch import fnmatch
from typing import Any, Final

from tests.support.deploy import ROOT

LINES: Final = (ROOT / "Dockerfile").read_text().splitlines()
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUPTOOLS: Final[dict[str, Any]] = PROJECT["tool"]["setuptools"]
PACKAGES: Final = sorted(
    pattern.removesuffix("*") for pattern in SETUPTOOLS["packages"]["find"]["include"]
)
METADATA: Final = {"pyproject.toml", "LICENSE", PROJECT["project"]["readme"]}


def copied() -> set[str]:
    """What the build stage takes from the repository."""
    words = [line.split()[1:-1] for line in LINES if re.match("COPY (?!--from)", line)]
    return {word for line in words for word in line}


def test_it_ends_as_a_user_who_is_not_root() -> None:
    users = [line.split()[1] for line in LINES if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


def test_dependencies_come_as_wheels_only() -> None:
    installs = [line for line in LINES if "pip install" in line]
    assert installs
    assert all("--only-binary :all:" in line for line in installs)


def test_the_base_is_pinned_to_a_python_that_we_run_on() -> None:
    base = next(line for line in LINES if line.startswith("ARG PYTHON="))
    assert re.search(r"=python:3\.1[12]\.\d+-slim-\w+$", base)


def test_everything_that_the_wheel_is_made_of_is_copied() -> None:
    modules = {f"{name}.py" for name in SETUPTOOLS["py-modules"]}
    assert copied() == {*PACKAGES, *modules, *METADATA}


def test_the_builder_sees_what_is_copied_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert rules[1] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied()


def test_every_file_of_a_package_that_is_no_python_is_in_the_wheel() -> None:
    left_out = []
    for package in PACKAGES:
        patterns = SETUPTOOLS["package-data"].get(package, [])
        for path in (ROOT / package).rglob("*"):
            name = str(path.relative_to(ROOT / package))
            other = path.is_file() and path.suffix not in {".py", ".pyc"}
            if other and not any(fnmatch(name, pattern) for pattern in patterns):
                left_out.append(f"{package}/{name}")
    assert left_out == []
