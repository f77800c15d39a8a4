"""What a code object is, as text that is the same in every process.

Two texts are made: what the code does, and where its lines are. A function that only moved
differs in the second one alone.
"""

from __future__ import annotations

import dis
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

_LOW_BIT = frozenset({dis.opmap["LOAD_GLOBAL"], dis.opmap["LOAD_ATTR"]})
_ATOMS = (int, float, complex, str, bytes, bool, type(None), type(...))


class Codes:
    """Describes code objects, each once.

    Attributes:
        known: By the id of a code object, it and its two texts.
    """

    def __init__(self) -> None:
        self.known: dict[int, tuple[CodeType, str, str]] = {}

    def does(self, code: CodeType) -> str:
        r"""Return what the code does: its instructions, names, constants and flags.

        Example:
            >>> codes = Codes()
            >>> one, two = compile("x = 1", "f", "exec"), compile("\n\nx = 1", "f", "exec")
            >>> codes.does(one) == codes.does(two), codes.stands(one) == codes.stands(two)
            (True, False)
        """
        return self._described(code)[1]

    def stands(self, code: CodeType) -> str:
        """Return where the code stands: its file, qualified name, and each instruction's place."""
        return self._described(code)[2]

    def _described(self, code: CodeType) -> tuple[CodeType, str, str]:
        known = self.known.get(id(code))
        if known is None:
            nested = [self._described(c) for c in code.co_consts if isinstance(c, type(code))]
            does = _digest(
                _instructions(code),
                code.co_argcount,
                code.co_posonlyargcount,
                code.co_kwonlyargcount,
                code.co_flags,
                code.co_names,
                code.co_varnames,
                code.co_freevars,
                code.co_cellvars,
                code.co_name,
                code.co_exceptiontable,
                [self._constant(c) for c in code.co_consts],
            )
            stands = _digest(
                code.co_filename,
                code.co_qualname,
                code.co_firstlineno,
                list(code.co_positions()),
                [text for _, _, text in nested],
            )
            known = self.known[id(code)] = (code, does, stands)
        return known

    def _constant(self, value: object) -> str:
        if isinstance(value, tuple):
            return f"({','.join(map(self._constant, value))})"
        if isinstance(value, frozenset):
            return f"{{{','.join(sorted(map(self._constant, value)))}}}"
        if isinstance(value, _ATOMS):
            return f"{type(value).__name__}:{value!r}"
        if hasattr(value, "co_consts"):
            return self.does(value)  # type: ignore[arg-type]
        return type(value).__name__


def _instructions(code: CodeType) -> bytes:
    """Return the bytecode without a bit that says nothing of what it does.

    From 3.12 on the compiler calls an attribute of a name in one of two ways, and chooses by
    whether the same text imports the name at its top.
    """
    content = bytearray(code.co_code)
    for place in range(0, len(content), 2):
        if content[place] in _LOW_BIT:
            content[place + 1] &= 0xFE
    return bytes(content)


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
