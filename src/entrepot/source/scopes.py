"""Code objects as a tree of scopes: which is which across two versions, and which differ.

A *scope* is a function, lambda, class body or generator expression below a top-level statement.
Its *path* names it across versions: the names from the statement down, each with its number among
its siblings of the same name, such as ``(("Cart", 0), ("total", 0), ("<lambda>", 1))``.

What a definition's type parameters are made in (PEP 695) is a scope like others, and takes no part
in the paths of what is inside: ``def f[T]()`` continues ``def f()``, and the module makes it.

Two code objects have the same *body* if calling them does the same, line numbers, docstring and
the bodies of nested scopes apart (nested scopes that run are scopes of their own).
"""

from __future__ import annotations

import dis
import sys
from types import CodeType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Path: TypeAlias = tuple[tuple[str, int], ...]

CO_OPTIMIZED = 0x1
CO_VARARGS = 0x4
CO_VARKEYWORDS = 0x8
CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
ITERABLE_COROUTINE = 0x100
CO_ASYNC_GENERATOR = 0x200
KINDS = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
FUTURE_FLAGS = 0x1FF0000 if sys.version_info >= (3, 11) else 0
_SKIPPED = frozenset({"RESUME", "NOP", "CACHE", "EXTENDED_ARG", "NOT_TAKEN"})
_SKIPPED_OPCODES = bytes(dis.opmap[name] for name in _SKIPPED if name in dis.opmap)
_LINE_FACTS = frozenset({"__firstlineno__", "__static_attributes__"})
_TYPE_PARAMETERS = "<generic parameters of "
_ANNOTATING = frozenset({"__annotate__", "__annotate_func__"})
_JUMPS = frozenset(dis.hasjrel) | frozenset(dis.hasjabs)
_LOADS_CONST = frozenset(dis.hasconst)
_EXTENDED = dis.EXTENDED_ARG
_IMPORT = dis.opmap["IMPORT_NAME"]
#: Whether a class body holds the line where the class stands as a constant.
HOLDS_LINES = sys.version_info >= (3, 13)


def nested(code: CodeType) -> list[CodeType]:
    """Return the code objects directly inside a code object, in source order.

    Example:
        >>> code = compile("def f(): return lambda: 1", "m", "exec")
        >>> [inner.co_name for inner in nested(code)]
        ['f']
    """
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def same_throughout(old: CodeType, new: CodeType) -> bool:
    """Return whether two code objects do the same, and so do those inside them."""
    if old is new:
        return True
    inside = nested(old), nested(new)
    return (
        same_body(old, new)
        and len(inside[0]) == len(inside[1])
        and all(map(same_throughout, *inside))
    )


def walk(codes: Iterable[CodeType], prefix: Path = ()) -> Iterator[tuple[Path, CodeType]]:
    r"""Yield every code object of a tree with its path, outer ones first.

    Example:
        >>> code = compile("class C:\n  def f(self): return [lambda: 1, lambda: 2]", "m", "exec")
        >>> [path[-1] for path, _ in walk(nested(code))]
        [('C', 0), ('f', 0), ('<lambda>', 0), ('<lambda>', 1)]
    """
    yield from _walk(codes, prefix, {})


def _walk(
    codes: Iterable[CodeType], prefix: Path, counts: dict[str, int]
) -> Iterator[tuple[Path, CodeType]]:
    for code in codes:
        number = counts.get(code.co_name, 0)
        counts[code.co_name] = number + 1
        path = (*prefix, (code.co_name, number))
        yield path, code
        if _holds_parameters(code):
            yield from _walk(nested(code), prefix, counts)
        else:
            yield from _walk(nested(code), path, {})


def is_function(code: CodeType) -> bool:
    """Return whether a code object is run by calling a function object (no class body)."""
    return bool(code.co_flags & CO_OPTIMIZED)


