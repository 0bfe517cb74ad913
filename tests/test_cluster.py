"""Builds on a Dask cluster: the same outputs, whatever happens to workers, and where they go."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, casetrace_process, change_cell, snapshot

from casetrace.build import cluster as clusters
from casetrace.build.build import build
from casetrace.build.cluster import Asked, cluster, there
from casetrace.build.deliver import Delivery
from casetrace.build.execute import NotebookError
from casetrace.build.jobs import Job, Task
from casetrace.case.problems import UsageError

pytestmark = pytest.mark.slow

distributed = pytest.importorskip("distributed")

DEFAULT = Job("imataka-2014", "default")
TASK = Task(DEFAULT, "1-case.ipynb", 60)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler and two workers, processes of their own that know nothing of any project."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    env = {name: value for name, value in os.environ.items() if not name.startswith("CASETRACE")}
    dask, quiet = [sys.executable, "-m", "dask"], ["--no-dashboard", "--host", "127.0.0.1"]
    worker = ["worker", *quiet, "--nthreads", "1", "--local-directory", str(folder)]
    started = []
    for command in (["scheduler", *quiet, "--port", "0"], worker, worker):
        command = [*dask, *command, "--scheduler-file", str(file)]
        with open(folder / "log.txt", "a") as log:
            started.append(subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log))
    with distributed.Client(scheduler_file=str(file)) as client:
        client.wait_for_workers(2, timeout=60)
    yield file
    for process in reversed(started):
        process.terminate()
    for process in started:
        process.wait()


def built(project):
    """Everything that a build gives."""
    places = (project.figures, project.reports, project.build / "notebooks")
    return {f"{p.name}/{name}": content for p in places for name, content in snapshot(p).items()}


def planted(project, name, source):
    """A notebook with a cell of one's own after its parameters."""
    path = project.notebooks / name
    notebook = json.loads(path.read_text())
    cell = {"cell_type": "code", "id": "planted", "metadata": {}, "source": source}
    notebook["cells"].insert(2, {**cell, "outputs": [], "execution_count": None})
    path.write_text(json.dumps(notebook))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_a_cluster_gives_the_bytes_of_this_machine(copy, scheduler):
    """With a value that only this copy has, so that no other project can have been read."""
    path = copy.data / "imataka-2014" / "observations.csv"
    change_cell(path, "ck.presentation", "value", "12345")
    build(copy, [DEFAULT], with_page=False)
    here = built(copy)
    shutil.rmtree(copy.build)
    for figure in copy.figures.rglob("*.svg"):
        figure.unlink()
    done = casetrace_process("build", "--no-page", "--scheduler", str(scheduler), root=copy.root)
    assert done.returncode == 0, done.stderr
    # three notebooks, nine figures in three kinds with their list, words, values, PDF
    assert len(here) == 36
    assert "12,345" in here["notebooks/imataka-2014/1-case.ipynb"].decode()
    assert built(copy) == here


def test_a_cluster_gives_what_is_committed_the_page_included(whole, scheduler):
    done = casetrace_process("build", "gungor-2020", "--scheduler", str(scheduler), root=whole.root)
    assert done.returncode == 0, done.stderr
    for name in ("figures", "reports"):
        own = snapshot(whole.root / name / "gungor-2020")
        assert "index.html" in own or name == "figures"
        assert own == snapshot(ROOT / name / "gungor-2020")
    again = casetrace_process("build", "gungor-2020", root=whole.root)
    assert "nothing changed, nothing to do" in again.stderr


