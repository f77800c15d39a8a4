"""Names that code says as text: ``getattr(x, "K")``, ``sys.modules["m"].K``, ``globals()["K"]``.

They are chains like ``x.K``. Where one begins with a module that is got by its name, its first
word is none that a variable has: ``"import m"`` for ``importlib.import_module("m")`` and
``sys.modules["m"]``, ``"import __name__"`` for the module itself, ``"import *"`` where the name is
computed.
"""

from __future__ import annotations

import ast
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .nodes import Chain

MODULE = "import "
OWN = MODULE + "__name__"
ANY = MODULE + "*"
ANY_ITEM = "[*]"
ANY_ATTRIBUTE = "*"
RESULT = "()"  # of a call: what a function returns
_ASKING = frozenset({"attrgetter", "getattr", "hasattr", "methodcaller"})
_LOOKING = frozenset({"vars", "dir", "getmembers", "getmembers_static"})
LOADING = frozenset({"import_module", "__import__"})


def said_chain(node: ast.AST) -> Chain:
    """Return the chain of an expression, names that are said as text included; ``()`` for none.

    Example:
        >>> def chain(text): return said_chain(ast.parse(text, mode="eval").body)
        >>> chain("a.b"), chain("getattr(a.b, 'c').d"), chain("vars(m)['K']"), chain("f().x")
        (('a', 'b'), ('a', 'b', 'c', 'd'), ('m', 'K'), ())
        >>> chain("importlib.import_module('shop').K"), chain("globals()['K']")
        (('import shop', 'K'), ('import __name__', 'K'))
        >>> chain("globals().get('K', 0)"), chain("vars(m).get('K')")
        (('import __name__', 'K'), ('m', 'K'))
        >>> chain("sys.modules[__name__]"), chain("sys.modules.get('shop.' + x)")
        (('import __name__',), ('import *',))
    """
    if isinstance(node, ast.Name):
        return (node.id,)
    word = named_module(node)
    if word:
        return (word,)
    if isinstance(node, ast.Attribute):
        return _below(node.value, node.attr)
    if isinstance(node, ast.Subscript):
        key = said_text(node.slice)
        if key is not None and isinstance(node.value, ast.Attribute):
            return _below(node.value.value, key) if node.value.attr == "__dict__" else ()
        if key is not None and isinstance(node.value, ast.Call):
            return _below_namespace(node.value, key)
    if isinstance(node, ast.Call) and _called(node) == "get" and len(node.args) in {1, 2}:
        key, owner = said_text(node.args[0]), getattr(node.func, "value", None)
        if key is not None and isinstance(owner, ast.Call):
            return _below_namespace(owner, key)
    if isinstance(node, ast.Call) and _called(node) == "getattr" and len(node.args) in {2, 3}:
        key = said_text(node.args[1])
        return () if key is None else _below(node.args[0], key)
    return ()


def item_chain(node: ast.AST) -> Chain:
    """Return the chain of an expression with items as steps, ``()`` if it is none.

    Example:
        >>> def chain(text): return item_chain(ast.parse(text, mode="eval").body)
        >>> chain("both['x'].rows[0]"), chain("table[key]")
        (('both', "['x']", 'rows', '[0]'), ('table', '[*]'))
    """
    chain = said_chain(node)
    if chain or not isinstance(node, ast.Subscript | ast.Attribute):
        return chain
    above = item_chain(node.value)
    if isinstance(node, ast.Attribute):
        step = node.attr
    else:
        step = f"[{node.slice.value!r}]" if isinstance(node.slice, ast.Constant) else ANY_ITEM
    return (*above, step) if above else ()


def called_chain(node: ast.AST | None) -> tuple[Chain, Chain]:
    """Return what an expression calls, and the steps from its result to the value.

    Example:
        >>> def chains(text): return called_chain(ast.parse(text, mode="eval").body)
        >>> chains("shop.get()['x'].rows"), chains("get()[key]"), chains("a.b")
        ((('shop', 'get'), ("['x']", 'rows')), ((), ()), ((), ()))
    """
    steps: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            steps.append(node.attr)
        elif isinstance(node.slice, ast.Constant):
            steps.append(f"[{node.slice.value!r}]")
        else:
            return (), ()
        node = node.value
    return (item_chain(node.func), tuple(steps[::-1])) if isinstance(node, ast.Call) else ((), ())


def stored_chain(node: ast.Call) -> Chain:
    """Return the chain that ``setattr`` or ``delattr`` sets or deletes; ``()`` if it is not known.

    Example:
        >>> stored_chain(ast.parse("setattr(sys.modules['m'], 'K', 1)", mode="eval").body)
        ('import m', 'K')
    """
    key = said_text(node.args[1]) if is_store(node) else None
    return () if key is None else _below(node.args[0], key)


