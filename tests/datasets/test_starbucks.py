"""The whole Starbucks file. Known answers: the notes that came with the data."""

from collections import Counter
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path

from bench.datasets import Met, convert
from bench.datasets.segment import iso
from bench.datasets.starbucks import START, completions
from bench.datasets.starbucks_rows import offers, transcript
from tests.datasets.facts import Facts
from tests.datasets.recount import starbucks_points

OFFERS_RECEIVED = 76_277


def test_every_row_is_met_and_only_blank_lines_are_odd(starbucks: Facts) -> None:
    assert starbucks.met.rows == {
        "member": 17_000,
        "offer received": OFFERS_RECEIVED,
        "offer viewed": 57_725,
        "transaction": 138_953,
        "offer completed": 33_579,
    }
    assert +starbucks.met.odd == {"blank line: left out": 114}


def test_every_row_but_completions_is_one_event(starbucks: Facts) -> None:
    sent = starbucks.met.sent
    assert sent["Loyalty Enrolled"] == 17_000
    assert sent["Order Completed"] == 138_953
    assert sent["Message Opened"] == 57_725
    assert sent["Challenge Joined"] + sent["Message Delivered"] == OFFERS_RECEIVED
    assert sent.total() == 306_534 + 17_000 - 33_579


def test_the_engine_can_read_every_line(starbucks: Facts) -> None:
    assert starbucks.answers == {"event": starbucks.met.sent.total()}


def test_every_event_is_later_than_the_one_before(starbucks: Facts) -> None:
    assert (starbucks.backwards, starbucks.still) == (0, 0)


def test_every_message_and_every_order_has_an_id_of_its_own(starbucks: Facts) -> None:
    assert len(starbucks.message_ids) == starbucks.met.sent.total()
    assert starbucks.longest_id <= 100
    assert len({order["order_id"] for _, order in starbucks.orders}) == 138_953


def test_points_from_the_events_are_the_points_of_the_raw_file(
    starbucks: Facts, starbucks_folder: Path
) -> None:
    points: Counter[str] = Counter()
    for member, order in starbucks.orders:
        points[member] += int(Decimal(str(order["total"])))
    assert points == starbucks_points(starbucks_folder / "transcript.json.xz")


def test_no_amount_changes_on_its_way(starbucks: Facts) -> None:
    amounts = [Decimal(str(order["total"])) for _, order in starbucks.orders]
    assert sum(amounts) == Decimal("1775451.97")
    assert all(amount == round(amount, 2) for amount in amounts)


def test_the_one_line_of_an_order_costs_what_the_order_does(starbucks: Facts) -> None:
    assert all(
        [line["price"] * line["quantity"] for line in order["products"]] == [order["total"]]
        for _, order in starbucks.orders
    )


def test_everybody_has_joined_before_the_first_offer(starbucks_folder: Path) -> None:
    lines = list(islice(convert("starbucks", Met(), root=starbucks_folder.parent), 17_001))
    assert {line["event"] for line in lines[:-1]} == {"Loyalty Enrolled"}
    assert lines[-2]["timestamp"] < lines[-1]["timestamp"] == iso(START)


def test_the_same_file_gives_the_same_events(starbucks_folder: Path) -> None:
    first, second = (
        list(islice(convert("starbucks", Met(), root=starbucks_folder.parent), 40_000))
        for _ in range(2)
    )
    assert first == second


def test_eight_of_ten_offers_are_challenges_with_names_of_their_own(starbucks_folder: Path) -> None:
    ten = offers(starbucks_folder).values()
    challenges = {offer.challenge_id for offer in ten if offer.difficulty}
    assert (len(ten), len(challenges)) == (10, 8)
    assert "discount-20-10-0b1e15" in challenges


def test_completions_are_kept_apart(starbucks_folder: Path) -> None:
    done = list(completions(starbucks_folder))
    ten = offers(starbucks_folder)
    assert len(done) == 33_579
    assert all(one.reward == ten[one.offer_id].reward for one in done)
    assert all(before.hour <= after.hour for before, after in pairwise(done))


def test_the_transcript_is_in_time_order(starbucks_folder: Path) -> None:
    hours = [row.time for _, row in transcript(starbucks_folder, Met())]
    assert hours == sorted(hours)
