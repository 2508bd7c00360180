"""The order book: what was bought, what came back, and the points that follow (DOMAIN: refunds).

Points are reversed as they were recorded, never by today's rule, and by what is left, never by what
came: reversed_total = awarded − floor(recorded rate × remaining base). So any order of refunds ends
the same.
"""

from itertools import takewhile
from typing import Any
from zlib import crc32

from engine import ledger, tender
from engine.awards import award
from engine.dates import DAY, NEVER
from engine.events import Basket, Line, Refund
from engine.money import Earning, converted, earning_base, gross, lessened, minor, minor_rate
from engine.state import Burnt, Customer, Order, OrderLine, Parked
from engine.turn import Turn

CANCELLED = "cancelled"
"""The refund key of a cancellation: an order is cancelled once."""

Returned = list[tuple[str, int, int]]
"""Lines that came back: (product, pieces, minor units of the order's currency); none: all."""


class UnknownCurrencyError(ValueError):
    """A currency without a rate in the programme: quarantined, never taken one to one."""


def place(turn: Turn, basket: Basket, at: float) -> Order | None:
    """Record an order and its points; None if it is a repeat. at: event time."""
    customer = turn.customer
    if basket.order_id in customer.book.orders:
        turn.note("repeat")
        return None
    burnt = tender.pay(turn, basket)
    own, earning = _earning(turn, basket, burnt)
    order = _recorded(turn, basket, own, earning, at)
    order.spent, order.burned = sum(points for _, points, _ in burnt), burnt
    because = award(turn, order, basket)
    customer.book.orders[basket.order_id] = order
    for flag in earning.flags:
        turn.note(flag)
    ledger.earn(turn, basket.order_id, order.awarded, at, **because)
    return order


def refund(turn: Turn, refund: Refund, *, whole: bool) -> int | None:
    """Apply a refund or a cancellation; the net money that went back (minor units).

    None: nothing changed. Before its order it is parked; a repeat has no effect; more than was
    bought is clamped and noted.
    """
    key = CANCELLED if whole else refund_key(refund)
    lines = [] if whole else _lines(refund, turn.world.programme.currency)
    order = turn.customer.book.orders.get(refund.order_id)
    if order is None:
        days = turn.world.programme.points.parked_days
        _park(turn, Parked(refund.order_id, key, lines, turn.now + days * DAY))
        return None
    return _give_back(turn, refund.order_id, order, key, lines)


def unpark(turn: Turn, ident: str, order: Order) -> None:
    """Apply what waited for this order."""
    waiting = [parked for parked in turn.customer.book.parked if parked.order == ident]
    turn.customer.book.parked = [
        parked for parked in turn.customer.book.parked if parked.order != ident
    ]
    for parked in waiting:
        _give_back(turn, ident, order, parked.key, parked.lines)


def refund_key(refund: Refund) -> str:
    """How a repeat is known: by the shop's id, else by what it says.

    >>> refund_key(Refund("o1", refund_id="r1"))
    'id:r1'
    """
    if refund.refund_id is not None:
        return f"id:{refund.refund_id}"
    lines = sorted((line.product_id or line.sku or "", line.quantity) for line in refund.products)
    amount = "" if refund.total is None else refund.total.normalize()
    return f"lines:{lines}{amount}"


def spent_since(customer: Customer[Any], since: float) -> int:
    """Net money paid for orders from a moment on (minor units, ≥ 0)."""
    recent = [order for order in customer.book.orders.values() if order.at >= since]
    return sum([line.kept for order in recent for line in order.lines])


def earned_since(customer: Customer[Any], since: float) -> int:
    """Points that orders earned from a moment on, less what returns took back (≥ 0)."""
    orders = customer.book.orders.values()
    return sum([order.awarded - order.reversed for order in orders if order.at >= since])


def due(customer: Customer[Any]) -> float:
    """When the next parked refund has waited long enough."""
    return min([parked.until for parked in customer.book.parked], default=NEVER)


def fire(turn: Turn) -> None:
    """Drop parked refunds whose order never came."""
    kept = [parked for parked in turn.customer.book.parked if parked.until > turn.now]
    for _ in range(len(turn.customer.book.parked) - len(kept)):
        turn.note("refund_without_order")
    turn.customer.book.parked = kept


