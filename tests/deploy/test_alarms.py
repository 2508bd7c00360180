"""The Prometheus rules: valid, documented, each one seen firing and seen silent."""

import re
from typing import Any, Final

import pytest

from engine.wire import REASONS
from flows import metrics
from tests.support.deploy import DEPLOY, needs_promtool, promtool, read_yaml
from tests.support.metrics import named_in, samples

FOLDER: Final = DEPLOY / "prometheus"
RULES: Final[list[dict[str, Any]]] = [
    rule for group in read_yaml(FOLDER / "rules.yml")["groups"] for rule in group["rules"]
]
ALARMS: Final = {rule["alert"]: rule for rule in RULES if "alert" in rule}
TESTS: Final[list[dict[str, Any]]] = read_yaml(FOLDER / "rules.test.yml")["tests"]


@needs_promtool
def test_promtool_accepts_the_rules() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", FOLDER / "rules.yml")


@needs_promtool
def test_promtool_accepts_the_configuration() -> None:
    promtool("check", "config", "--syntax-only", FOLDER / "prometheus.yml")


@needs_promtool
def test_each_alarm_fires_when_it_must_and_is_silent_when_all_is_well() -> None:
    promtool("test", "rules", FOLDER / "rules.test.yml")


def test_no_alarm_is_left_without_a_test() -> None:
    expected = str([ask["exp_samples"] for test in TESTS for ask in test["promql_expr_test"]])
    firing = re.findall(r'alertname="(\w+)", alertstate="firing"', expected)
    assert set(firing) == ALARMS.keys()


def test_the_test_of_a_good_day_asks_for_all_alarms() -> None:
    good_day = next(test for test in TESTS if test["name"] == "all is well")
    assert {ask["expr"] for ask in good_day["promql_expr_test"]} == {"ALERTS"}
    fed = {name for given in good_day["input_series"] for name in named_in(given["series"])}
    assert fed >= {name for alarm in ALARMS.values() for name in named_in(alarm["expr"])}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_says_what_is_wrong_and_what_to_do(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["labels"]["severity"] in {"critical", "warning"}
    assert alarm["annotations"]["summary"]
    assert alarm["annotations"]["description"].startswith("Runbook: ")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_names_metrics_that_exist(rule: dict[str, Any]) -> None:
    assert named_in(rule["expr"]) <= samples(metrics)


@pytest.mark.parametrize("reason", ["handler_failed", "not_allowed", "bad_programme"])
def test_a_reason_that_alarms_ask_for_is_one_that_decide_gives(reason: str) -> None:
    decider = (DEPLOY.parent / "flows" / "decider.py").read_text()
    assert reason in REASONS or f'"{reason}"' in decider