def test_workers_of_this_machine_give_the_same_and_a_copy_elsewhere(copy, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    build(copy, [DEFAULT], with_page=False)
    before = {**snapshot(copy.figures), **snapshot(copy.reports)}
    shutil.rmtree(copy.build)
    command = ["build", "--no-page", "--to", str(elsewhere)]
    done = casetrace_process(*command, "--workers", "2", root=copy.root)
    assert done.returncode == 0, done.stderr
    assert {**snapshot(copy.figures), **snapshot(copy.reports)} == before
    given = snapshot(elsewhere)
    assert {n: c for n, c in given.items() if not n.startswith("manifest/")} == built(copy)
    (elsewhere / "manifest" / "imataka-2014" / "default.json").unlink()
    (elsewhere / "reports" / "imataka-2014" / "summary.md").unlink()
    again = casetrace_process(*command, root=copy.root)
    assert "nothing changed, nothing to do" in again.stderr
    assert snapshot(elsewhere) == given


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(copy, scheduler, tmp_path):
    """The first kernel to come waits for ever; its worker is killed, and another one does it."""
    note = tmp_path / "note.txt"
    planted(
        copy,
        "2-course.ipynb",
        "import os, pathlib, time\n"
        f"note = pathlib.Path({str(note)!r})\n"
        "server = int(os.environ['JPY_PARENT_PID'])\n"
        "words = pathlib.Path(f'/proc/{server}/stat').read_text().rpartition(') ')[2].split()\n"
        "is_first = not note.exists()\n"
        "with note.open('a') as out:\n"
        "    out.write(f'{words[1]} {os.getpid()}\\n')\n"
        "while is_first:\n"
        "    time.sleep(1)",
    )
    command = [
        sys.executable,
        "-m",
        "casetrace.cli",
        "build",
        "--no-page",
        "--scheduler",
        str(scheduler),
    ]
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root)}
    running = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: note.exists() and note.read_text().endswith("\n"))
    worker, kernel = map(int, note.read_text().split())
    os.kill(worker, signal.SIGKILL)
    said = running.communicate(timeout=120)[1]
    assert running.returncode == 0, said
    first, second = (line.split() for line in note.read_text().splitlines())
    assert first[0] != second[0]
    assert not os.path.exists(f"/proc/{kernel}")
    assert build(copy, [DEFAULT], with_page=False) == []


def test_a_client_that_is_killed_goes_on_where_it_was(whole, scheduler, tmp_path):
    """The first of two cases is published when the second one hangs."""
    hangs = tmp_path / "hangs"
    for path in whole.stories():
        if path.name != "1-case.ipynb":
            path.unlink()
    planted(
        whole,
        "1-case.ipynb",
        "import pathlib, time\n"
        f"hangs = pathlib.Path({str(hangs)!r})\n"
        "is_first = case == 'imataka-2014' and not hangs.exists()\n"
        "while is_first:\n"
        "    hangs.touch()\n    time.sleep(0.5)",
    )
    command = [sys.executable, "-m", "casetrace.cli", "build", "--no-page", "--all"]
    env = {**os.environ, "CASETRACE_ROOT": str(whole.root), "CASETRACE_CELL_TIMEOUT": "20"}
    running = subprocess.Popen(
        [*command, "--scheduler", str(scheduler)], env=env, stderr=subprocess.DEVNULL
    )
    noted = whole.build / "manifest" / "gungor-2020" / "default.json"  # the last of its publishing
    wait_for(lambda: hangs.exists() and noted.exists())
    running.kill()
    running.wait()
    command = ["build", "--no-page", "--all", "--scheduler", str(scheduler)]
    done = casetrace_process(*command, root=whole.root)
    assert done.returncode == 0, done.stderr
    assert "gungor-2020/default: nothing changed, nothing to do" in done.stderr
    assert (whole.build / "notebooks" / "imataka-2014" / "1-case.ipynb").exists()
    assert list(whole.build.glob("staging-*")) == []


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import os\nos._exit(3)", "its kernel died"),
        ("import time\ntime.sleep(60)", "a cell ran longer than 2 seconds"),
    ],
)
def test_a_notebook_that_goes_wrong_fails_alone_and_is_named(copy, scheduler, source, cause):
    planted(copy, "2-course.ipynb", source)
    env = {"CASETRACE_CELL_TIMEOUT": "2"} if "sleep" in source else {}
    done = casetrace_process("build", "--scheduler", str(scheduler), root=copy.root, env=env)
    assert done.returncode == 1
    assert "2-course.ipynb" in done.stderr
    assert cause in done.stderr
    assert "1-case (imataka-2014): done" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_with_other_packages_says_so_and_does_nothing(copy, scheduler):
    with cluster(str(scheduler), 0) as (perform, ahead):
        assert ahead == 64
        perform.setup = {**perform.setup, "numpy": "1.0"}
        with pytest.raises(NotebookError) as error:
            perform(copy, TASK, copy.build)
    assert error.value.notebook == "1-case.ipynb"
    assert error.value.cell.startswith("worker tcp://")
    assert "is not set up like the machine that asks (numpy: " in error.value.cause
    assert "asked for 1.0" in error.value.cause
    assert not copy.build.exists()