def forget(turn: Turn) -> None:
    """Drop orders that are too old for a refund, a repeat or a tier; called when another comes.

    Both the order and its arrival must be old, else an old order sent twice would count twice.
    The book is in the order of arrival.
    """
    oldest = turn.now - turn.world.programme.points.remember_days * DAY
    orders = turn.customer.book.orders
    came_long_ago = takewhile(lambda each: each[1].day * DAY < oldest, orders.items())
    for ident in [ident for ident, order in came_long_ago if order.at < oldest]:
        del orders[ident]


def _earning(turn: Turn, basket: Basket, burnt: list[Burnt]) -> tuple[int, Earning]:
    """The earning base in the order's own minor units, and the earning in the programme's."""
    own, earning = _converted(turn, basket)
    if basket.paid_with_points is not None:
        return own, earning
    points = basket.points_spent or sum(points for _, points, _ in burnt)
    if not points:
        return own, earning
    programme = turn.world.programme
    if not programme.points.worth:
        turn.note("worth_of_points_unknown")
    return own, lessened(earning, minor(points * programme.points.worth, programme.currency))


def _converted(turn: Turn, basket: Basket) -> tuple[int, Earning]:
    programme = turn.world.programme
    currency = (basket.currency or programme.currency).upper()
    earning = earning_base(basket, currency)
    if currency == programme.currency:
        return earning.base, earning
    if currency not in programme.currencies:
        raise UnknownCurrencyError(f"order in {currency}: the programme has no rate for it")
    rate = minor_rate(programme.currencies[currency], currency, programme.currency)
    return earning.base, converted(earning, rate)


def _recorded(turn: Turn, basket: Basket, own: int, earning: Earning, at: float) -> Order:
    if basket.products:
        pairs = zip(basket.products, earning.nets, strict=True)
        lines = [OrderLine(_name(line), max(1, line.quantity), net) for line, net in pairs]
    else:
        lines = [OrderLine(None, max(1, own), earning.base)]
    return Order(at, int(turn.now // DAY), lines, earn=0, per=1)


def _park(turn: Turn, parked: Parked) -> None:
    known = [(other.order, other.key) for other in turn.customer.book.parked]
    if (parked.order, parked.key) in known:
        turn.note("repeat")
    else:
        turn.customer.book.parked.append(parked)
        turn.note("refund_parked")


def _give_back(turn: Turn, ident: str, order: Order, key: str, lines: Returned) -> int | None:
    mark = crc32(key.encode())
    if mark in order.refunds:
        turn.note("repeat")
        return None
    order.refunds.append(mark)
    kept, returned = order.kept, _pieces(order)
    if lines:
        for line in lines:
            _return_line(turn, order, *line)
    else:
        for bought in order.lines:
            bought.returned = bought.quantity
    tender.restore(turn, ident, order, key)
    total = order.awarded - order.deserved
    ledger.reverse(turn, ident, total - order.reversed, "points", f"{ident}/{key}")
    order.reversed = total
    return kept - order.kept if _pieces(order) > returned else None


def _pieces(order: Order) -> int:
    return sum(line.returned for line in order.lines)


def _return_line(turn: Turn, order: Order, product: str, pieces: int, amount: int) -> None:
    for line in order.lines:
        if line.product is None:
            pieces = amount
        if line.product is None or line.product == product:
            back = min(pieces, line.quantity - line.returned)
            line.returned += back
            pieces -= back
    if pieces:
        turn.note("refund_beyond_order")


def _lines(refund: Refund, own: str) -> Returned:
    """The lines, with the money that the refund names where it names none of its lines' prices."""
    currency = (refund.currency or own).upper()
    lines = [
        (_name(line), max(1, line.quantity), gross(line, currency)) for line in refund.products
    ]
    if lines and refund.total is not None and not any(amount for _, _, amount in lines):
        product, pieces, _ = lines[0]
        lines[0] = (product, pieces, minor(refund.total, currency))
    return lines


def _name(line: Line) -> str:
    return line.product_id or line.sku or ""
