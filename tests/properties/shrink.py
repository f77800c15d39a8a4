"""Makes a failing program small: what can be left out while it still fails is left out.

Statements with the same text are taken out of all versions at once, whole fragments first, then
the lines within them, then what the client does.
"""

from __future__ import annotations

import ast
import copy
import difflib
from typing import TYPE_CHECKING

from tests.properties.programs import Fragment, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.properties.judge import Judge, Verdict


def shrunk(judge: Judge, program: Program, *, tries: int = 400) -> Program:
    """Return a smaller program that fails in the same way."""
    wanted = _failure(judge.verdicts(program))
    if wanted is None:
        return program
    budget = [tries]

    def fails(candidate: Program) -> bool:
        budget[0] -= 1
        return _same(_failure(judge.verdicts(candidate)), wanted)

    program = _one_edit(program, fails)
    changed = True
    while changed and budget[0] > 0:
        changed = False
        for candidate in _smaller(program):
            if budget[0] <= 0:
                break
            if fails(candidate):
                program, changed = candidate, True
                break
        if not changed and _split(program):
            changed = True
    return program


def _failure(verdicts: list[Verdict] | None) -> Verdict | None:
    return next((v for v in verdicts or () if v.kind in {"wrong", "crashed"}), None)


def _same(found: Verdict | None, wanted: Verdict) -> bool:
    return found is not None and _sort(found) == _sort(wanted)


def _sort(verdict: Verdict) -> tuple[str, bool, str]:
    for word in ("before any edit", "not undone", "a restart fails", "a restart works"):
        if word in verdict.why:
            return verdict.kind, verdict.is_failing, word
    return verdict.kind, verdict.is_failing, ""


def _one_edit(program: Program, fails: Callable[[Program], bool]) -> Program:
    """Return the program with as few of its edits as it takes."""
    count = len(program.versions)
    pairs = [[n, m] for m in range(1, count) for n in range(m)]
    triples = [[n, m, k] for k in range(2, count) for m in range(1, k) for n in range(m)]
    for keep in pairs + triples:
        candidate = _kept(program, keep)
        if fails(candidate):
            return candidate
    return program


def _kept(program: Program, numbers: list[int]) -> Program:
    candidate = copy.deepcopy(program)
    candidate.versions = [candidate.versions[n] for n in numbers]
    candidate.probes = [candidate.probes[n] for n in numbers]
    candidate.edits = [program.edits[n - 1] for n in numbers[1:]]
    return candidate


def _smaller(program: Program) -> Iterator[Program]:
    for part in ("holds", "states"):
        if getattr(program, part):
            candidate = copy.deepcopy(program)
            setattr(candidate, part, [])
            yield candidate
    if any(program.probes):
        candidate = copy.deepcopy(program)
        candidate.probes = [[] for _ in program.probes]
        yield candidate
    for number, version in enumerate(program.versions):
        if version.broken:
            candidate = copy.deepcopy(program)
            candidate.versions[number].broken = {}
            yield candidate
    for name in program.versions[0].names:
        candidate = copy.deepcopy(program)
        for version in candidate.versions:
            version.modules = [m for m in version.modules if m.name != name]
        yield candidate
    for text in _texts(program):
        yield _without(program, text)


def _texts(program: Program) -> list[str]:
    """Return every fragment's text, the last ones first."""
    found: dict[str, None] = {}
    for version in program.versions:
        for module in version.modules:
            for fragment in module.fragments:
                found[fragment.text] = None
    return list(found)[::-1]


def _without(program: Program, text: str) -> Program:
    candidate = copy.deepcopy(program)
    for version in candidate.versions:
        for module in version.modules:
            module.fragments = [f for f in module.fragments if f.text != text]
    return candidate


def _split(program: Program) -> bool:
    """Make each statement of a fragment a fragment of its own."""
    did = False
    for version in program.versions:
        for module in version.modules:
            parts = [part for fragment in module.fragments for part in _parts(fragment)]
            did = did or len(parts) > len(module.fragments)
            module.fragments = parts
    return did


def _parts(fragment: Fragment) -> list[Fragment]:
    try:
        body = ast.parse(fragment.text).body
    except SyntaxError:
        return [fragment]
    if len(body) < 2:
        return [fragment]
    lines = fragment.text.splitlines()
    found = []
    for number, statement in enumerate(body):
        end = statement.end_lineno if number + 1 < len(body) else len(lines)
        start = (body[number - 1].end_lineno or 0) if number else 0
        found.append(Fragment("\n".join(lines[start:end])))
    return found


def story(program: Program, why: str) -> str:
    """Return the files of the first version, then what each edit changes, to be read."""
    lines = [f"{program.seed}: {why}"]
    before: dict[str, str] = {}
    for number, version in enumerate(program.versions):
        if number:
            lines.append(f"---- edit {number}: {program.edits[number - 1]}")
        for name in sorted(before.keys() | version.files.keys()):
            old, new = before.get(name, ""), version.files.get(name, "")
            if not number:
                lines += [f"== {name}", new.strip("\n")]
            elif old != new or name not in before:
                changed = difflib.unified_diff(
                    old.splitlines(), new.splitlines(), lineterm="", n=1
                )
                lines += [f"== {name}", *list(changed)[2:]]
        before = version.files
    lines += [f"h = {hold.make}; {hold.probe}" for hold in program.holds]
    lines += [f"in {module}: {statement}" for module, statement, _ in program.states]
    return "\n".join(lines) + "\n"


def script(program: Program, why: str) -> str:
    """Return a self-contained program that shows the failure."""
    broken = program.versions[0].broken
    assert not broken
    lines = [f"# {line}" for line in f"{program.seed}: {why}".splitlines()]
    versions = [version.files for version in program.versions]
    lines += [
        "import importlib, os, sys, tempfile",
        "sys.path.insert(0, 'src')",
        "from entrepot.reloading.session import live",
        "root = tempfile.mkdtemp()",
        "sys.path.insert(0, root)",
        "def write(files):",
        "    for folder, _, names in os.walk(root):",
        "        for name in names:",
        "            if os.path.relpath(os.path.join(folder, name), root) not in files:",
        "                os.unlink(os.path.join(folder, name))",
        "    for name, text in files.items():",
        "        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)",
        "        open(os.path.join(root, name), 'w').write(text)",
        "def M(name): return importlib.import_module(name)",
        "VERSIONS = [",
    ]
    for files in versions:
        lines.append("  {")
        for name, text in files.items():
            body = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
            lines.append(f'    {name!r}: """\\\n{body}""",')
        lines.append("  },")
    lines += ["]", "session = live([root])", "write(VERSIONS[0])"]
    lines += [f"M({name!r})" for name in program.versions[0].names]
    lines += [f"h{n} = {hold.make}" for n, hold in enumerate(program.holds)]
    lines += [f"exec({s!r}, vars(M({m!r})))" for m, s, _ in program.states]
    for number in range(1, len(versions)):
        lines += [f"write(VERSIONS[{number}])", "report = session.apply()", "print(report)"]
    for n, hold in enumerate(program.holds):
        lines.append(f"h = h{n}; print({hold.probe!r}, {hold.probe})")
    lines += [f"print({probe!r}, {probe})" for probe in program.probes[-1]]
    return "\n".join(lines) + "\n"
