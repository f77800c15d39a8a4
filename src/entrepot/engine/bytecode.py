"""Bytecode files: where they are, what their header says, reading and writing them.

A file is a header of 16 bytes and a marshalled code object (PEP 552). The header is the magic
number of the interpreter, four bytes of flags, and eight bytes that tie it to its source:

    flags 0   the source's modification time and size, 32 bits each
    flags 1   the source's hash, not compared when read ("unchecked")
    flags 3   the source's hash, compared ("checked")

The place is ``__pycache__/name.TAG[.opt-N].pyc`` beside the source (PEP 3147, PEP 488), or the
same below ``sys.pycache_prefix``.
"""

from __future__ import annotations

import _frozen_importlib_external as _external
import _imp
import marshal
import os
import sys
from types import CodeType

from . import paths
from .frames import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Buffer

CACHE_FOLDER = "__pycache__"
HEADER_SIZE = 16
HASH_BASED, CHECK_SOURCE = 0b01, 0b10

if sys.version_info >= (3, 14):
    _MAGIC_TOKEN: int = _imp.pyc_magic_number_token  # type: ignore[attr-defined]
else:
    _MAGIC_TOKEN = _external._RAW_MAGIC_NUMBER  # type: ignore[attr-defined]

MAGIC_NUMBER: bytes = _MAGIC_TOKEN.to_bytes(4, "little")


def _uint32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _packed(number: int) -> bytes:
    return (int(number) & 0xFFFFFFFF).to_bytes(4, "little")


def source_hash(source: bytes) -> bytes:
    """Return the 8 bytes that a hash-based bytecode file holds for its source (PEP 552)."""
    return _imp.source_hash(_MAGIC_TOKEN, source)


def flags_of(data: bytes, name: str, details: dict[str, str]) -> int:
    """Return the flags of a bytecode file's header.

    Args:
        data: The file's bytes.
        name: The module it is for, used in messages.
        details: ``name`` and ``path`` for an ImportError.

    Raises:
        ImportError: Another interpreter wrote it, or it has flags that nobody knows.
        EOFError: It ends within the header.
    """
    magic = data[:4]
    if magic != MAGIC_NUMBER:
        message = f"bad magic number in {name!r}: {bytes(magic)!r}"
        tell("{}", message)
        raise ImportError(message, **details)
    if len(data) < HEADER_SIZE:
        message = f"reached EOF while reading pyc header of {name!r}"
        tell("{}", message)
        raise EOFError(message)
    flags = _uint32(data, 4)
    if flags & ~(HASH_BASED | CHECK_SOURCE):
        raise ImportError(f"invalid flags {flags!r} in {name!r}", **details)
    return flags


def check_timestamp(
    data: bytes, mtime: int, size: int | None, name: str, details: dict[str, str]
) -> None:
    """Hold a header against its source's time and size, 32 bits of each.

    Raises:
        ImportError: The source is another one.
    """
    same_time = _uint32(data, 8) == mtime & 0xFFFFFFFF
    if same_time and (size is None or _uint32(data, 12) == size & 0xFFFFFFFF):
        return
    message = f"bytecode is stale for {name!r}"
    tell("{}", message)
    raise ImportError(message, **details)


def check_hash(data: bytes, wanted: bytes, name: str, details: dict[str, str]) -> None:
    """Hold a header against its source's hash.

    Raises:
        ImportError: The source is another one.
    """
    if data[8:HEADER_SIZE] != wanted:
        raise ImportError(f"hash in bytecode doesn't match hash of source {name!r}", **details)


def wants_hash_check(flags: int) -> bool:
    """Return whether a hash-based file is to be compared (``--check-hash-based-pycs``)."""
    policy = _imp.check_hash_based_pycs
    return policy != "never" and (policy == "always" or bool(flags & CHECK_SOURCE))


def code_from(
    data: Buffer, name: str | None, bytecode_path: str | None, source_path: str | None
) -> CodeType:
    """Return the code object that the bytes after a header hold.

    When the source's place is known, the code (and code within it) is told its file name anew:
    the file may have been compiled elsewhere.

    Raises:
        ImportError: They hold something else.
    """
    code = marshal.loads(data)
    if not isinstance(code, CodeType):
        text = f"Non-code object in {bytecode_path!r}"
        raise ImportError(text, name=name, path=bytecode_path)  # noqa: TRY004 - the protocol's
    tell("code object from {!r}", bytecode_path)
    if source_path is not None:
        _imp._fix_co_filename(code, source_path)  # type: ignore[attr-defined]
    return code


def _marshalled(code: CodeType) -> bytes:
    # marshal writes an object that nobody else refers to without the mark for references. The
    # files are to be the same to the byte whoever calls, so there is always somebody else.
    others = [code]
    data = marshal.dumps(code)
    others.clear()
    return data


def timestamp_file(code: CodeType, mtime: int = 0, source_size: int = 0) -> bytearray:
    """Return the bytes of a file that is tied to its source by time and size."""
    head = MAGIC_NUMBER + _packed(0) + _packed(mtime) + _packed(source_size)
    return bytearray(head + _marshalled(code))


def hash_file(code: CodeType, source_hash: bytes, checked: bool = True) -> bytearray:  # noqa: FBT001, FBT002 - the interpreter's own signature, which py_compile calls
    """Return the bytes of a file that is tied to its source by hash."""
    flags = HASH_BASED | (CHECK_SOURCE if checked else 0)
    return bytearray(MAGIC_NUMBER + _packed(flags) + source_hash + _marshalled(code))


