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
    try:
        code: CodeType = compile(source, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise _as_of_a_file(error, source, file) from None
    return code


def _as_of_a_file(error: Exception, source: bytes, file: str) -> Exception:
    """Return what C says of a fault that it words otherwise when it reads the file itself.

    Those are faults of the bytes, not of the program's text.
    """
    before, nul, _ = source.partition(b"\0")
    if nul:
        line = before.rpartition(b"\n")[2].decode("utf-8", "replace")
        place = (file, before.count(b"\n") + 1, 0, line)
        return SyntaxError("source code cannot contain null bytes", place)
    if sys.version_info >= (3, 14) or not isinstance(error, SyntaxError):
        return error
    if error.lineno == 0:  # the encoding that the file declares
        encoding = error.msg.removeprefix("unknown encoding: ").removeprefix("encoding problem: ")
        if encoding.startswith("'"):
            encoding = encoding[1:].partition("'")[0]
        return SyntaxError(f"encoding problem: {encoding}")
    if error.msg.startswith("(unicode error) 'utf-8' codec"):
        return _undeclared_encoding(source, file) or error
    return error


def _undeclared_encoding(source: bytes, file: str) -> SyntaxError | None:
    for number, line in enumerate(source.splitlines(), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as fault:
            return SyntaxError(
                f"Non-UTF-8 code starting with '\\x{line[fault.start]:02x}' in file {file} on "
                f"line {number}, but no encoding declared; see "
                f"https://peps.python.org/pep-0263/ for details"
            )
    return None
