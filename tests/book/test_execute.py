"""Notebooks run through real kernels, most of them forked from the one server of the tests."""

import json
import os
import threading
import time
from pathlib import Path

import pytest

from tisstats.book.run import execute, kernels
from tisstats.book.run import jupyter as running
from tisstats.book.run.digests import Surroundings
from tisstats.book.run.execute import KEPT_RESULTS, NotebookRun, plan_runs, run_all
from tisstats.book.run.jupyter import kernel_managers
from tisstats.book.run.kept import read_kept, write_kept
from tisstats.book.run.kernels import ForkServer
from tisstats.book.run.parameters import Parameter
from tisstats.book.run.project import BookError, NotebookError

pytestmark = pytest.mark.build
can_fork = pytest.mark.skipif(not kernels.CAN_FORK, reason="this system cannot fork kernels")


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "kernels.log"


@pytest.fixture(scope="module")
def server(log):
    with kernels.fork_server(log) as running:
        yield running


def run_notebook(notebook, values, manager):
    return running.run_notebook(notebook.read_bytes(), notebook.parent, values, manager)


@pytest.fixture
def forked(log, server):
    with kernel_managers(log, server) as manager:
        yield manager


@pytest.fixture
def ordinary(log):
    with kernel_managers(log, None) as manager:
        yield manager


@pytest.fixture
def ran(new_book, notebook_writer, code_cell, forked):
    """Runs one cell and returns what it printed."""

    def run(source, **values):
        notebook_writer(new_book.first, code_cell("x: int = 1", "parameters"), code_cell(source))
        executed = json.loads(run_notebook(new_book.first, values, forked))
        outputs = executed["cells"][-1]["outputs"]
        return "".join(line for output in outputs for line in output.get("text", []))

    return run


def a_run(notebook, result):
    return NotebookRun(notebook, notebook.read_bytes(), result)


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@can_fork
def test_forked_and_ordinary_kernels_give_the_same_bytes(new_book, forked, ordinary):
    by_fork = run_notebook(new_book.first, {"threshold": 20, "level": 0.95}, forked)
    assert by_fork == run_notebook(new_book.first, {"threshold": 20, "level": 0.95}, ordinary)
    assert "image/svg+xml" in by_fork


def test_two_runs_give_the_same_bytes(new_book, forked):
    once = run_notebook(new_book.first, {}, forked)
    assert run_notebook(new_book.first, {}, forked) == once
    for chance in ('"papermill": {', "iopub", str(new_book.root)):
        assert chance not in once


def test_the_inline_figures_of_pyplot_are_shown(new_book, notebook_writer, code_cell, forked):
    notebook_writer(
        new_book.first, code_cell("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])")
    )
    outputs = json.loads(run_notebook(new_book.first, {}, forked))["cells"][0]["outputs"]
    assert [list(output["data"]) for output in outputs] == [["image/png", "text/plain"]]


def test_nothing_is_injected_when_nothing_is_changed(new_book, forked):
    source = json.loads(new_book.second.read_text())
    executed = json.loads(run_notebook(new_book.second, {}, forked))
    for before, after in zip(source["cells"], executed["cells"], strict=True):
        assert "".join(after["source"]) == before["source"]
        assert (after["id"], after["metadata"]) == (before["id"], before["metadata"])


def test_the_values_in_force_take_the_place_of_the_defaults(new_book, forked):
    values = {"threshold": 20, "level": 0.95}
    cells = json.loads(run_notebook(new_book.first, values, forked))["cells"]
    assert cells[1]["metadata"]["tags"] == ["parameters", "hide-input", "remove-cell"]
    assert cells[2]["metadata"]["tags"] == ["injected-parameters", "hide-input"]
    assert cells[2]["id"] == "injected-parameters"
    assert "".join(cells[2]["source"]).splitlines()[1:] == ["threshold = 20", "level = 0.95"]


def test_a_notebook_without_cell_ids_is_given_the_same_ones_each_time(new_book, forked):
    contents = json.loads(new_book.second.read_text())
    contents["nbformat_minor"] = 4
    for cell in contents["cells"]:
        del cell["id"]
    new_book.second.write_text(json.dumps(contents))
    executed = json.loads(run_notebook(new_book.second, {}, forked))
    assert [cell["id"] for cell in executed["cells"]] == ["cell-0", "cell-1", "cell-2", "cell-3"]


def test_a_notebook_runs_in_its_own_folder(ran, new_book):
    assert ran("import os; print(os.getcwd())") == f"{new_book.first.parent.resolve()}\n"