def has_imports(code: CodeType) -> bool:
    r"""Return whether executing a class body, with those inside it, may import anything.

    Example:
        >>> code = compile("class C:\n  def f(self):\n    import os", "m", "exec")
        >>> has_imports(nested(code)[0]), has_imports(nested(nested(code)[0])[0])
        (False, True)
    """
    if _IMPORT in code.co_code[::2]:
        return True
    inner = (one for one in nested(code) if not is_function(one) or _holds_parameters(one))
    return any(map(has_imports, inner))


def _holds_parameters(code: CodeType) -> bool:
    return code.co_name.startswith(_TYPE_PARAMETERS)


def docstring(code: CodeType) -> str | None:
    """Return the docstring that a function made from the code would have."""
    if not is_function(code) or not code.co_consts or code.co_name.startswith("<"):
        return None
    if sys.version_info >= (3, 14) and not code.co_flags & 0x4000000:
        return None
    first = code.co_consts[0]
    return first if isinstance(first, str) else None


def same_interface(old: CodeType, new: CodeType) -> bool:
    """Return whether callers may call both alike: parameters, kind and free variables."""
    return _interface(old) == _interface(new)


def _interface(code: CodeType) -> tuple[object, ...]:
    arguments = code.co_argcount + code.co_kwonlyargcount
    arguments += bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    return (
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_varnames[:arguments],
        code.co_flags & (CO_VARARGS | CO_VARKEYWORDS | KINDS),
    )


def same_body(old: CodeType, new: CodeType) -> bool:
    r"""Return whether running two code objects does the same.

    Example:
        >>> def body(source):
        ...     return nested(compile(source, "m", "exec"))[0]
        >>> same_body(body("def f(a): return a + 1"), body("\n\ndef f(a): return (a + 1)"))
        True
        >>> same_body(body("def f(a): return a + 1"), body("def f(a): return a + 2"))
        False
    """
    if old is new:
        return True
    if (
        _interface(old) != _interface(new)
        or old.co_freevars != new.co_freevars
        or (old.co_flags ^ new.co_flags) & FUTURE_FLAGS
    ):
        return False
    if (
        old.co_code == new.co_code
        and old.co_names == new.co_names
        and old.co_varnames == new.co_varnames
        and old.co_cellvars == new.co_cellvars
        and _same_tables(old, new)
    ):
        others = _other_consts(old, new)
        if not others:
            return True
        if not HOLDS_LINES or is_function(old):
            return not _loads(old, others)
    if set(old.co_names) != set(new.co_names):
        return False
    if (not HOLDS_LINES or is_function(old)) and _opcodes(old) != _opcodes(new):
        return False  # seen without decoding them
    return list(_instructions(old)) == list(_instructions(new))


def same_code(old: CodeType, new: CodeType) -> bool:
    """Return whether two code objects have the same body, and so what is nested in them."""
    if old == new:
        return True
    pairs = list(zip(nested(old), nested(new), strict=False))
    return same_body(old, new) and all(same_code(a, b) for a, b in pairs)


def makes_the_same(old: CodeType, new: CodeType) -> bool:
    r"""Return whether two class bodies make the same, but for the bodies of their functions.

    Example:
        >>> def body(source):
        ...     return nested(compile(source, "m", "exec"))[0]
        >>> before = body("class C:\n  def f(self, a=1): return a")
        >>> makes_the_same(before, body("class C:\n  def f(self, a=1): return -a"))
        True
        >>> makes_the_same(before, body("class C:\n  def f(self, a=2): return a"))
        False
        >>> makes_the_same(before, body("class C:\n  def f(self, b=1): return b"))
        False
    """
    if not same_body(old, new):
        return False
    pairs = nested(old), nested(new)
    return len(pairs[0]) == len(pairs[1]) and all(map(_makes_the_same_inside, *pairs))


def _makes_the_same_inside(old: CodeType, new: CodeType) -> bool:
    if old.co_name != new.co_name:
        return False
    if not is_function(old):
        return makes_the_same(old, new)
    is_called_later = old.co_name[:1] != "<" or old.co_name == "<lambda>"
    if is_called_later and old.co_name not in _ANNOTATING:
        return same_interface(old, new)
    return same_throughout(old, new)  # a part of what the body itself does


