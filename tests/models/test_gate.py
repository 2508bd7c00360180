from policies.models.gate import EVERY, KEPT, NEWEST, PAUSE, Gate
from policies.models.learnt import Learnt
from policies.models.quality import Judged, Quality

GOOD, BAD = 0.7, 0.4
"""Scores of a coin that shows yes seven times in ten, whose base rate is known."""


class Lesson:
    """A gate over a made-up model, whose state tells after how many examples it was seen."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.quality = Quality()
        self.labels = 0
        self.went_back: list[int] = []

    def learn(self, examples: int, score: float) -> None:
        for _ in range(examples):
            self.quality.judge(Judged(score, 0.7, self.labels % 10 < 7, 1.0))
            self.labels += 1
            back = self.gate.check(self.labels, self.quality, self.state)
            if back is not None:
                self.went_back.append(back.examples)

    def state(self) -> Learnt:
        return Learnt(self.labels, [], [], [], [], 0.0)

    def greens(self) -> list[int]:
        return [green.examples for green in self.gate.greens]


def test_nothing_is_green_before_there_are_enough_examples() -> None:
    lesson = Lesson()
    lesson.learn(NEWEST - 1, GOOD)
    assert lesson.greens() == []
    lesson.learn(1, GOOD)
    assert lesson.greens() == [NEWEST]


def test_the_newest_three_green_states_are_kept() -> None:
    lesson = Lesson()
    lesson.learn(NEWEST + 5 * EVERY, GOOD)
    assert lesson.greens() == [NEWEST + n * EVERY for n in (3, 4, 5)]
    assert len(lesson.greens()) == KEPT


def test_a_model_that_has_become_worse_goes_back_to_the_oldest_green_state() -> None:
    lesson = Lesson()
    lesson.learn(NEWEST + 2 * EVERY, GOOD)
    lesson.learn(EVERY, BAD)
    assert lesson.went_back == [NEWEST]
    assert (lesson.greens(), lesson.gate.returns) == ([NEWEST], 1)


def test_after_going_back_it_waits_until_the_bad_predictions_have_left() -> None:
    lesson = Lesson()
    lesson.learn(NEWEST, GOOD)
    lesson.learn(EVERY, BAD)
    lesson.learn(PAUSE, GOOD)
    assert (lesson.gate.pause, lesson.greens()) == (0, [NEWEST])
    lesson.learn(EVERY, GOOD)
    assert lesson.greens() == [NEWEST, NEWEST + EVERY + PAUSE + EVERY]


def test_a_model_that_stays_bad_goes_back_again() -> None:
    lesson = Lesson()
    lesson.learn(NEWEST, GOOD)
    lesson.learn(2 * (PAUSE + EVERY), BAD)
    assert lesson.went_back == [NEWEST, NEWEST]


def test_a_model_that_has_never_been_good_just_goes_on() -> None:
    lesson = Lesson()
    lesson.learn(2 * NEWEST, BAD)
    assert (lesson.went_back, lesson.gate.pause) == ([], 0)


def test_two_per_cent_worse_than_the_base_rate_is_not_yet_bad() -> None:
    lesson = Lesson()
    lesson.learn(NEWEST, 0.65)
    loss, base = lesson.quality.losses(NEWEST)
    assert base < loss < 1.02 * base
    assert lesson.greens() == [NEWEST]
