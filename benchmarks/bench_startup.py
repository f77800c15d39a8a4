"""What entrepot adds before a program's first line, in CPU time of whole processes.

The measure is what `import inspect` adds to an empty `python -c`: a familiar cost. Every variant
runs once a round, in alternating order; figures are medians of the differences, round by round.
The script that some versions of pip make for the command imports `re` first: that is in them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import difference, in_turns, rounds, run, title

ROUNDS = rounds(60)


def cpu(command: list[str]) -> float:
    """Return the CPU time of a process in milliseconds."""
    return run(command).cpu


def main() -> None:
    """Print what each start adds, in milliseconds and as a share of `import inspect`."""
    title(f"start-up, whole process CPU, median of {ROUNDS}")
    python = sys.executable
    module = [python, "-m", "entrepot", "run"]
    command = str(Path(python).with_name("entrepot"))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "empty.py")
        script.touch()
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "python -c 'import inspect'": [python, "-c", "import inspect"],
            "python -c 'import entrepot'": [python, "-c", "import entrepot"],
            "python empty.py": [python, str(script)],
            "python -m entrepot run --no-watch": [*module, "--no-watch", str(script)],
            "python -m entrepot run": [*module, str(script)],
            "entrepot run --no-watch": [command, "run", "--no-watch", str(script)],
            "entrepot run": [command, "run", str(script)],
        }
        values = in_turns({name: partial(cpu, line) for name, line in commands.items()}, ROUNDS)
    nothing, script_alone = values["python -c pass"], values["python empty.py"]
    inspect = difference(values["python -c 'import inspect'"], nothing)
    print(f"{'process':34}{'CPU ms':>8}{'adds ms':>9}{'of inspect':>12}")
    for name, column in values.items():
        base = script_alone if "entrepot run" in name else nothing
        adds = difference(column, base)
        print(f"{name:34}{statistics.median(column):8.2f}{adds:9.2f}{adds / inspect:12.2f}")


if __name__ == "__main__":
    main()
