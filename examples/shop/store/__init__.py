"""The shop's own code: carts, customers and prices."""

from .cart import Cart
from .customer import Customer

__all__ = ["Cart", "Customer"]
