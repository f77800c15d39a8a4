"""Small questions about syntax: what a target binds, what a chain of attributes starts at."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import CodeType

Chain: TypeAlias = tuple[str, ...]


def chain_of(node: ast.AST) -> Chain:
    """Return the chain of an expression, ``()`` if it is none.

    Example:
        >>> chain_of(ast.parse("app.routes.add", mode="eval").body)
        ('app', 'routes', 'add')
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ()
    parts.append(node.id)
    return tuple(reversed(parts))


def root_chain(node: ast.AST) -> Chain:
    """Return the longest chain below calls and subscripts: what ``a.b[0].c()`` works on."""
    while True:
        chain = chain_of(node)
        if chain:
            return chain
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ()


def children(node: ast.AST) -> list[ast.AST]:
    """Return what stands directly in a part of code: see ``walk``."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif type(value) is list:
            found += [part for part in value if isinstance(part, ast.AST)]
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """Return a part of code and all below it: as ``ast.walk``, which takes twice the time.

    Example:
        >>> tree = ast.parse("a = f(b, [1])")
        >>> walk(tree) == list(ast.walk(tree))
        True
    """
    found = [node]
    for part in found:
        found += children(part)
    return found


def bound_names(target: ast.AST) -> Iterator[str]:
    """Yield the names that an assignment to a target binds.

    Example:
        >>> list(bound_names(ast.parse("a, (b, *c), d.e = x").body[0].targets[0]))
        ['a', 'b', 'c']
    """
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from bound_names(item)
    elif isinstance(target, ast.Starred):
        yield from bound_names(target.value)


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters, in the order of the text.

    Example:
        >>> node = ast.parse("def f(a, /, b, *c, d, **e): pass").body[0]
        >>> [argument.arg for argument in arguments_of(node.args)]
        ['a', 'b', 'c', 'd', 'e']
    """
    found = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs]
    return [argument for argument in (*found, arguments.kwarg) if argument is not None]


def node_at(node: ast.AST, name: str, line: int, code: CodeType | None = None) -> ast.AST | None:
    r"""Return the scope of a name whose first line it is, ``None`` if there is none.

    Only what stands on that line is looked into. Of several lambdas on it the code tells which by
    its columns; the first if it has none.

    Example:
        >>> tree = ast.parse("class C:\n  @d\n  def f(): return [lambda: 1]").body[0]
        >>> node_at(tree, "f", 2).name, type(node_at(tree, "<lambda>", 3)).__name__
        ('f', 'Lambda')
    """
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [node]
    for part in waiting:
        first = last = line
        if isinstance(part, ast.stmt | ast.expr):
            decorators: list[ast.expr] = getattr(part, "decorator_list", [])
            first = min([part.lineno, *(decorator.lineno for decorator in decorators)])
            last = part.end_lineno or line
        if not first <= line <= last:
            continue
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if part.name == name and first == line:
                return part
        elif first == line and _NAMES.get(type(part)) == name:
            found.append(part)
        waiting.extend(ast.iter_child_nodes(part))
    if code is not None and len(found) > 1:
        place = _first_place(code, code.co_firstlineno - line)
        found = [part for part in found if _is_around(part, place)][-1:] or found
    return found[0] if found else None