def _same_tables(old: CodeType, new: CodeType) -> bool:
    return old.co_exceptiontable == new.co_exceptiontable


def _other_consts(old: CodeType, new: CodeType) -> set[int]:
    """Return the positions of constants that are others; docstrings count for none."""
    mine, theirs = old.co_consts, new.co_consts
    first = 1 if docstring(old) is not None and docstring(new) is not None else 0
    count = min(len(mine), len(theirs))
    return {
        at
        for at in range(first, count)
        if mine[at] is not theirs[at] and constant_key(mine[at]) != constant_key(theirs[at])
    }.union(range(count, max(len(mine), len(theirs))))


def _loads(code: CodeType, positions: set[int]) -> bool:
    """Return whether a code object loads a constant at one of some positions."""
    extended, instructions = 0, code.co_code
    for at in range(0, len(instructions), 2):
        opcode, argument = instructions[at], instructions[at + 1] | extended
        if opcode in _LOADS_CONST and argument in positions:
            return True
        extended = argument << 8 if opcode == _EXTENDED else 0
    return False


def constant_key(value: object) -> object:
    """Return a key by which two constants of code are the same value of the same type.

    Nested code counts as a placeholder by name: its body is a scope of its own.

    Example:
        >>> constant_key(1) == constant_key(True), constant_key(0.0) == constant_key(-0.0)
        (False, False)
    """
    if isinstance(value, CodeType):
        return ("code", value.co_name, value.co_freevars)
    if isinstance(value, tuple):
        return (tuple, tuple(constant_key(item) for item in value))
    if isinstance(value, frozenset):
        return (frozenset, frozenset(constant_key(item) for item in value))
    if isinstance(value, float | complex):
        return (type(value), repr(value))
    return (type(value), value)


def _opcodes(code: CodeType) -> bytes:
    """Return the opcodes of what ``_instructions`` yields, without what may stand among them."""
    return code.co_code[::2].translate(None, _SKIPPED_OPCODES)


def _instructions(code: CodeType) -> Iterator[tuple[object, ...]]:
    """Yield what a code object does, freed of where its constants and jump targets lie."""
    if code.co_exceptiontable:
        yield ("table", code.co_exceptiontable)
    numbers: dict[int, int] = {}
    kept: list[dis.Instruction] = []
    for instruction in dis.get_instructions(code):
        numbers[instruction.offset] = len(kept)
        if instruction.opname not in _SKIPPED:
            kept.append(instruction)
    last = len(kept) - 1
    for position, instruction in enumerate(kept):
        value = instruction.argval
        after = kept[position + 1] if position < last else None
        if after and after.opname == "STORE_NAME" and after.argval in _LINE_FACTS:
            continue  # the constant is where the class stands, not what it does
        if instruction.opcode in _JUMPS and isinstance(value, int):
            value = numbers.get(value, value)
        yield (instruction.opname, constant_key(value))


def shifted(code: CodeType, by: int) -> CodeType:
    r"""Return the code as the compiler would make it ``by`` lines further down.

    Example:
        >>> code = compile("def f():\n  return 1", "m", "exec")
        >>> shifted(code, 3) == compile("\n\n\n" + "def f():\n  return 1", "m", "exec")
        False
        >>> nested(shifted(code, 3)) == nested(compile("\n\n\ndef f():\n  return 1", "m", "exec"))
        True
    """
    if not by:
        return code
    consts = tuple(
        shifted(const, by) if isinstance(const, CodeType) else const for const in code.co_consts
    )
    return code.replace(co_firstlineno=code.co_firstlineno + by, co_consts=consts)


def can_shift(code: CodeType) -> bool:
    """Return whether ``shifted`` is exact: from 3.13 a class body holds its line as a constant."""
    if not HOLDS_LINES:
        return True
    return is_function(code) and all(can_shift(inner) for inner in nested(code))
