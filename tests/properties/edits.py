"""What people do to a file, on fragments of a program: each edit is one function.

An edit changes the version in place and returns in words what it did, or ``""`` if it does not
fit. Most work on the syntax tree of one fragment, since that is where constants, bodies,
signatures, decorators, members and bases are told apart.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from tests.properties.line_edits import line_doubled, line_removed, lines_swapped
from tests.properties.programs import Fragment, Module

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from tests.properties.writer import Writer

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Edit: TypeAlias = "Callable[[Writer, Module, int], str]"

WRONG = ("raise RuntimeError('wrong')", "1 / 0", "undefined_name", "import surely_not_here_")
BROKEN = ("def broken(:\n", "x = (1,\n", "  indented = 1\n", "'open\n", "return 1\n", "\x00\n")


def _tree(fragment: Fragment) -> ast.Module:
    return ast.parse(fragment.text)


def _store(fragment: Fragment, tree: ast.Module) -> None:
    fragment.text = ast.unparse(ast.fix_missing_locations(tree))


def _functions(tree: ast.AST) -> list[Function]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def _classes(tree: ast.AST) -> list[ast.ClassDef]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]


# ---------------------------------------------------------------------------- inside a fragment


def literal(writer: Writer, module: Module, at: int) -> str:
    """Change a literal anywhere: a constant, a default, an argument, a body."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    found = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and type(n.value) is int and n.value > 2
    ]
    if not found:
        return ""
    chosen = writer.random.choice(found)
    assert isinstance(chosen.value, int)
    chosen.value += writer.random.choice((1, 7, -1))
    _store(fragment, tree)
    return "literal"


def again(writer: Writer, module: Module, at: int) -> str:
    """Write a construct anew, under the same names."""
    fragment = module.fragments[at]
    if not fragment.construct:
        return ""
    del module.fragments[at]
    if writer.write(module, fragment.construct, fragment.number, at) is None:
        module.fragments.insert(at, fragment)
        return ""
    return "again"


def in_body(writer: Writer, module: Module, at: int) -> str:
    """Change what a function does, at its beginning or at a return."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    functions = _functions(tree)
    if not functions:
        return ""
    function = writer.random.choice(functions)
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value]
    if returns and writer.random.random() < 0.5:
        chosen = writer.random.choice(returns)
        assert chosen.value is not None
        chosen.value = ast.IfExp(ast.Constant(True), chosen.value, ast.Constant(None))
    else:
        line = writer.random.choice(("pass", "_extra = 1", "_extra = [len(str(1))]", "import os"))
        after_docstring = int(ast.get_docstring(function) is not None)
        function.body.insert(after_docstring, ast.parse(line).body[0])
    _store(fragment, tree)
    return "in body"


def operator(writer: Writer, module: Module, at: int) -> str:
    """Turn a plus into a minus, or back."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    found = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
    found = [n for n in found if isinstance(n.op, ast.Add | ast.Sub | ast.Mult)]
    if not found:
        return ""
    chosen = writer.random.choice(found)
    chosen.op = ast.Sub() if isinstance(chosen.op, ast.Add) else ast.Add()
    _store(fragment, tree)
    return "operator"


def parameter(writer: Writer, module: Module, at: int) -> str:
    """Give a function another parameter, with a default."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    functions = [f for f in _functions(tree) if not f.name.startswith("__")]
    if not functions:
        return ""
    function = writer.random.choice(functions)
    if any(a.arg == "added" for a in function.args.kwonlyargs):
        return ""
    function.args.kwonlyargs.append(ast.arg("added"))
    function.args.kw_defaults.append(ast.Constant(writer.random.randrange(9)))
    _store(fragment, tree)
    return "parameter"


def docstring(writer: Writer, module: Module, at: int) -> str:
    """Give a function or class a docstring, or another one."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    found: list[Function | ast.ClassDef] = [*_functions(tree), *_classes(tree)]
    if not found:
        return ""
    node = writer.random.choice(found)
    if ast.get_docstring(node) is not None:
        del node.body[0]
    text = writer.random.choice(("Told.", "Told twice.\n\n    More."))
    node.body.insert(0, ast.Expr(ast.Constant(text)))
    _store(fragment, tree)
    return "docstring"


