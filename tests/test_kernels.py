"""Kernels forked from a warm process: real kernels in every respect, and never an orphan."""

import ast
import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty

import pytest
import zmq
from conftest import ROOT
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from casetrace.kernels import client, manager
from casetrace.kernels.client import DEFAULT_PRELOAD, PRELOAD, SWITCH, Server, server_for
from casetrace.kernels.provisioner import WarmProvisioner, is_forkable

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux"),
]

LAUNCH = [sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"]


@pytest.fixture(autouse=True)
def _warm(monkeypatch):
    factory = KernelProvisionerFactory.instance(parent=None)
    monkeypatch.setattr(factory, "default_provisioner_name", "warm-fork")
    monkeypatch.delenv(SWITCH, raising=False)
    monkeypatch.setenv(PRELOAD, "ipykernel.kernelapp,ipykernel.zmqshell,numpy")


def stat(pid):
    """State of a process; empty if there is none, or it waits only to be counted."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return ""
    return "" if state == "Z" else state


def gone(*pids, within=5.0):
    end = time.monotonic() + within
    while any(map(stat, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(stat, pids))


class Kernel:
    """A kernel and its client, in one event loop."""

    def __init__(self, **kwargs):
        self.loop = asyncio.new_event_loop()
        self.manager = AsyncKernelManager(kernel_name="python3")
        self.run(self.manager.start_kernel(**kwargs))
        self.client = self.manager.client()
        self.client.start_channels()
        self.run(self.client.wait_for_ready(timeout=60))

    def run(self, awaitable):
        return self.loop.run_until_complete(awaitable)

    def execute(self, code, timeout=30):
        """What a cell prints and its status."""
        said = []

        def note(message):
            if message["msg_type"] == "stream":
                said.append((message["content"]["name"], message["content"]["text"]))

        reply = self.run(self.client.execute_interactive(code, output_hook=note, timeout=timeout))
        return said, reply["content"]

    def prints(self, code):
        return "".join(text for _, text in self.execute(code)[0]).strip()

    @property
    def process(self):
        return self.manager.provisioner.process

    def close(self):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.run(self.manager.shutdown_kernel(now=True))
        self.loop.close()


@pytest.fixture
def kernel():
    opened = Kernel()
    yield opened
    opened.close()


def test_the_provisioner_is_registered_under_its_name():
    found = KernelProvisionerFactory.instance(parent=None)
    assert "warm-fork" in found.get_provisioner_entries()
    assert "casetrace.kernels.provisioner" in found.get_provisioner_entries()["warm-fork"]


def test_a_kernel_is_a_fork_of_a_process_that_has_imported_already(kernel):
    parent = int(kernel.prints("import os; print(os.getppid())"))
    assert parent in {server.process.pid for server in client._servers.values()}
    assert kernel.prints("import sys; print('numpy' in sys.modules)") == "True"
    assert kernel.process.pid == int(kernel.prints("print(os.getpid())"))


def test_our_own_package_is_not_imported_beforehand_unless_asked(kernel):
    assert "casetrace" not in DEFAULT_PRELOAD
    code = "import sys; print([m for m in sys.modules if m.startswith('casetrace.')])"
    loaded = ast.literal_eval(kernel.prints(code))
    assert set(loaded) <= {"casetrace.kernels"}


def test_environment_and_folder_are_those_asked_for(tmp_path):
    env = {**os.environ, "A_VALUE": "with = and\nnewline", "TZ": "Asia/Tokyo"}
    opened = Kernel(env=env, cwd=str(tmp_path))
    try:
        assert opened.prints("import os; print(os.getcwd())") == str(tmp_path)
        assert opened.prints("print(repr(os.environ['A_VALUE']))") == repr(env["A_VALUE"])
        assert (
            opened.prints("import time; print(time.strftime('%z', time.localtime(0)))") == "+0900"
        )
        assert opened.prints("print('NOT_THERE' in os.environ)") == "False"
        argv = ast.literal_eval(opened.prints("import sys; print(sys.argv)"))
        assert Path(argv[0]).name == "ipykernel_launcher.py"
        assert argv[1] == "-f"
    finally:
        opened.close()


def test_environments_that_differ_at_start_have_servers_of_their_own(monkeypatch):
    first = server_for(os.environ)
    assert server_for({**os.environ, "SOME_NAME": "else"}) is first
    other = server_for({**os.environ, "PYTHONWARNINGS": "error"})
    try:
        assert other is not first
        assert server_for({**os.environ, "PYTHONWARNINGS": "error"}) is other
    finally:
        other.close()


def test_streams_reach_the_process_that_asked(tmp_path):
    with (tmp_path / "out").open("w+b") as out, (tmp_path / "err").open("w+b") as err:
        opened = Kernel(stdout=out, stderr=err)
        try:
            opened.execute("import os; os.write(1, b'to one'); os.write(2, b'to two')")
        finally:
            opened.close()
    assert b"to one" in (tmp_path / "out").read_bytes()
    assert b"to two" in (tmp_path / "err").read_bytes()
    assert b"to two" not in (tmp_path / "out").read_bytes()


def test_random_numbers_differ_between_kernels():
    code = "import random, numpy; print(random.random(), numpy.random.rand())"
    drawn = []
    for _ in range(2):
        opened = Kernel()
        drawn.append(opened.prints(code).split())
        opened.close()
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]


def test_an_interrupt_stops_a_cell_and_the_kernel_goes_on(kernel):
    kernel.client.execute("import time; time.sleep(60)")
    time.sleep(0.5)
    kernel.run(kernel.manager.interrupt_kernel())
    reply = kernel.run(kernel.client.get_shell_msg(timeout=10))
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.prints("print('on')") == "on"


def test_a_restart_gives_a_fresh_kernel(kernel):
    before = kernel.process.pid
    kernel.execute("x = 1")
    kernel.run(kernel.manager.restart_kernel(now=True))
    kernel.run(kernel.client.wait_for_ready(timeout=60))
    assert kernel.process.pid != before
    assert gone(before)
    assert kernel.execute("x")[1]["ename"] == "NameError"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os._exit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("import ctypes; ctypes.string_at(0)", -11),
    ],
)
def test_the_exit_code_of_a_kernel_that_ends_itself_is_told(kernel, code, status):
    process = kernel.process
    kernel.client.execute(code)
    assert process.wait(timeout=10) == status
    assert process.poll() == status


def test_a_kernel_that_is_asked_to_ends_with_zero(kernel):
    process = kernel.process
    kernel.run(kernel.manager.shutdown_kernel())
    assert process.returncode == 0


def test_waiting_for_a_kernel_that_runs_has_an_end(kernel):
    with pytest.raises(subprocess.TimeoutExpired):
        kernel.process.wait(timeout=0.05)


def test_what_a_kernel_started_ends_with_it(kernel):
    code = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"
    child = int(kernel.prints(code))
    assert stat(child)
    kernel.run(kernel.manager.shutdown_kernel(now=True))
    assert gone(child)


ASKER = """
import os, sys, time
os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "warm-fork"
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3")
pid = manager.provisioner.process.pid
said = []
client.execute_interactive(
    "import subprocess, os; print(os.getppid(), subprocess.Popen(['sleep', '600']).pid)",
    output_hook=lambda m: said.append(m["content"].get("text", "")),
)
print(pid, "".join(said).strip(), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("victim", ["the process that asked", "the warm process"])
def test_no_orphan_is_left_when_a_process_is_killed(victim):
    asker = subprocess.Popen([sys.executable, "-c", ASKER], stdout=subprocess.PIPE, text=True)
    try:
        kernel, server, child = map(int, asker.stdout.readline().split())
        assert all(map(stat, (kernel, server, child)))
        os.kill(asker.pid if victim == "the process that asked" else server, signal.SIGKILL)
        assert gone(kernel, server)
        if victim == "the process that asked":
            assert gone(child)
        else:
            os.kill(child, signal.SIGKILL)  # nobody was left to do it
    finally:
        asker.kill()
        asker.wait()
        asker.stdout.close()


def test_a_server_that_was_killed_is_replaced():
    first = server_for(os.environ)
    opened = Kernel()
    opened.close()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    again = Kernel()
    try:
        assert again.prints("print(2 + 2)") == "4"
        assert server_for(os.environ) is not first
    finally:
        again.close()


def test_a_kernel_whose_server_died_counts_as_killed():
    server = Server(os.environ)
    with open(os.devnull, "r+b") as nothing:
        streams = (nothing.fileno(),) * 3
        forked = server.fork(["ipykernel_launcher"], os.environ, os.getcwd(), streams)
    server.process.kill()
    server.process.wait()
    assert forked.wait(timeout=10) == -signal.SIGKILL
    assert gone(forked.pid)


def test_a_folder_that_is_not_there_is_told_and_nothing_is_left():
    server = Server(os.environ)
    with open(os.devnull, "r+b") as nothing, pytest.raises(FileNotFoundError):
        server.fork(["ipykernel_launcher"], os.environ, "/not/there", (nothing.fileno(),) * 3)
    assert server.is_alive()
    server.close()


def test_a_module_that_starts_a_thread_keeps_the_server_from_forking(tmp_path):
    begun = "threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    (tmp_path / "threaded.py").write_text(f"import threading, time\n{begun}\n")
    env = {**os.environ, PRELOAD: "threaded", "PYTHONPATH": str(tmp_path)}
    server = Server(env)
    with open(os.devnull, "r+b") as nothing, pytest.raises(OSError, match="started a thread"):
        server.fork(["ipykernel_launcher"], env, os.getcwd(), (nothing.fileno(),) * 3)
    server.close()
    opened = Kernel(env=env)  # and so it is started anew
    try:
        assert isinstance(opened.process, subprocess.Popen)
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("cmd", "kwargs", "expected"),
    [
        (LAUNCH, {}, True),
        (LAUNCH, {"env": {}, "cwd": "/", "kernel_id": "1"}, True),
        (["/bin/sh", *LAUNCH[1:]], {}, False),
        (["no-such-python", *LAUNCH[1:]], {}, False),
        ([sys.executable, "-m", "xeus", "-f", "x.json"], {}, False),
        ([sys.executable, "-I", *LAUNCH[1:]], {}, False),
        (LAUNCH, {"independent": True}, False),
        (LAUNCH, {"stdout": subprocess.PIPE}, False),
        (LAUNCH, {"preexec_fn": print}, False),
    ],
)
def test_what_would_not_be_the_same_is_not_forked(cmd, kwargs, expected):
    assert is_forkable(cmd, kwargs) is expected


def test_the_switch_turns_forking_off(monkeypatch):
    monkeypatch.setenv(SWITCH, "stock")
    assert not is_forkable(LAUNCH, {})
    opened = Kernel()
    try:
        assert isinstance(opened.manager.provisioner, WarmProvisioner)
        assert isinstance(opened.process, subprocess.Popen)
        assert opened.prints("print('stock')") == "stock"
    finally:
        opened.close()


def test_a_broken_module_is_named_and_left_out(tmp_path, capfd):
    (tmp_path / "broken.py").write_text("1 / 0")
    env = {**os.environ, PRELOAD: "broken,no_such_module", "PYTHONPATH": str(tmp_path)}
    server = Server(env)
    with open(os.devnull, "r+b") as nothing:
        forked = server.fork(["ipykernel_launcher"], env, os.getcwd(), (nothing.fileno(),) * 3)
    server.close()
    assert gone(forked.pid)
    said = capfd.readouterr().err
    assert "broken was not imported: ZeroDivisionError" in said
    assert "no_such_module" not in said


def test_the_module_stands_alone():
    for path in (ROOT / "src" / "casetrace" / "kernels").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("casetrace"):
                assert node.module.startswith("casetrace.kernels"), path.name


def test_closing_one_server_leaves_the_kernels_of_another():
    env = {**os.environ, "PYTHONWARNINGS": "ignore"}
    mine, other = Kernel(), server_for(env)
    client.close_server(env)
    try:
        assert not other.is_alive()
        assert mine.prints("print('still here')") == "still here"
        client.close_server(env)  # nothing is left to close
    finally:
        mine.close()


def test_the_end_of_a_very_short_process_is_not_lost(tmp_path, monkeypatch):
    (tmp_path / "short.py").write_text("")
    monkeypatch.chdir(tmp_path)
    server = server_for(os.environ)
    with open(os.devnull, "rb") as nothing:
        files = (nothing.fileno(), 1, 2)
        for _ in range(30):
            process = server.fork(["short"], os.environ, str(tmp_path), files)
            assert process.wait(20) == 0


def test_a_client_asks_again_if_it_missed_that_the_kernel_is_idle():
    """What a kernel says before a client has joined the channel is lost, the answer is not."""
    asked = []

    class Channel:
        def __init__(self, *said):
            self.said = list(said)

        async def get_msg(self, timeout):
            if not self.said or self.said[0] is None:
                self.said[:1] = []
                raise Empty
            return self.said.pop(0)

    def idle(of):
        return {"content": {"execution_state": "idle"}, "parent_header": {"msg_id": of}}

    class Client(manager.QuickClient):
        shell_channel = Channel({"content": {"status": "ok"}}, {"content": {"status": "ok"}})
        iopub_channel = Channel(None, idle("first"), idle("second"))

        def kernel_info(self):
            asked.append(("first", "second")[len(asked)])
            return asked[-1]

        def _handle_kernel_info_reply(self, reply):
            pass

        async def _async_is_alive(self):
            return True

    asyncio.run(Client().wait_for_ready(5))
    assert asked == ["first", "second"]


def test_a_client_knocks_again_soon_at_a_kernel_that_does_not_listen_yet():
    for quick in (manager.QuickClient(), manager.QuickBlockingClient()):
        socket = quick.context.socket(zmq.DEALER)
        assert socket.getsockopt(zmq.RECONNECT_IVL) == manager.RETRY
        socket.close()


def test_a_kernel_that_cannot_be_spoken_to_is_ended_and_leaves_no_socket(tmp_path, monkeypatch):
    """An open socket of it could block the collection of garbage for ever."""
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(deep))
    ours = manager.LocalKernelManager(kernel_name="python3")
    with pytest.raises(zmq.ZMQError, match="File name too long"):
        asyncio.run(ours.start_kernel())
    assert ours.context.closed
    assert not ours.has_kernel
    assert list(deep.glob("kernel-*.json")) == []
