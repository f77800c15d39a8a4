"""Which names an import statement binds, derived from the bytecode that comes after it.

When ``__import__`` is called by an import statement, the importer's frame stands at its
``IMPORT_NAME``; what the statement does with the module comes right after (shown without what
loads the arguments):

    import a.b             IMPORT_NAME a.b, STORE a
    import a.b.c as d      IMPORT_NAME a.b.c, IMPORT_FROM b, SWAP, POP_TOP, IMPORT_FROM c, STORE d
    from a import x as y   IMPORT_NAME a, IMPORT_FROM x, STORE y, POP_TOP
    from a import *        IMPORT_NAME a, IMPORT_STAR

A *scope* tells where the name is bound: ``"globals"``, ``"class"`` or ``"function"``.
"""

from __future__ import annotations

from opcode import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import CodeType

_CO_OPTIMIZED = 0x1
_IMPORT_NAME = opmap["IMPORT_NAME"]
_IMPORT_FROM = opmap["IMPORT_FROM"]
_EXTENDED_ARG = opmap["EXTENDED_ARG"]

#: Instructions between those that matter here.
_PASSED_OVER = frozenset(opmap[name] for name in ("SWAP", "POP_TOP", "CACHE") if name in opmap)

#: ``STORE_*`` by opcode, and where each finds its name.
_STORES: Mapping[int, str] = {
    opmap[name]: table
    for name, table in {
        "STORE_NAME": "names",
        "STORE_GLOBAL": "names of globals",
        "STORE_FAST": "variables",
        "STORE_DEREF": "variables",
        "STORE_FAST_LOAD_FAST": "two variables",
        "STORE_FAST_STORE_FAST": "two variables",
    }.items()
    if name in opmap
}


class Binding:
    """A name that a statement binds: ``name``, and ``value``, what it is called where it is from.

    ``name`` is ``"*"`` when all public names are bound.
    """

    __slots__ = ("name", "scope", "value")

    def __init__(self, name: str, value: str, scope: str) -> None:
        self.name = name
        self.value = value
        self.scope = scope

    def __repr__(self) -> str:
        return f"Binding({self.name!r}, {self.value!r}, {self.scope!r})"


def is_import_statement(code: CodeType, offset: int) -> bool:
    """Tell whether a frame at this offset executes an import statement (and not a call)."""
    return offset >= 0 and code.co_code[offset] == _IMPORT_NAME


def bindings_after(
    code: CodeType, offset: int, name: str, fromlist: Sequence[str] | None
) -> list[Binding]:
    """Return what the import statement at an offset binds; empty if it cannot be derived.

    Args:
        code: The importer's code.
        offset: Where its ``IMPORT_NAME`` is: ``frame.f_lasti``.
        name: The name imported, as the statement has it.
        fromlist: The names after ``from ... import``, or None.

    Example:
        >>> code = compile("from os import path as p, sep", "", "exec")
        >>> bindings_after(code, code.co_code.index(_IMPORT_NAME), "os", ("path", "sep"))
        [Binding('p', 'path', 'globals'), Binding('sep', 'sep', 'globals')]
    """
    found: list[Binding] = []
    value = name if fromlist else name.partition(".")[0]
    if fromlist and "*" in fromlist:
        return [Binding("*", "*", _scope_of(code, "names"))]
    for opcode, argument in _instructions(code, offset + 2):
        if opcode == _IMPORT_FROM:
            value = code.co_names[argument] if fromlist else name
        elif opcode in _STORES:
            table = _STORES[opcode]
            found.append(Binding(_stored(code, table, argument), value, _scope_of(code, table)))
            if len(found) == len(fromlist or (name,)):
                return found
        elif opcode not in _PASSED_OVER:
            break
    return []


def _instructions(code: CodeType, offset: int) -> Iterator[tuple[int, int]]:
    text = code.co_code
    extended = 0
    for at in range(offset, len(text), 2):
        argument = extended << 8 | text[at + 1]
        if text[at] == _EXTENDED_ARG:
            extended = argument
        else:
            extended = 0
            yield text[at], argument


def _stored(code: CodeType, table: str, argument: int) -> str:
    if table.startswith("names"):
        return code.co_names[argument]
    if table == "two variables":
        argument >>= 4
    cells = [name for name in code.co_cellvars if name not in code.co_varnames]
    return (*code.co_varnames, *cells, *code.co_freevars)[argument]


def _scope_of(code: CodeType, table: str) -> str:
    """Return the kind of namespace that an instruction stores into."""
    if table == "names of globals" or code.co_name == "<module>":
        return "globals"
    return "function" if code.co_flags & _CO_OPTIMIZED else "class"
