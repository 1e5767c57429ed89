"""Consumers.java driven by a test: KCL 3 in one process with the DynamoDB Local that keeps its leases."""
import os
import queue
import shutil
import subprocess
import threading
import time
from collections import namedtuple
from pathlib import Path

import pytest

HERE = Path(__file__).parent
JARS = HERE.parents[3] / "third_party/kcl"
Record = namedtuple("Record", "application worker shard sequence sub key data")


def java():
    """Java's path; skips when it or the jars are not there, also in CI."""
    if not shutil.which("java") or not JARS.exists():
        pytest.skip("KCL is not there; ./do test --full brings it")
    return shutil.which("java")


class Consumers:
    """The process; what it says is gathered as it comes: `events`, in the order of delivery."""

    def __init__(self, lake, stream, folder):
        self.log = folder / f"kcl-{stream}.log"
        env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "AWS_REGION": lake.region,
               "AWS_ACCESS_KEY_ID": lake.access_key, "AWS_SECRET_ACCESS_KEY": lake.secret_key,
               "AWS_EC2_METADATA_DISABLED": "true"}
        command = [java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m",
                   "-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                   f"-Dsqlite4java.library.path={JARS}", "-cp", f"{JARS}/*", HERE / "Consumers.java", lake.endpoint, stream]
        with open(self.log, "w") as errors:
            self.process = subprocess.Popen([str(part) for part in command], env=env, cwd=folder, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=errors, text=True)
        self.events, self.answers = [], queue.Queue()
        threading.Thread(target=self.gather, daemon=True).start()
        self.wait("ready")

    def gather(self):
        for line in self.process.stdout:
            words = line.rstrip("\n").split("\t")
            self.events.append(words)
            if words[0] in ("ready", "worker", "lease", "leases", "unknown"):
                self.answers.put(words)
        self.answers.put(["over"])

    def wait(self, word, seconds=90):
        try:
            words = self.answers.get(timeout=seconds)
        except queue.Empty:
            words = ["nothing"]
        assert words[0] == word, f"{words} where {word} was due\n{self.log.read_text()[-3000:]}"
        return words[1:]

    def tell(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def start(self, application, worker):
        self.tell("start", application, worker)
        self.wait("worker")

    def leases(self, application):
        """{shard: (checkpoint, owner)}"""
        self.tell("leases", application)
        found = {}
        while True:
            words = self.answers.get(timeout=60)
            if words[0] == "leases":
                return found
            found[words[1]] = (words[2], words[3] if len(words) > 3 else "")

    def named(self, application, *kinds):
        return [event for event in list(self.events) if event[0] in kinds and event[1] == application]

    def records(self, application):
        return [Record(*event[1:]) for event in self.named(application, "record")]

    def until(self, condition, what, seconds=90):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not in time; {len(self.events)} events\n{self.tail()}"
            assert self.process.poll() is None, f"the consumers ended\n{self.tail()}"
            time.sleep(0.1)

    def tail(self):
        said = "\n".join("\t".join(event) for event in self.events if event[0] != "record")
        return said[-2000:] + "\n" + self.log.read_text()[-3000:]

    def close(self):
        """At once: a graceful end of KCL 3.5 waits for a minute."""
        self.process.kill()
        self.process.wait()
