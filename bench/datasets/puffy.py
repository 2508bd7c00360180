"""Puffy: 14 days of a real shop's clicks, with defects that are passed on and never mended.

    page_viewed             Product Viewed on a product's page, else Page Viewed, which is ignored
    product_added_to_cart   Product Added, with the product of the page it was pressed on, if any
    checkout_started        Checkout Started
    email_filled_on_popup   identify (userId = e-mail hash); before it alias, once for a client
    checkout_completed      Order Completed (userId = e-mail hash); before it alias and identify,
                            where this client had not given this e-mail yet

A row without a client goes out without `userId` and `anonymousId`. Message ids are made of day and
line, so rows that say the same differ in them. Never carried: user agents, query strings, and what
stands behind the first step of a path (tokens of checkouts and returns).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final

from bench.datasets.puffy_goods import product_of
from bench.datasets.puffy_orders import order, read
from bench.datasets.puffy_rows import Row, rows
from bench.datasets.report import Met
from bench.datasets.segment import Json, Stamp, alias, identify, track

_ORIGIN: Final = re.compile(r"^[a-z-]+://[^/?#]+")
_SECTION: Final = re.compile(r"^https?://[^/?#]+/([^/?#]*)")
_PATH: Final = re.compile(r"^https?://([^?#]*)")


def events(folder: Path, met: Met) -> Iterator[Json]:
    """Everything, in time order."""
    shop = _Shop(met)
    for row in rows(folder, met):
        met.rows[row.name] += 1
        met.odd["no client"] += not row.client
        for line in shop.tell(row):
            yield line | _context(row)


class _Shop:
    """Remembers which client gave which e-mail, and which order ids were used."""

    def __init__(self, met: Met) -> None:
        self._met = met
        self._emails: defaultdict[str, set[str]] = defaultdict(set)
        self._orders: set[str | None] = set()
        self._words: dict[str, Callable[[Row], Iterator[Json]]] = {
            "page_viewed": self._viewed,
            "product_added_to_cart": self._added,
            "checkout_started": self._started,
            "email_filled_on_popup": self._filled,
            "checkout_completed": self._completed,
        }

    def tell(self, row: Row) -> Iterator[Json]:
        """A word that the shop never used before goes out as it is."""
        return self._words.get(row.name, self._unheard)(row)

    def _viewed(self, row: Row) -> Iterator[Json]:
        if product := product_of(row.page):
            yield track("Product Viewed", _stamp(row), product)
        else:
            yield track("Page Viewed", _stamp(row), {"section": _part(_SECTION, row.page)})

    def _added(self, row: Row) -> Iterator[Json]:
        product = product_of(row.page)
        self._met.odd["added to the cart, product unknown"] += not product
        yield track("Product Added", _stamp(row), product)

    def _started(self, row: Row) -> Iterator[Json]:
        path = _part(_PATH, row.page)
        cart = blake2b(path.encode(), digest_size=8).hexdigest()
        yield track("Checkout Started", _stamp(row), {"cart_id": cart})

    def _filled(self, row: Row) -> Iterator[Json]:
        email = read(row.data, self._met).user_email
        yield from self._aliased(row, email)
        yield identify(_stamp(row, user=email))

    def _completed(self, row: Row) -> Iterator[Json]:
        checkout = read(row.data, self._met)
        email = checkout.user_email
        self._met.odd["order without an e-mail"] += email is None
        self._met.odd["order id used before"] += checkout.transaction_id in self._orders
        self._orders.add(checkout.transaction_id)
        if row.client and email and email not in self._emails[row.client]:
            yield from self._aliased(row, email)
            yield identify(_stamp(row, "-identify", user=email))
        yield track("Order Completed", _stamp(row, user=email), order(checkout, self._met))

    def _aliased(self, row: Row, email: str | None) -> Iterator[Json]:
        """A client is one person's: to join a second e-mail to it would merge two people."""
        if not row.client or email is None:
            return
        emails = self._emails[row.client]
        if not emails:
            yield alias(_stamp(row, "-alias", user=email), previous=row.client)
        self._met.odd["client with another e-mail"] += bool(emails) and email not in emails
        emails.add(email)

    def _unheard(self, row: Row) -> Iterator[Json]:
        yield track(row.name, _stamp(row), {})


def _stamp(row: Row, suffix: str = "", user: str | None = None) -> Stamp:
    """The row's own moment. Without a client nobody is named, not even by an e-mail."""
    if not row.client:
        return Stamp(row.id + suffix, row.at)
    return Stamp(row.id + suffix, row.at, user, row.client)


def _context(row: Row) -> Json:
    """Where the visitor came from: the site alone, since its query may name a person."""
    origin = _part(_ORIGIN, row.referrer)
    return {"context": {"page": {"referrer": origin}}} if origin else {}


def _part(pattern: re.Pattern[str], text: str) -> str:
    """The pattern's last group (its whole match if it has none); empty where it does not match."""
    found = pattern.match(text)
    return found[found.re.groups] if found else ""
