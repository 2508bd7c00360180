"""The Grafana dashboard: every query is valid, every metric exists, no metric is forgotten."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from flows import metrics
from policies.models import TASKS
from policies.models.learner import Learner
from tests.support.deploy import DEPLOY, needs_promtool, promtool, read_yaml, services
from tests.support.metrics import families, named_in, samples

GRAFANA: Final = DEPLOY / "grafana"
DASHBOARD: Final[dict[str, Any]] = json.loads((GRAFANA / "dashboards/punchcard.json").read_text())
PANELS: Final[list[dict[str, Any]]] = [p for p in DASHBOARD["panels"] if p["type"] != "row"]
QUERIES: Final = [target["expr"] for panel in PANELS for target in panel["targets"]]
QUERIES_WITH_NOTES: Final = QUERIES + [note["expr"] for note in DASHBOARD["annotations"]["list"]]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_names_metrics_that_exist_and_says_what_it_shows(panel: dict[str, Any]) -> None:
    asked = {name for target in panel["targets"] for name in named_in(target["expr"])}
    assert asked <= samples(metrics)
    assert panel["description"]


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for query in QUERIES for name in named_in(query)}
    forgotten = {family for family, found in families(metrics).items() if not found & shown}
    assert forgotten == set()


def test_measures_are_those_that_a_learner_gives() -> None:
    asked = set(re.findall(r'measure="(\w+)"', "".join(QUERIES)))
    assert asked <= Learner(TASKS[0]).metrics().keys()


@needs_promtool
def test_promtool_accepts_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"query:{n}", "expr": query.replace("$__rate_interval", "1m")}
        for n, query in enumerate(QUERIES_WITH_NOTES)
    ]
    (tmp_path / "queries.yml").write_text(
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]})
    )
    promtool("check", "rules", tmp_path / "queries.yml")


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    places = sorted(
        (p["gridPos"]["y"], p["gridPos"]["x"], p["gridPos"]["w"]) for p in DASHBOARD["panels"]
    )
    for (row, left, width), (next_row, next_left, _) in pairwise(places):
        assert next_row > row or next_left >= left + width


def test_the_data_source_is_the_one_that_is_provisioned() -> None:
    [source] = read_yaml(GRAFANA / "provisioning/datasources/prometheus.yml")["datasources"]
    asked = {panel["datasource"]["uid"] for panel in PANELS}
    assert asked == {source["uid"]}
    assert source["url"].split("/")[2].partition(":")[0] in services()


def test_the_dashboard_is_mounted_where_grafana_looks_for_it() -> None:
    [provider] = read_yaml(GRAFANA / "provisioning/dashboards/punchcard.yml")["providers"]
    mounts = [volume.split(":") for volume in services()["grafana"]["volumes"]]
    assert ["./deploy/grafana/dashboards", provider["options"]["path"], "ro"] in mounts
