"""What a caller of a live session sees: its verbs, its report, its errors."""

from __future__ import annotations

import gc
import json
import sys
import threading
import types
from typing import TYPE_CHECKING, Any

import pytest

from entrepot import Edit
from entrepot.errors import ReloadBusyError, ReloadOrderError
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


def shop(project: Project) -> Any:
    project.write(shop="RATE = 2\n\ndef price(n):\n    return n * RATE\n\nDEFAULT = price(10)\n")
    return project.load("shop")


def test_an_edited_function_is_patched_and_nothing_runs(project: Project) -> None:
    project.write(shop="def price(n):\n    return n * 2\n")
    held = project.load("shop").price

    report = project.edit(shop="def price(n):\n    return n * 3\n")

    assert held(10) == 30
    assert (report.status, report.patched, report.ran) == ("ok", ["shop:price"], [])


def test_a_wrapper_stays_itself_that_a_module_of_somebody_else_holds(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
        def twice(function):
            title = "twice"
            def call(*args):
                return function(*args) * 2, title
            return call
        class Cart:
            @twice
            def total(self): return 4
    """
    project.write(shop=text)
    cart = project.load("shop").Cart
    script = types.ModuleType("script")
    script.__dict__["held"] = held = cart.total
    monkeypatch.setitem(sys.modules, "script", script)

    project.edit(shop=text.replace('"twice"', '"double"'))

    assert cart.total is held
    assert held(None) == (8, "double")


def test_a_report_is_text_and_plain_data(project: Project) -> None:
    shop(project)

    report = project.edit(shop="RATE = 3\n\ndef price(n):\n    return n * RATE\n\nD = price(1)\n")

    fields = json.loads(json.dumps(report.as_dict()))
    assert fields["status"] == "ok"
    assert fields["error"] is None
    assert str(report).splitlines()[0] == "ok"
    assert any(line.startswith("run     ") for line in str(report).splitlines())


def test_a_plan_tells_what_would_run_and_changes_nothing(project: Project) -> None:
    module = shop(project)
    project.write(shop="RATE = 3\n\ndef price(n):\n    return n * RATE\n\nDEFAULT = price(10)\n")

    plan = project.live.plan(project.file("shop"))

    assert plan.in_order()[0].statement.text == "RATE = 3"
    assert str(plan).splitlines()[1:] == [
        f"may run {project.file('shop')}:6  if shop.RATE changes"
    ]
    assert module.DEFAULT == 20
    assert project.live.apply().is_ok
    assert module.DEFAULT == 30


def test_a_text_that_is_not_python_fails_and_the_next_good_one_heals(project: Project) -> None:
    module = shop(project)

    failed = project.edit(shop="RATE = (\n")
    healed = project.edit(shop="RATE = 5\n")

    assert failed.status == "failed"
    assert isinstance(failed.error, SyntaxError)
    assert healed.status == "ok"
    assert module.RATE == 5
    assert not hasattr(module, "price")


def test_what_failed_is_taken_with_the_next_edit_that_is_handed_in(project: Project) -> None:
    project.write(a="def f():\n    return 1\n", b="import a\nVALUE = a.f()\n")
    b = project.load("b")
    file_a, file_b = str(project.file("a")), str(project.file("b"))

    first = project.live.apply(Edit({file_b: b"import a\nVALUE = a.g()\n"}))
    second = project.live.apply(Edit({file_a: b"def g():\n    return 2\n"}))

    assert isinstance(first.error, AttributeError)
    assert second.is_ok, str(second)
    assert b.VALUE == 2


def test_prepare_commit_and_roll_back_are_separate(project: Project) -> None:
    module = shop(project)
    price = module.price
    edit = Edit(
        {str(project.file("shop")): b"RATE = 7\n\ndef price(n):\n    return n * RATE + 1\n"}
    )

    prepared = project.live.prepare(Edit.from_bytes(edit.to_bytes()))
    assert (module.RATE, price(1)) == (2, 2)
    assert project.live.commit(prepared).is_ok
    assert (module.RATE, price(1)) == (7, 8)
    assert not hasattr(module, "DEFAULT")
    project.live.roll_back(prepared)

    assert (module.RATE, price(1), module.DEFAULT) == (2, 2, 20)
    assert module.price is price
    assert project.live.apply(edit).is_ok
    assert (module.RATE, price(1)) == (7, 8)


def test_only_the_last_edit_can_be_rolled_back(project: Project) -> None:
    shop(project)
    file = str(project.file("shop"))
    first = project.live.prepare(Edit({file: b"RATE = 3\n"}))
    project.live.commit(first)
    project.live.apply(Edit({file: b"RATE = 4\n"}))

    with pytest.raises(ReloadOrderError) as caught:
        project.live.roll_back(first)

    assert str(caught.value) == (
        f"cannot roll back the reload of {file!r}: another one was taken since\n"
        f"  the process runs the later text\n"
        f"  save the text that you want, and reload"
    )


def test_an_edit_that_fails_leaves_the_one_before_to_be_rolled_back(project: Project) -> None:
    module = shop(project)
    file = str(project.file("shop"))
    taken = project.live.prepare(Edit({file: b"RATE = 3\n"}))
    project.live.commit(taken)

    failed = project.live.apply(Edit({file: b"RATE = 1 / 0\n"}))
    project.live.roll_back(taken)

    assert isinstance(failed.error, ZeroDivisionError)
    assert (module.RATE, module.DEFAULT, module.price(1)) == (2, 20, 2)


def test_the_names_of_a_prompt_follow_a_roll_back_too(project: Project) -> None:
    shop(project)
    file = str(project.file("shop"))
    prompt: dict[str, Any] = {}
    source = "from shop import RATE as rate"
    exec(source, prompt)
    project.live.ran_client(source, prompt)

    taken = project.live.prepare(Edit({file: b"RATE = 3\n"}))
    project.live.commit(taken)
    seen = [prompt["rate"]]
    project.live.roll_back(taken)
    seen.append(prompt["rate"])
    project.live.apply(Edit({file: b"RATE = 4\n"}))
    seen.append(prompt["rate"])

    assert seen == [3, 2, 4]


def test_what_new_code_put_into_a_cache_goes_with_a_roll_back(project: Project) -> None:
    text = "import functools\n\n@functools.lru_cache\ndef price(n):\n    return n * {}\n"
    project.write(shop=text.format(2))
    price = project.load("shop").price

    seen = [price(1)]
    taken = project.live.prepare(Edit({str(project.file("shop")): text.format(3).encode()}))
    project.live.commit(taken)
    seen.append(price(1))
    project.live.roll_back(taken)
    seen.append(price(1))

    assert seen == [2, 3, 2]


def test_names_stand_in_their_order_after_an_edit_that_failed(project: Project) -> None:
    project.write(shop="A = 1\nB = 2\nC = 3\n")
    module = project.load("shop")
    before = list(vars(module))

    failed = project.edit(shop="B = 2\nC = 1 / 0\n")

    assert failed.status == "failed"
    assert list(vars(module)) == before


def test_a_plan_that_is_overtaken_is_made_anew(project: Project) -> None:
    module = shop(project)
    file = str(project.file("shop"))
    slow = project.live.prepare(Edit({file: b"RATE = 3\nSLOW = RATE\n"}))
    project.live.apply(Edit({file: b"RATE = 4\nQUICK = RATE\n"}))

    assert project.live.commit(slow).is_ok

    assert (module.RATE, module.SLOW) == (3, 3)
    assert not hasattr(module, "QUICK")


def test_a_reload_inside_a_reload_is_refused(project: Project) -> None:
    project.write(shop="def hook():\n    return None\n\nDONE = hook()\n")
    module = project.load("shop")
    inner: list[Any] = []
    module.__dict__["inner"] = lambda: inner.append(project.live.apply())

    report = project.edit(shop="def hook():\n    inner()\n    return 1\n\nDONE = hook()\n")

    assert report.is_ok, str(report)
    assert isinstance(inner[0].error, ReloadBusyError)
    assert str(inner[0].error) == (
        "cannot reload now: a reload is running on this thread\n"
        "  the process runs what it ran before\n"
        "  reload again when that is over"
    )


def test_a_reload_waits_for_another_threads_import(project: Project) -> None:
    module = shop(project)
    started, go_on = threading.Event(), threading.Event()
    module.started, module.go_on = started, go_on
    project.write(
        slow="import shop\nshop.started.set()\nassert shop.go_on.wait(30)\nR = shop.RATE\n"
    )
    importing = threading.Thread(target=project.load, args=("slow",))
    importing.start()
    assert started.wait(30)
    reports: list[Any] = []
    project.write(shop=project.file("shop").read_text().replace("RATE = 2", "RATE = 3"))
    reloading = threading.Thread(target=lambda: reports.append(project.live.apply()))
    reloading.start()

    assert module.RATE == 2
    go_on.set()
    importing.join()
    reloading.join()

    assert [report.status for report in reports] == ["ok"], str(reports[0])
    assert (module.RATE, project.load("slow").R) == (3, 3)


def test_a_save_while_a_module_is_imported_is_not_missed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(shop="RATE = 1\n\ndef rate():\n    return RATE\n")
    begin = project.live.about_to_execute

    def slow(module: Any, code: Any) -> Any:
        project.write(shop="RATE = 2\n\ndef rate():\n    return -RATE\n")
        return begin(module, code)

    monkeypatch.setattr(project.live, "about_to_execute", slow)
    module = project.load("shop")

    assert (module.RATE, module.rate()) == (2, -2)
    assert project.live.changed_files().contents == {}
    assert project.edit(shop="RATE = 2\n\ndef rate():\n    return RATE * 10\n").is_ok
    assert module.rate() == 20


def test_a_module_that_is_being_written_while_it_is_imported_is_left_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(shop="RATE = 1\n")
    begin = project.live.about_to_execute

    def slow(module: Any, code: Any) -> Any:
        project.write(shop="RATE = (\n")
        return begin(module, code)

    monkeypatch.setattr(project.live, "about_to_execute", slow)
    module = project.load("shop")

    assert module.RATE == 1
    assert project.live.status().modules == []


def test_what_is_installed_below_a_root_is_not_managed(project: Project) -> None:
    installed = project.root / "venv" / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "other.py").write_text("import shop\nN = 1\n")
    shop(project)
    sys.path.append(str(installed))
    try:
        project.load("other")
    finally:
        sys.path.remove(str(installed))

    assert list(project.live.records) == ["shop"]
    assert project.live.verify().modules == 1


def test_two_reloads_at_once_happen_one_after_the_other(project: Project) -> None:
    module = shop(project)
    text = project.file("shop").read_text()
    reports: list[Any] = []
    edits = [
        Edit({str(project.file("shop")): text.replace("RATE = 2", f"RATE = {n}").encode()})
        for n in (3, 4, 5, 6)
    ]
    threads = [
        threading.Thread(target=lambda edit=edit: reports.append(project.live.apply(edit)))
        for edit in edits
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [report.status for report in reports] == ["ok"] * 4
    assert module.DEFAULT == 10 * module.RATE


def test_status_names_modules_and_what_waits(project: Project) -> None:
    shop(project)
    project.write(shop="RATE = (\n")
    project.live.apply()

    status = project.live.status()

    assert status.modules == ["shop"]
    assert status.waiting == [str(project.file("shop"))]
    assert json.loads(json.dumps(status.as_dict()))["last"]["status"] == "failed"
    assert str(status).splitlines()[-1] == "last    failed"


def test_retry_takes_what_is_on_disk_now(project: Project) -> None:
    module = shop(project)
    project.edit(shop="RATE = (\n")
    project.write(shop="RATE = 9\n")

    assert project.live.retry().is_ok
    assert module.RATE == 9


def test_an_edit_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot read the edit: it is not of format 1"):
        Edit.from_bytes(b'{"format": 2}')


def test_functions_that_nobody_holds_any_more_are_forgotten(project: Project) -> None:
    text = "RATE = {}\ndef price(n, more={}): return n * RATE + more\n"
    project.write(shop=text.format(0, 0))
    project.load("shop")
    held = []
    for number in range(1, 40):
        assert project.edit(shop=text.format(number, number)).status == "ok"
        held.append([object() for _ in range(number)])  # else each has the place of the one before

    gc.collect()
    assert len(project.live.recorder.hidden) < 5
