"""Ignoring circular import risks: orders needs customers, which needs orders."""

import orders

print(orders.Order("Ada").customer.name)