def said_attributes(node: ast.Call) -> Iterator[str]:
    """Yield the attributes that a call asks for by text, ``"*"`` where it may be any.

    Example:
        >>> def said(text): return list(said_attributes(ast.parse(text, mode="eval").body))
        >>> said("getattr(f(), 'a')"), said("attrgetter('a.b', 'c')"), said("getattr(x, name, 0)")
        (['a'], ['a', 'b', 'c'], ['*'])
        >>> said("vars(cls)"), said("vars(self)")      # what an object holds, its class has not
        (['*'], [])
    """
    called = _called(node)
    if called in _LOOKING and node.args and not (called == "vars" and is_self(node.args[0])):
        yield ANY_ATTRIBUTE
    if called in {"getattr", "hasattr"}:
        names = node.args[1:2]
    else:
        names = node.args if called == "attrgetter" else node.args[:1]
    for argument in names if called in _ASKING else ():
        text = argument.value if isinstance(argument, ast.Constant) else ANY_ATTRIBUTE
        yield from text.split(".") if isinstance(text, str) else ()


def is_self(node: ast.AST) -> bool:
    """Return whether an expression is ``self``."""
    return isinstance(node, ast.Name) and node.id == "self"


def is_store(node: ast.Call) -> bool:
    """Return whether a call is one of ``setattr`` or ``delattr``."""
    counts = {"setattr": 3, "delattr": 2}
    count = counts.get(_called(node))
    return count == len(node.args) and not any(isinstance(a, ast.Starred) for a in node.args)


def named_module(node: ast.AST) -> str:
    """Return the first word for a module that is got by its name; ``""`` for other expressions."""
    if isinstance(node, ast.Subscript) and is_module_cache(node.value):
        return MODULE + _name(node.slice)
    if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.Starred):
        return ""
    called = _called(node)
    if (
        called == "get"
        and isinstance(node.func, ast.Attribute)
        and is_module_cache(node.func.value)
    ):
        return MODULE + _name(node.args[0])
    if called not in LOADING:
        return ""
    name = _name(node.args[0])
    is_whole = called == "import_module" or len(node.args) > 3 or "fromlist" in _keywords(node)
    return MODULE + (name if is_whole else name.partition(".")[0])


def loaded_modules(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the modules that calls import by a name that is said, each with the dots before it.

    Those in functions are not: they are not called here.

    Example:
        >>> def loaded(text): return list(loaded_modules(ast.parse(text)))
        >>> loaded("K = import_module('shop').K; f = lambda: __import__('m')")
        [('shop', 0)]
        >>> loaded("for name in 'a', 'b': import_module(f'.{name}', __package__)")
        [('a', 1), ('b', 1)]
        >>> loaded("import_module(name)")
        []
    """
    return _loaded(node, {})


def _loaded(node: ast.AST, items: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int]]:
    """Yield what is loaded, where variables of loops go over texts."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    for loop in (node, *getattr(node, "generators", ())):
        if isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Name):
            items = {**items, loop.target.id: _items(loop.iter)}
    for child in ast.iter_child_nodes(node):
        yield from _loaded(child, items)
    if isinstance(node, ast.Call) and node.args and _called(node) in LOADING:
        anchor = getattr(node.args[1], "id", "") if len(node.args) == 2 else ""
        for said in _texts(node.args[0], items):
            name = said.lstrip(".")
            level = len(said) - len(name)
            if name and (not level or anchor == "__package__"):
                yield name, level


def _items(node: ast.AST) -> list[str]:
    """Return the texts of a list that is written out."""
    is_list = isinstance(node, ast.Tuple | ast.List | ast.Set)
    return [text for part in (node.elts if is_list else ()) for text in _texts(part, {})]  # type: ignore[attr-defined]


def _texts(node: ast.AST, items: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the texts that an expression may be: ``f".{name}"`` one for each ``name``."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name):
        return list(items.get(node.id, ()))
    if isinstance(node, ast.FormattedValue):
        is_plain = node.conversion < 0 and node.format_spec is None
        return _texts(node.value, items) if is_plain else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    elif isinstance(node, ast.JoinedStr):
        parts = node.values
    else:
        return []
    return ["".join(found) for found in product(*(_texts(part, items) for part in parts))]


def _below(owner: ast.AST, key: str) -> Chain:
    chain = said_chain(owner)
    return (*chain, key) if chain else ()


def _below_namespace(call: ast.Call, key: str) -> Chain:
    called = _called(call)
    if isinstance(call.func, ast.Name) and not call.keywords:
        if called == "globals" and not call.args:
            return (OWN, key)
        if called == "vars" and len(call.args) == 1:
            return _below(call.args[0], key)
    return ()


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _keywords(node: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in node.keywords}


def is_module_cache(node: ast.AST) -> bool:
    """Return whether an expression is ``sys.modules``."""
    return (isinstance(node, ast.Attribute) and node.attr == "modules") or (
        isinstance(node, ast.Name) and node.id == "modules"
    )


def said_text(node: ast.AST) -> str | None:
    """Return the text that an expression is, ``None`` if it is none."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else None  # type: ignore[attr-defined]


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name) and node.id == "__name__":
        return "__name__"
    return said_text(node) or "*"
