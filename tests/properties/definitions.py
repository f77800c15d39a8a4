"""What texts of programs define, so that the judge knows what old code has made otherwise."""

from __future__ import annotations

import ast

_HOOKS = frozenset({"__init_subclass__", "__new__", "__prepare__"})
_METACLASSES = frozenset({"type", "ABCMeta", "abc.ABCMeta"})


def definitions(name: str, text: str) -> list[str]:
    """Return the definitions of a function or a class in some texts, without their layout.

    With those of the functions and classes that they name; of ``count = counter(5)`` those of
    what made the name.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    found: dict[int, str] = {}
    names = [name, *_makers(name, tree)]
    for wanted in names:
        for node in defined:
            if node.name == wanted and id(node) not in found:
                found[id(node)] = ast.dump(node)
                names += [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return sorted(found.values())


def _makers(name: str, tree: ast.Module) -> list[str]:
    """Return what is called to make the values that a name is bound to."""
    bound = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)
             and name in [ast.unparse(part) for part in node.targets]]  # fmt: skip
    calls = [part.func for node in bound for part in ast.walk(node) if isinstance(part, ast.Call)]
    return [called.id for called in calls if isinstance(called, ast.Name)]


def lineage(name: str, text: str) -> list[str]:
    """Return what is told of a class that derives from one: its bases, and what these do then.

    A class that the client derived while the program ran has been told of by the code of then.

    Example:
        >>> lineage("B", "class A:\\n  x = 1\\nclass B(A): y = 2")
        ['A()', "B(Name(id='A', ctx=Load()))"]
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found: dict[int, str] = {}
    names = [name]
    for wanted in names:
        for node in classes:
            if node.name == wanted and id(node) not in found:
                around = [*node.bases, *node.keywords]
                is_meta = any(ast.unparse(base) in _METACLASSES for base in node.bases)
                names_run = _HOOKS | {"__init__"} if is_meta else _HOOKS
                hooks = [part for part in node.body if getattr(part, "name", "") in names_run]
                told = ", ".join(ast.dump(part) for part in (*around, *hooks))
                found[id(node)] = f"{node.name}({told})"
                parts = [part for base in around for part in ast.walk(base)]
                names += [part.id for part in parts if isinstance(part, ast.Name)]
                names += [part.attr for part in parts if isinstance(part, ast.Attribute)]
    return sorted(found.values())
