"""Carts. `cart` and `customer` import each other: a circular import, and one that works."""

from .customer import Customer
from .prices import price_of


class Cart:
    """What a customer wants to buy."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.counts: dict[str, int] = {}
        self.discounts: list[float] = []
        customer.carts.append(self)

    def add(self, article, count):
        """Put more of an article into the cart."""
        self.counts[article] = self.counts.get(article, 0) + count

    def total(self, currency):
        """Return what is to be paid."""
        full = sum(count * price_of(name, currency) for name, count in self.counts.items())
        return full - sum(self.discounts)
