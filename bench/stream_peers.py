"""What bench/streams.py measures beside ours: Kafka on one node, and a Kinesis emulator of npm."""
import base64
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import uuid

from servers import ROOT, Peer, Server

sys.path.insert(0, str(ROOT / "tools"))
import deps  # noqa: E402

KAFKA_START_SECONDS = 60


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Kafka(Server):
    """A broker that is its own controller, with one topic. `sync`: it flushes what it takes before it answers."""
    name = "kafka"

    def __init__(self, jars, partitions, sync):
        super().__init__()
        self.classpath, self.port = f"{jars}/*", free_port()
        self.durability = "fsync before the answer" if sync else "acks=all of one node: in the page cache, no fsync"
        control = free_port()
        self.settings = self.folder / "server.properties"
        self.settings.write_text(
            f"process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:{control}\n"
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{control}\n"
            "controller.listener.names=CONTROLLER\n"
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
            f"log.dirs={self.folder / 'data'}\noffsets.topic.replication.factor=1\n"
            + ("log.flush.interval.messages=1\n" if sync else ""))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes)[:22].decode()
        self.java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.settings))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["java", "-Xmx1g", "-cp", self.classpath, "kafka.Kafka",
                                             str(self.settings)], stdout=log, stderr=log)
        began = time.monotonic()
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - began > KAFKA_START_SECONDS:
                    raise RuntimeError(f"kafka did not start: {(self.folder / 'log').read_text()[-2000:]}") from None
                time.sleep(0.1)
        self.java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", f"127.0.0.1:{self.port}", "--create",
                  "--topic", "bench", "--partitions", str(partitions))

    def java(self, program, *arguments):
        done = subprocess.run(["java", "-cp", self.classpath, program, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {(done.stdout + done.stderr)[-1000:]}")
        return done.stdout

    def produce(self, records, record_bytes):
        """Records a second and the 99th percentile's milliseconds, by Kafka's own tool."""
        told = self.java("org.apache.kafka.tools.ProducerPerformance", "--topic", "bench", "--num-records",
                         str(records), "--record-size", str(record_bytes), "--throughput", "-1", "--producer-props",
                         f"bootstrap.servers=127.0.0.1:{self.port}", "acks=all", "batch.size=524288", "linger.ms=5")
        closing = told.strip().splitlines()[-1]
        return (float(re.search(r"([\d.]+) records/sec", closing)[1]),
                float(re.search(r"([\d.]+) ms 99th", closing)[1]))

    @staticmethod
    def jars():
        """Where its programs are (downloaded now when Maven is here), or None with the reason printed."""
        target = ROOT / "third_party/kafka"
        if not shutil.which("java"):
            print("peer: no kafka (it needs Java)")
            return None
        try:
            deps.install_from_maven("bench/kafka", "jars.sha256", target)
        except deps.Missing as problem:
            print(f"peer: no kafka ({problem})")
            return None
        return target


class Kinesalite(Peer):
    """The Kinesis emulator that most projects test with, on a LevelDB."""
    name = "kinesalite"
    durability = "no fsync"
    package = "kinesalite@3.3.3"

    @classmethod
    def binary(cls):
        folder = pathlib.Path(os.environ.get("TARN_BENCH_TOOLS", ROOT / ".venv-bench")) / "npm"
        wanted = folder / "node_modules/kinesalite/cli.js"
        if wanted.exists():
            return wanted
        done = subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), cls.package],
                              capture_output=True, text=True) if shutil.which("npm") else None
        if done is None or done.returncode != 0 or not wanted.exists():
            print(f"peer: no {cls.name} ({done.stderr.strip()[-300:] if done else 'it needs npm'})")
            return None
        return wanted

    def command(self):
        return ["node", self.program, "--port", str(self.port), "--path", str(self.folder / "data/level"),
                "--shardLimit", "100", "--createStreamMs", "0"]

    def start(self):
        self.port = free_port()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        began = time.monotonic()
        while self.process.poll() is None and time.monotonic() - began < 30:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start: {(self.folder / 'log').read_text()[-2000:]}")
