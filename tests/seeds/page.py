"""The page docs/seeds.md, made of the claims and sessions that the tests hold.

    python -m tests.seeds.page      writes it

A test compares, so the page cannot say what no test holds.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from tests.micropython.case import GOLDEN
from tests.seeds import (
    document_000_and_001,
    document_002,
    document_003,
    document_003_practice,
    document_004,
)
from tests.seeds.grounds import GROUNDS
from tests.seeds.sessions import SESSIONS, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.seeds.claims import Claim

PAGE = Path(__file__).resolve().parents[2] / "docs" / "seeds.md"

_INTRODUCTION = """\
# The five documents, held

entrepot implements the system that five documents describe: Python's import system and its
module cache. This page goes through them statement by statement: what the document says, a
program, and what the program prints. Each program is a test, and it prints the same on three
grounds:

* **stock**: `python main.py`, nothing of entrepot, as the control;
* **taken over**: the same, after `entrepot.take_over()`: every import is ours;
* **private**: `main.py` is a module of a private `entrepot.ImportSystem("a")`. Modules are called
  `a:name` there; the prefix is left out below.

What is typed into an interpreter is typed into `python -i`, and into a console inside a program.
The documents are right in nearly everything. Where one errs or is imprecise, a line **More
exactly** says what is so, and the test holds that. This page is made from the tests by
`python -m tests.seeds.page`, and a test compares the two.
"""

_DOCUMENTS = [
    (
        "000 and 001",
        "Python Imports: Behind the scenes; Python Imports and Module Caching",
        "test_documents_000_and_001_hold",
        document_000_and_001.CLAIMS,
    ),
    (
        "002",
        "Importing in python - don't touch sys.modules",
        "test_document_002_holds",
        document_002.CLAIMS,
    ),
    (
        "003",
        "Import Cache & sys.modules",
        "test_document_003_holds",
        document_003.CLAIMS + document_003_practice.CLAIMS,
    ),
    (
        "004",
        "Python Module Import Behavior",
        "test_document_004_holds",
        document_004.CLAIMS,
    ),
]

_MICROPYTHON = """\
## Document 004 on MicroPython