def cache_from_source(
    path: str | os.PathLike[str],
    debug_override: bool | None = None,  # noqa: FBT001 - the standard signature
    *,
    optimization: Any = None,
) -> str:
    """Return where the bytecode of a source file is kept; neither file need exist.

    Args:
        path: The source file.
        debug_override: Deprecated: True means ``optimization=""``, False ``optimization=1``.
        optimization: The optimisation level to name, None for that of this process.

    Raises:
        NotImplementedError: This interpreter keeps no bytecode (``cache_tag`` is None).
        ValueError: The optimisation level has other characters than letters and digits.
    """
    if debug_override is not None:
        optimization = _overridden(debug_override, optimization)
    folder, file = paths.split(os.fspath(path))
    stem, dot, suffix = file.rpartition(".")
    tag = sys.implementation.cache_tag
    if tag is None:
        raise NotImplementedError("sys.implementation.cache_tag is None")
    if optimization is None:
        optimization = sys.flags.optimize or ""
    level = str(optimization)
    if level and not level.isalnum():
        raise ValueError(f"{level!r} is not alphanumeric")
    middle = f".opt-{level}" if level else ""
    cached = f"{stem or suffix}{dot}{tag}{middle}.pyc"
    if sys.pycache_prefix is None:
        return paths.join(paths.join(folder, CACHE_FOLDER), cached)
    # The whole absolute place is repeated below the prefix, without a drive.
    folder = paths.absolute(folder)
    if folder[1:2] == ":" and folder[:1] not in "\\/":
        folder = folder[2:]
    return paths.join(paths.join(sys.pycache_prefix, folder.lstrip("\\/")).rstrip("/"), cached)


def _overridden(debug_override: bool, optimization: Any) -> Any:  # noqa: FBT001
    import _warnings

    _warnings.warn(
        "the debug_override parameter is deprecated; use 'optimization' instead",
        DeprecationWarning,
        stacklevel=3,
    )
    if optimization is not None:
        raise TypeError("debug_override or optimization must be set to None")
    return "" if debug_override else 1


def source_from_cache(path: str | os.PathLike[str]) -> str:
    """Return the source file that a bytecode file's place belongs to; neither need exist.

    Raises:
        NotImplementedError: This interpreter keeps no bytecode.
        ValueError: The place is not one of PEP 3147 and PEP 488.
    """
    if sys.implementation.cache_tag is None:
        raise NotImplementedError("sys.implementation.cache_tag is None")
    path = os.fspath(path)
    folder, cached = paths.split(path)
    prefix = sys.pycache_prefix.rstrip("\\/") if sys.pycache_prefix is not None else None
    if prefix is not None and folder.startswith(prefix + os.sep):
        folder = folder[len(prefix) :]
    else:
        folder, last = paths.split(folder)
        if last != CACHE_FOLDER:
            raise ValueError(f"{CACHE_FOLDER} not bottom-level directory in {path!r}")
    parts = cached.split(".")
    if len(parts) not in {3, 4}:
        raise ValueError(f"expected only 2 or 3 dots in {cached!r}")
    if len(parts) == 4:  # noqa: PLR2004 - name, tag, optimisation, suffix
        _check_optimization(parts[2])
    return paths.join(folder, parts[0] + ".py")


def _check_optimization(part: str) -> None:
    if not part.startswith("opt-"):
        raise ValueError("optimization portion of filename does not start with 'opt-'")
    if not part[4:].isalnum():
        raise ValueError(f"optimization level {part!r} is not an alphanumeric value")


def cached_path_of(file: str) -> str | None:
    """Return what ``spec.cached`` is for a file: its bytecode's place, or None."""
    if file.endswith(tuple(_external.SOURCE_SUFFIXES)):  # programs add to it, such as ".hy"
        try:
            return cache_from_source(file)
        except NotImplementedError:
            return None
    return file if file.endswith(tuple(_external.BYTECODE_SUFFIXES)) else None


def write_atomic(path: str, data: Buffer, mode: int = 0o666) -> None:
    """Write a file so that readers see all of it or the old one.

    Raises:
        OSError: It cannot be written; nothing is left behind. ``FileExistsError`` when another
            writer is at it with the same temporary name.
    """
    temporary = f"{path}.{id(path)}"
    handle = os.open(temporary, os.O_EXCL | os.O_CREAT | os.O_WRONLY, mode & 0o666)
    try:
        # The audit event "open", as in CPython, whose tests put a slower _io in the place.
        with _external._io.FileIO(handle, "wb") as file:  # type: ignore[attr-defined]
            rest = memoryview(data)
            while rest:
                written = file.write(rest)
                if not written:
                    raise OSError(f"only a part of {temporary!r} could be written")
                rest = rest[written:]
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        try:
            os.unlink(temporary)  # noqa: PTH108
        except OSError:
            tell("could not remove {!r}", temporary)
        raise


def mode_for(source_path: str) -> int:
    """Return the permission bits for a bytecode file: the source's, and writable."""
    try:
        mode = os.stat(source_path).st_mode  # noqa: PTH116
    except OSError:
        mode = 0o666
    return mode | 0o200


def decode_source(source: Buffer) -> str:
    """Return a source file's text: its encoding cookie heeded, every line end a line feed.

    Raises:
        SyntaxError: The encoding is not known (PEP 263).
        UnicodeDecodeError: The bytes are not in it.
    """
    import io

    from entrepot.standard import tokenize  # not on the way to a program's first line

    data = bytes(source)
    encoding, _lines = tokenize.detect_encoding(io.BytesIO(data).readline)
    return io.IncrementalNewlineDecoder(None, translate=True).decode(data.decode(encoding))
