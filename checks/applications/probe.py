"""Import what is asked and write all that it left in `sys.modules`: run by `imports.py`.

    python probe.py answer.json "import numpy" ...

It loads nothing before the import that every process does not have.
"""

import sys


def _facts(name: str, module: object) -> dict[str, object]:
    spec = getattr(module, "__spec__", None)
    loader = getattr(module, "__loader__", None)
    parent, _, tail = name.rpartition(".")
    try:
        variables = {key: type(value).__qualname__ for key, value in vars(module).items()}
    except TypeError:
        variables = {}  # whatever stands in the cache; it need not be a module
    return {
        "type": type(module).__qualname__,
        "attributes": {
            key: repr(getattr(module, key, "absent"))
            for key in ("__name__", "__file__", "__package__", "__cached__", "__doc__")
        },
        "path": [str(entry) for entry in getattr(module, "__path__", ())],
        "loader": [_kind(loader), repr(getattr(loader, "path", None))],
        "spec": spec is not None and _facts_of_spec(spec),
        "is of its spec": getattr(spec, "loader", None) is loader,
        "variables": variables,
        "is in its package": parent and getattr(sys.modules.get(parent), tail, None) is module,
    }


def _facts_of_spec(spec: object) -> dict[str, object]:
    names = ("name", "origin", "cached", "has_location", "parent", "_initializing")
    return {
        "type": _kind(spec),
        **{name: repr(getattr(spec, name, "absent")) for name in names},
        "search": list(map(str, getattr(spec, "submodule_search_locations", None) or ())),
    }


def _kind(thing: object) -> str:
    kind = thing if isinstance(thing, type) else type(thing)
    return f"{kind.__module__}.{kind.__qualname__}"


def main() -> None:
    before = set(sys.modules)
    answer, *statements = sys.argv[1:]
    errors = {}
    for statement in statements:
        try:
            exec(statement, {"__name__": "probed"})
        except BaseException as error:
            errors[statement] = f"{type(error).__qualname__}: {error}"
    loaded = dict(sys.modules)
    import json

    told = {
        "errors": errors,
        "before": sorted(before),
        "meta path": [_kind(finder) for finder in sys.meta_path],
        "path": sys.path,
        "modules": {name: _facts(name, m) for name, m in loaded.items() if name not in before},
    }
    with open(answer, "w") as file:  # noqa: PTH123 - pathlib would be loaded before the import
        json.dump(told, file)


if __name__ == "__main__":
    main()
