"""Which names a statement binds, derived from its bytecode, on each Python."""

from __future__ import annotations

from types import CodeType

import pytest

from entrepot.cli.bindings import bindings_after, is_import_statement

STATEMENTS = [
    ("import a", "a", None, ["a <- a, globals"]),
    ("import a.b.c", "a.b.c", None, ["a <- a, globals"]),
    ("import a as x", "a", None, ["x <- a, globals"]),
    ("import a.b as x", "a.b", None, ["x <- a.b, globals"]),
    ("import a.b.c.d as x", "a.b.c.d", None, ["x <- a.b.c.d, globals"]),
    ("from a import b", "a", ("b",), ["b <- b, globals"]),
    ("from a.b import c as x, d", "a.b", ("c", "d"), ["x <- c, globals", "d <- d, globals"]),
    ("from . import b", "", ("b",), ["b <- b, globals"]),
    ("from a import *", "a", ("*",), ["* <- *, globals"]),
    ("def f():\n import a", "a", None, ["a <- a, function"]),
    ("def f():\n import a; b = a; return b", "a", None, ["a <- a, function"]),
    ("def f():\n import a; import b", "a", None, ["a <- a, function"]),
    ("def f():\n from a import b, c; return b", "a", ("b", "c"), ["b <- b, function",
                                                                 "c <- c, function"]),
    ("def f():\n global a\n import a", "a", None, ["a <- a, globals"]),
    ("def f(x):\n import a\n return lambda: a", "a", None, ["a <- a, function"]),
    ("def f(a):\n import a as a\n return lambda: a", "a", None, ["a <- a, function"]),
    ("class C:\n import a", "a", None, ["a <- a, class"]),
    ("class C:\n global a\n import a", "a", None, ["a <- a, globals"]),
]  # fmt: skip


def code_with_the_import(code: CodeType) -> CodeType:
    """Return the innermost code: that of the function or class, if there is one."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return inner[0] if inner else code


@pytest.mark.parametrize(("statement", "name", "fromlist", "bound"), STATEMENTS)
def test_names_are_derived(
    statement: str, name: str, fromlist: tuple[str, ...] | None, bound: list[str]
) -> None:
    code = code_with_the_import(compile(statement, "<test>", "exec"))
    offset = next(n for n in range(0, len(code.co_code), 2) if is_import_statement(code, n))

    found = bindings_after(code, offset, name, fromlist)

    assert [f"{b.name} <- {b.value}, {b.scope}" for b in found] == bound


def test_many_names_need_longer_arguments() -> None:
    names = ", ".join(f"name{n}" for n in range(300))
    code = compile(f"x = [{names}]\nfrom a import b, c", "<test>", "exec")
    offset = next(n for n in range(0, len(code.co_code), 2) if is_import_statement(code, n))

    assert [b.name for b in bindings_after(code, offset, "a", ("b", "c"))] == ["b", "c"]


def test_a_call_binds_nothing_that_could_be_derived() -> None:
    code = compile("__import__('a')", "<test>", "exec")

    assert not any(is_import_statement(code, n) for n in range(0, len(code.co_code), 2))
