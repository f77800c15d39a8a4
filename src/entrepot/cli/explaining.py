"""``entrepot explain``: a pasted import traceback, told as a story."""

from __future__ import annotations

import argparse
import json
import sys

HELP = """\
Read a traceback from a file, or from standard input, and tell why the import failed: who started,
who came back, which name was not there yet, and the smallest change that helps. The files that
the traceback names are read, none is run.
"""

_EPILOGUE = (
    "Exit codes: 0 nothing to explain, 1 explained, 2 wrong usage or an error of entrepot's own."
)


def explain(words: list[str]) -> int:
    """Follow the words after ``entrepot explain``; return the exit code."""
    parser = argparse.ArgumentParser(
        "entrepot explain", description=HELP, epilog=_EPILOGUE, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("file", nargs="?", default="-", help="a file, usually standard input")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="usually text")
    parser.add_argument("--apply", action="store_true", help="make the proposed change, too")
    try:
        options = parser.parse_args(words)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        text = _read(options.file)
    except OSError as error:
        print(
            f"entrepot explain: cannot read {options.file!r}: {error.strerror or error}\n"
            f"  nothing was explained\n"
            f"  paste a traceback, or name a file: entrepot explain traceback.txt",
            file=sys.stderr,
        )
        return 2
    return _told(text, options.format, is_applied=options.apply)


def _read(file: str) -> str:
    if file == "-":
        return sys.stdin.buffer.read().decode(errors="replace") if sys.stdin is not None else ""
    with open(file, "rb") as stream:
        return stream.read().decode(errors="replace")


def _told(text: str, shape: str, *, is_applied: bool) -> int:
    from entrepot.views.explaining import explain as tell

    story = tell(text)
    if shape == "json":
        print(json.dumps(story.as_dict() if story is not None else None, indent=2))
    elif story is None:
        print("found no failed import to explain")
    else:
        print(story, end="")
    if story is None:
        return 0
    if is_applied:
        try:
            changed = story.apply()
        except (OSError, ValueError) as error:
            print(f"entrepot explain: {error}", file=sys.stderr)
            return 2
        print("".join(f"changed {file}\n" for file in changed), end="", file=sys.stderr)
    return 1