def member(writer: Writer, module: Module, at: int) -> str:
    """Add a method or an attribute to a class, take one away, or move one."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    classes = _classes(tree)
    if not classes:
        return ""
    node = writer.random.choice(classes)
    draw = writer.random.random()
    if draw < 0.4:
        node.body.append(
            ast.parse(f"def extra(self): return {writer.random.randrange(9)}").body[0]
        )
    elif draw < 0.7:
        first = int(ast.get_docstring(node) is not None)
        node.body.insert(first, ast.parse(f"extra_k = {writer.random.randrange(9)}").body[0])
    elif draw < 0.85 and len(node.body) > 1:
        del node.body[writer.random.randrange(len(node.body))]
    else:
        node.body.append(node.body.pop(0))
    _store(fragment, tree)
    return "member"


def decorator(writer: Writer, module: Module, at: int) -> str:
    """Take a decorator away, or put a plain one on."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    found: list[Function | ast.ClassDef] = [*_functions(tree), *_classes(tree)]
    if not found:
        return ""
    node = writer.random.choice(found)
    if node.decorator_list:
        node.decorator_list.pop()
    elif isinstance(node, ast.FunctionDef):
        node.decorator_list.append(ast.parse("(lambda function: function)", mode="eval").body)
    else:
        return ""
    _store(fragment, tree)
    return "decorator"


