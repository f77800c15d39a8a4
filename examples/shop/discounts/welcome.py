"""A new customer's first cart is five per cent cheaper."""

TITLE = "welcome"


def discount(cart, currency):
    """Return what is taken off."""
    return cart.total(currency) * 0.05 if cart.customer.first_cart() is cart else 0.0
