"""What a programme must be besides well-formed: one small check a rule.

A new one stands in `CHECKS`.
"""

from typing import Final

from engine.checks import (
    budgets,
    challenges,
    experiments,
    money,
    points,
    policies,
    referral,
    segments,
    terms,
    tiers,
)
from engine.reading import Check

CHECKS: Final[tuple[Check, ...]] = (
    terms.zone_exists,
    terms.ids_are_used_once,
    tiers.one_measure,
    tiers.steps_rise,
    tiers.multipliers_multiply,
    tiers.orders_are_remembered_while_they_count,
    terms.rewards_are_worth_something,
    terms.only_figures_move,
    terms.quiet_hours_end,
    money.amounts_can_be_paid,
    money.rates_convert,
    points.multipliers_add,
    points.multipliers_run,
    points.tiers_of_multipliers_exist,
    points.nobody_contradicts_the_shop,
    budgets.budgets_limit_something,
    budgets.budgets_name_rewards,
    budgets.budgets_are_the_same_for_all,
    challenges.rewards_exist,
    challenges.windows_are_of_one_kind,
    challenges.repeats_have_an_end,
    challenges.actions_exist,
    challenges.actions_have_no_lines,
    challenges.collections_can_be_complete,
    challenges.sequences_have_steps,
    challenges.favourites_have_a_beginning,
    challenges.bounds_can_be_kept,
    referral.referral_rewards_exist,
    referral.friends_can_be_brought,
    policies.one_trigger,
    policies.events_exist,
    policies.waits_are_for_events,
    policies.schedules_are_of_one_kind,
    policies.something_is_done,
    policies.gifts_exist,
    policies.challenges_can_be_joined,
    segments.segments_exist,
    policies.lines_are_in_order,
    experiments.arms_can_be_drawn,
    experiments.combinations_are_few,
    experiments.days_are_in_order,
    experiments.elements_are_tried_once,
    experiments.choosers_have_one,
)
"""Those that need to know nothing but the programme."""
