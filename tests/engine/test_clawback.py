"""How far a clawback goes, as the programme chooses (DOMAIN §4.5)."""

from typing import Literal, get_args

import pytest

from engine.programme import Points
from tests.support.stories import Told, changed, order, redeem, refund, saw, tell, wait

Mode = Literal["pending_only", "balance", "debt"]
MODES: tuple[Mode, ...] = get_args(Mode)


def spent(mode: Mode, *, wait_days: int = 15) -> Told:
    """100 earned, 60 of them spent, then all of it returned; 20 of another order are pending."""
    return tell(
        order("o1", total=100),
        wait(days=wait_days),
        redeem(60),
        order("o2", total=20),
        refund("o1", key="r1"),
        programme=changed(points=Points(debt=mode)),
    )


@pytest.mark.parametrize(
    ("mode", "points"),
    [("pending_only", (20, 40, 0, 0)), ("balance", (20, 0, 0, 0)), ("debt", (20, 0, 0, 60))],
)
def test_a_clawback_takes_what_the_programme_lets_it(
    mode: Mode, points: tuple[int, int, int, int]
) -> None:
    assert spent(mode).points == points


@pytest.mark.parametrize("mode", MODES)
def test_pending_points_of_the_order_always_go(mode: Mode) -> None:
    assert spent(mode, wait_days=5).points == (20, 0, 0, 0)


@pytest.mark.parametrize(("mode", "forgiven"), [("pending_only", 100), ("balance", 60)])
def test_what_is_let_go_is_said(mode: Mode, forgiven: int) -> None:
    [said] = spent(mode).of("Points Reversed")
    assert (said.properties["points"], said.properties["forgiven"]) == (100 - forgiven, forgiven)


@pytest.mark.parametrize(("mode", "debt"), [("pending_only", 0), ("balance", 0), ("debt", 20)])
def test_a_correction_by_hand_takes_what_is_there(mode: Mode, debt: int) -> None:
    told = tell(
        order("o1", total=100),
        wait(days=15),
        saw("Points Corrected", points=-120, actor="ann", reason="mistake"),
        programme=changed(points=Points(debt=mode)),
    )
    assert told.points == (0, 0, 0, debt)
