"""A decision's page: gates, candidates, numbers and scores, as they were."""

from typing import Any

from engine.decisions import Decision
from engine.programme import Variant
from engine.programme.policies import Message
from flows.console import console
from flows.explain import GATES, OBJECTIONS, page
from policies.guards import GUARDS
from tests.support.shop import checkout, consent, live, members, policy
from tests.support.stories import Told, items, wait


def said(decision: Decision) -> str:
    """The page as a terminal shows it."""
    out = console()
    with out.capture() as captured:
        for section in page(decision):
            out.print(section)
    return captured.get()


def last(told: Told, event: str) -> str:
    """The page of the last decision of a name."""
    return said(told.of(event)[-1])


def test_a_suppressed_message_shows_which_gate_objected_and_which_were_not_asked() -> None:
    rule = policy(when="orders < 1")
    shown = last(live(checkout(), programme=members(rule)), "Message Suppressed")
    assert "Message Suppressed · " in shown
    lines = [line.split() for line in shown.splitlines()]
    assert ["member", "nothing", "against", "it"] in [line[:4] for line in lines]
    assert ["consent", "objects:", "no", "consent"] in [line[:4] for line in lines]
    assert ["quiet", "hours", "not", "asked"] in [line[:4] for line in lines]
    assert ["orders", "0"] in lines
    assert ["churn", "0.3", "prior"] in [[line[0], "0.3", line[-1]] for line in lines if line]


def test_a_deferred_message_shows_until_when() -> None:
    rule = policy(channel="push")
    told = live(consent("push"), wait(hours=13), checkout(), programme=members(rule))
    shown = last(told, "Message Deferred")
    assert "objects: quiet hours" in shown
    assert "until" in shown


def test_a_decided_message_shows_its_candidates_and_the_draw() -> None:
    variants = tuple(Variant(id=each, message=Message(title=each)) for each in ("warm", "cool"))
    rule = policy(variants=variants, message=None)
    told = live(consent(), checkout(), programme=members(rule))
    shown = last(told, "Message Decided")
    drawn = told.of("Message Decided")[-1].properties["drawn"]
    assert f"drawn {drawn}" in shown
    assert shown.count("50.0%") == 2
    assert shown.count("← this one") == 1
    assert shown.count("nothing against it") == len(GUARDS)


def test_what_no_gate_was_asked_about_has_no_such_table() -> None:
    told = live(items(1), wait(days=20), programme=members())
    shown = last(told, "Points Released")
    assert "Gates" not in shown
    assert "the timer “ledger”, due 2026-01-" in shown
    cancelled = live(
        consent("push"),
        wait(hours=13),
        checkout(),
        items(1),
        programme=members(policy(channel="push")),
    )
    assert "reason gone" in last(cancelled, "Message Suppressed")


def test_whatever_a_decision_holds_its_page_can_be_shown() -> None:
    odd: dict[str, Any] = {
        "passed": [],
        "numbers": {},
        "scores": None,
        "none": None,
        "much": "x" * 900,
        "f": 0.1,
    }
    shown = said(Decision("d", "Message Suppressed", "c[red]", "a@b", "v", "r", 0.0, (), odd))
    assert "c[red]" in shown
    assert "…" in shown


def test_every_gate_and_every_objection_has_words() -> None:
    assert list(GATES) == [type(guard).__name__ for guard in GUARDS]
    assert set(OBJECTIONS.values()) == set(GATES)
