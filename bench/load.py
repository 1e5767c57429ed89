"""A load generator for HTTP servers that speak AWS's protocols: signed requests made beforehand, raw sockets, several
processes. One process drives many keep-alive connections with epoll; nothing but bytes is touched while the clock runs.

Signatures are made with UNSIGNED-PAYLOAD (S3) or the body's digest, and are valid for 15 minutes.
"""
import datetime
import hashlib
import hmac
import multiprocessing
import selectors
import socket
import threading
import time
import urllib.parse


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


def _work(results, *arguments):
    try:
        results.put(_drive(*arguments))
    except Exception as problem:  # told to the parent, which waits for one result a process
        results.put(([], 0, 0, 1, f"{type(problem).__name__}: {problem}"))


def _drive(signer, requests, connections, repeat_until, begin):
    """Sends `requests` over `connections`; with `repeat_until` (seconds) begins again at the end of the list."""
    selector = selectors.DefaultSelector()
    latencies, failures, first_failure = [], 0, ""
    sockets = [connect(signer) for _ in range(connections)]
    begin.wait(60)
    position, pending, started = 0, 0, time.perf_counter()
    clock = time.perf_counter

    def following():
        nonlocal position
        if repeat_until is not None:
            if clock() - started > repeat_until:
                return None
        elif position >= len(requests):
            return None
        position += 1
        return requests[(position - 1) % len(requests)]

    for one in sockets:
        request = following()
        if request is None:
            break
        one.sendall(request)
        selector.register(one, selectors.EVENT_READ, [Answer(), clock()])
        pending += 1
    while pending:
        for key, _ in selector.select():
            state = key.data
            piece = key.fileobj.recv(1 << 16)
            if piece and not state[0].feed(piece):
                continue
            now = clock()
            latencies.append(now - state[1])
            if not piece or state[0].status >= 300:
                failures += 1
                first_failure = first_failure or bytes(state[0].data[:400]).decode(errors="replace")
            request = following() if piece else None
            if request is None:
                selector.unregister(key.fileobj)
                pending -= 1
                continue
            state[0], state[1] = Answer(), clock()
            key.fileobj.sendall(request)
    return latencies, started, clock(), failures, first_failure


class Outcome:
    def __init__(self, latencies, seconds, failures, first_failure):
        self.latencies, self.seconds = sorted(latencies), seconds
        self.failures, self.first_failure = failures, first_failure

    @property
    def rate(self):
        return len(self.latencies) / self.seconds

    def percentile(self, share):
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1e3


def storm(signer, requests, connections=64, processes=2, repeat_until=None):
    """All `requests` over `connections`, spread over `processes`; an Outcome. Fails when any request failed."""
    context = multiprocessing.get_context("fork")
    begin, results = context.Barrier(processes), context.Queue()
    workers = [context.Process(target=_work, args=(results, signer, requests[i::processes], connections // processes,
                                                   repeat_until, begin)) for i in range(processes)]
    for worker in workers:
        worker.start()
    parts = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    latencies = [one for part in parts for one in part[0]]
    outcome = Outcome(latencies, max(p[2] for p in parts) - min(p[1] for p in parts), sum(p[3] for p in parts),
                      next((p[4] for p in parts if p[4]), ""))
    if outcome.failures:
        raise RuntimeError(f"{outcome.failures} of {len(latencies)} requests failed, the first: "
                           f"{outcome.first_failure}")
    return outcome


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
