"""Workflows and environments elsewhere: they parse, and call what there is."""

import json
import re
import subprocess

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
MAKE = re.compile(r"\bmake ((?:[a-z]+ ?)+)")
TARGETS = set(
    re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs(path):
    return read(path)["jobs"]


def steps(path):
    return [step for job in jobs(path).values() for step in job["steps"]]


def targets(text):
    return {target for names in MAKE.findall(text) for target in names.split()}


def test_there_is_a_workflow():
    assert [path.name for path in WORKFLOWS if path.name == "book.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
class TestWorkflow:
    def test_every_job_ends_in_time_and_runs_after_jobs_there_are(self, path):
        for name, job in jobs(path).items():
            assert job["timeout-minutes"] <= 60, name
            needs = job.get("needs", [])
            assert set([needs] if isinstance(needs, str) else needs) <= set(jobs(path)), name

    def test_actions_are_pinned_by_their_commit_with_the_version_beside_it(self, path):
        lines = path.read_text(encoding="utf-8").splitlines()
        used = [line.partition("uses:")[2].strip() for line in lines if "uses:" in line]
        assert len(used) == len([step for step in steps(path) if "uses" in step])
        for action in used:
            name, _, version = action.partition(" # ")
            assert PINNED.match(name), action
            assert re.match(r"^v\d+\.\d+\.\d+$", version), action

    def test_nothing_may_be_written_but_by_the_job_that_publishes(self, path):
        assert read(path)["permissions"] == {"contents": "read"}
        for name, job in jobs(path).items():
            if "permissions" in job:
                assert name == "publish"
                assert job["permissions"] == {"pages": "write", "id-token": "write"}

    def test_no_step_runs_what_a_stranger_may_have_written(self, path):
        assert "pull_request_target" not in path.read_text(encoding="utf-8")
        for step in steps(path):
            assert "${{" not in step.get("run", ""), step

    def test_targets_of_make_exist(self, path):
        called = set().union(*(targets(step.get("run", "")) for step in steps(path)))
        assert called
        assert called <= TARGETS


def test_the_workflow_tests_publishes_main_alone_and_previews_the_rest():
    workflow = read(ROOT / ".github" / "workflows" / "book.yml")
    assert set(workflow[True]) == {"push", "pull_request", "workflow_dispatch"}  # YAML's "on"
    test, publish = workflow["jobs"]["test"], workflow["jobs"]["publish"]
    commands = " ".join(step.get("run", "") for step in test["steps"])
    assert {"lint", "test"} <= targets(commands)
    main = "github.ref == 'refs/heads/main'"
    assert main in publish["if"]
    (handed,) = (step for step in test["steps"] if "pages-artifact" in step.get("uses", ""))
    assert main in handed["if"]
    (kept,) = (step for step in test["steps"] if "/upload-artifact" in step.get("uses", ""))
    assert "if" not in kept
    assert kept["with"]["path"] == handed["with"]["path"] == "_build/html"


def test_the_container_and_the_codespace_call_targets_of_make():
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    space = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    for text in (re.sub(r"^#.*$", "", image, flags=re.MULTILINE), space["postCreateCommand"]):
        assert targets(text.replace("make \\", "")) & TARGETS == {"book"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "_build"} <= set(ignored)


def test_binder_installs_the_pinned_versions_and_the_package():
    folder = ROOT / "binder"
    (line,) = (folder / "requirements.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert (folder / line.removeprefix("-r ")).resolve() == ROOT / "requirements.txt"
    version = (folder / "runtime.txt").read_text(encoding="utf-8").strip()
    assert re.fullmatch(r"python-3\.1[1-9]", version)
    script = folder / "postBuild"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
    assert "--editable ." in script.read_text(encoding="utf-8")
