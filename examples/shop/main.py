"""A till: prints one customer's receipt, with the discounts that are installed as plugins.

`python main.py --currency EUR` and `entrepot run main.py --currency EUR` print the same;
under the second, entrepot imports every module.
"""

import argparse
import importlib
import pkgutil

import discounts
from store import Cart, Customer
from store.prices import CURRENCIES, price_of


def installed_discounts():
    """Import every module of the package `discounts`, whatever its name: plugins."""
    for found in sorted(pkgutil.iter_modules(discounts.__path__), key=lambda item: item.name):
        yield importlib.import_module(f"discounts.{found.name}")


def main():
    """Fill a cart and print the receipt."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--currency", choices=sorted(CURRENCIES), default="EUR")
    currency = options.parse_args().currency

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
    main()
