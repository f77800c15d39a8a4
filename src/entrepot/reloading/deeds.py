"""What code does to modules that are not managed, as its text says it: ``json.dumps = mine``."""

from __future__ import annotations

import ast
import atexit
import sys
import types
from _contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.source.nodes import chain_of, root_chain

from .attributes import NOTHING, attribute, is_a
from .called import module_called, name_called, owner_called
from .exits import is_one
from .holding import CONTAINERS
from .ownership import namespace_of
from .purity import PURE_METHODS
from .roots import root_value
from .values import is_atom, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.source.nodes import Chain

    from .code_run import Code
    from .revision import Record
    from .world import World

SET, CALLED, EXIT, UNKNOWN, METHOD = "set", "called", "exit", "unknown", "method"
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType)
_DEFINITIONS = (type, types.ModuleType, types.FunctionType, type(NOTHING))
_BY_KEY = frozenset({"setdefault", "pop", "__setitem__", "__delitem__"})
_TESTS = (
    ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Attribute, ast.Constant, ast.boolop,
    ast.unaryop, ast.cmpop, ast.expr_context,
)  # fmt: skip


class Deed(NamedTuple):
    """One thing that code does.

    Attributes:
        kind: ``SET`` where an attribute or item is bound or deleted, ``CALLED`` where state is
            changed by a call, ``EXIT`` where an exit function is registered, ``UNKNOWN`` where a
            call may do anything, ``METHOD`` where one may do so to an object that the program has.
        owner: What is changed: a namespace, a class, a table; or the function that is called.
        key: The attribute or the item, or what else tells two deeds apart.
        words: What the code does, such as ``"set json.dumps"``.
        word: A name that a text must have to do the same.
        value: What it sets or registers, ``NOTHING`` if the text does not tell.
        place: The attribute or the item that a call changes, if the text tells.
    """

    kind: str
    owner: Any
    key: Any
    words: str
    word: str
    value: Any = NOTHING
    place: Any = NOTHING

    def is_undone_by(self, other: Deed) -> bool:
        """Return whether nothing of this deed is left when another one has been done."""
        if self.owner is not other.owner:
            return False
        if self.kind == EXIT:
            return other.kind == EXIT and is_one(self.value, other.value)
        if other.kind == SET and self.kind == CALLED:
            return self.place is not NOTHING and same(self.place, other.key)
        return self.kind == other.kind and same(self.key, other.key)


class Doing(NamedTuple):
    """A part of code that sets or calls something by a global name, whatever that leads to.

    Attributes:
        part: It.
        tests: The conditions of the branches that it stands in, and whether they must be true.
    """

    part: Any
    tests: tuple[tuple[ast.expr, bool], ...]


def doings(code: Code) -> list[Doing]:
    """Return the parts of code that may do something to other modules."""
    node, found = code.node(), []
    waiting: list[Doing] = [] if node is None else [Doing(node, ())]
    while waiting:
        part, tests = waiting.pop()
        if any(root_chain(one)[:1] and root_chain(one)[0] in code.reads for one in _done(part)):
            found.append(Doing(part, tests))
        if isinstance(part, ast.If):
            waiting += [Doing(inner, (*tests, (part.test, True))) for inner in part.body]
            waiting += [Doing(inner, (*tests, (part.test, False))) for inner in part.orelse]
        elif not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.expr):
            waiting += [Doing(inner, tests) for inner in ast.iter_child_nodes(part)]
    return found[::-1]


def _done(part: Any) -> list[Any]:
    """Return what a statement stores into, calls, or is decorated by."""
    if isinstance(part, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Delete):
        targets = part.targets if hasattr(part, "targets") else [part.target]
        return [one for target in targets for one in _ends(target)]
    if isinstance(part, ast.Expr):
        return [part.value] if isinstance(part.value, ast.Call) else []
    return part.decorator_list if isinstance(part, ast.FunctionDef) else []


def _ends(target: ast.expr) -> list[Any]:
    """Return the attributes and items that an assignment stores into."""
    if isinstance(target, ast.Tuple | ast.List):
        return [one for inner in target.elts for one in _ends(inner)]
    return [target] if isinstance(target, ast.Attribute | ast.Subscript) else []


