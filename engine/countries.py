"""Which zones a country has, from the pinned `tzdata` package: the same log, the same zones."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from engine.dates import zone


def zones_of(country: str) -> tuple[ZoneInfo, ...]:
    """Every zone of a country (ISO 3166 alpha-2), the most important first; none: unknown.

    >>> [each.key for each in zones_of("AT")]
    ['Europe/Vienna']
    """
    return _zones().get(country.upper(), ())


def country_of(name: str) -> str:
    """The country in which a zone lies; empty for one that lies in none, such as UTC.

    >>> country_of("America/New_York")
    'US'
    """
    return _countries().get(name, "")


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, tuple[ZoneInfo, ...]]:
    named: dict[str, list[ZoneInfo]] = {}
    for name, country in _countries().items():
        if (found := zone(name)) is not None:
            named.setdefault(country, []).append(found)
    return {country: tuple(found) for country, found in named.items()}
