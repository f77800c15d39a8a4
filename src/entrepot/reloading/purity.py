"""Methods and functions of Python itself that change nothing of what they are given.

What is not here counts as a change: too much runs then, never too little.
"""

from __future__ import annotations

PURE_METHODS = frozenset(
    {
        "get", "items", "keys", "values", "copy", "index", "count", "join", "format", "split",
        "strip", "lower", "upper", "startswith", "endswith", "encode", "decode", "replace",
        "union", "intersection", "difference", "issubset", "issuperset", "isdisjoint", "title",
        "capitalize", "rsplit", "splitlines", "partition", "rpartition", "zfill", "hex",
        "bit_length", "__contains__", "__len__", "__getitem__", "__iter__", "__eq__",
    }
)  # fmt: skip

PURE_BUILTINS = frozenset(
    {
        "len", "sorted", "isinstance", "issubclass", "print", "str", "repr", "sum", "min",
        "max", "any", "all", "enumerate", "zip", "range", "tuple", "list", "dict", "set",
        "frozenset", "type", "id", "hash", "getattr", "hasattr", "callable", "iter", "bool",
        "int", "float", "bytes", "abs", "reversed", "map", "filter", "property", "staticmethod",
        "classmethod", "super", "vars", "dir", "format", "ord", "chr", "round", "divmod", "pow",
        "slice", "object", "complex", "ascii", "bin", "hex", "oct",
    }
)  # fmt: skip
