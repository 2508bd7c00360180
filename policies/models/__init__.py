"""The models, a file for each question. Scoring needs no River; only the learner imports it."""

from typing import Final

from policies.models.churn import CHURN
from policies.models.purchase import PURCHASE
from policies.models.task import Task

__all__ = ["TASKS", "Task"]

TASKS: Final[tuple[Task, ...]] = (CHURN, PURCHASE)
"""Every question, in the order in which scores are kept: a newcomer goes to the end."""