def test_kernels_share_no_state(ran):
    ran("import sys, numpy; sys.leaked = True; numpy.leaked = True")
    assert ran("import sys, numpy; print(hasattr(sys, 'leaked'), hasattr(numpy, 'leaked'))") == (
        "False False\n"
    )


def test_forked_kernels_do_not_draw_the_same_random_numbers(ran):
    source = "import random, numpy; print(random.random(), numpy.random.random())"
    once, again = ran(source).split(), ran(source).split()
    assert once[0] != again[0]
    assert once[1] != again[1]


def test_the_package_is_not_imported_into_kernels_unasked(ran):
    source = "import sys; print([name for name in sys.modules if name.startswith('tisstats')])"
    assert ran(source) == "[]\n"


def test_an_error_names_the_cell_as_its_author_counts(ran):
    for values in ({}, {"x": 2}):
        with pytest.raises(NotebookError, match=r"^cell 2: KeyError: 'lost'$") as caught:
            ran("{}['lost']", **values)
        assert "Traceback" in caught.value.details


def test_only_the_first_line_of_an_error_is_told(ran):
    with pytest.raises(NotebookError, match=r"^cell 2: ValueError: one$"):
        ran("raise ValueError('one\\ntwo')")


def test_output_may_be_read_as_long_as_a_cell_may_run(ran, monkeypatch):
    found = []

    def client(_, **options):
        found.append(options["iopub_timeout"])
        raise RuntimeError

    monkeypatch.setattr("papermill.engines.PapermillNotebookClient", client)
    with pytest.raises(NotebookError):
        ran("for number in range(20_000): print(number, end='\\r')")
    assert found == [running.CELL_TIMEOUT]


def test_a_kernel_that_dies_is_a_failure(ran):
    with pytest.raises(NotebookError, match=r"kernel: DeadKernelError"):
        ran("import os; os._exit(3)")


def test_a_notebook_without_a_kernel_is_a_failure(new_book, forked):
    contents = json.loads(new_book.first.read_text())
    contents["metadata"] = {}
    new_book.first.write_text(json.dumps(contents))
    with pytest.raises(NotebookError, match="No kernel name found"):
        run_notebook(new_book.first, {}, forked)


@can_fork
def test_ordinary_kernels_stand_in_when_the_server_has_gone(new_book, log):
    gone = ForkServer(log)
    gone.close()
    with kernel_managers(log, gone) as manager:
        assert '"outputs"' in run_notebook(new_book.second, {}, manager)


