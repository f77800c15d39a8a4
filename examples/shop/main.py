"""A till: prints one customer's receipt, with the discounts that are installed as plugins.

`python main.py --currency EUR` and `entrepot run main.py --currency EUR` print the same;
under the second, entrepot imports every module.
"""

import importlib
import os
import sys

import discounts
from store import Cart, Customer
from store.prices import CURRENCIES, price_of


def installed_discounts():
    """Import every module of the package `discounts`, whatever its name: plugins."""
    for file in sorted(os.listdir(discounts.__path__[0])):
        tail, suffix = os.path.splitext(file)
        if suffix == ".py" and tail != "__init__":
            yield importlib.import_module(f"discounts.{tail}")


def main(arguments):
    """Fill a cart and print the receipt."""
    option, currency = arguments or ("--currency", "EUR")
    if option != "--currency" or currency not in CURRENCIES:
        sys.exit(f"usage: main.py [--currency {'|'.join(CURRENCIES)}]")

    customer = Customer("Ada")
    cart = Cart(customer)
    for article, count in {"tea": 3, "cup": 2, "sugar": 1}.items():
        cart.add(article, count)
        print(f"{count} x {article:8}{count * price_of(article, currency):8.2f} {currency}")
    for plugin in installed_discounts():
        off = plugin.discount(cart, currency)
        cart.discounts.append(off)
        print(f"{plugin.TITLE:12}{-off:8.2f} {currency}")
    print(f"{'total':12}{cart.total(currency):8.2f} {currency}")
    print(f"{customer.name} has {len(customer.carts)} cart; loaded from {cart.__module__}")


if __name__ == "__main__":
    main(sys.argv[1:])
