"""Which metrics there are, and which ones a query names."""

import re
from types import ModuleType
from typing import Final

from prometheus_client import REGISTRY

SUFFIXES: Final = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
}
"""What Prometheus sees of a family, by its type."""


def families(module: ModuleType) -> dict[str, set[str]]:
    """The sample names of each metric of ours. module: flows.metrics, which registers them."""
    assert module.__name__ == "flows.metrics"
    return {
        family.name: {family.name + suffix for suffix in SUFFIXES[family.type]}
        for family in REGISTRY.collect()
        if family.name.startswith("punchcard_")
    }


def samples(module: ModuleType) -> set[str]:
    """All of them."""
    return {name for found in families(module).values() for name in found}


def named_in(query: str) -> set[str]:
    """The metrics of ours in a PromQL expression; `punchcard:…` are rules, not metrics."""
    return set(re.findall(r"\bpunchcard_[a-z0-9_]+", query))
