"""`tisstats reconstruct` as a user runs it."""

import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import zipfile

import pytest

from tests.command import called
from tisstats.synthetic import Ensemble, command, draw_ensemble
from tisstats.synthetic import run as run_module
from tisstats.synthetic.ensemble import write_package

COMMAND = [sys.executable, "-m", "tisstats.cli", "reconstruct"]


SEED, COHORTS = 5, 4

#: For the first place of an ensemble, where the usual number takes long.
CANDIDATES = 3

#: Cohorts that one task draws: the usual number would leave a single task.
IN_A_TASK = 2

#: The command with as many, also in the processes that it starts: they import this script.
WITH_FEW = f"""
from tisstats import cli
from tisstats.synthetic import run
run.REFERENCE_CANDIDATES = {CANDIDATES}
run._CHUNK_SIZE = {IN_A_TASK}
if __name__ == "__main__":
    raise SystemExit(cli.main())
"""


def run(*arguments):
    return called("reconstruct", *arguments)


@pytest.fixture(scope="module")
def drawn_here(tmp_path_factory):
    """The file of the cohorts that are drawn without another process."""
    file = tmp_path_factory.mktemp("here") / "again.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "REFERENCE_CANDIDATES", CANDIDATES)
        draw_ensemble(SEED, COHORTS, processes=1).write(file)
    return file


def test_it_writes_a_package_an_ensemble_and_a_readme(tmp_path, drawn_here):
    out, script = tmp_path / "cohorts", tmp_path / "script.py"
    script.write_text(WITH_FEW)
    drawn = [sys.executable, str(script), *COMMAND[3:]]
    drawn += ["--cohorts", str(COHORTS), "--seed", str(SEED), "-o", str(out)]
    done = subprocess.run(drawn, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-2:] == ["2 of 4 cohorts", "4 of 4 cohorts"]
    assert "4 synthetic cohorts" in done.stdout
    assert len(Ensemble.read(out)) == COHORTS
    assert drawn_here.read_bytes() == (out / "synthetic_ensemble.npz").read_bytes()
    checked = called("check", out / "synthetic_reference_cohort")
    assert (checked.returncode, checked.stderr) == (0, "")
    refused = run("--cohorts", "1", "--seed", "5", "-o", str(out))
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"{out}: already exists and is not overwritten; name a new folder or remove it"
    ]


#: Digest of the arrays in the ensemble of this seed, and of the first cohort's package: of NumPy
#: 2.0.0 and 2.4.6, the same. The bytes of the file itself also depend on the library that packs it.
ARRAYS = "253846781ae956c7e1e4f72a98b2fca9b0eda2625ad2e6db235040449857edf6"
PACKAGE = "5dd71146b3e8837339a731df867b9a2e9168e60bd33f7b7f41ebcd317c380c52"


def digest_of(parts):
    return hashlib.sha256(b"".join(name.encode() + content for name, content in parts)).hexdigest()


def test_a_seed_draws_the_same_with_every_generation_of_numpy(tmp_path, drawn_here):
    """`make test-oldest` and `make test-newest` run this with theirs."""
    with zipfile.ZipFile(drawn_here) as archive:
        assert digest_of((name, archive.read(name)) for name in archive.namelist()) == ARRAYS
    folder = write_package(Ensemble.read(drawn_here).cohort(0), tmp_path / "package")
    files = sorted(folder.iterdir())
    assert digest_of((path.name, path.read_bytes()) for path in files) == PACKAGE


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--cohorts", "0", "--seed", "1", "-o", "x"],
        ["--cohorts", "3", "--seed", "-1", "-o", "x"],
        ["--cohorts", "3", "--seed", "one", "-o", "x"],
        ["--cohorts", "3", "--seed", "1"],
    ],
)
def test_wrong_usage(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_in_the_way_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("--cohorts", "1", "--seed", "1", "-o", str(tmp_path / "file" / "out"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) <= 2
    assert "cannot be written" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent to a group of processes")
def test_ctrl_c_stops_cleanly(tmp_path):
    folder, script = tmp_path / "new", tmp_path / "script.py"
    # The first part is soon drawn.
    script.write_text(re.sub(r"(?m)^(run\..* =) \d+$", r"\1 1", WITH_FEW))
    folder.mkdir()
    with subprocess.Popen(
        [
            *(sys.executable, str(script), *COMMAND[3:]),
            *("--cohorts", "80", "--seed", "1", "-o", str(folder / "cohorts")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            assert running.stderr is not None
            first = running.stderr.readline()  # cohorts are being drawn
            assert "of 80 cohorts" in first
            os.killpg(running.pid, signal.SIGINT)
            stdout, stderr = running.communicate(timeout=300)
        finally:
            running.kill()  # does nothing once it has ended
    assert running.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert stderr.splitlines()[-1] == "stopped"
    assert stdout == ""
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent to a group of processes")
def test_ctrl_c_while_processes_start_stops_cleanly(tmp_path):
    """In the main process as in those that it starts, nothing is told but that it stopped."""
    code = """if True:
        import os, signal, threading
        from tisstats import cli
        from tisstats.synthetic import run
        def soon(): os.killpg(os.getpgid(0), signal.SIGINT)
        study = run.Targets.of_study
        def read():
            found = study()
            threading.Timer(0.15, soon).start()
            return found
        if __name__ == "__main__":
            run.Targets.of_study = staticmethod(read)
            raise SystemExit(cli.main())
    """
    script = tmp_path / "script.py"
    script.write_text(code.replace("\n        ", "\n    "))
    out = tmp_path / "out" / "cohorts"
    done = subprocess.run(
        [sys.executable, str(script), *COMMAND[3:], "--cohorts", "320", "--seed", "1", "-o", out],
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped\n")
    assert not out.parent.exists()


def test_a_cluster_draws_the_same(tmp_path, drawn_here, monkeypatch):
    distributed = pytest.importorskip("distributed")
    # Workers are threads of this process; that other processes draw the same is tested above.
    monkeypatch.setattr(run_module, "REFERENCE_CANDIDATES", CANDIDATES)
    monkeypatch.setattr(run_module, "_CHUNK_SIZE", IN_A_TASK)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=False
    ) as cluster:
        found = draw_ensemble(SEED, COHORTS, scheduler=cluster.scheduler_address)
    found.write(tmp_path / "cluster")
    assert (tmp_path / "cluster").read_bytes() == drawn_here.read_bytes()


def test_without_the_package_one_line_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs distributed: pip install distributed"):
        draw_ensemble(1, 2, scheduler="tcp://127.0.0.1:1")


def test_no_scheduler_is_told_in_one_line(tmp_path):
    done = run(
        *("--cohorts", "1", "--seed", "1", "-o", str(tmp_path / "x")),
        *("--scheduler", "nonsense://127.0.0.1:1"),
    )
    assert done.returncode == 1, done.stderr
    assert "no scheduler can be reached there" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_single_cohort_is_counted_in_the_singular(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "draw_ensemble", lambda *_, progress, **__: progress(1, 1) or [0])
    monkeypatch.setattr(command, "write_reconstruction", lambda *_: None)
    shown = io.StringIO()
    command.reconstruct(1, 1, tmp_path / "new", None, shown)
    assert shown.getvalue() == "1 of 1 cohort\n"