@can_fork
def test_no_kernel_outlives_its_server(log, tmp_path):
    server = ForkServer(log)
    connection = tmp_path / "kernel.json"
    arguments = ["-f", str(connection), "--transport=ipc", f"--ip={tmp_path}/k"]
    process = server.start(arguments, cwd=str(tmp_path), env=os.environ)
    assert process.poll() is None
    server.close()
    assert process.poll() is not None
    deadline = time.monotonic() + 120
    while not ended(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended(process.pid)


@can_fork
def test_a_signal_reaches_a_kernel_and_its_exit_code_comes_back(server, tmp_path):
    process = server.start(["--no-such-option=1", "x"], cwd=str(tmp_path), env=os.environ)
    process.terminate()
    process.kill()
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.wait() is not None
    process.kill()  # one that has ended is left alone


def test_no_kernel_runs_on_when_a_build_is_stopped(
    new_book, log, server, notebook_writer, code_cell
):
    notebook_writer(new_book.first, code_cell("import time; time.sleep(60)"))
    failures = []

    def run(manager):
        try:
            run_notebook(new_book.first, {}, manager)
        except NotebookError as failure:
            failures.append(str(failure))

    with kernel_managers(log, server) as manager:
        thread = threading.Thread(target=run, args=[manager])
        thread.start()
        deadline = time.monotonic() + 120
        while not any(p.has_process for p in manager.provisioners) and time.monotonic() < deadline:
            time.sleep(0.05)
        processes = [provisioner.process for provisioner in manager.provisioners]
    thread.join(timeout=120)
    assert len(failures) == 1
    assert all(process.poll() is not None for process in processes)


def test_values_reach_the_notebooks_that_have_them(new_book):
    known = {
        "threshold": Parameter("threshold", "int", 40, "", ("01_first", "02_second")),
        "level": Parameter("level", "float", 0.95, "", ("01_first",)),
    }
    around = Surroundings.of_project(new_book.project)
    first, second = plan_runs(new_book.project, known, {"level": 0.9}, around)
    assert first.values == {"threshold": 40, "level": 0.9}
    assert second.values == {}
    plain = plan_runs(new_book.project, known, {}, around)
    assert plain[0].result != first.result
    assert plain[1].result == second.result


def test_results_are_kept_and_the_oldest_are_dropped(new_book, notebook_writer, code_cell, server):
    project = new_book.project
    project.cache.mkdir(parents=True)
    for number in range(KEPT_RESULTS + 2):
        old = project.cache / f"01_first-{number}.ipynb"
        old.touch()
        os.utime(old, (number, number))
    (project.cache / "00_gone-0.ipynb").touch()
    notebook_writer(new_book.first, code_cell("1"))
    run = a_run(new_book.first, project.cache / "01_first-new.ipynb")
    lines = []
    run_all(project, [run], 1, lines.append, server)
    run_all(project, [run], 1, lines.append, server)
    assert lines[0].startswith("[1/1] 01_first  ")
    assert lines[0].endswith(" s")
    assert lines[1] == "[1/1] 01_first  unchanged"
    assert sorted(path.stem.rpartition("-")[2] for path in project.cache.iterdir()) == [
        "3",
        "4",
        "5",
        "new",
    ]


def test_the_longest_notebooks_run_first(new_book, monkeypatch):
    started = []
    monkeypatch.setattr(execute, "_run", lambda run, _: started.append(run.name) or 0.0)
    sizes = {"a": 1, "b": 3, "c": 2}
    runs = [
        NotebookRun(Path(name), b"x" * size, new_book.root / name) for name, size in sizes.items()
    ]
    run_all(new_book.project, runs, 1, [].append)
    assert started == ["b", "c", "a"]


def test_a_notebook_seems_edited_if_it_is_later_than_its_last_run(new_book):
    project = new_book.project
    assert execute.seem_edited(project)  # none has run
    project.cache.mkdir(parents=True)
    for notebook in project.notebooks():
        os.utime(notebook, (2, 2))
        for number, date in enumerate((1, 2)):
            result = project.cache / f"{notebook.stem}-{number}.result"
            result.touch()
            os.utime(result, (date, date))
    assert not execute.seem_edited(project)
    os.utime(new_book.second, (3, 3))
    assert execute.seem_edited(project)


def test_a_result_that_is_used_again_is_kept_longest(new_book):
    project = new_book.project
    project.cache.mkdir(parents=True)
    run = a_run(new_book.first, project.cache / "01_first-used.ipynb")
    other = project.cache / "01_first-other.ipynb"
    for age, result in enumerate((run.result, other)):
        write_kept(result, "result")
        os.utime(result, (age, age))
    run_all(project, [run], 1, [].append)
    assert run.result.stat().st_mtime_ns > other.stat().st_mtime_ns


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_nothing_is_left_of_a_result_that_cannot_be_written(tmp_path, monkeypatch, step):
    def full(path, *_):
        path.touch()
        raise OSError("the disk is full")

    write_kept(tmp_path / "result", "before")
    monkeypatch.setattr(Path, step, full)
    with pytest.raises(OSError, match="the disk is full"):
        write_kept(tmp_path / "result", "after")
    assert list(tmp_path.iterdir()) == [tmp_path / "result"]
    assert read_kept(tmp_path / "result") == b"before"


def test_all_failures_are_told_and_the_rest_is_kept(new_book, notebook_writer, code_cell, server):
    project = new_book.project
    third = new_book.root / "notebooks" / "03_third.ipynb"
    notebook_writer(new_book.first, code_cell("1 / 0"))
    notebook_writer(new_book.second, code_cell("undefined"))
    notebook_writer(third, code_cell("1"))
    runs = [
        a_run(each, project.cache / each.name) for each in (new_book.first, new_book.second, third)
    ]
    with pytest.raises(BookError) as caught:
        run_all(project, runs, 2, [].append, server)
    assert str(caught.value).splitlines() == [
        "01_first, cell 1: ZeroDivisionError: division by zero "
        f"(full traceback: {project.logs}/01_first.log)",
        "02_second, cell 1: NameError: name 'undefined' is not defined "
        f"(full traceback: {project.logs}/02_second.log)",
    ]
    told = (project.logs / "01_first.log").read_text()
    for part in ("notebooks/01_first.ipynb", "1 / 0", "Traceback", "ZeroDivisionError"):
        assert part in told
    assert "\x1b" not in told
    assert [path.name for path in project.cache.iterdir()] == ["03_third.ipynb"]
