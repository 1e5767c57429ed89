"""Load for HTTP servers that speak AWS's protocols: requests signed beforehand, then played by tool/replay.cc over many
keep-alive connections, which costs some microseconds a request.

Signatures are made with UNSIGNED-PAYLOAD (S3) or the body's digest, and are valid for 15 minutes.
"""
import datetime
import hashlib
import hmac
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse

REPLAY = os.environ.get("TARN_BENCH_REPLAY",
                        str(pathlib.Path(__file__).resolve().parent.parent / "build/bench/tool/bench_replay"))


class Signer:
    """Makes whole HTTP/1.1 requests signed by Signature Version 4."""

    def __init__(self, host, port, access_key, secret_key, service="s3", region="us-east-1"):
        self.host, self.port = host, port
        self.access_key, self.secret_key, self.service, self.region = access_key, secret_key, service, region
        self.day, self.key = None, None

    def _key(self, day):
        if day != self.day:
            key = ("AWS4" + self.secret_key).encode()
            for part in (day, self.region, self.service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self.day, self.key = day, key
        return self.key

    def request(self, method, path, query=None, body=b"", headers=None, length=None):
        """`length` without `body`: the head alone, the body follows by other means."""
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        day = stamp[:8]
        digest = "UNSIGNED-PAYLOAD" if self.service == "s3" else hashlib.sha256(body).hexdigest()
        path = urllib.parse.quote(path)
        sent = "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(str(v), safe='')}"
                        for k, v in sorted((query or {}).items()))
        signed = {"host": f"{self.host}:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": stamp}
        signed.update(headers or {})
        names = sorted(signed)
        listed = ";".join(names)
        canonical = "\n".join([method, path, sent, *(f"{n}:{signed[n]}" for n in names), "", listed, digest])
        scope = f"{day}/{self.region}/{self.service}/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self._key(day), to_sign.encode(), "sha256").hexdigest()
        lines = [f"{method} {path}{'?' + sent if sent else ''} HTTP/1.1", *(f"{n}: {signed[n]}" for n in names),
                 f"Authorization: AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders={listed}, "
                 f"Signature={signature}"]
        if body or length is not None or method in ("PUT", "POST"):
            lines.append(f"Content-Length: {len(body) if length is None else length}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Answer:
    """Reads one HTTP answer from bytes as they come."""
    __slots__ = ("data", "head", "need", "chunked")

    def __init__(self):
        self.data, self.head, self.need, self.chunked = bytearray(), 0, 0, False

    def feed(self, piece):
        """True once the answer is whole."""
        self.data += piece
        if not self.head:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.head = end + 4
            lower = bytes(self.data[:end]).lower()
            at = lower.find(b"content-length:")
            if at >= 0:
                self.need = self.head + int(lower[at + 15:].split(b"\r\n", 1)[0])
            else:
                self.chunked = b"transfer-encoding: chunked" in lower
                self.need = self.head
        return self.data.endswith(b"0\r\n\r\n") if self.chunked else len(self.data) >= self.need

    @property
    def status(self):
        return int(self.data[9:12])

    @property
    def body(self):
        raw = bytes(self.data[self.head:])
        if not self.chunked:
            return raw
        out = bytearray()
        while raw:
            size, _, raw = raw.partition(b"\r\n")
            size = int(size, 16)
            out += raw[:size]
            raw = raw[size + 2:]
            if size == 0:
                break
        return bytes(out)


class Client:
    """One blocking keep-alive connection, for single calls."""

    def __init__(self, signer):
        self.signer, self.socket = signer, connect(signer)

    def send(self, request):
        self.socket.sendall(request)
        answer = Answer()
        while True:
            piece = self.socket.recv(1 << 18)
            if not piece:
                raise ConnectionError("the server closed the connection")
            if answer.feed(piece):
                return answer

    def call(self, method, path, **kwargs):
        answer = self.send(self.signer.request(method, path, **kwargs))
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
        return answer.body


def connect(signer):
    made = socket.create_connection((signer.host, signer.port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


class Tally:
    """What one class of requests took; times in milliseconds."""

    def __init__(self, words):
        self.count, self.sent, self.received, *micros = map(int, words)
        self.p50, self.p99, self.p999, self.longest = (one / 1e3 for one in micros)


class Outcome:
    def __init__(self, lines):
        self.seconds, self.generator_cpu = map(float, lines[0].split()[1:3])
        self.tallies = {}
        for line in lines[1:]:
            kind, *words = line.split()
            self.tallies[int(kind)] = Tally(words)
        self.count = sum(one.count for one in self.tallies.values())

    @property
    def rate(self):
        return self.count / self.seconds


def replay(signer, requests, connections, seconds=None):
    """Plays `requests`, each (head, body bytes) or (head, body bytes, class), once or again and again for `seconds`;
    an Outcome. Bodies that are not part of the head are random bytes. Fails when any request failed."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as file:
        for head, body, *kind in requests:
            file.write(struct.pack("<BII", kind[0] if kind else 0, len(head), body) + head)
        file.flush()
        done = subprocess.run([REPLAY, file.name, signer.host, str(signer.port), str(connections),
                               *([str(seconds)] if seconds else [])], capture_output=True, text=True, errors="replace")
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"replay failed: {done.stderr}")
    failures = int(lines[0].split()[4])
    if failures:
        raise RuntimeError(f"{failures} requests failed: {done.stdout[:2000]}")
    return Outcome(lines)


def stream(signer, calls, threads=4):
    """Large bodies: `calls` is a list of (head, body or None); the seconds taken and the answers' heads."""
    waiting, lock, heads, problems = list(enumerate(calls)), threading.Lock(), {}, []

    def work():
        made = connect(signer)
        scratch = bytearray(1 << 20)
        while True:
            with lock:
                if not waiting:
                    return
                number, (head, body) = waiting.pop(0)
            made.sendall(head)
            if body is not None:
                made.sendall(body)
            answer, got = Answer(), 0
            while not answer.head:
                answer.feed(made.recv(1 << 16))
            left = answer.need - len(answer.data)
            while left > 0:
                got = made.recv_into(scratch, min(left, len(scratch)))
                if got == 0:
                    break
                left -= got
            if left > 0 or answer.status >= 300:
                problems.append(bytes(answer.data[:400]))
            heads[number] = bytes(answer.data[:answer.head])

    workers = [threading.Thread(target=work) for _ in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    if problems:
        raise RuntimeError(f"a stream failed: {problems[0]!r}")
    return seconds, [heads[i] for i in range(len(calls))]