def _first_place(code: CodeType, shift: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return where the first expression of a code object begins and ends."""
    for line, end_line, column, end_column in code.co_positions():
        if line is None or end_line is None or column is None or end_column is None:
            continue
        if (line, column) != (end_line, end_column):
            return (line - shift, column), (end_line - shift, end_column)
    return None


def _is_around(node: Any, place: tuple[tuple[int, int], tuple[int, int]] | None) -> bool:
    """Return whether code that begins at a place is that of a lambda or comprehension."""
    if place is None:
        return False
    whole = node.body if isinstance(node, ast.Lambda) else node
    begin, end = (whole.lineno, whole.col_offset), (whole.end_lineno, whole.end_col_offset)
    return begin <= place[0] and place[1] <= end


_NAMES: Mapping[type, str] = {
    ast.Lambda: "<lambda>",
    ast.GeneratorExp: "<genexpr>",
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
}


def function_nodes(node: ast.AST) -> Iterator[tuple[str, int, ast.AST]]:
    r"""Yield every scope below a statement: its code's name, its first line, its node.

    Example:
        >>> tree = ast.parse("@d\ndef f(): return [lambda: 1]").body[0]
        >>> [(name, line) for name, line, _ in function_nodes(tree)]
        [('f', 1), ('<lambda>', 2)]
    """
    for child in walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            decorators = [decorator.lineno for decorator in child.decorator_list]
            yield child.name, min([child.lineno, *decorators]), child
        elif type(child) in _NAMES:
            yield _NAMES[type(child)], getattr(child, "lineno", 0), child


def handed_on(node: ast.expr) -> Iterator[ast.AST]:
    """Yield the expressions whose values a call gets, looking into displays."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        for item in node.elts:
            yield from handed_on(item)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from handed_on(value)
    elif isinstance(node, ast.Starred):
        yield from handed_on(node.value)
    elif isinstance(node, ast.IfExp):
        yield from handed_on(node.body)
        yield from handed_on(node.orelse)
    else:
        yield node


_ASKING = frozenset({"get", "keys", "values", "items", "copy", "__contains__", "__getitem__"})


def asks_namespace(node: ast.AST) -> bool:
    """Return whether an expression asks ``globals()`` for something, and can bind nothing.

    Example:
        >>> [asks_namespace(ast.parse(s, mode="eval").body)
        ...  for s in ("globals()['x']", "globals().get", "globals().update", "vars(m)['x']")]
        [True, True, False, False]
    """
    if not isinstance(node, (ast.Subscript, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
        return False
    call = node.value
    return (
        isinstance(call, ast.Call)
        and not call.args
        and chain_of(call.func) in {("globals",), ("locals",), ("vars",)}
        and (isinstance(node, ast.Subscript) or node.attr in _ASKING)
    )


def immediate(node: ast.AST) -> Iterator[ast.AST]:
    r"""Yield the parts of code that run when it runs, in order: no bodies of functions.

    Example:
        >>> tree = ast.parse("size = 1\ndef f(): return price")
        >>> [part.id for part in immediate(tree) if isinstance(part, ast.Name)]
        ['size']
    """
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += reversed(children(part))


def takes(node: ast.AST, name: str, *, is_global: bool = True) -> bool | None:
    """Return whether code does more with what a name leads to than call it, ``None`` if not said.

    Where the name alone is a local one, only attributes of that name count.

    Example:
        >>> takes(ast.parse("size(3); shop.size()"), "size")
        False
        >>> takes(ast.parse("register(size)"), "size")
        True
        >>> takes(ast.parse("price(3)"), "size") is None
        True
    """
    called: set[int] = set()
    parts = walk(node)
    for part in parts:
        called.update(map(id, getattr(part, "decorator_list", ())))
        if isinstance(part, ast.Call):
            called.add(id(part.func))
    found = [_taken(part, name, called, is_global=is_global) for part in parts]
    return True if True in found else False if False in found else None


def _taken(part: ast.AST, name: str, called: set[int], *, is_global: bool) -> bool | None:
    if isinstance(part, ast.Attribute) or (is_global and isinstance(part, ast.Name)):
        if name != (part.attr if isinstance(part, ast.Attribute) else part.id):
            return None
        return isinstance(part.ctx, ast.Load) and id(part) not in called
    if isinstance(part, ast.alias) and name in {part.name, part.asname}:
        return part.asname not in {None, name}
    is_said = isinstance(part, ast.Constant) and part.value == name  # ``getattr(shop, "size")``
    return True if is_said else None


def local_names(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """Return a function's local names.

    Example:
        >>> sorted(local_names(ast.parse("def f(a, *b): c = 1; global d; d = 2").body[0]))
        ['a', 'b', 'c']
    """
    names: set[str] = set()
    declared: set[str] = set()
    for child in walk(node):
        if isinstance(child, ast.arg):
            names.add(child.arg)
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.add(child.id)
        elif (
            isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and child is not node
        ):
            names.add(child.name)
        elif isinstance(child, ast.Import | ast.ImportFrom):
            for alias in child.names:
                names.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(child, ast.ExceptHandler) and child.name:
            names.add(child.name)
        elif isinstance(child, ast.Global):
            declared.update(child.names)
    return frozenset(names - declared)
