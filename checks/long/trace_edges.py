"""The modules and edges of a trace, compared with a stock interpreter's on real packages.

The oracle shares no code with entrepot: a stock interpreter whose ``builtins.__import__`` notes,
at each call, the importer's ``__name__`` and the modules that the statement names. Compared are

* the modules: those that stand in ``sys.modules`` after the import and did not before, and were
  imported by the algorithm (put there by hand, they are in no trace);
* the edges: importer and imported, of every import statement that was executed. What C code
  imports has no statement, and is left out on both sides.

Modules that the one has loaded before it begins (entrepot needs a few of the standard library)
are left out on both sides, and counted.

    ./dev long trace_edges
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, environment
from benchmarks.packages import ALL, environment_with

ORACLE = """\
import sys
edges = set()
def resolved(name, namespace, level):
    if not level:
        return name
    package = namespace.get("__package__")
    if package is None:
        package = namespace["__name__"]
        if "__path__" not in namespace:
            package = package.rpartition(".")[0]
    base = package.rsplit(".", level - 1)[0]
    return base + "." + name if name else base
def noting(name, globals=None, locals=None, fromlist=(), level=0):
    module = stock(name, globals, locals, fromlist, level)
    frame = sys._getframe(1)
    # An extension that imports while it is loaded has no frame: what is seen is this function's.
    is_c = frame.f_code is noting.__code__
    if not is_c and not frame.f_code.co_filename.startswith("<frozen importlib"):
        full = resolved(name, globals or {}, level)
        importer = frame.f_globals.get("__name__")
        parts = full.split(".")
        for count in range(1, len(parts) + 1):
            edges.add((importer, ".".join(parts[:count])))
        if fromlist:
            items = getattr(module, "__all__", ()) if "*" in fromlist else fromlist
            for item in items:
                sub = full + "." + item
                if sub in sys.modules and getattr(module, item, None) is sys.modules[sub]:
                    edges.add((importer, sub))
    return module
"""
STOCK = """\
{oracle}
with open({program!r}) as stream:
    code = compile(stream.read(), {program!r}, "exec")
import builtins
before = set(sys.modules)
main = {{"__name__": "__main__", "__builtins__": builtins}}
stock = builtins.__import__
builtins.__import__ = noting
exec(code, main)
builtins.__import__ = stock
loaded = {{name for name in sys.modules if name not in before}}
import json
with open({out!r}, "w") as stream:
    by_hand = [n for n in loaded if getattr(sys.modules[n], "__spec__", None) is None]
    json.dump([sorted(before), sorted(loaded - set(by_hand)), sorted(by_hand),
               sorted(map(list, edges), key=repr)], stream)
"""


def prepared(package: str) -> str:
    """Return the program's text for a package."""
    setup = (
        "from django.conf import settings\nsettings.configure()\n" if package == "django" else ""
    )
    return f"{setup}{ALL[package]}\n"


def stock_facts(
    python: Path, program: Path
) -> tuple[set[str], set[str], set[str], set[tuple[str, str]]]:
    """Return what a stock interpreter had before, what it loaded, what has no spec, the edges."""
    out = str(program.with_suffix(".stock.json"))
    code = STOCK.format(oracle=ORACLE, program=str(program), out=out)
    subprocess.run([str(python), "-c", code], env=environment(), check=True)
    before, loaded, by_hand, edges = json.loads(Path(out).read_text())
    return set(before), set(loaded), set(by_hand), {(a, b) for a, b in edges}


def traced_facts(python: Path, program: Path) -> dict[str, Any]:
    """Return the trace of a program."""
    out = program.with_suffix(".trace.json")
    subprocess.run(
        [str(python), "-m", "entrepot", "trace", "--every", "-o", str(out), str(program)],
        env={**environment(), "PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.DEVNULL,
        check=True,
    )
    facts: dict[str, Any] = json.loads(out.read_text())
    return facts


def compare(python: Path, package: str, folder: Path) -> bool:
    """Compare one package, print its line, and return whether all is equal."""
    program = folder / f"program_{package.lower()}.py"
    program.write_text(prepared(package))
    before, loaded, by_hand, edges = stock_facts(python, program)
    facts = traced_facts(python, program)
    both = before | set(facts["loaded_before"])
    # A module without a spec was put in the cache by hand, and so was one that nobody asked for.
    by_hand |= loaded - {name for _, name in edges} - {n["name"] for n in facts["imports"]}
    modules = loaded - both - by_hand
    ours = {n["name"] for n in facts["imports"] if n["outcome"] == "loaded"} - both
    # Replaced by something without a spec, or taken out again by the program.
    gone = {n for n in ours - modules if n not in loaded}
    asked = {(a["importer"], name) for a in facts["asked"] for name in a["names"]}

    def inside(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(a, b) for a, b in pairs if a not in both - {"__main__"}}

    wrong_modules = (modules ^ ours) - gone
    wrong_edges = inside(asked) ^ inside(edges)
    print(
        f"{package:14}{len(modules):8}{len(wrong_modules):7}{len(inside(edges)):9}"
        f"{len(wrong_edges):7}{len(by_hand):9}",
        flush=True,
    )
    for fact in [*sorted(wrong_modules), *sorted(wrong_edges, key=repr)][:10]:
        side = "stock only" if fact in loaded or fact in edges else "trace only"
        print(f"    {side}: {fact}")
    return not wrong_modules and not wrong_edges


def main() -> int:
    """Compare every package, or those that are named."""
    named = sys.argv[1:] or list(ALL)
    given = Path(sys.prefix, "bin", "python")
    python = environment_with(ALL) if "--here" not in named else given
    print(f"{'package':14}{'modules':>8}{'wrong':>7}{'edges':>9}{'wrong':>7}{'by hand':>9}")
    with tempfile.TemporaryDirectory() as folder:
        packages = [name for name in ALL if "--here" in named or name in named]
        equal = [compare(python, package, Path(folder)) for package in packages]
    print(f"{sum(equal)} of {len(equal)} packages equal")
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())
