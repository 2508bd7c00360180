"""A replay: every line is sent, dated as it happened, with ticks in data time between."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from engine.dates import DAY, HOUR
from engine.errors import DeliveryError, SettingsError
from engine.events import Happening
from engine.wire import decode
from flows import control
from flows.datatime import LEAP
from flows.process import Stop
from flows.record import SOURCE
from flows.replay import OFTEN, UNDATED, Replay, Summary
from flows.sender import Sender
from tests.support.records import START, record


class Sent(Struct):
    """A record as it was handed over."""

    key: bytes | None
    value: bytes
    at: float
    partition: int | None
    source: str | None


class FakeSender(Sender):
    """Remembers what it was given; nothing is sent until it is told."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.settled = 0

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        *,
        headers: dict[str, str] | None = None,
        at_ms: int | None = None,
        partition: int | None = None,
    ) -> None:
        assert topic == "events"
        assert at_ms is not None
        source = (headers or {}).get(SOURCE)
        self.sent.append(Sent(key, value, at_ms / 1000, partition, source))

    def poll(self) -> None: ...

    def settle(self) -> None:
        self.settled = len(self.sent)

    @property
    def ticks(self) -> list[Sent]:
        return [each for each in self.sent if each.source == control.CLOCK]

    @property
    def lines(self) -> list[Sent]:
        return [each for each in self.sent if each.source is None]


class FakeStop(Stop):
    """Remembers how long it was waited for; stops after so many looks."""

    def __init__(self, after: int = 10**9) -> None:
        self.waited: list[float] = []
        self.looks = after

    def __call__(self) -> bool:
        self.looks -= 1
        return self.looks < 0

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return False


def line(after: float = 0.0, who: str = "ann", **told: Any) -> bytes:
    return record("Cart Viewed", after, who=who, **told).value


def without(name: str, line: bytes) -> bytes:
    told = orjson.loads(line)
    del told[name]
    return orjson.dumps(told)


def replayed(lines: Sequence[bytes], partitions: int = 2, **how: Any) -> tuple[FakeSender, Summary]:
    sender = FakeSender()
    summary = Replay(sender, partitions, FakeStop(), **how).run(lines)
    assert sender.settled == len(sender.sent)
    return sender, summary


def test_a_line_is_sent_as_it_is_with_its_customer_as_key_and_its_own_moment() -> None:
    sender, _ = replayed([line(1.25)])
    assert sender.lines == [Sent(b"ann", line(1.25), START + 1.25, None, None)]


def test_an_anonymous_visitor_is_the_key_where_nobody_is_known() -> None:
    told = {"messageId": "m", "anonymousId": "web1", "timestamp": "2026-01-01T08:00:00Z"}
    sender, _ = replayed([orjson.dumps(told)])
    assert sender.lines[0].key == b"web1"


def test_an_event_without_timestamp_happened_when_its_other_moments_say() -> None:
    told = {
        "messageId": "m",
        "userId": "ann",
        "originalTimestamp": "2020-01-01T00:00:00Z",
        "sentAt": "2020-01-01T00:00:10Z",
        "receivedAt": "2026-01-01T08:00:10Z",
    }
    sender, _ = replayed([orjson.dumps(told)])
    assert sender.lines[0].at == START


def test_log_time_never_falls() -> None:
    sender, _ = replayed([line(0), line(60), line(30), line(90)])
    assert [each.at - START for each in sender.lines] == [0, 60, 60, 90]


@pytest.mark.parametrize(
    "junk",
    [
        b"not json",
        b"{",
        b"[]",
        b'{"userId": 5}',
        b"\xff\xfe",
        b'{"messageId":"m","timestamp":"yesterday"}',
        b'{"messageId":"m","timestamp":' + b"[" * 100_000,
        b'{"messageId":"m","userId":"ann","timestamp":"2026-01-01T08:00:00"}',
    ],
)
def test_what_is_no_event_is_sent_too_without_a_key_and_with_the_moment_before(
    junk: bytes,
) -> None:
    sender, summary = replayed([line(60), junk, line(90)])
    assert sender.lines[1] == Sent(None, junk, START + 60, None, None)
    assert summary.unreadable == 1


def test_an_event_of_nobody_is_sent_and_counted() -> None:
    told = without("userId", line())
    sender, summary = replayed([told])
    assert [(each.key, each.value) for each in sender.lines] == [(None, told)]
    assert summary.nobody == 1


def test_a_line_without_a_moment_has_that_of_the_line_before() -> None:
    sender, summary = replayed([line(60), without("timestamp", line(75))])
    assert sender.lines[1].at == START + 60
    assert summary.undated == 1


def test_lines_without_a_moment_at_the_beginning_have_the_first_one() -> None:
    undated = without("timestamp", line())
    sender, _ = replayed([undated, undated, line(60)])
    assert [each.at for each in sender.lines] == [START + 60] * 3
    assert [each.value for each in sender.lines] == [undated, undated, line(60)]


