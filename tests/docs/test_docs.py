"""The pages of docs/ say what is so: every `sh` and `python` block of a page is run, in order, in one fresh folder,
against a fresh lake. A block marked ```sh norun is shown only.

Addresses are replaced: 127.0.0.1:4566 by the lake's, any other 127.0.0.1:PORT by a free port, the same all over the
page.
"""
import importlib.util
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))


def load_lake():
    spec = importlib.util.spec_from_file_location("clients_conftest", ROOT / "tests/clients/conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Lake, module.BINARY


def blocks(page):
    """(line, language, text) of each block to run."""
    text = page.read_text()
    for found in re.finditer(r"^```(sh|python)[ \t]*(.*)\n((?:.*\n)*?)```$", text, re.M):
        if "norun" not in found[2].split():
            yield text[:found.start()].count("\n") + 1, found[1], found[3]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


RUNNABLE = [page for page in PAGES if any(True for _ in blocks(page))]


def test_the_pages_of_the_main_job_have_blocks_to_run():
    assert {"s3", "glue", "athena", "operations", "clients"} <= {page.stem for page in RUNNABLE}


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_every_block_of_the_page_runs(page, tmp_path):
    Lake, binary = load_lake()
    lake = Lake(tmp_path / "data")
    folder = tmp_path / "work"
    folder.mkdir()
    ports = {"4566": str(lake.port)}
    tools = os.pathsep.join([str(binary.resolve().parent), str(pathlib.Path(sys.executable).parent)])
    env = {"PATH": tools + os.pathsep + os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
           **lake.environment()}
    groups = []
    try:
        for line, language, text in blocks(page):
            text = re.sub(r"127\.0\.0\.1:(\d{4,5})\b",
                          lambda found: f"127.0.0.1:{ports.setdefault(found[1], str(free_port()))}", text)
            command = ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
            with open(tmp_path / "output", "w+") as output:
                running = subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=output,
                                           stdin=subprocess.DEVNULL, start_new_session=True)
                groups.append(running.pid)
                try:
                    status = running.wait(120)
                except subprocess.TimeoutExpired:
                    status = "no end within 120 s"
                output.seek(0)
                assert status == 0, f"{page.name}:{line}: {status}\n{text}\n{output.read()[-4000:]}"
    finally:
        for group in groups:  # servers that a block started in the background
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
        lake.stop()
