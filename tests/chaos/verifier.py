"""What must have come out, reckoned without a line of the engine: raw JSON, dicts and whole cents.

The programme of the run is plain (one point for each full euro of the lines less their share of the
discount), so that arithmetic of a page can say what every member must have.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

PROGRAMME = """
name = "chaos"
currency = "EUR"
zone = "Europe/Vienna"
salt = "chaos"

[holdout]
share = 0.0

[[rewards]]
id = "thanks"
name = "25 points"
kind = "points"
points = 25

[[challenges]]
kind = "count"
id = "thrice"
name = "Three orders"
of = "orders"
goal = 3
repeat = "on_completion"
reward = "thanks"

[[policies]]
id = "thank_you"
on = "Order Completed"
channel = "onsite"
purpose = "transactional"
[policies.message]
title = "Thank you"

[[policies]]
id = "cart"
after = { event = "Product Added", hours = 4, unless = "Order Completed" }
channel = "email"
[policies.message]
title = "Your cart"
"""


class Verdict(NamedTuple):
    """Who has another balance than they must, and which ids have two contents."""

    wrong: list[str]
    changed: list[str]
    decisions: set[str]
    members: int


def verify(
    events: Iterable[tuple[str, bytes]],
    decisions: Iterable[bytes],
    profiles: dict[str, dict[str, str]],
) -> Verdict:
    """events: (customer, record) in the order of each partition's log. profiles: Redis hashes."""
    first: dict[str, bytes] = {}
    changed: list[str] = []
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for value in decisions:
        told = json.loads(value)
        if first.setdefault(told["id"], value) != value:
            changed.append(told["id"])
        elif first[told["id"]] is value:
            _add(said[told["customer"]], told)
    orders, moved = _orders(events)
    wrong = []
    for who, profile in profiles.items():
        if who in moved or "points" not in profile:
            continue
        must = sum(map(_kept, orders[who].values())) + _otherwise(said[who])
        has = int(profile["points"]) + int(profile["pending"]) - int(profile["debt"])
        if must != has:
            wrong.append(f"{who}: has {has}, must have {must}")
    return Verdict(wrong, changed, set(first), len(profiles))


def _add(sums: Counter[str], told: dict[str, Any]) -> None:
    """Points that moved for other reasons than orders, by what moved them."""
    name, rule, figures = told["event"], told["rule"], told["properties"]
    if name == "Points Reversed" and rule == "points":
        return
    if name.startswith("Points ") and "points" in figures:
        sums[name] += figures["points"]
    if name == "Redemption Released":
        sums[name] += figures["points"]


def _otherwise(sums: Counter[str]) -> int:
    """What is left of rewards, corrections, redemptions, holds and expiry."""
    held = sums["Points Reserved"] - sums["Points Redeemed"] - sums["Redemption Released"]
    gone = held + sums["Points Redeemed"] + sums["Points Expired"] + sums["Points Reversed"]
    return sums["Points Earned"] - gone


def _orders(
    events: Iterable[tuple[str, bytes]],
) -> tuple[dict[str, dict[str, list[list[Any]]]], set[str]]:
    """What everybody bought and kept: lines as [product, pieces, cents for all, pieces back]."""
    orders: dict[str, dict[str, list[list[Any]]]] = defaultdict(dict)
    waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
    refunds: set[tuple[str, str, str]] = set()
    moved: set[str] = set()
    for who, raw in events:
        try:
            event = json.loads(raw)
        except ValueError:
            continue
        if not isinstance(event, dict) or event.get("userId") != who:
            continue
        name, told = event.get("event"), event.get("properties", {})
        if (
            name in ("Merge In", "Merge Requested", "Customer Erased")
            or event.get("type") == "alias"
        ):
            moved.add(who)
        elif name == "Order Completed" and told["order_id"] not in orders[who]:
            orders[who][told["order_id"]] = _lines(told)
            for refund in waiting.pop(f"{who}/{told['order_id']}", []):
                _back(orders[who][told["order_id"]], refund)
        elif name in ("Order Refunded", "Order Cancelled"):
            whole = {**told, "products": []} if name == "Order Cancelled" else told
            mark = (who, told["order_id"], _mark(name, told))
            if mark in refunds:
                continue
            refunds.add(mark)
            if told["order_id"] in orders[who]:
                _back(orders[who][told["order_id"]], whole)
            else:
                waiting[f"{who}/{told['order_id']}"].append(whole)
    return orders, moved


def _mark(name: str, told: dict[str, Any]) -> str:
    """How a refund that is told twice is known."""
    if name == "Order Cancelled":
        return "cancelled"
    lines = sorted((line["product_id"], line["quantity"]) for line in told.get("products", []))
    return str(told.get("refund_id") or lines)


def _lines(told: dict[str, Any]) -> list[list[Any]]:
    """Shares of the discount by largest remainder, ties to the lowest line."""
    gross = [_cents(line["price"]) * line["quantity"] for line in told["products"]]
    discount, whole = _cents(told["discount"]), sum(gross)
    exact = [divmod(discount * each, whole) for each in gross]
    shares = [share for share, _ in exact]
    by_rest = sorted(range(len(gross)), key=lambda n: (-exact[n][1], n))
    for n in by_rest[: discount - sum(shares)]:
        shares[n] += 1
    pairs = zip(told["products"], gross, shares, strict=True)
    return [[line["product_id"], line["quantity"], all_ - off, 0] for line, all_, off in pairs]


def _back(lines: list[list[Any]], refund: dict[str, Any]) -> None:
    if not refund.get("products"):
        for line in lines:
            line[3] = line[1]
    for back in refund.get("products", []):
        pieces = back["quantity"]
        for line in lines:
            if line[0] == back["product_id"]:
                taken = min(pieces, line[1] - line[3])
                line[3] += taken
                pieces -= taken


def _kept(lines: list[list[Any]]) -> int:
    """Points for what is left of an order, rounded down once."""
    cents: int = sum(net * (bought - back) // bought for _, bought, net, back in lines)
    return cents // 100


def _cents(amount: str | float) -> int:
    """A figure as shops write it, or as text, which is how an event that was handed on has it."""
    return round(float(amount) * 100)