def base(writer: Writer, module: Module, at: int) -> str:
    """Give a class another base, or take its bases away."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    classes = _classes(tree)
    if not classes:
        return ""
    node = writer.random.choice(classes)
    if node.bases and writer.random.random() < 0.4:
        node.bases = []
    else:
        known = [c.name for f in module.fragments[:at] for c in _classes(_tree(f))]
        if not known:
            return ""
        node.bases.insert(0, ast.Name(writer.random.choice(known)))
    _store(fragment, tree)
    return "base"


def free_variable(writer: Writer, module: Module, at: int) -> str:
    """Let an inner function read a variable of the outer one."""
    fragment = module.fragments[at]
    tree = _tree(fragment)
    pairs = [(f, g) for f in _functions(tree) for g in _functions(f) if g is not f]
    if not pairs:
        return ""
    outer, inner = writer.random.choice(pairs)
    outer.body.insert(0, ast.parse(f"outer_k = {writer.random.randrange(9)}").body[0])
    inner.body.insert(0, ast.parse("_ = outer_k").body[0])
    _store(fragment, tree)
    return "free variable"


def wrapped(writer: Writer, module: Module, at: int) -> str:
    """Put statements under an ``if`` or a ``try``."""
    fragment = module.fragments[at]
    head = writer.random.choice(("if True:", "try:"))
    body = "".join(f"    {line}\n" for line in ast.unparse(_tree(fragment)).splitlines())
    tail = "finally:\n    pass\n" if head == "try:" else ""
    if "'''" in body or "import *" in body:
        return ""
    fragment.text = f"{head}\n{body}{tail}"
    return "wrapped"


def noise(writer: Writer, module: Module, at: int) -> str:
    """Add comments and blank lines."""
    fragment = module.fragments[at]
    above = writer.random.choice(("# a remark\n", "\n\n", "# one\n# two\n\n"))
    fragment.text = above + fragment.text + writer.random.choice(("", "  # behind"))
    return "comment"


# ---------------------------------------------------------------------------- whole fragments


def removed(_writer: Writer, module: Module, at: int) -> str:
    """Delete statements; what used them may fail now."""
    del module.fragments[at]
    return "removed"


def inserted(writer: Writer, module: Module, at: int) -> str:
    """Add a construct."""
    return "" if writer.new(module, at) is None else "inserted"


def moved(writer: Writer, module: Module, at: int) -> str:
    """Move statements within their module."""
    fragment = module.fragments.pop(at)
    module.fragments.insert(writer.random.randrange(len(module.fragments) + 1), fragment)
    return "moved"


def renamed(writer: Writer, module: Module, at: int) -> str:
    """Rename an export, with every use of it in the program."""
    exports = module.fragments[at].exports
    if not exports:
        return ""
    old = writer.random.choice(exports).name
    new = f"{old}_new"
    for other in writer.version.modules:
        for fragment in other.fragments:
            fragment.text = re.sub(rf"\b{old}\b", new, fragment.text)
            fragment.probes = [re.sub(rf"\b{old}\b", new, probe) for probe in fragment.probes]
            fragment.exports = [
                type(e)(e.module, e.kind, new if e.name == old else e.name)
                for e in fragment.exports
            ]
    return "renamed"


def wrong(writer: Writer, module: Module, at: int) -> str:
    """Add a statement that raises."""
    module.fragments.insert(at, Fragment(writer.random.choice(WRONG)))
    return "wrong"


def broken(writer: Writer, module: Module, _at: int) -> str:
    """Leave a file that does not parse."""
    writer.version.broken[module.file] = module.text + writer.random.choice(BROKEN)
    return "broken"


# ---------------------------------------------------------------------------- whole modules


def module_added(writer: Writer, module: Module, at: int) -> str:
    """Add a module and use it."""
    modules = writer.version.modules
    name = f"{module.name.rpartition('.')[0]}.late{len(modules)}".lstrip(".")
    new = Module(name)
    modules.insert(modules.index(module), new)
    for _ in range(3):
        writer.new(new)
    return "" if writer.new(module, at) is None else "module added"


def across(writer: Writer, module: Module, at: int) -> str:
    """Move statements to another module and import their names back."""
    modules = writer.version.modules
    here = modules.index(module)
    names = sorted({e.name for e in module.fragments[at].exports})
    if not here or not names:
        return ""
    target = writer.random.choice(modules[:here])
    if target.is_package:
        return ""
    fragment = module.fragments[at]
    back = Fragment(f"from {target.name} import {', '.join(names)}", exports=fragment.exports)
    module.fragments[at] = back
    target.fragments.append(Fragment(fragment.text))
    return "across"


def becomes_package(_writer: Writer, module: Module, _at: int) -> str:
    """Turn ``m.py`` into ``m/__init__.py``."""
    if module.is_package or "from ." in module.text:
        return ""
    module.is_package = True
    return "becomes a package"


def cycle(writer: Writer, module: Module, at: int) -> str:
    """Let a module import a later one, and use it when called."""
    modules = writer.version.modules
    later = modules[modules.index(module) + 1 :]
    ints = [e for m in later for f in m.fragments for e in f.exports if e.kind == "int"]
    if not ints:
        return ""
    chosen = writer.random.choice(ints)
    text = f"import {chosen.module}\ndef cyc{at}(x): return x + {chosen.module}.{chosen.name}"
    probe = f"M({module.name!r}).cyc{at}(1)"
    module.fragments.insert(at, Fragment(text, probes=[probe]))
    return "cycle"


EASY_EDITS: Sequence[tuple[Edit, int]] = (
    (literal, 10),
    (again, 10),
    (in_body, 6),
    (operator, 5),
    (parameter, 3),
    (docstring, 3),
    (member, 5),
    (decorator, 2),
    (noise, 3),
    (removed, 3),
    (line_removed, 5),
    (lines_swapped, 2),
    (line_doubled, 2),
    (inserted, 6),
    (moved, 2),
    (renamed, 2),
    (wrong, 2),
    (broken, 1),
)
HARD_EDITS: Sequence[tuple[Edit, int]] = (
    *EASY_EDITS,
    (base, 3),
    (free_variable, 3),
    (wrapped, 3),
    (module_added, 2),
    (across, 3),
    (becomes_package, 1),
    (cycle, 2),
)


def edit(writer: Writer, edits: Sequence[tuple[Edit, int]], random: random.Random) -> str:
    """Make one to three edits in one or two modules; return what was done, in words."""
    done: list[str] = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        for _attempt in range(12):
            module = random.choice(writer.version.modules)
            if not module.fragments or module.file in writer.version.broken:
                continue
            at = random.randrange(len(module.fragments))
            function = random.choices([e for e, _ in edits], [w for _, w in edits])[0]
            what = function(writer, module, at)
            if what:
                done.append(f"{what} in {module.name}")
                break
    return ", ".join(done)