def test_a_log_without_any_moment_is_dated_now_and_not_kept_in_memory() -> None:
    undated = without("timestamp", line())
    replay = Replay(FakeSender(), 2, FakeStop())
    for _ in range(UNDATED + 1):
        replay.line(undated)
    assert isinstance(replay.sender, FakeSender)
    assert len(replay.sender.lines) == UNDATED + 1
    assert all(each.at > START for each in replay.sender.lines)


@pytest.mark.parametrize(
    "year", ["0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"]
)
def test_a_year_in_which_nobody_sold_is_no_moment(year: str) -> None:
    told = orjson.loads(line()) | {"timestamp": year}
    sender, summary = replayed([line(60), orjson.dumps(told)])
    assert sender.lines[1].at == START + 60
    assert summary.undated == 1


def test_a_clock_that_is_years_ahead_moves_nobodys_time() -> None:
    ahead = 9 * 365 * DAY
    sender, summary = replayed([line(0), line(ahead), line(ahead + 1), line(60, who="bob")])
    assert [each.at - START for each in sender.lines] == [0, 0, 0, 60]
    assert summary.ahead == 2


def test_a_gap_in_the_log_is_believed_once_somebody_else_is_beyond_it_too() -> None:
    sender, summary = replayed([line(0), line(LEAP + 60), line(LEAP + 90, who="bob")], tick=DAY)
    assert [each.at - START for each in sender.lines] == [0, 0, LEAP + 60]
    assert summary.ahead == 1


def test_ticks_come_at_every_full_hour_in_front_of_what_happened_after() -> None:
    sender, summary = replayed([line(0), line(2.5 * HOUR)], partitions=2)
    assert [(each.at - START, each.partition) for each in sender.sent] == [
        *((0, 0), (0, 1), (0, None)),
        *((HOUR, 0), (HOUR, 1), (2 * HOUR, 0), (2 * HOUR, 1), (2.5 * HOUR, None)),
    ]
    assert summary.ticks == 6


def test_the_tick_can_be_another_than_an_hour() -> None:
    sender, _ = replayed([line(0), line(HOUR)], partitions=1, tick=900.0)
    assert [each.at - START for each in sender.ticks] == [0, 900, 1800, 2700, 3600]


def test_ticks_go_on_for_days_and_end_with_enough_for_everybody() -> None:
    lines = [line(n, who=f"c{n}") for n in range(250)]
    sender, _ = replayed(lines, partitions=1, until_days=2.0, tick=DAY)
    end = sender.lines[-1].at + 2 * DAY
    last = [each for each in sender.ticks if each.at == end]
    assert max(each.at for each in sender.sent) == end
    # 250 customers are two batches of 200, and a batch may hold 500 records.
    assert len(last) == 1000


def test_every_tick_is_one_that_the_kernel_knows() -> None:
    sender, _ = replayed([line()])
    assert all(isinstance(decode(each.value), Happening) for each in sender.ticks)


def test_nothing_to_replay_is_nothing() -> None:
    sender, summary = replayed([], until_days=30.0)
    assert sender.sent == []
    assert summary.lines == 0


def test_in_proportion_to_real_time_it_waits_for_data_time() -> None:
    stop = FakeStop()
    Replay(FakeSender(), 1, stop, speed=3600.0, tick=HOUR).run([line(0), line(HOUR)])
    assert max(stop.waited) == pytest.approx(1.0, abs=0.2)


def test_at_full_speed_it_never_waits() -> None:
    stop = FakeStop()
    Replay(FakeSender(), 1, stop).run([line(0), line(DAY)])
    assert stop.waited == []


def test_a_stop_ends_it_and_what_was_sent_has_arrived() -> None:
    sender = FakeSender()
    summary = Replay(sender, 1, FakeStop(after=5), until_days=9).run([line(n) for n in range(99)])
    assert 0 < len(sender.lines) < 99
    assert sender.settled == len(sender.sent)
    assert summary.stopped


def test_a_file_that_breaks_off_leaves_nothing_unsettled() -> None:
    def broken() -> Any:
        yield line(0)
        yield line(1)
        raise SettingsError("log.gz", "breaks off")

    sender = FakeSender()
    with pytest.raises(SettingsError):
        Replay(sender, 1, FakeStop()).run(broken())
    assert len(sender.lines) == 2
    assert sender.settled == len(sender.sent)


def test_a_refused_message_ends_the_replay() -> None:
    class Refusing(FakeSender):
        def poll(self) -> None:
            raise DeliveryError("events", "refused")

    with pytest.raises(DeliveryError):
        Replay(Refusing(), 1, FakeStop()).run(line(n) for n in range(OFTEN))


@given(
    st.lists(
        st.tuples(st.floats(-DAY, 30 * DAY), st.sampled_from(["ann", "bob"]), st.booleans()),
        max_size=40,
    )
)
def test_whatever_comes_every_line_is_sent_in_order_and_time_never_falls(
    told: list[tuple[float, str, bool]],
) -> None:
    lines = [
        line(after, who) if dated else without("timestamp", line(after, who))
        for after, who, dated in told
    ]
    sender, summary = replayed(lines, tick=DAY)
    assert [each.value for each in sender.lines] == lines
    moments = [each.at for each in sender.sent]
    assert moments == sorted(moments)
    assert summary.lines == len(lines)
