"""The demo's view: everything in its place, on any screen."""

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console

from bench.demo.followed import Moment
from bench.demo.lines import lines
from bench.demo.scene import Kind, Member, Quality, Said, Scene
from bench.demo.view import draw
from bench.town.chance import DAY
from engine.decisions import NAMES


def scene(**changes: Any) -> Scene:
    """A full one: every kind of decision, long names, a member with a past."""
    start, end = 0.0, 120 * DAY
    said = Said(
        "14 Mar 09:12",
        "c1234",
        "on the way: “Two teas you have been curious about”",
        "fetched 1 of 2, and the reason goes on and on until it does not fit any more",
    )
    member = Member(
        who="c1234",
        tier="Silver roast",
        points=12_345,
        pending=678,
        challenges=("Three bags of espresso, one on us: 2 of 3", "60 euros in four weeks: 42.00"),
        moments=tuple(Moment(day * DAY, day / 80, 0.5 - day / 160) for day in range(80)),
        orders=tuple(9.0 * DAY * n for n in range(6)),
        messages=(60 * DAY,),
        gone="12 Feb",
    )
    usual = Scene(
        title="Punchcard: Hausröstung Rewards, 2,000 customers",
        date="Wed 14 Mar 2026 09:00",
        now=80 * DAY,
        start=start,
        end=end,
        days=120,
        speed=3.0,
        rate=6312.0,
        events=1_152_332,
        lag=12_345,
        p50=0.0021,
        p99=0.0179,
        behind=0.1,
        kinds=tuple(Kind(name, 37.0 * n, 1009 * n) for n, name in enumerate(NAMES)),
        latest=(said,) * 40,
        models=(
            Quality("churn", 123_456, 0.512, 0.644, 0.81, 124),
            Quality("purchase_7d", 0, 0.0, 0.0, 0.0, 0),
        ),
        member=member,
    )
    return msgspec.structs.replace(usual, **changes)


def drawn(shown: Scene, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), record=True)
    console.print(draw(shown, width, height), height=height)
    return console.export_text().splitlines()


SIZES = [(80, 24), (100, 30), (120, 36), (160, 50)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_view_fills_the_screen_and_no_more(width: int, height: int) -> None:
    page = drawn(scene(), width, height)
    assert (len(page), {len(line) for line in page}) == (height, {width})


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_number_changes_the_place_of_another(width: int, height: int) -> None:
    few = tuple(Kind(kind.name, 0.0, 1) for kind in scene().kinds)
    calm = scene(kinds=few, rate=0.0, events=0, lag=0, now=0.0, p99=0.0)
    frames = [[mask(line) for line in drawn(each, width, height)] for each in (scene(), calm)]
    assert frames[0] == frames[1]


def mask(line: str) -> str:
    """Frames and nothing else."""
    return "".join(letter if letter in "│╭╮╰╯" else " " for letter in line)


@pytest.mark.parametrize(("width", "height"), SIZES[1:])
def test_every_number_is_whole_from_100_by_30_on(width: int, height: int) -> None:
    page = "\n".join(drawn(scene(), width, height))
    for whole in ("1,152,332", "12,345", "6,312", "day  81 of 120", "123,456", "left 12 Feb"):
        assert whole in page


@pytest.mark.parametrize("changes", [{"kinds": ()}, {"latest": ()}, {"notice": "learn ended " * 9}])
def test_a_view_with_nothing_to_show_or_bad_news_keeps_its_size(changes: dict[str, Any]) -> None:
    page = drawn(scene(**changes), 100, 30)
    assert {len(line) for line in page} == {100}


def test_bad_news_stands_in_the_head() -> None:
    assert "learn ended" in "\n".join(drawn(scene(notice="learn ended"), 100, 30)[:4])


def test_lines_say_the_same_without_a_terminal() -> None:
    told = "\n".join(lines(scene(notice="learn ended", behind=9.0)))
    for part in (
        "day  81",
        "6,312 events/s",
        "lag 12,345",
        "9.0 days late",
        "learn ended",
        "c1234",
    ):
        assert part in told
