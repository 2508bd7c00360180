"""What the data sets must come to, from the raw files: knows no converter and no engine."""

import csv
import json
import lzma
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple


def starbucks_points(transcript: Path, *, minor_units_per_point: int = 100) -> dict[str, int]:
    """Points of every member who bought: each transaction is rounded down by itself, in cents."""
    points: Counter[str] = Counter()
    with lzma.open(transcript, "rt") as lines:
        for line in filter(str.strip, lines):
            row = json.loads(line, parse_float=Decimal)
            if row["event"] == "transaction":
                points[row["person"]] += int(row["value"]["amount"] * 100) // minor_units_per_point
    return dict(points)


class Checkout(NamedTuple):
    """A row of the shop's; revenue in USD."""

    order_id: str
    email: str
    revenue: Decimal


def checkouts(puffy: Path) -> list[Checkout]:
    """Every checkout_completed of all days, repeated order ids and all, oldest first."""
    found = []
    for day in sorted(puffy.glob("*.csv.xz")):
        with lzma.open(day, "rt", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["event_name"] == "checkout_completed":
                    told = json.loads(row["event_data"], parse_float=Decimal)
                    revenue = Decimal(told["revenue"])
                    found.append(Checkout(told["transaction_id"], told["user_email"], revenue))
    return found


def orders(puffy: Path) -> dict[str, Decimal]:
    """Revenue (USD) an order id; of a repeated id, the first."""
    return {checkout.order_id: checkout.revenue for checkout in reversed(checkouts(puffy))}
