"""Read a script as C does when ``python`` is given it: bytes in, code out."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

# Where the code starts in a bytecode file (PEP 552).
_HEADER_SIZE = 16


def is_bytecode(file: str, content: bytes) -> bool:
    """Tell whether C takes a file for bytecode: by its suffix, or by its first two bytes."""
    return file.endswith(".pyc") or content[:2] == _magic()[:2]


def _magic() -> bytes:
    magic: bytes = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER
    return magic


def code_of_bytecode(content: bytes, _file: str) -> CodeType:
    """Return the code in the content of a bytecode file.

    Raises:
        RuntimeError: As C has it for bytecode of another Python, or for no bytecode at all.
    """
    import marshal

    if content[:4] != _magic():
        raise RuntimeError("Bad magic number in .pyc file")
    try:
        code = marshal.loads(content[_HEADER_SIZE:])
    except (EOFError, ValueError, TypeError):
        code = None
    if not isinstance(code, type(_magic.__code__)):
        raise RuntimeError("Bad code object in .pyc file")  # noqa: TRY004  # as C has it
    return code


def compiled(source: bytes, file: str) -> CodeType:
    """Compile a script.

    Raises:
        SyntaxError: With the text that C has for a file.
    """
    code: CodeType = compile(source, file, "exec", dont_inherit=True)
    return code