class Reader:
    """Reads the deeds of one piece of code, with the values that its names have.

    Args:
        world: The program.
        code: The code.
        names: The namespace of its module, now or before the reload.
    """

    def __init__(self, world: World, code: Code, names: Mapping[str, Any]) -> None:
        self._world = world
        self._home: Record = code.home
        self._code = code
        self._names = names

    def deeds(self, parts: Iterable[Doing]) -> Iterator[Deed]:
        """Yield what parts of the code do to modules that are not managed."""
        for part, tests in parts:
            if any(self._is_true(test) is (not wanted) for test, wanted in tests):
                continue
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
                yield from self._calls(part.value)
            elif isinstance(part, ast.FunctionDef):
                for decorator in part.decorator_list:
                    value = self._names.get(part.name, NOTHING)
                    yield from self._exits(decorator, part.name, value)
                    said = f"decorated {part.name} by {ast.unparse(decorator)}"
                    yield from self._does_to_object(decorator, part.name, said)
            else:
                yield from self._stores(part)

    def _is_true(self, test: ast.expr) -> bool | None:
        """Return what a condition comes to, ``None`` where asking might do something."""
        for part in ast.walk(test):
            if not isinstance(part, _TESTS):
                return None
            if isinstance(part, ast.Name | ast.Attribute) and not is_atom(self._value(part)):
                known = self._passed(chain_of(part))
                if not known or namespace_of(known[-1]) is None:
                    return None
        try:
            names = {**vars(sys.modules["builtins"]), **self._names}
            return bool(eval(compile(ast.Expression(test), "<if>", "eval"), names))  # noqa: S307
        except Exception:  # noqa: BLE001 (an error of the program: it did not get further)
            return None

    def _stores(self, part: Any) -> Iterator[Deed]:
        is_plain = isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None
        targets = [part.target] if hasattr(part, "target") else part.targets
        for target in targets:
            for one in _ends(target):
                owner = self._owner(one.value)
                key = one.attr if isinstance(one, ast.Attribute) else self._value(one.slice)
                said = f"set {ast.unparse(one)}", _word(one.value)
                if owner is NOTHING:
                    continue
                if is_a(owner, _FUNCTIONS) and isinstance(one.value, ast.Call):
                    yield Deed(CALLED, owner, key, *said)
                elif is_plain and key is not NOTHING:
                    value = self._value(part.value) if one is target else NOTHING
                    yield Deed(SET, owner, key, *said, value)
                else:
                    yield Deed(CALLED, owner, ast.dump(part), *said, place=key)

    def _calls(self, call: ast.Call) -> Iterator[Deed]:
        said = f"called {ast.unparse(call)}", _word(call.func)
        if chain_of(call.func) == ("setattr",) and len(call.args) == 3:
            owner, key = self._owner(call.args[0]), self._value(call.args[1])
            if owner is not NOTHING and key is not NOTHING:
                yield Deed(SET, owner, key, *said, self._value(call.args[2]))
            return
        passed = self._passed(chain_of(call.func))
        if passed and passed[-1] is atexit.register:
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            value = self._method(given[0]) if len(given) == 1 else NOTHING
            yield from self._exits(call.func, ast.unparse(given[0]) if given else "", value)
        elif passed and is_a(passed[-1], _FUNCTIONS) and self._is_outside(passed):
            yield from self._calls_function(call, passed[-1], said)
        elif isinstance(call.func, ast.Attribute) and call.func.attr not in PURE_METHODS:
            yield from self._calls_method(call, call.func, said)

    def _calls_method(
        self, call: ast.Call, func: ast.Attribute, said: tuple[str, str]
    ) -> Iterator[Deed]:
        owner = self._owner(func.value)
        if is_a(self._value(func.value), types.ModuleType):
            return
        if type(self._value(func.value)) is ContextVar and func.attr == "set":
            yield Deed(CALLED, self._value(func.value), func.attr, *said)
        elif is_a(owner, CONTAINERS) or hasattr(type(owner), "__setitem__"):
            items = _items_of_update(call)
            if items is not None:
                for key, value in items:
                    yield Deed(SET, owner, key, *said, self._value(value))
                return
            is_keyed = func.attr in _BY_KEY and call.args
            place = self._value(call.args[0]) if is_keyed else NOTHING
            yield Deed(CALLED, owner, ast.dump(call), *said, place=place)
        else:
            yield from self._does_to_object(call, ast.dump(call), said[0])

    def _does_to_object(self, node: ast.expr, key: str, words: str) -> Iterator[Deed]:
        """Yield that a method of an installed class is called, which may do anything."""
        func = node.func if isinstance(node, ast.Call) else node
        if isinstance(func, ast.Attribute):
            owner, word = self._value(func.value), _word(func)
            if owner is NOTHING:
                giver = self._giver(func.value)
                if giver is not NOTHING:
                    yield Deed(UNKNOWN, giver, key, words, word)
                return
            is_definition = is_a(owner, (type, types.ModuleType, *_FUNCTIONS))
            if not is_definition and not is_atom(owner) and self._world.home_of(owner) is None:
                is_outside = self._owner(func.value) is owner
                yield Deed(UNKNOWN if is_outside else METHOD, owner, key, words, word)

    def _giver(self, node: ast.expr) -> Any:
        """Return the installed function that gives an object, ``NOTHING`` if none does.

        A class makes a new object, and what a function of the program gives, that has made.
        """
        if not isinstance(node, ast.Call):
            return NOTHING
        passed = self._passed(chain_of(node.func))
        if passed:
            is_giver = is_a(passed[-1], (*_FUNCTIONS, types.MethodType))
            return passed[-1] if is_giver and self._is_outside(passed) else NOTHING
        return self._giver(node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING

    def _exits(self, node: ast.expr, name: str, value: Any) -> Iterator[Deed]:
        """Yield the function that is registered to be called at exit."""
        if any(value is atexit.register for value in self._passed(chain_of(node))[-1:]):
            words = f"registered {name} to be called at exit"
            yield Deed(EXIT, atexit.register, None, words, "register", value)

    def _method(self, node: ast.expr) -> Any:
        """Return the function that an expression stands for, or the method of an object."""
        value = self._value(node)
        if value is NOTHING and isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            function = attribute(type(owner), node.attr)
            if owner is not NOTHING and type(function) is types.FunctionType:
                return types.MethodType(function, owner)
        return value

    def _calls_function(
        self, call: ast.Call, function: Any, said: tuple[str, str]
    ) -> Iterator[Deed]:
        home = namespace_of(sys.modules.get(module_called(function))) or {}
        if home.get("__name__") == "builtins":
            return  # ``print``
        bound = owner_called(function)
        if bound is not None and namespace_of(bound) is None:
            return  # ``random.seed``: who drew from it, drew from something
        name = name_called(function).lstrip("_")
        public = namespace_of(sys.modules.get(str(home.get("__name__")).lstrip("_"))) or {}
        name = name.removeprefix("set")
        if any(f"get{name}" in names for names in (home, public)):
            which = [ast.dump(part) for part in call.args[:-1]]
            yield Deed(CALLED, function, tuple(which), *said)
        else:
            given = [self._value(part) for part in call.args]
            if all(is_atom(one) or is_a(one, _DEFINITIONS) for one in given):  # else it changes it
                yield Deed(UNKNOWN, function, ast.dump(call), *said)

    def _owner(self, node: ast.expr) -> Any:
        """Return what an expression of an owner stands for, if that is not managed."""
        if isinstance(node, ast.Call) and not node.args and not node.keywords:
            passed = self._passed(chain_of(node.func))
            is_getter = passed and is_a(passed[-1], _FUNCTIONS) and self._is_outside(passed)
            return passed[-1] if is_getter and passed[-1].__name__[:3] == "get" else NOTHING
        passed = self._passed(chain_of(node))
        if not passed or not self._is_outside(passed) or is_atom(passed[-1]):
            return NOTHING
        found = namespace_of(passed[-1])
        return passed[-1] if found is None else found

    def _is_outside(self, passed: list[Any]) -> bool:
        """Return whether what a chain leads to belongs to a module that is not managed."""
        world, last = self._world, passed[-1]
        if world.home_of(last) is not None:
            return False
        if is_a(last, types.FunctionType) and last.__module__ in world.records:
            return False  # ``contextmanager`` made it, of a function of the program
        is_definition = is_a(last, (type, types.ModuleType, types.FunctionType))
        if is_definition or is_a(last, types.BuiltinFunctionType):
            return True
        modules = [found for value in passed if (found := namespace_of(value)) is not None]
        if modules:
            return id(modules[-1]) not in world.by_namespace
        names = namespace_of(sys.modules.get(type(last).__module__)) or {}
        return id(names) not in world.by_namespace and any(
            value is last for value in list(names.values())
        )

    def _value(self, node: ast.expr) -> Any:
        """Return what an expression stands for, ``NOTHING`` if the text does not tell."""
        if isinstance(node, ast.Constant):
            return node.value
        passed = self._passed(chain_of(node))
        return passed[-1] if passed else NOTHING

    def _passed(self, chain: Chain) -> list[Any]:
        """Return what a chain of global names passes; nothing where it leads nowhere."""
        if not chain or chain[0] not in self._code.reads:
            return []
        value = self._names.get(chain[0], NOTHING)
        if value is NOTHING:
            value = root_value(self._home, chain[0])
        passed = [value]
        for name in chain[1:]:
            passed.append(attribute(passed[-1], name))
        return [] if any(one is NOTHING for one in passed) else passed


def _items_of_update(call: ast.Call) -> list[tuple[Any, ast.expr]] | None:
    """Return what ``table.update({"a": 1}, b=2)`` sets, ``None`` if the text does not tell."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "update":
        return None
    items: list[tuple[Any, ast.expr]] = []
    for given in call.args:
        if not isinstance(given, ast.Dict):
            return None
        for key, value in zip(given.keys, given.values, strict=True):
            if not isinstance(key, ast.Constant):
                return None
            items.append((key.value, value))
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        items.append((keyword.arg, keyword.value))
    return items


def _word(node: ast.expr) -> str:
    """Return the last name of what leads to an owner."""
    chain = chain_of(node.func if isinstance(node, ast.Call) else node)
    return chain[-1] if chain else ""
