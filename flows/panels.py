"""A customer's page: a panel on who they are, then a table for everything that there is to say."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

import features
from engine import completions, ledger, tiers
from engine.challenges import Challenge, Spend
from engine.state import Customer, Enrolment, Watch
from engine.step import PARTS
from engine.turn import Turn
from features import CATALOGUE
from flows.console import printable
from flows.show import Found
from flows.tables import table
from flows.wording import NOTHING, Wording, bar, qualifies_by
from policies import actions
from policies.models import TASKS
from policies.questions import MILLION

TASTES: Final = 12
TAIL: Final = 10
"""Orders that are shown, the newest; the page says how many there are."""


class Page(Struct, frozen=True):
    """What every section needs."""

    found: Found
    turn: Turn
    words: Wording

    @property
    def customer(self) -> Customer[features.Memories]:
        """Whose page it is."""
        return self.found.customer


def panels(found: Found) -> Iterator[RenderableType]:
    """The page, section by section; a section without anything to say is left out."""
    turn = found.turn
    page = Page(found, turn, Wording(turn.zone, turn.world.programme.currency))
    yield _who(page)
    for title, columns, rows in _SECTIONS:
        section = table(*columns, title=title)
        for row in rows(page):
            section.add_row(*(printable(cell) for cell in row))
        if section.row_count:
            yield Group(section)


def _pairs(facts: Mapping[str, str]) -> Table:
    grid = Table.grid(padding=(0, 3))
    for name, value in facts.items():
        grid.add_row(name, printable(value))
    return grid


def _who(page: Page) -> Panel:
    found, customer, when = page.found, page.customer, page.words.when
    lag = "unknown: the broker does not answer" if found.lag is None else f"{found.lag:,} records"
    facts = {
        "is": "a customer" if customer.known else "an anonymous visitor",
        "enrolled": when(customer.book.enrolled),
        "zone": customer.zone or f"unknown; the programme's, {page.turn.world.programme.zone}",
        "country": customer.country or "unknown",
        "held out": "yes: no offers and no marketing" if customer.book.holdout else "no",
        "consents": ", ".join(customer.book.consents) or "none",
        "unsubscribed from": ", ".join(customer.book.silenced) or NOTHING,
        "programme": f"{page.turn.world.programme.name}, {page.turn.world.programme.version}",
        "as of": f"{when(found.as_of)}, partition {found.partition}, offset {found.offset:,}",
        "log time": when(found.checkpoint.log_time),
        "not folded yet": lag,
        "next timer": when(customer.due),
    }
    return Panel(_pairs(facts), title=printable(found.who), title_align="left", expand=False)


Rows = Iterator[tuple[str, ...]]


def _points(page: Page) -> Rows:
    points = page.customer.book.ledger
    yield "may be spent", f"{ledger.available(points):,}"
    yield "pending", f"{ledger.pending(points):,}"
    yield "reserved", f"{ledger.reserved(points):,}"
    yield "debt", f"{points.debt:,}"
    for name in ("issued", "redeemed", "expired", "reversed"):
        yield f"{name}, all time", f"{getattr(points, name):,}"
    yield "adds up", "yes" if ledger.balanced(points) else "NO: punchcard recount"


def _lots(page: Page) -> Rows:
    when = page.words.when
    for lot in page.customer.book.ledger.lots:
        figures = (str(lot.pending), str(lot.available), str(lot.reserved))
        yield lot.source, *figures, when(lot.earned), when(lot.matures), when(lot.expires)


def _holds(page: Page) -> Rows:
    for hold in page.customer.book.ledger.holds:
        points = sum(points for _, points in hold.taken)
        yield hold.redemption, str(points), page.words.when(hold.until)


def _tier(page: Page) -> Rows:
    tier, ladder = page.customer.book.tier, page.turn.world.programme.tiers
    if not ladder.steps:
        return
    step = ladder.steps[min(tier.level, len(ladder.steps) - 1)]
    counted, amount = tiers.qualifying(page.turn), page.words.measured(ladder)
    yield "tier", f"{step.name} ({step.id}), {step.multiplier} times the points"
    yield "holds until", page.words.when(tier.until)
    yield "grace until", page.words.when(tier.grace)
    yield qualifies_by(ladder), amount(counted)
    thresholds = page.turn.world.programme.thresholds
    for level in range(tier.level + 1, len(ladder.steps)):
        goal = thresholds[level]
        yield f"towards {ladder.steps[level].name}", f"{bar(counted, goal)} of {amount(goal)}"


def _orders(page: Page) -> Rows:
    money = page.words.money
    newest = sorted(page.customer.book.orders.items(), key=lambda named: named[1].at)[-TAIL:]
    for ident, order in reversed(newest):
        paid = sum(line.net for line in order.lines)
        points = f"{order.awarded - order.reversed} of {order.awarded}"
        yield ident, page.words.when(order.at), money(paid), money(order.kept), points
    more = len(page.customer.book.orders) - len(newest)
    if more:
        yield f"and {more} older", "", "", "", ""


def _parked(page: Page) -> Rows:
    for refund in page.customer.book.parked:
        yield refund.order, refund.key, page.words.when(refund.until)


def _challenges(page: Page) -> Rows:
    when = page.words.when
    for each in page.customer.book.challenges:
        challenge = page.turn.world.versions[each.version]
        amount, goal = completions.progress(each), completions.needed(page.turn.world, each)
        shown = f"{bar(amount, goal)}  {_amount(page, challenge, amount)}"
        state = f"done {when(each.done)}" if each.done else "closed" if each.closed else "open"
        yield challenge.name, shown, _amount(page, challenge, goal), state, _window(page, each)


def _amount(page: Page, challenge: Challenge, amount: int) -> str:
    return page.words.money(amount) if isinstance(challenge, Spend) else str(amount)


def _window(page: Page, enrolment: Enrolment) -> str:
    return f"{page.words.when(enrolment.started)} – {page.words.when(enrolment.ends)}"


def _rewards(page: Page) -> Rows:
    when = page.words.when
    for ident, grant in page.customer.book.rewards.items():
        worth = f"{grant.points} points" if grant.points else grant.kind or "coupon"
        yield ident, grant.reward, worth, grant.state, when(grant.unlocked), when(grant.expires)


def _scores(page: Page) -> Rows:
    for task in TASKS:
        told = actions.scores(page.turn)[task.name]
        yield task.name, f"{told['score']:.4f}", told["version"], task.meaning


def _tastes(page: Page) -> Rows:
    taste = page.customer.memory.affinity
    for kind, liked in (("category", taste.categories), ("brand", taste.brands)):
        for name, share in liked.top(TASTES):
            yield kind, name, bar(round(share * 1000), 1000)


def _numbers(page: Page) -> Rows:
    values = features.numbers(page.customer.memory, page.turn.now)
    for number, value in zip(CATALOGUE, values, strict=True):
        yield number.name, f"{value:,.4g}", number.unit, number.meaning


def _watches(page: Page) -> Rows:
    when = page.words.when
    watches, rests = page.customer.watches, page.customer.rests
    for ident in [*watches, *(rests.keys() - watches.keys())]:
        watch = watches.get(ident, Watch())
        over = "over its line" if watch.above else f"seen {watch.seen} times" if watch.seen else ""
        yield ident, over or NOTHING, when(watch.again), when(rests.get(ident, 0.0))


def _deferred(page: Page) -> Rows:
    for message in page.customer.book.deferred:
        yield message.policy, page.words.when(message.since), page.words.when(message.until)


def _inbox(page: Page) -> Rows:
    for notice in actions.notices(page.customer):
        yield page.words.when(notice.at), notice.title, notice.id


def _sent(page: Page) -> Rows:
    for at, channel in page.customer.book.sent:
        yield page.words.when(at), channel


def _questions(page: Page) -> Rows:
    for question in page.customer.book.questions:
        for model, (score, version) in question.open.items():
            yield page.words.when(question.asked), model, f"{score / MILLION:.4f}", version


def _timers(page: Page) -> Rows:
    for name, part in {**PARTS, **page.turn.world.mind.parts}.items():
        yield name, page.words.when(part.due(page.customer))


_SECTIONS: Final[tuple[tuple[str, tuple[str, ...], Callable[[Page], Rows]], ...]] = (
    ("points", ("", ">"), _points),
    (
        "lots",
        ("from", ">pending", ">available", ">reserved", "earned", "matures", "expires"),
        _lots,
    ),
    ("set aside", ("redemption", ">points", "until"), _holds),
    ("tier", ("", ""), _tier),
    ("orders", ("order", "at", ">paid", ">kept", ">points left"), _orders),
    ("refunds that wait for their order", ("order", "refund", "until"), _parked),
    ("challenges", ("challenge", "progress", ">goal", "state", "window"), _challenges),
    ("rewards", ("id", "reward", "worth", "state", "unlocked", "expires"), _rewards),
    ("scores", ("score", ">", "version", "meaning"), _scores),
    ("tastes", ("", "name", "share"), _tastes),
    ("numbers", ("number", ">", "unit", "meaning"), _numbers),
    ("policies", ("policy", "its score", "looks again", "rests until"), _watches),
    ("deferred messages", ("policy", "since", "asks again"), _deferred),
    ("on-site messages", ("at", "title", "decision"), _inbox),
    ("sent in the last days", ("at", "channel"), _sent),
    ("open questions", ("asked", "model", ">said", "version"), _questions),
    ("timers", ("of", "next"), _timers),
)