@pytest.fixture
def near():
    """A client whose one worker is a thread of this process."""
    made = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    )
    with made, distributed.Client(made) as client:
        yield client


@pytest.mark.parametrize(("failures", "is_done"), [(3, True), (4, False)])
def test_what_is_not_the_notebook_s_fault_is_tried_again(
    copy, near, monkeypatch, failures, is_done
):
    tried = []

    def unlucky(where, task, folder):
        assert (where.data / "imataka-2014" / "case.yaml").is_file()
        assert where.root != copy.root
        tried.append(task)
        if len(tried) <= failures:
            raise OSError(28, "No space left on device")
        (folder / task.job.key).mkdir(parents=True)
        (folder / task.job.key / "a.txt").write_bytes(b"made")
        return ("a.txt",)

    monkeypatch.setattr(clusters, "perform", unlucky)
    remote = clusters._Remote(near)
    if is_done:
        assert remote(copy, TASK, copy.build) == ("a.txt",)
        assert (copy.build / "imataka-2014" / "default" / "a.txt").read_bytes() == b"made"
    else:
        with pytest.raises(NotebookError, match=r"1-case.ipynb, its worker: OSError: .*No space"):
            remote(copy, TASK, copy.build)
    assert len(tried) == 4


def test_a_task_is_sent_with_what_it_may_read_and_no_more(whole):
    series = Task(DEFAULT, "9-series.ipynb", 60)
    page = Task(DEFAULT, "report", 60)
    own, every = clusters._needed(whole, TASK), clusters._needed(whole, series)
    assert {"data/imataka-2014/case.yaml", "data/reference/limits.csv"} <= set(own)
    assert "data/gungor-2020/case.yaml" not in own
    assert {"data/gungor-2020/case.yaml", "data/gungor-2020/care.csv"} <= set(every)
    assert [p for p in own if p.endswith(".ipynb")] == ["notebooks/1-case.ipynb"]
    assert [p for p in clusters._needed(whole, page) if p.endswith(".ipynb")] == []


def test_a_worker_leaves_nothing_on_its_disk(copy, near):
    files = {name: (copy.root / name).read_bytes() for name in clusters._needed(copy, TASK)}
    given = near.submit(there, Asked(TASK, files, clusters.setup())).result()
    assert given.error == ()
    assert "notebooks/1-case.ipynb" in given.files
    folder = near.run(lambda dask_worker: dask_worker.local_directory)
    assert not list(Path(next(iter(folder.values()))).glob("casetrace-*"))


def test_no_scheduler_no_dask_and_no_worker_are_said(copy, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(clusters, "PATIENCE", 0.2)
    with (
        pytest.raises(UsageError, match=r"no-such.json: there is no such file"),
        cluster(str(tmp_path / "no-such.json"), 0),
    ):
        pass
    with (
        pytest.raises(UsageError, match="no Dask scheduler answers at sctp://here"),
        cluster("sctp://here", 0),
    ):
        pass
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, dashboard_address="127.0.0.1:0"
        ) as empty,
        cluster(empty.scheduler_address, 0),
    ):
        assert "no worker yet, waiting for one" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"casetrace\[cluster\]"), cluster("", 2):
        pass


def test_numbers_of_workers_below_one_are_refused(copy):
    done = casetrace_process("build", "--no-page", "--workers", "0", root=copy.root)
    assert done.returncode == 2
    assert "--workers takes a number of 1 or more, found 0" in done.stderr
    both = casetrace_process(
        "build", "--no-page", "--workers", "2", "--scheduler", "tcp://x:1", root=copy.root
    )
    assert both.returncode == 2


