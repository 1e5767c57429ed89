"""Starts what is measured: a lake of ours, or a peer; tells its CPU time and memory."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from load import Client, Signer

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACCESS_KEY, SECRET_KEY = "AKIATARNBENCHROOT001", "tarn-bench-secret-key-of-forty-characters"
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running process with its own folder, removed by `close`."""
    name = ""
    durability = ""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tarn-bench-", dir=os.environ.get("TARN_BENCH_DIR")))
        self.process, self.port = None, 0

    def signer(self, service="s3"):
        return Signer("127.0.0.1", self.port, ACCESS_KEY, SECRET_KEY, service)

    def client(self, service="s3"):
        return Client(self.signer(service))

    def cpu(self):
        """CPU seconds of the process's threads so far (of those that live: servers keep theirs)."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory(self):
        """Resident bytes and, of those, the private ones."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        sizes = {name: int(kib) << 10 for name, kib in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
        return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]

    def peak_memory(self):
        """The most resident bytes so far."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self.process.wait(60)

    def close(self):
        self.stop(kill=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Tarn(Server):
    name = "tarn"
    durability = "fsync before the answer (group commit), encrypted, checksummed"

    def __init__(self, *arguments, data=None):
        super().__init__()
        self.data = data or self.folder / "data"
        self.binary = os.environ.get("TARN_BINARY", str(ROOT / "build/tarn"))
        self.arguments = arguments
        self.start()

    def start(self):
        """Seconds from the start of the process to its line `tarn ready`."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TARN_", "AWS_"))}
        env.update(TARN_ROOT_ACCESS_KEY_ID=ACCESS_KEY, TARN_ROOT_SECRET_ACCESS_KEY=SECRET_KEY)
        with open(self.folder / "log", "ab") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                [self.binary, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", "--console",
                 "127.0.0.1:0", *self.arguments], env=env, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if match := re.search(r"tarn ready on \w+://\S+:(\d+)", line):
                took = time.perf_counter() - began
                self.port = int(match[1])
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return took
        raise RuntimeError(f"tarn did not start: {(self.folder / 'log').read_text()[-2000:]}")


class Peer(Server):
    """Another S3 server; with `module`, a program that Go installs."""
    module = ""

    @classmethod
    def binary(cls):
        """The installed program (installed now when Go is here), or None with the reason printed."""
        folder = pathlib.Path(os.environ.get("TARN_BENCH_TOOLS", ROOT / ".venv-bench/bin"))
        wanted = folder / cls.name
        if wanted.exists():
            return wanted
        if not cls.module:
            print(f"peer: no {cls.name} (its program is expected at {wanted}, or in the folder TARN_BENCH_TOOLS)")
            return None
        if not shutil.which("go"):
            print(f"peer: no {cls.name} (it needs Go to be installed from its module)")
            return None
        print(f"peer: installing {cls.module} (once; some minutes)", flush=True)
        done = subprocess.run(["go", "install", cls.module], env=dict(os.environ, GOBIN=str(folder)),
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(f"peer: no {cls.name} (go install failed: {done.stderr.strip()[-300:]})")
            return None
        return wanted

    def __init__(self, binary):
        super().__init__()
        self.program = str(binary)
        (self.folder / "data").mkdir()
        self.start()

    def command(self):
        raise NotImplementedError

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        env = dict(os.environ, MINIO_ROOT_USER=ACCESS_KEY, MINIO_ROOT_PASSWORD=SECRET_KEY, MINIO_BROWSER="off",
                   MINIO_UPDATE="off")
        with open(self.folder / "log", "ab") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, env=env)
        while self.process.poll() is None and time.perf_counter() - began < 60:
            try:
                self.client().call("GET", "/")
                return time.perf_counter() - began
            except (OSError, RuntimeError):
                time.sleep(0.01)
        raise RuntimeError(f"{self.name} did not start: {(self.folder / 'log').read_text()[-2000:]}")


class VersityGateway(Peer):
    """A gateway over a folder of files."""
    name = "versitygw"
    durability = "no fsync: an answered object may be lost with the power; plain files"
    module = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"

    def command(self):
        return [self.program, "--access", ACCESS_KEY, "--secret", SECRET_KEY, "--port", f"127.0.0.1:{self.port}",
                "--quiet", "--keep-alive", "posix", str(self.folder / "data")]


class Minio(Peer):
    """One drive, as it runs on one disk. Its last source is no longer in the module proxy: build it by hand."""
    name = "minio"
    durability = "fdatasync of each object's file, not of its folder; plain files, bit-rot checksums"

    def command(self):
        return [self.program, "server", str(self.folder / "data"), "--address", f"127.0.0.1:{self.port}", "--quiet"]


def peers():
    """Running peers, those of them that can be had."""
    return [kind(binary) for kind in (VersityGateway, Minio) if (binary := kind.binary())]


class IcebergClient:
    """A lake's Iceberg REST catalog by plain requests."""

    def __init__(self, server):
        self.server, self.client = server, server.client("iceberg")

    def call(self, method, path, body=None):
        request = {} if body is None else {"body": json.dumps(body).encode(),
                                           "headers": {"content-type": "application/json"}}
        answer = self.client.call(method, "/iceberg/v1" + path, **request)
        return json.loads(answer) if answer else None
