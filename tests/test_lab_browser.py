"""JupyterLab in a real browser: the notebooks run, and a control redraws the figure."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec

import pytest
from browser import missing, unwanted
from conftest import ROOT

pytestmark = pytest.mark.slow

TOKEN = "casetrace"
#: Every cell is in the page, also off screen, and nothing is asked of the network.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on copies of two notebooks, not yet run: its address, and where they are."""
    if unwanted():
        pytest.skip("CASETRACE_BROWSER=no: tried by make test-browser")
    if find_spec("jupyterlab") is None:
        missing("no JupyterLab here: the notebooks are not tried in it (make lab installs it)")
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    folder.mkdir()
    for name in ("explore.ipynb", "2-course.ipynb"):
        notebook = json.loads((ROOT / "notebooks" / name).read_text("utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell.update(outputs=[], execution_count=None)
        (folder / name).write_text(json.dumps(notebook), "utf-8")
    for name, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), "utf-8")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    own = {n: str(home / n) for n in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    own["JUPYTERLAB_SETTINGS_DIR"] = str(home / "settings")
    options = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options, str(folder)],
        env={**os.environ, **own, "CASETRACE_ROOT": str(ROOT), "MPLBACKEND": "agg"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5).close()
                break
            except OSError:
                time.sleep(0.25)
        else:
            pytest.fail("JupyterLab did not start within a minute")
        yield address, folder
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def opened(browser, lab):
    """Opens a notebook, runs all of it, and gives the tab; whatever was said against it fails."""
    address, folder = lab
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    tab = context.new_page()
    wrong, asked = [], []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))

    def run(name):
        tab.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset", wait_until="domcontentloaded")
        tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        tab.wait_for_selector("#jp-main-statusbar >> text=| Idle", timeout=90_000)
        tab.click(".lm-MenuBar-item >> text=Run")
        tab.click('.lm-Menu-item[data-command="runmenu:run-all"]')
        # A cell whose code is folded away shows no number.
        count = sum(
            c["cell_type"] == "code" and not c["metadata"].get("jupyter", {}).get("source_hidden")
            for c in json.loads((folder / name).read_text())["cells"]
        )
        tab.wait_for_function(
            """(count) => {
              const prompts = document.querySelectorAll(".jp-CodeCell .jp-InputPrompt");
              const said = [...prompts].map((e) => e.textContent.trim());
              return said.filter((t) => /^\\[\\d+\\]:$/.test(t)).length === count;
            }""",
            arg=count,
            timeout=60_000,
        )
        assert tab.locator(".jp-OutputArea-output[data-mime-type*='stderr']").count() == 0
        return tab

    yield run
    if where := os.environ.get("CASETRACE_SCREENSHOTS"):
        tab.screenshot(path=f"{where}/{tab.url.split('/')[-1].split('?')[0]}.png")
    context.close()
    assert wrong == []
    assert [
        url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))
    ] == []


def test_the_course_runs_in_jupyterlab(opened):
    tab = opened("2-course.ipynb")
    assert tab.locator(".jp-OutputArea svg, .jp-OutputArea img").count() > 0


def test_a_control_redraws_the_figure_and_tells_the_sources(opened):
    tab = opened("explore.ipynb")
    tab.wait_for_selector(".jupyter-widgets .casetrace svg", timeout=60_000)
    figure = tab.locator(".jupyter-widgets .casetrace svg").first
    before = figure.inner_html()
    assert "12 courses" in figure.locator("desc").text_content()
    hint = figure.locator("g.hint", has_text="14,420").first.locator("title")
    assert "(CPK) = 14,420 IU/l" in hint.text_content()
    tab.select_option(
        ".jupyter-widgets select >> nth=1", label="the smaller dose of immunoglobulin"
    )
    tab.wait_for_function(
        "(old) => document.querySelector('.jupyter-widgets .casetrace svg').innerHTML !== old",
        arg=before,
        timeout=30_000,
    )
    said = tab.locator(".jupyter-widgets").first.text_content()
    assert "Not as the curator reads it. Is the dose of immunoglobulin counted by day" in said
    tab.click(".jupyter-widgets .lm-TabBar-tab >> text=Values")
    change = tab.locator(".jupyter-widgets tr.changed:visible", has_text="IVIg, dose total").first
    change.wait_for()
    assert change.locator("td").all_text_contents() == ["IVIg, dose total", "24 g/kg", "4.8 g/kg"]
    tab.click(".jupyter-widgets .lm-TabBar-tab >> text=In words")
    words = tab.locator(".jupyter-widgets .casetrace abbr:visible", has_text="0.4 g/kg").first
    assert "400 mg/kg/5 days" in words.get_attribute("title")
    tab.select_option(".jupyter-widgets select >> nth=2", label="日本語")
    tab.wait_for_selector(".jupyter-widgets .casetrace [lang=ja]:visible", timeout=30_000)