def test_interrupted_workers_of_this_machine_stop_and_leave_no_process(copy, tmp_path):
    begun = tmp_path / "begun"
    planted(
        copy,
        "1-case.ipynb",
        "import os, time, pathlib\n"
        f"pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\ntime.sleep(300)",
    )
    before = {**snapshot(copy.figures), **snapshot(copy.reports)}
    command = [sys.executable, "-m", "casetrace.cli", "build", "--workers", "2"]
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root)}
    running = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: begun.exists() and begun.read_text())
    kernel = int(begun.read_text())
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=20)[1]
    assert running.returncode == 130
    assert "casetrace: stopped" in said
    wait_for(lambda: not os.path.exists(f"/proc/{kernel}"), 5)
    assert {**snapshot(copy.figures), **snapshot(copy.reports)} == before


def block(kind, words):
    """The block of code of the page on clusters that holds some words."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    return next(b for b in re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) if words in b)


def test_the_script_for_slurm_does_what_it_says(copy, tmp_path):
    """``srun`` is a stand-in that starts as many processes as it is asked for."""
    (copy.root / "casetrace.sbatch").write_text(block("sh", "#SBATCH"))
    tools, folder = tmp_path / "tools", copy.root / ".venv" / "bin"
    for place in (tools, folder):
        place.mkdir(parents=True)
    for name, lines in {
        tools / "srun": 'for n in 1 2; do "$@" & done; wait',
        folder / "dask": f'exec "{sys.executable}" -m dask "$@"',
        folder / "casetrace": f'exec "{sys.executable}" -m casetrace.cli "$@"',
    }.items():
        name.write_text(f"#!/bin/bash\n{lines}\n")
        name.chmod(0o755)
    env = {
        **os.environ,
        "CASETRACE_ROOT": str(copy.root),
        "PATH": f"{tools}:{os.environ['PATH']}",
        "SLURM_SUBMIT_DIR": str(copy.root),
        "SLURM_JOB_ID": "1",
        "TMPDIR": str(tmp_path),
    }
    job = subprocess.Popen(
        ["bash", str(copy.root / "casetrace.sbatch")],
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "said.txt").open("w"),
    )
    try:
        assert job.wait(timeout=400) == 0, (tmp_path / "said.txt").read_text()
    finally:
        os.killpg(job.pid, signal.SIGKILL)  # as SLURM does with what a job leaves running
    assert (copy.build / "scheduler-1.json").exists()
    assert (copy.build / "notebooks" / "imataka-2014" / "8-summary.ipynb").exists()


def test_the_manifest_for_kubernetes_names_ports_and_parts_that_agree():
    cluster = yaml.safe_load(block("yaml", "DaskCluster"))
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    scheduler, worker = cluster["spec"]["scheduler"], cluster["spec"]["worker"]
    ports = {p["name"]: p["containerPort"] for p in scheduler["spec"]["containers"][0]["ports"]}
    assert {p["targetPort"]: p["port"] for p in scheduler["service"]["ports"]} == ports
    assert ports["tcp-comm"] == 8786
    name = cluster["metadata"]["name"]
    assert scheduler["service"]["selector"]["dask.org/cluster-name"] == name
    images = {part["spec"]["containers"][0]["image"] for part in (scheduler, worker)}
    assert len(images) == 1
    assert worker["spec"]["containers"][0]["args"][3:5] == ["--nthreads", "1"]


@pytest.fixture
def memory():
    """A file system of fsspec that is not this machine's disk."""
    import fsspec

    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def kept(system):
    return {path.removeprefix("/results/"): system.cat_file(path) for path in system.store}


def test_a_delivery_is_complete_and_sends_what_changed_alone(copy, memory, monkeypatch):
    build(copy, [DEFAULT], with_page=False)
    delivery = Delivery(copy, "memory://results")
    delivery(DEFAULT)
    assert delivery.errors == []
    given = kept(memory)
    listed = json.loads(given.pop("manifest/imataka-2014/default.json"))
    assert given == built(copy)
    assert listed.keys() == given.keys()

    sent = []
    pipe = memory.pipe
    monkeypatch.setattr(memory, "pipe", lambda files: (sent.append(sorted(files)), pipe(files)))
    delivery(DEFAULT)
    assert sent == []
    change_cell(copy.data / "imataka-2014" / "care.csv", "1", "met", "no")
    changed = build(copy, [DEFAULT], with_page=False)
    delivery(DEFAULT)
    names, index = sent
    assert index == ["/results/manifest/imataka-2014/default.json"]
    wanted = sorted(f"/results/{p.removeprefix('build/')}" for p in changed)
    assert names == wanted
    del given["reports/imataka-2014/summary.md"]
    assert kept(memory).keys() - {"manifest/imataka-2014/default.json"} == built(copy).keys()


