"""The ten Starbucks offers as a programme, and what it completes against what the company did."""

from collections import Counter
from pathlib import Path

from bench.datasets.starbucks_rows import Offer, offers
from bench.offers import PROGRAMME, Done, compared, measure
from engine.challenges import Spend
from policies.check import load


def test_the_ten_offers_are_in_the_programme_as_the_portfolio_has_them(
    starbucks_folder: Path,
) -> None:
    programme = load(PROGRAMME)
    ten = offers(starbucks_folder).values()
    told = {each.id: each for each in (*programme.challenges, *programme.policies)}
    assert told.keys() == {offer.challenge_id for offer in ten}
    for challenge in programme.challenges:
        [offer] = [each for each in ten if each.challenge_id == challenge.id]
        assert isinstance(challenge, Spend)
        assert terms(challenge) == terms_of(offer)
    for policy in programme.policies:
        [offer] = [each for each in ten if each.challenge_id == policy.id]
        assert policy.cool_down_days == offer.duration


def terms(challenge: Spend) -> tuple[int, float | None, str | None, bool]:
    return int(challenge.goal), challenge.days, challenge.reward, challenge.in_one_order


def terms_of(offer: Offer) -> tuple[int, float | None, str | None, bool]:
    return offer.difficulty, offer.duration, f"off_{offer.reward}", offer.offer_type == "bogo"


def test_of_a_hundred_completions_ninety_eight_agree(starbucks_folder: Path) -> None:
    found = measure(starbucks_folder, share=0.03)
    assert float(found["agreement_percent"]) > 98


def test_what_does_not_agree_is_told_apart() -> None:
    ours = Counter([Done("ann", "a", 6), Done("bob", "a", 6), Done("eve", "b", 6)])
    theirs = Counter([Done("ann", "a", 6), Done("bob", "a", 12), Done("joe", "b", 6)])
    assert compared(ours, theirs) == {
        "theirs": 3,
        "ours": 3,
        "same": 1,
        "agreement_percent": 20.0,
        "theirs_found_percent": 33.33,
        "ours_confirmed_percent": 33.33,
        "other_hour": 1,
        "only_theirs": 1,
        "only_ours": 1,
    }
