"""What rights and the audit trail cost a 4 KiB GET: by root, by a role session under 20 statements, while a trail takes
another bucket's data events, and while it takes this one's. In turns on one server; CPU is the server process's.

  --quick        a fifth of the requests
"""
import argparse
import json
import re
import urllib.parse

from load import Signer, replay
from servers import Tarn

ACCOUNT = "000000000000"
KEYS = 200
ROUNDS = 12


def statement(place):
    service = ("s3", "glue", "athena", "kms")[place % 4]
    return {"Effect": "Deny" if place % 10 == 9 else "Allow", "Action": [f"{service}:Get*", f"{service}:List*"],
            "Resource": "arn:aws:s3:::bench/*" if place == 0 else f"arn:aws:s3:::bucket-{place}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def query(server, service, **parameters):
    version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
    body = urllib.parse.urlencode({**parameters, "Version": version}).encode()
    return server.client(service).call("POST", "/", body=body,
                                       headers={"content-type": "application/x-www-form-urlencoded"}).decode()


def cloudtrail(server, operation, **parameters):
    target = f"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}"
    server.client("cloudtrail").call("POST", "/", body=json.dumps(parameters).encode(),
                                     headers={"content-type": "application/x-amz-json-1.1", "x-amz-target": target})


def select(server, bucket):
    cloudtrail(server, "PutEventSelectors", TrailName="bench", EventSelectors=[{
        "ReadWriteType": "All", "IncludeManagementEvents": False,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}]}])


def session(server):
    """A signer of the role's session, and the headers that each of its requests has."""
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT},
                                                     "Action": "sts:AssumeRole"}]}
    own = {"Version": "2012-10-17", "Statement": [statement(place) for place in range(20)]}
    query(server, "iam", Action="CreateRole", RoleName="bench", AssumeRolePolicyDocument=json.dumps(trust))
    query(server, "iam", Action="PutRolePolicy", RoleName="bench", PolicyName="p", PolicyDocument=json.dumps(own))
    answer = query(server, "sts", Action="AssumeRole", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/bench",
                   RoleSessionName="run")
    key, secret, token = (re.search(f"<{name}>(.*?)</{name}>", answer)[1]
                          for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    return Signer("127.0.0.1", server.port, key, secret), {"x-amz-security-token": token}


def micros(server, signer, headers, count):
    requests = [(signer.request("GET", f"/bench/{i % KEYS}", headers=headers), 0) for i in range(count)]
    before = server.cpu()
    replay(signer, requests, 16)
    return (server.cpu() - before) / count * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    count = 1000 if parser.parse_args().quick else 5000
    with Tarn() as server:
        client = server.client()
        for bucket in ("bench", "quiet", "trails"):
            client.call("PUT", f"/{bucket}")
        for i in range(KEYS):
            client.call("PUT", f"/bench/{i}", body=b"x" * 4096)
        role = session(server)
        root = (server.signer(), {})
        cloudtrail(server, "CreateTrail", Name="bench", S3BucketName="trails")
        cases = {"root": (root, None), "role session, 20 statements": (role, None),
                 "root, a trail takes another bucket": (root, "quiet"), "root, a trail takes each": (root, "bench")}
        figures = {name: [] for name in cases}
        micros(server, *root, count)  # warms up
        for _ in range(ROUNDS):
            for name, (signer, bucket) in cases.items():
                if bucket:
                    select(server, bucket)
                cloudtrail(server, "StartLogging" if bucket else "StopLogging", Name="bench")
                figures[name].append(micros(server, *signer, count))
        base = min(figures["root"])  # the least of all rounds: what others do on the machine only adds
        for name, found in figures.items():
            least = min(found)
            print(f"  GET 4 KiB, {name:<36} server CPU {least:7.1f} us  {least - base:+6.1f} us  x {least / base:.2f}",
                  flush=True)


if __name__ == "__main__":
    main()
