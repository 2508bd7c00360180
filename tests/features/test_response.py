import pytest

from engine.dates import DAY
from engine.world import Happened
from features.response import STRENGTH, USUAL_OPEN_RATE
from features.theme import NEVER
from tests.features.stories import START, happening, read, remember


def message(what: str, day: float = 0.0) -> Happened:
    return happening(f"Message {what}", START + day * DAY)


def response(*events: Happened, day: float = 0.0) -> dict[str, float]:
    return read(remember(*events), START + day * DAY)


def test_who_had_no_message_opens_as_others_do() -> None:
    assert response()["open_rate"] == USUAL_OPEN_RATE


def test_own_messages_outweigh_the_assumption() -> None:
    ignored = [message("Delivered")] * 45
    assert response(*ignored)["open_rate"] == pytest.approx(USUAL_OPEN_RATE * STRENGTH / 50)


def test_messages_are_forgotten_by_half_in_sixty_days() -> None:
    numbers = response(message("Delivered"), message("Opened"), message("Clicked"), day=60)
    counts = [numbers[name] for name in ("messages_60d", "opens_60d", "clicks_60d")]
    assert counts == pytest.approx([0.5, 0.5, 0.5])


def test_nobody_opens_more_than_everything() -> None:
    assert response(*[message("Opened")] * 50)["open_rate"] == 1.0


@pytest.mark.parametrize("use", ["Redemption Committed", "Coupon Applied"])
def test_using_points_or_a_coupon_is_remembered(use: str) -> None:
    assert response(happening(use, START), day=3)["days_since_redemption"] == 3.0


def test_who_never_used_anything_did_so_long_ago() -> None:
    assert response(message("Opened"))["days_since_redemption"] == NEVER
