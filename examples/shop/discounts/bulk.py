"""One of three of the same article is free."""

from store.prices import price_of

TITLE = "3 for 2"


def discount(cart, currency):
    """Return what is taken off."""
    return sum(n // 3 * price_of(article, currency) for article, n in cart.counts.items())
