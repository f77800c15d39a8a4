"""Relying on module re-execution: importing again does not run the edited file."""

import pathlib
import sys
import tempfile

folder = pathlib.Path(tempfile.mkdtemp())
sys.path.insert(0, str(folder))
(folder / "job.py").write_text("RESULT = 'first'\n")
import job  # noqa: E402

(folder / "job.py").write_text("RESULT = 'second text'\n")
import job  # noqa: E402, F811

print(job.RESULT)
