"""The seams: records of what happens, and hooks at code about to execute."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from entrepot import events
from entrepot.engine.system import ImportSystem
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import CodeType, ModuleType


@pytest.fixture
def system(tmp_path: Path) -> Iterator[ImportSystem]:
    files = """
    -- pkg/__init__.py
    import other
    -- pkg/sub.py
    -- other.py
    -- bad.py
    raise LookupError("no")
    """
    system = ImportSystem("seams", path=[str(write(tmp_path / "files", files))])
    yield system
    system.close()


def told(system: ImportSystem, name: str) -> list[Any]:
    records: list[events.Record] = []
    stop = system.subscribe(records.append)
    try:
        system.import_module(name)
    except LookupError:
        assert name == "bad"
    finally:
        stop()
    return records


def kinds(records: list[Any], import_id: int) -> list[str]:
    return [type(record).__name__ for record in records if record.import_id == import_id]


STEPS = [
    "ImportStarted",
    "FinderAsked",
    "SpecFound",
    "ModuleCreated",
    "ModuleCached",
    "CodeObtained",
    "ModuleExecuted",
    "ImportFinished",
]


def test_an_import_tells_its_steps_in_order(system: ImportSystem, tmp_path: Path) -> None:
    records = told(system, "other")

    assert kinds(records, records[0].import_id) == STEPS
    started, asked, found = records[:3]
    assert (started.name, started.parent_id, started.thread) == (
        "other",
        0,
        threading.get_ident(),
    )
    assert started.importer == events.Importer(__name__, __file__, started.importer.line)
    assert (asked.finder, asked.found) == ("PathFinder", True)
    assert (found.loader, found.origin) == (
        "SourceFileLoader",
        str(tmp_path / "files" / "other.py"),
    )
    assert [r.kind for r in records if isinstance(r, events.CodeObtained)] == ["source"]
    assert records[-1].outcome == "loaded"
    assert [record.at for record in records] == sorted(record.at for record in records)


def test_nested_imports_name_the_one_that_asked(system: ImportSystem, tmp_path: Path) -> None:
    records = told(system, "pkg.sub")
    started = {r.name: r for r in records if isinstance(r, events.ImportStarted)}

    assert list(started) == ["pkg", "other", "pkg.sub"]
    assert started["other"].parent_id == started["pkg"].import_id
    assert started["other"].importer == events.Importer(
        "seams:pkg", str(tmp_path / "files" / "pkg" / "__init__.py"), 1
    )
    bound = [r for r in records if isinstance(r, events.NameBound)]
    assert [(r.parent, r.tail) for r in bound] == [("pkg", "sub")]


def test_a_failing_import_tells_its_end(system: ImportSystem) -> None:
    finished = told(system, "bad")[-1]

    assert isinstance(finished, events.ImportFinished)
    assert (finished.outcome, finished.error) == ("failed", "LookupError: no")
    assert finished.as_dict()["record"] == "ImportFinished"


def test_nobody_is_told_after_the_last_subscriber_went(system: ImportSystem) -> None:
    assert system.is_observed is False
    stop = system.subscribe(lambda record: None)
    assert system.is_observed is True
    stop()
    assert system.is_observed is False


def test_a_story_holds_an_import_as_a_whole(system: ImportSystem, tmp_path: Path) -> None:
    begun: list[Any] = []
    ended: list[str] = []
    stop = system.keep_stories(begun.append, lambda story: ended.append(story.name))
    with pytest.raises(LookupError):
        system.import_module("bad")
    system.import_module("pkg.sub")
    stop()

    assert [story.name for story in begun] == ["bad", "pkg", "other", "pkg.sub"]
    assert ended == ["bad", "other", "pkg", "pkg.sub"]
    bad, pkg, other, _sub = begun
    assert (bad.error, bad.executed_at) == ("LookupError: no", 0)
    assert (other.parent, pkg.parent, pkg.error) == (pkg, None, None)
    assert (pkg.importer_name, other.importer_name) == (__name__, "seams:pkg")
    assert other.importer_code.co_filename == str(tmp_path / "files" / "pkg" / "__init__.py")
    assert other.spec.origin == str(tmp_path / "files" / "other.py")
    assert 0 < other.started <= other.found_at <= other.cached_at <= other.ended_at
    assert system.is_observed is False


def test_who_asked_may_be_called_like_the_import_system(tmp_path: Path) -> None:
    files = """
    -- importlib_like.py
    import other
    -- other.py
    """
    system = ImportSystem("likeness", path=[str(write(tmp_path, files))])
    begun: list[Any] = []
    system.keep_stories(begun.append)
    system.import_module("importlib_like")
    system.close()

    assert [story.importer_name for story in begun] == [__name__, "likeness:importlib_like"]


class Watch:
    def __init__(self, fail: bool = False) -> None:
        self.seen: list[tuple[str, str]] = []
        self.fail = fail

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        if self.fail:
            raise ValueError("a fault of the hook's own")
        self.seen.append(("before", module.__name__))
        return code

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        assert code.co_filename == module.__file__
        self.seen.append((type(error).__name__, module.__name__))


def test_a_hook_sees_all_code_before_and_after(system: ImportSystem) -> None:
    watch = Watch()
    remove = system.add_execution_hook(watch)
    system.import_module("pkg")
    with pytest.raises(LookupError):
        system.import_module("bad")
    remove()
    system.import_module("pkg.sub")

    assert watch.seen == [
        ("before", "seams:pkg"),
        ("before", "seams:other"),
        ("NoneType", "seams:other"),
        ("NoneType", "seams:pkg"),
        ("before", "seams:bad"),
        ("LookupError", "seams:bad"),
    ]


def test_a_hook_that_fails_is_removed_and_the_import_goes_on(system: ImportSystem) -> None:
    system.add_execution_hook(Watch(fail=True))
    with pytest.warns(RuntimeWarning, match="an execution hook failed and was removed") as caught:
        module = system.import_module("other")

    assert module.__name__ == "seams:other"
    assert "ValueError: a fault of the hook's own" in str(caught[0].message)
    system.import_module("pkg")  # and no warning more


def test_a_hook_may_have_other_code_executed(system: ImportSystem) -> None:
    class Replace(Watch):
        def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
            return compile("VALUE = 'other code'", code.co_filename, "exec")

    system.add_execution_hook(Replace())
    assert system.import_module("other").VALUE == "other code"


def test_an_import_with_its_package_is_spanned(system: ImportSystem) -> None:
    open_spans: list[str] = []
    seen: list[tuple[str, str]] = []
    watch = Watch()
    watch.seen = seen

    def spanning(name: str) -> Any:
        if name in open_spans or name == "pkg":
            return None
        open_spans.append(name)
        return lambda: seen.append(("over", open_spans.pop()))

    system.spanning = spanning
    system.add_execution_hook(watch)
    system.import_module("pkg.sub")
    with pytest.raises(ModuleNotFoundError):
        system.import_module("pkg.missing")

    assert seen[0] == ("before", "seams:pkg")
    assert seen[-3:] == [
        ("NoneType", "seams:pkg.sub"),
        ("over", "pkg.sub"),
        ("over", "pkg.missing"),
    ]


@pytest.mark.parametrize("when", ["begins", "ends"])
def test_what_spans_imports_and_fails_is_removed(system: ImportSystem, when: str) -> None:
    asked: list[str] = []

    def fail() -> None:
        raise ValueError("a fault of its own")

    def spanning(name: str) -> Any:
        asked.append(name)
        if when == "begins":
            fail()
        return fail if len(asked) == 1 else None

    system.spanning = spanning
    with pytest.warns(RuntimeWarning) as caught:
        module = system.import_module("other")
    system.import_module("pkg")

    assert module.__name__ == "seams:other"
    assert str(caught[0].message) == (
        f"what spans imports failed and was removed: {spanning!r} at 'other': "
        f"ValueError: a fault of its own; the module was imported without it"
    )
    assert set(asked) == {"other"}


def test_threads_have_stories_of_their_own(system: ImportSystem) -> None:
    records: list[Any] = []
    stop = system.subscribe(records.append)
    threads = [
        threading.Thread(target=system.import_module, args=(name,)) for name in ("pkg", "other")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop()
    started = [r for r in records if isinstance(r, events.ImportStarted)]
    by_id = {r.import_id: r for r in started}

    assert sorted(r.name for r in started) == ["other", "pkg"]
    for record in started:
        if record.parent_id:
            assert by_id[record.parent_id].thread == record.thread
    assert sys.modules["seams:pkg"].other is sys.modules["seams:other"]


def test_a_subscriber_that_fails_is_removed_and_the_import_goes_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.py").write_text("import n\n", encoding="utf-8")
    (tmp_path / "n.py").write_text("", encoding="utf-8")
    told: list[str] = []

    def failing(record: object) -> None:
        told.append(type(record).__name__)
        raise ZeroDivisionError("division by zero")

    with ImportSystem("listens", path=[str(tmp_path)]) as system:
        system.subscribe(failing)
        with pytest.warns(RuntimeWarning) as warned:
            assert system.import_module("m").n is system.modules["n"]

    assert told == ["ImportStarted"]
    assert str(warned[0].message) == (
        f"a subscriber failed and was removed: {failing!r}: ZeroDivisionError: division by zero; "
        "the import went on"
    )


def test_who_subscribes_twice_stops_once(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("", encoding="utf-8")
    told: list[object] = []
    with ImportSystem("twice", path=[str(tmp_path)]) as system:
        stop = system.subscribe(told.append)
        system.subscribe(told.append)
        stop()
        system.import_module("m")

    assert len(told) == len(set(map(id, told))) > 0
