import subprocess
import sys

import pytest

from policies.models import TASKS, Task
from policies.models.churn import CHURN
from policies.models.purchase import PURCHASE


def test_who_buys_is_not_lost() -> None:
    assert [CHURN.answer(bought) for bought in (True, False)] == [False, True]


def test_who_buys_has_bought() -> None:
    assert [PURCHASE.answer(bought) for bought in (True, False)] == [True, False]


def test_a_no_that_was_kept_stands_for_those_that_were_not() -> None:
    assert (PURCHASE.weight(False), PURCHASE.weight(True)) == (PURCHASE.keep, 1.0)


def test_an_untaught_churn_model_is_below_the_line_at_which_a_message_is_due() -> None:
    assert CHURN.prior < 0.7


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_prior_leaves_both_answers_open(task: Task) -> None:
    assert 0.0 < task.prior < 1.0


def test_scoring_loads_neither_river_nor_numpy() -> None:
    code = (
        "import sys, features, policies.models.inputs; print({'river', 'numpy'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
