"""Single rules of the Starbucks converter, on a few rows of the same form."""

import json
from pathlib import Path

from bench.datasets import Json, Met, convert
from tests.datasets.facts import pack

BOGO, INFO = "b090" + "0" * 28, "1f00" + "0" * 28


def offer(name: str, kind: str, difficulty: int) -> Json:
    terms = {"difficulty": difficulty, "reward": difficulty, "duration": 7.0}
    return {"id": name, "offer_type": kind, "channels": ["email"]} | terms


def received(time: int, name: str = BOGO) -> Json:
    return {"person": "ann", "event": "offer received", "value": {"offer id": name}, "time": time}


def viewed(time: int) -> Json:
    return {"person": "ann", "event": "offer viewed", "value": {"offer id": BOGO}, "time": time}


def bought(time: int, amount: float) -> Json:
    return {"person": "ann", "event": "transaction", "value": {"amount": amount}, "time": time}


def told(tmp_path: Path, *rows: Json | str, met: Met | None = None) -> list[Json]:
    """What the rows become, after the enrolment of their only member."""
    folder = tmp_path / "starbucks"
    ann = {"id": "ann", "became_member_on": "20170715", "age": 55, "gender": "F", "income": 71000}
    ten = (offer(BOGO, "bogo", 5), offer(INFO, "informational", 0))
    pack(folder / "profile.json.xz", json.dumps(ann))
    pack(folder / "portfolio.json.xz", *map(json.dumps, ten))
    pack(
        folder / "transcript.json.xz",
        *(row if isinstance(row, str) else json.dumps(row) for row in rows),
    )
    return list(convert("starbucks", Met() if met is None else met, root=tmp_path))


def test_a_member_enrols_on_the_day_of_joining_and_nothing_else_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == [
        {
            "messageId": "starbucks-enrolled-ann",
            "type": "track",
            "timestamp": "2017-07-15T00:00:00.000Z",
            "userId": "ann",
            "event": "Loyalty Enrolled",
            "properties": {},
        }
    ]


def test_an_offer_becomes_a_challenge_under_a_readable_name(tmp_path: Path) -> None:
    joined = told(tmp_path, received(168))[-1]
    assert (joined["event"], joined["timestamp"]) == (
        "Challenge Joined",
        "2018-08-03T00:00:00.000Z",
    )
    assert joined["properties"] == {
        "challenge_id": "bogo-5-7-b09000",
        "offer_id": BOGO,
        "message_id": "wave-168-ann",
    }


def test_an_offer_that_asks_for_nothing_is_a_message_only(tmp_path: Path) -> None:
    delivered = told(tmp_path, received(0, INFO))[-1]
    assert delivered["event"] == "Message Delivered"
    assert delivered["properties"] == {"message_id": "wave-0-ann", "channel": "email"}


def test_a_view_opens_the_newest_unopened_wave_of_its_offer(tmp_path: Path) -> None:
    lines = told(tmp_path, received(0), received(168), viewed(174), viewed(180))
    opened = [
        line["properties"]["message_id"] for line in lines if line["event"] == "Message Opened"
    ]
    assert opened == ["wave-168-ann", "wave-0-ann"]


def test_a_view_too_many_is_counted_and_names_no_message(tmp_path: Path) -> None:
    met = Met()
    opened = told(tmp_path, viewed(6), met=met)[-1]
    assert opened["properties"] == {"channel": "email"}
    assert met.odd["viewed more often than received"] == 1


def test_purchases_of_one_hour_stay_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = told(tmp_path, bought(6, 1.5), bought(6, 19.99), bought(12, 0.05))[1:]
    assert [line["timestamp"][11:] for line in lines] == [
        "06:00:00.000Z",
        "06:00:00.001Z",
        "12:00:00.000Z",
    ]
    assert [line["properties"]["total"] for line in lines] == [1.5, 19.99, 0.05]


def test_a_broken_row_is_left_out_with_its_reason_and_its_neighbours_stay(tmp_path: Path) -> None:
    met = Met()
    unheard = json.dumps(bought(6, 1.0)).replace("transaction", "refund")
    lines = told(tmp_path, bought(0, 1.0), "{", "", unheard, bought(6, 2.0), met=met)
    assert [line["messageId"] for line in lines[1:]] == ["starbucks-1", "starbucks-5"]
    assert sorted(met.odd) == [
        "Input data was truncated: left out",
        "Invalid value 'refund' - at `$.event`: left out",
        "blank line: left out",
    ]
