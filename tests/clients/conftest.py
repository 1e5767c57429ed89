"""Runs build/tarn for the tests: one lake a session (and worker), or one of its own for tests that restart it."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import uuid

import boto3
import pytest
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TARN_BINARY", ROOT / "build/tarn"))


class Lake:
    """A running lake; `client(service)` gives a boto3 client of its root."""

    account = "000000000000"
    region = "us-east-1"
    access_key = "AKIATARNTESTROOT0001"
    secret_key = "tarn-test-secret-key-of-forty-characters"
    binary = BINARY

    def __init__(self, folder, *arguments, env=None):
        self.folder = pathlib.Path(folder)
        self.arguments = arguments
        self.env = env or {}
        self.process = None
        self.port = 0
        self.start()

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TARN_", "AWS_"))}
        # Upkeep in the background would change the tables that tests look at; those of upkeep say when.
        env["TARN_UPKEEP_SECONDS"] = "0"
        env.update(TARN_ROOT_ACCESS_KEY_ID=self.access_key, TARN_ROOT_SECRET_ACCESS_KEY=self.secret_key, **self.env)
        # The first start takes any free port; a restart keeps it, so that clients go on.
        self.log = open(self.folder.parent / (self.folder.name + ".log"), "ab")
        self.process = subprocess.Popen(
            [str(self.binary), "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}", "--console",
             "127.0.0.1:0", *self.arguments], env=env, stdout=subprocess.PIPE, stderr=self.log, text=True)
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if match := re.search(r"tarn ready on (https?)://(\S+):(\d+)", line):
                self.endpoint = f"{match[1]}://127.0.0.1:{match[3]}"
                self.port = int(match[3])
                break
        else:
            raise RuntimeError(f"tarn did not start: {''.join(seen)}\n{(self.folder.parent / (self.folder.name + '.log')).read_text()[-3000:]}")
        threading.Thread(target=lambda: self.process.stdout.read(), daemon=True).start()

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self.process.wait(30)
        self.log.close()
        return self.process.returncode

    def restart(self, kill=True):
        self.stop(kill)
        self.start()

    def client(self, service, region=None, config=None, **kwargs):
        settings = Config(retries={"max_attempts": 1}, read_timeout=60).merge(config or Config())
        kwargs.setdefault("aws_access_key_id", self.access_key)
        kwargs.setdefault("aws_secret_access_key", self.secret_key)
        return boto3.client(service, endpoint_url=self.endpoint, region_name=region or self.region, config=settings,
                            **kwargs)

    def environment(self):
        """What an AWS tool needs in its environment to work on this lake."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key,
                "AWS_DEFAULT_REGION": self.region, "AWS_ENDPOINT_URL": self.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}


# A second account of the same lake, and what its root signs with.
OTHER_ACCOUNT = "111111111111"
OTHER = dict(aws_access_key_id="AKIATARNTESTOTHER001", aws_secret_access_key="tarn-test-secret-key-of-forty-characters")


def lake_of_two(folder, *arguments):
    """A running lake with both accounts, its data under `folder`."""
    config = folder / "tarn.toml"
    config.write_text(f"""[[account]]
id = "{OTHER_ACCOUNT}"
name = "other"
access_key_id = "{OTHER['aws_access_key_id']}"
secret_access_key = "{OTHER['aws_secret_access_key']}"
""")
    return Lake(folder / "data", "--config", str(config), *arguments)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A lake of two accounts."""
    running = lake_of_two(tmp_path_factory.mktemp("two"))
    yield running
    running.stop()


@pytest.fixture
def names_of_this_machine(monkeypatch):
    """For clients that put accounts and access points in front of the endpoint's host."""
    known = socket.getaddrinfo

    def find(host, *arguments, **more):
        if isinstance(host, str) and re.search(r"\.(localhost|127\.0\.0\.1)$", host):
            host = "127.0.0.1"
        return known(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", find)


@pytest.fixture(scope="session")
def lake(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("lake") / "data")
    yield running
    running.stop()


@pytest.fixture
def own_lake(tmp_path):
    """A lake of the test's own, to stop, kill and start again."""
    running = Lake(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def name():
    """A name that no other test uses, fit for buckets, databases and work groups."""
    return "t" + uuid.uuid4().hex[:12]


@pytest.fixture
def bucket(lake, name):
    lake.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def duck(lake, tmp_path_factory):
    """DuckDB with the lake attached as `lake`."""
    from iceberg import engines
    running = engines.start_duck(tmp_path_factory.mktemp("duck"))
    engines.attach_duck(running, lake)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def spark(lake, tmp_path_factory):
    """Spark with the lake's catalogs `lake` (REST, token), `signed` (REST, SigV4) and `glue`."""
    from iceberg import engines
    running = engines.start_spark(lake, tmp_path_factory.mktemp("spark"))
    yield running
    running.stop()


def run(command, env, cwd, check=True, timeout=60):
    done = subprocess.run([str(part) for part in command], env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout)
    if check:
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout
    return done


@pytest.fixture
def program():
    """The path of a program; the test fails in CI, and is skipped elsewhere, when it is not installed."""
    def find(name):
        if found := shutil.which(name):
            return found
        message = f"{name} is not installed; ./do deps does it"
        if os.environ.get("TARN_CI"):
            pytest.fail(message)
        pytest.skip(message)
    return find


@pytest.fixture
def environment(lake, tmp_path):
    """The environment of a stranger's shell with the lake's variables."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "AWS_REGION": lake.region,
            **lake.environment()}


@pytest.fixture
def files(tmp_path):
    """A folder with a large file, an empty one and names that have to be escaped; an hour old, since tools that compare
    times take an object of the same second for older than its file."""
    source = tmp_path / "source"
    (source / "sub/deep").mkdir(parents=True)
    (source / "plain.txt").write_text("plain\n")
    (source / "sub/deep/b.txt").write_text("b\n")
    (source / "empty").touch()
    (source / "large.bin").write_bytes(os.urandom(12 << 20))
    for odd in ("ünï 雪", "a+b &?#%41", "quotes '\"", "semi;colon,=@$:", "(1)*~!"):
        (source / "sub" / odd).write_text(odd)
    hour_ago = time.time() - 3600
    for path in source.rglob("*"):
        os.utime(path, (hour_ago, hour_ago))
    return source


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
