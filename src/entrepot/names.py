"""Arithmetic on dotted module names.

A *name* is a fully qualified dotted module name such as ``"shop.cart.rates"``; its *tail* is the
last part, its *parent* everything before. Nothing here looks at the file system or at a module.
"""

from __future__ import annotations


def parent_of(name: str) -> str:
    """Return the name of the package that a module is in, ``""`` for a top-level one.

    Example:
        >>> parent_of("shop.cart.rates"), parent_of("shop")
        ('shop.cart', '')
    """
    return name.rpartition(".")[0]


def tail_of(name: str) -> str:
    """Return the last part of a name.

    Example:
        >>> tail_of("shop.cart.rates"), tail_of("shop")
        ('rates', 'shop')
    """
    return name.rpartition(".")[2]


def top_of(name: str) -> str:
    """Return the first part of a name: what ``import a.b.c`` binds.

    Example:
        >>> top_of("shop.cart.rates")
        'shop'
    """
    return name.partition(".")[0]


def level_of(name: str) -> int:
    """Return how many dots a relative name starts with.

    Example:
        >>> level_of("..rates"), level_of("rates")
        (2, 0)
    """
    return len(name) - len(name.lstrip("."))


def resolve_relative(name: str, package: str, level: int) -> str:
    """Return the absolute name that a relative import means.

    Args:
        name: What stands after the dots; may be empty (``from . import x``).
        package: The package the import statement is in.
        level: The number of dots, at least 1. One dot is the package itself.

    Raises:
        ImportError: There are more dots than packages around (language reference, 5.7).

    Example:
        >>> resolve_relative("rates", "shop.cart", 2)
        'shop.rates'
        >>> resolve_relative("", "shop.cart", 1)
        'shop.cart'
    """
    base = package
    for _ in range(level - 1):
        base, dot, _tail = base.rpartition(".")
        if not dot:
            raise ImportError("attempted relative import beyond top-level package")
    return f"{base}.{name}" if name else base