The document speaks of "(Micro-)Python". Its scenario, typed into the REPL of MicroPython 1.27
(npm's WebAssembly port), holds as it stands. The differences from CPython that it does not tell:

| | MicroPython | CPython |
|---|---|---|
| a name not defined | `name 'sdcard_helper' isn't defined` | `name 'sdcard_helper' is not defined` |
| `dir()` | not sorted, `__name__` only | sorted, with `__builtins__` and others |
| `sys.modules` | the user's modules only: `math` never appears | every module |
| `None` in `sys.modules` | `import` returns it | ModuleNotFoundError: `import of nothing halted` |
| `from left import other` in a cycle | `can't import name other` | ... `from partially initialized module 'left' (most likely due to a circular import)` |
| reload | there is no `importlib` | `importlib.reload` |
| `id()` | small numbers, such as the document's 62 | addresses |

Held by `tests/micropython/test_micropython.py`; the whole screen:
"""  # noqa: E501 - rows of a table


_PITFALLS = """\
## The pitfalls, found

What document 003 lists under "Common Pitfalls" and "Why This Matters in Real Systems", and what
document 002 warns about, as programs in `examples/pitfalls/`. entrepot finds and explains each:

| pitfall | program | found by | what it says |
|---|---|---|---|
| Using `from module import x` with reload | `stale_names` | `entrepot doctor` | the name is stale |
| Relying on module re-execution | `re_execution` | `entrepot doctor` | the file was edited after it was executed |
| Ignoring circular import risks | `circular` | `entrepot run`, `cycles`, `explain` | the chain, and the change |
| Assuming imports are stateless | `shared_state` | `entrepot doctor` | the module's value has changed since |
| Modifying `sys.modules` unintentionally | `tampering` | `entrepot doctor` | who set it, with the line |
| `del sys.modules[...]` as a reload (document 002) | `second_module` | `entrepot doctor` | who keeps the old module |

Held by `tests/gallery/test_pitfalls.py`. More: [circular imports](cycles.md),
[the doctor](doctor.md).
"""  # noqa: E501 - rows of a table


def render() -> str:
    """Return the page's text."""
    parts = [_INTRODUCTION]
    parts += [_errata()]
    for number, title, test, claims in _DOCUMENTS:
        parts.append(f"## Document{'s' if 'and' in number else ''} {number}: {title}\n")
        parts += [_claim(claim, test) for claim in claims]
        parts += [_session(session) for session in SESSIONS if session.document == number]
    parts.append(_PITFALLS)
    parts.append(_MICROPYTHON)
    parts.append(_fenced("pycon", GOLDEN.read_text()))
    return "\n".join(parts)


def named_tests(text: str) -> set[str]:
    """Return the names of the tests that a page's text gives."""
    named = set()
    for test, keys in re.findall(r"^\* `(tests/\S+\.py::\w+)`(.*)$", text, re.MULTILINE):
        named |= {f"{test}[{key}]" for key in re.findall(r"`\[(.+?)\]`", keys)}
    return named


def _errata() -> str:
    """Return the list of what the documents have imprecise, each with a link."""
    rows = [
        f"* {number}: [{_sentence(claim.title)}](#{_anchor(claim.title)})"
        for number, _, _, claims in _DOCUMENTS
        for claim in claims
        if claim.truth
    ]
    return "## Where a document errs or is imprecise\n\n" + "\n".join(rows) + "\n"


def _anchor(title: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", title.lower())
    return kept.replace(" ", "-")


def _sentence(title: str) -> str:
    """Return the title beginning with a capital, unless it begins with a name of code."""
    first = title.split()[0]
    return title if "." in first or "_" in first else title[0].upper() + title[1:]


def _claim(claim: Claim, test: str) -> str:
    keys = [f"{claim.key}-{ground.replace(' ', '-')}" for ground in GROUNDS]
    names = [_named(f"test_documents.py::{test}", keys)]
    files = "\n".join(f"# {name}\n{text}" for name, text in claim.files.items())
    program = _details("The program", _fenced("python", files))
    parts = [*_heading(claim.title, claim.says), program, "It prints:\n"]
    parts += [_fenced("text", claim.output), *_truth_and_tests(claim.truth, names)]
    return "\n".join(parts)


def _session(session: Session) -> str:
    keys = [f"{ground}-{session.key}" for ground in GROUNDS]
    interpreter = "test_sessions.py::test_the_interpreter_shows_this_transcript"
    console = "test_sessions.py::test_a_console_in_a_program_shows_this_transcript"
    names = [_named(interpreter, keys[:2]), _named(console, keys)]
    shown = _fenced("pycon", "\n".join(session.lines))
    parts = [f"### In the interpreter: {session.title}\n", shown]
    return "\n".join([*parts, *_truth_and_tests(session.truth, names)])


def _named(test: str, keys: list[str]) -> str:
    """Return a line with a test and the names of its cases."""
    return f"* `tests/seeds/{test}` " + ", ".join(f"`[{key}]`" for key in keys)


def _heading(title: str, says: str) -> Iterator[str]:
    yield f"### {_sentence(title)}\n"
    quoted = textwrap.wrap(says, 96, break_long_words=False, break_on_hyphens=False)
    yield "\n".join(f"> {line}" for line in quoted) + "\n"


def _truth_and_tests(truth: str, names: list[str]) -> Iterator[str]:
    if truth:
        text = f"**More exactly:** {truth}"
        yield textwrap.fill(text, 98, break_long_words=False, break_on_hyphens=False) + "\n"
    yield _details("Held by", "\n".join(names) + "\n")


def _details(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n</details>\n"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip(chr(10))}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