def test_what_is_no_longer_made_is_taken_away_from_there(copy, memory):
    build(copy, [DEFAULT], with_page=False)
    Delivery(copy, "memory://results")(DEFAULT)
    assert "notebooks/imataka-2014/2-course.ipynb" in kept(memory)
    (copy.notebooks / "2-course.ipynb").unlink()
    build(copy, [DEFAULT], with_page=False)
    memory.pipe_file("/results/figures/imataka-2014/mine.txt", b"of somebody else")
    Delivery(copy, "memory://results")(DEFAULT)
    assert "notebooks/imataka-2014/2-course.ipynb" not in kept(memory)
    assert "figures/imataka-2014/mine.txt" in kept(memory)


def test_a_delivery_that_breaks_off_is_seen_and_done_again(copy, memory, monkeypatch):
    build(copy, [DEFAULT], with_page=False)
    pipe, calls = memory.pipe, []

    def breaks(files):
        calls.append(files)
        first = dict(list(files.items())[:3])
        pipe(first)
        raise ConnectionError("the line is down")

    monkeypatch.setattr(memory, "pipe", breaks)
    delivery = Delivery(copy, "memory://results")
    delivery(DEFAULT)
    assert delivery.errors == ["imataka-2014/default: ConnectionError: the line is down"]
    assert len(kept(memory)) == 3
    monkeypatch.setattr(memory, "pipe", pipe)
    again = Delivery(copy, "memory://results")
    again(DEFAULT)
    assert again.errors == []
    given = kept(memory)
    given.pop("manifest/imataka-2014/default.json")
    assert given == built(copy)


@pytest.mark.parametrize("index", [b"", b"[1, 2]", b"{broken", b"7"])
def test_a_list_that_cannot_be_read_is_written_anew(copy, memory, index):
    build(copy, [DEFAULT], with_page=False)
    memory.pipe_file("/results/manifest/imataka-2014/default.json", index)
    delivery = Delivery(copy, "memory://results")
    delivery(DEFAULT)
    assert delivery.errors == []
    assert json.loads(kept(memory)["manifest/imataka-2014/default.json"])


def test_a_damaged_output_is_not_delivered(copy, memory):
    build(copy, [DEFAULT], with_page=False)
    (copy.reports / "imataka-2014" / "summary.md").write_text("something else")
    delivery = Delivery(copy, "memory://results")
    delivery(DEFAULT)
    wrong = "imataka-2014/default: ValueError: not what was built: reports/imataka-2014/summary.md"
    assert delivery.errors == [wrong]
    assert kept(memory) == {}


def test_a_place_that_cannot_be_written_fails_the_command_and_not_the_build(copy, tmp_path):
    (tmp_path / "file").write_text("in the way")
    command = ["build", "--no-page", "--to", str(tmp_path / "file" / "results")]
    done = casetrace_process(*command, root=copy.root)
    assert done.returncode == 1
    assert "not delivered to" in done.stderr
    assert "Traceback" not in done.stderr
    assert build(copy, [DEFAULT], with_page=False) == []


@pytest.mark.parametrize(
    ("url", "words"), [("foo://x", "Protocol not known: foo"), ("memory", None)]
)
def test_a_place_of_an_unknown_kind_is_named(copy, url, words):
    if words is None:
        assert Delivery(copy, url).errors == []
        return
    with pytest.raises(UsageError, match=words):
        Delivery(copy, url)


def test_no_fsspec_is_said(copy, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UsageError, match=r"casetrace\[cluster\]"):
        Delivery(copy, "memory://results")
