#!/usr/bin/env python3
"""Writes requests signed by botocore, one block of lines each, for sigv4_test.cc.

Run it with a Python that has botocore: make_sigv4_vectors.py > src/api/protocol/auth/sigv4_vectors.txt
"""
import datetime
import random
import sys
from unittest import mock

import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from urllib.parse import quote

SEED = 20261121
COUNT = 240
NOW = datetime.datetime(2026, 11, 21, 5, 38, 0)
CHARS = "abcXYZ019-._~ /+%&=?#@:;,!*'()[]{}|^$\"<>\\äß漢"


def text(rng, low, high):
    return "".join(rng.choice(CHARS) for _ in range(rng.randint(low, high)))


def request(rng, service):
    key = text(rng, 0, 20)
    path = "/" + quote(key, safe="/~") if service == "s3" else "/" + rng.choice(["", "a//b/", "x/../y", "v1/ä b"])
    params = {}
    for _ in range(rng.randint(0, 4)):
        params[text(rng, 1, 8)] = text(rng, 0, 8)
    query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in params.items())
    headers = {"Host": "lake.example:4566"}
    for i in range(rng.randint(0, 3)):
        headers[f"X-Amz-Meta-{i}"] = "  ".join(["a", "b c", text(rng, 0, 5).encode("ascii", "ignore").decode()])
    body = text(rng, 0, 30).encode()
    path = quote(path, safe="/%~!*'()+=&:;,@$") if service != "s3" else path
    url = f"http://lake.example:4566{path}" + (f"?{query}" if query else "")
    return AWSRequest(method=rng.choice(["GET", "PUT", "POST", "DELETE"]), url=url, headers=headers, data=body)


def main():
    rng = random.Random(SEED)
    mock.patch.object(botocore.auth, "get_current_datetime", lambda *a, **k: NOW).start()
    out = sys.stdout
    for _ in range(COUNT):
        service = rng.choice(["s3", "s3", "glue", "athena"])
        region = rng.choice(["us-east-1", "eu-west-1"])
        credentials = Credentials("AKIAVECTOR", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        presign = rng.random() < 0.3
        if service == "s3":
            auth = S3SigV4QueryAuth(credentials, service, region, 900) if presign else \
                S3SigV4Auth(credentials, service, region)
        else:
            auth = SigV4QueryAuth(credentials, service, region, 900) if presign else SigV4Auth(credentials, service, region)
        req = request(rng, service)
        if presign:
            req.method = "GET"
            req.data = b""
        auth.add_auth(req)
        target = req.url.split("lake.example:4566", 1)[1]
        out.write(f"{req.method} {target}\n")
        for name, value in req.headers.items():
            if isinstance(value, bytes):
                value = value.decode()
            out.write(f"{name}: {value}\n")
        out.write(f"body {(req.data or b'').hex()}\n\n")


main()
