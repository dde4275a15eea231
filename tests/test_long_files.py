"""Files of any size in bounded memory, with workers that may be killed, and commands that start."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tisstats import parallel
from tisstats.cli.parser import parser
from tisstats.errors import DataError
from tisstats.measures import file_scoring, score_file
from tisstats.trial import schema

# Memory

MEASURED = """
import resource, sys
from pathlib import Path
import pandas, scipy.stats
from tisstats.measures import file_scoring, score_file as module
from tisstats.tables import batches
batches.CHARACTERS, batches.ROWS, file_scoring.PART = 1 << 18, 1 << 12, 10_000
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
def score(source):
    output = Path(source).with_name("scored" + Path(source).suffix)
    chosen = {"mmt_max": 260, "uln": {"ck": "170"}}
    module.score_file(Path(source), output, report=lambda line: None, **chosen)
score(sys.argv[1])
before = peak()
score(sys.argv[2])
print(before, peak() - before)
"""


def visits(count):
    """Fictitious visits, four a patient, the patients spread over the file."""
    row = np.arange(count)
    return pd.DataFrame(
        {
            "patient_id": row % (count // 4),
            "week": row // (count // 4) * 4,
            "physician_global": row * 7 % 101 / 10,
            "patient_global": row * 11 % 101 / 10,
            "mmt": row * 13 % 261,
            "haq": row * 17 % 25 / 8,
            "extramuscular": row * 19 % 101 / 10,
            "ck": 20 + row * 23 % 9000,
        }
    )


@pytest.mark.skipif(sys.platform != "linux", reason="another system counts memory otherwise")
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path, ending):
    paths = []
    for count in (20_000, 160_000):
        paths.append(tmp_path / f"{count}{ending}")
        table = visits(count)
        if ending == ".csv":
            table.to_csv(paths[-1], index=False)
        else:
            table.to_parquet(paths[-1], row_group_size=20_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *paths], capture_output=True, text=True, check=True
    )
    _, grown = map(int, done.stdout.split())
    # The whole table would take several times its size, in memory, of this many megabytes.
    assert grown < 160_000 * 20 * 8 / 2**20


# Workers


def test_a_killed_worker_does_not_matter(tmp_path, monkeypatch):
    """Of two workers of a scheduler one is killed while it scores."""
    distributed = pytest.importorskip("distributed")
    source, output, pids = tmp_path / "visits.csv", tmp_path / "scored.csv", tmp_path / "pids"
    visits(20_000).to_csv(source, index=False)
    pids.mkdir()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            client.run(slow_down, str(pids))
        running = subprocess.Popen(
            [sys.executable, script, source, output, cluster.scheduler_address],
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 120
        while not (begun := list(pids.iterdir())) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(int(begun[0].name), signal.SIGKILL)
        said = running.communicate(timeout=200)[1]
    assert running.returncode == 0, said
    here, lines = tmp_path / "here.csv", []
    monkeypatch.setattr(file_scoring, "PART", 2_000)
    score_file.score_file(source, here, report=lines.append, mmt_max=260, uln={"ck": "170"})
    assert said.splitlines() == lines
    assert output.read_bytes() == here.read_bytes()


def test_a_cluster_without_a_worker_is_given_up(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(parallel, "_DESERTED", 0.5)
    monkeypatch.setattr(parallel, "_LOOK", 0.1)
    source, output = tmp_path / "visits.csv", tmp_path / "scored.csv"
    visits(100).to_csv(source, index=False)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        address, began = cluster.scheduler_address, time.monotonic()
        with pytest.raises(DataError) as raised:
            score_file.score_file(
                source, output, report=print, scheduler=address, mmt_max=260, uln={"ck": "170"}
            )
    assert time.monotonic() - began > 0.5
    assert str(raised.value) == (
        f"{address}: no worker was there for 0.5 seconds; nothing was written"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]


def slow_down(folder):
    """Let the scoring of parts in this process take long, and say that it has begun."""
    from tisstats.measures import score_parts

    real = score_parts._read_part

    def read_part(layout, part):
        Path(folder, str(os.getpid())).touch()
        time.sleep(0.2)
        return real(layout, part)

    score_parts._read_part = read_part


SCRIPT = """
import sys
from pathlib import Path
from tisstats.measures import file_scoring, score_file as module
file_scoring.PART = 2_000
source, output, scheduler = sys.argv[1:]
module.score_file(
    Path(source),
    Path(output),
    report=lambda line: print(line, file=sys.stderr),
    scheduler=scheduler,
    mmt_max=260,
    uln={"ck": "170"},
)
"""


# Start


def commands():
    (choices,) = (action.choices for action in parser()._actions if action.dest == "command")
    return sorted(choices)


def test_help_of_no_command_imports_what_commands_need():
    code = (
        "import contextlib, io, json, sys\n"
        "from tisstats.cli import main\n"
        f"for words in ([], *([name] for name in {commands()!r})):\n"
        "    out = io.StringIO()\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(out):\n"
        "        main([*words, '--help'])\n"
        "    assert out.getvalue().startswith('usage: tisstats'), words\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "scipy", "frictionless"} & set(json.loads(done.stdout))


def test_the_ledger_needs_no_schema_library():
    """Valid files are told by what their columns hold; Frictionless takes a second to import."""
    code = (
        "import sys; from tisstats.cli import main; main(['claims']); "
        "assert 'frictionless' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# Types of a trial's tables


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ({"type": "number", "constraints": {"minimum": 0}}, ["1.5", "", "-1", "x", " 2 "]),
        ({"type": "integer", "constraints": {"required": True}}, ["1", "", "2.0", "2.5", "3"]),
        ({"type": "boolean"}, ["true", "false", "", "yes"]),
        ({"type": "string", "constraints": {"enum": ["a", "b"]}}, ["a", "b", "", "c"]),
        ({"type": "string"}, [" a", "b ", "", "c"]),
    ],
)
def test_long_columns_are_converted_as_short_ones(monkeypatch, field, cells):
    given = pd.DataFrame({"x": pd.Series(cells * 3, dtype=object)})
    fields = [{"name": "x", **field}]
    table, faults = schema.convert_types(given, fields, "x.csv")
    monkeypatch.setattr(schema, "_SHORT", 1)
    long_table, long_faults = schema.convert_types(given, fields, "x.csv")
    pd.testing.assert_frame_equal(table, long_table)
    assert list(map(str, faults)) == list(map(str, long_faults))
