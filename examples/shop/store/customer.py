"""Customers.

`from . import cart` binds the module, which is only partially initialized at that moment: fine,
since nothing of it is needed before `first_cart` is called. `from .cart import Cart` would fail
here: the class statement has not run yet.
"""

from . import cart


class Customer:
    """Somebody with carts."""

    def __init__(self, name) -> None:
        self.name = name
        self.carts: list[cart.Cart] = []

    def first_cart(self):
        """Return the first cart, made when there is none."""
        return self.carts[0] if self.carts else cart.Cart(self)
