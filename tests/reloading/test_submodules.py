"""A submodule that its package imports no more: who reads it fails as after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reloading.project import projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reloading.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "import pkg\nX = pkg.sub.V\n",
        "import pkg as p\ndef f(): return p.sub.V\nX = f()\n",
        "import importlib\nX = importlib.import_module('pkg').sub.V\n",
        "import importlib\nX = getattr(importlib.import_module('pkg'), 'sub').V\n",
        "import pkg, sys\nX = sys.modules['pkg'].sub.V\n",
    ],
)
def test_what_only_the_package_imports_is_gone_with_its_import(
    text: str, project: Project
) -> None:
    project.package("pkg", "from . import sub\n")
    project.write(pkg__sub="V = 1\n", use=text)
    use = project.load("use")

    project.package("pkg", "Y = 1\n")
    report = project.live.apply()

    assert str(report.error) == "module 'pkg' has no attribute 'sub'"
    assert use.X == 1


@pytest.mark.parametrize("text", ["import pkg.sub\n", "from pkg import sub\n"])
def test_it_is_there_where_another_import_brings_it(text: str, project: Project) -> None:
    project.package("pkg", "from . import sub\n")
    project.write(pkg__sub="V = 1\n", use=f"{text}import pkg\nX = pkg.sub.V\n")
    use = project.load("use")

    project.package("pkg", "Y = 1\n")
    report = project.live.apply()

    assert report.is_ok, str(report)
    assert use.X == use.pkg.sub.V == 1
