"""Static websites: configuration, and what anonymous visitors of the website host names get."""
import re

import pytest
import urllib3
from botocore.exceptions import ClientError

http = urllib3.PoolManager()
INDEX = {"IndexDocument": {"Suffix": "index.html"}}


@pytest.fixture
def s3(lake):
    return lake.client("s3")


@pytest.fixture
def site(lake, s3, bucket):
    """A bucket that anonymous may read and list, and a function that visits its website."""
    s3.delete_public_access_block(Bucket=bucket)
    everybody = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": f"arn:aws:s3:::{bucket}/public/*"},
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "NotResource": f"arn:aws:s3:::{bucket}/private/*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}]}
    import json
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(everybody))

    def visit(path="/", method="GET", host=f"{bucket}.s3-website.localhost", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return http.request(method, lake.endpoint + path, redirect=False,
                            headers={"Host": f"{host}:{lake.port}", **headers})

    return visit


def configure(s3, bucket, **website):
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=website)


def put(s3, bucket, key, body=None, **more):
    return s3.put_object(Bucket=bucket, Key=key, Body=body or key, ContentType="text/html", **more)


def test_configurations_are_kept_and_checked(s3, bucket):
    with pytest.raises(ClientError, match="NoSuchWebsiteConfiguration"):
        s3.get_bucket_website(Bucket=bucket)
    s3.delete_bucket_website(Bucket=bucket)
    whole = {"IndexDocument": {"Suffix": "i.html"}, "ErrorDocument": {"Key": "e.html"}, "RoutingRules": [
        {"Condition": {"KeyPrefixEquals": "a/", "HttpErrorCodeReturnedEquals": "404"},
         "Redirect": {"HostName": "h", "HttpRedirectCode": "302", "Protocol": "https", "ReplaceKeyPrefixWith": "b/"}}]}
    for website in (whole, {"RedirectAllRequestsTo": {"HostName": "h", "Protocol": "https"}}):
        configure(s3, bucket, **website)
        kept = s3.get_bucket_website(Bucket=bucket)
        kept.pop("ResponseMetadata")
        assert kept == website
    index = {"Suffix": "index.html"}
    refused = [
        ({"IndexDocument": {"Suffix": "/index.html"}}, "InvalidArgument.*The IndexDocument Suffix is not well formed"),
        ({"IndexDocument": {"Suffix": ""}}, "InvalidArgument.*The IndexDocument Suffix is not well formed"),
        ({"RedirectAllRequestsTo": {"HostName": "h"}, "IndexDocument": index}, "InvalidArgument.*in conjunction"),
        ({"ErrorDocument": {"Key": "e"}}, "InvalidArgument.*must be provided if RedirectAllRequestsTo is empty"),
        ({"IndexDocument": index, "RoutingRules": [{"Redirect": {"Protocol": "x"}}]}, "InvalidRequest.*Invalid protocol"),
        ({"IndexDocument": index, "RoutingRules": [{"Redirect": {"ReplaceKeyPrefixWith": "a", "ReplaceKeyWith": "b"}}]},
         "InvalidRequest.*ReplaceKeyPrefix or ReplaceKey but not both"),
        ({"IndexDocument": index, "RoutingRules": [{"Condition": {}, "Redirect": {"HostName": "a"}}]},
         "InvalidRequest.*Condition cannot be empty"),
        ({"IndexDocument": index, "RoutingRules": []}, "MalformedXML"),
    ]
    for website, message in refused:
        with pytest.raises(ClientError, match=message):
            configure(s3, bucket, **website)
    assert "RedirectAllRequestsTo" in s3.get_bucket_website(Bucket=bucket)
    s3.delete_bucket_website(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchWebsiteConfiguration"):
        s3.get_bucket_website(Bucket=bucket)


def test_a_configuration_may_have_128_kib_and_50_rules(s3, bucket):
    def refused(prefix, count):
        rules = [{"Condition": {"KeyPrefixEquals": f"{prefix}{i}"}, "Redirect": {"HostName": "a.test"}} for i in range(count)]
        with pytest.raises(ClientError) as caught:
            s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={
                "IndexDocument": {"Suffix": "index.html"}, "RoutingRules": rules})
        return caught.value.response["Error"]
    assert refused("p", 51)["Message"] == (
        "51 routing rules provided, the number of routing rules in a website configuration is limited to 50.")
    assert refused("p" * 4096, 50)["Code"] == "MaxMessageLengthExceeded"


def test_pages_and_folders_are_shown(s3, bucket, site):
    for key in ("index.html", "a/index.html", "a/ü.html"):
        etag = put(s3, bucket, key)["ETag"]
    configure(s3, bucket, **INDEX)
    for path, key in (("/", "index.html"), ("", "index.html"), ("/a/", "a/index.html"), ("/a/%C3%BC.html", "a/ü.html")):
        page = site(path)
        assert page.status == 200 and page.data.decode() == key
        assert page.headers["Content-Type"] == "text/html"
    assert site("/a/%C3%BC.html", If_None_Match=etag).status == 304
    assert site("/a/%C3%BC.html", Range="bytes=0-1").status == 206
    head = site("/a/", method="HEAD")
    assert head.status == 200 and head.data == b"" and head.headers["Content-Length"] == "12"
    moved = site("/a")
    assert (moved.status, moved.headers["Location"]) == (302, "/a/")
    assert site("/index.html", host=f"{bucket}.s3-website-eu-west-1.lake.test").data == b"index.html"


def test_errors_are_pages(s3, bucket, site, name):
    def text(page):
        assert page.headers["Content-Type"].startswith("text/html")
        return re.sub(r"(RequestId|HostId): [^<]+", r"\1: x", page.data.decode())

    expected = ("<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n<ul>\n"
                "<li>Code: {}</li>\n<li>Message: {}</li>\n<li>{}</li>\n<li>RequestId: x</li>\n<li>HostId: x</li>\n</ul>\n{}"
                "<hr/>\n</body>\n</html>\n")
    page = site("/x")
    assert page.status == 404 and page.headers["x-amz-error-code"] == "NoSuchWebsiteConfiguration"
    assert text(page) == expected.format("NoSuchWebsiteConfiguration",
                                         "The specified bucket does not have a website configuration",
                                         f"BucketName: {bucket}", "")
    page = site("/", host=f"no-{bucket}.s3-website.localhost")
    assert text(page) == expected.format("NoSuchBucket", "The specified bucket does not exist", f"BucketName: no-{bucket}",
                                         "")
    configure(s3, bucket, **INDEX)
    missing = ("NoSuchKey", "The specified key does not exist.")
    assert text(site("/")) == expected.format(*missing, "Key: index.html", "")
    assert text(site("/wrong/")) == expected.format(*missing, "Key: wrong/index.html", "")
    assert text(site("/<b>")) == expected.format(*missing, "Key: &lt;b&gt;", "")
    configure(s3, bucket, **INDEX, ErrorDocument={"Key": "error.html"})
    also = ("<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n<li>Code: NoSuchKey</li>\n"
            "<li>Message: The specified key does not exist.</li>\n<li>Key: error.html</li>\n</ul>\n")
    assert text(site("/")) == expected.format(*missing, "Key: index.html", also)
    put(s3, bucket, "error.html")
    page = site("/")
    assert (page.status, page.data) == (404, b"error.html")
    page = site("/", method="POST")
    assert page.status == 405 and "<li>Code: MethodNotAllowed</li>" in text(page)
    assert "<li>Method: POST</li>\n<li>ResourceType: OBJECT</li>" in text(page)


def test_only_what_anonymous_may_read_is_shown(s3, bucket, site):
    put(s3, bucket, "private/page.html")
    configure(s3, bucket, **INDEX)
    page = site("/private/page.html")
    assert page.status == 403 and b"<li>Code: AccessDenied</li>" in page.data
    configure(s3, bucket, **INDEX, ErrorDocument={"Key": "error.html"})
    put(s3, bucket, "error.html")
    page = site("/private/page.html")
    assert (page.status, page.data) == (403, b"error.html")


def test_objects_redirect(s3, bucket, site):
    configure(s3, bucket, **INDEX)
    put(s3, bucket, "old.html", WebsiteRedirectLocation="/new.html")
    page = site("/old.html")
    assert (page.status, page.headers["Location"], page.data) == (301, "/new.html", b"")
    assert s3.head_object(Bucket=bucket, Key="old.html")["WebsiteRedirectLocation"] == "/new.html"
    for location in ("new.html", "ftp://a/b"):
        with pytest.raises(ClientError, match="InvalidRedirectLocation"):
            put(s3, bucket, "bad.html", WebsiteRedirectLocation=location)


def test_rules_redirect(s3, bucket, site, lake):
    here = f"http://{bucket}.s3-website.localhost:{lake.port}"
    rules = [
        {"Condition": {"KeyPrefixEquals": "both/", "HttpErrorCodeReturnedEquals": "404"},
         "Redirect": {"ReplaceKeyWith": "both.html"}},
        {"Condition": {"KeyPrefixEquals": "host/"}, "Redirect": {"HostName": "other.test"}},
        {"Condition": {"KeyPrefixEquals": "docs/"}, "Redirect": {"ReplaceKeyPrefixWith": ""}},
        {"Condition": {"KeyPrefixEquals": "tls/"}, "Redirect": {"Protocol": "https", "HttpRedirectCode": "307"}},
        {"Condition": {"KeyPrefixEquals": "index"}, "Redirect": {"ReplaceKeyWith": "never.html"}},
        {"Condition": {"HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"ReplaceKeyWith": "missing.html"}},
    ]
    configure(s3, bucket, **INDEX, ErrorDocument={"Key": "error.html"}, RoutingRules=rules)
    put(s3, bucket, "index.html")
    put(s3, bucket, "error.html")
    put(s3, bucket, "docs/a", WebsiteRedirectLocation="/elsewhere")
    for path, status, location in (("/both/x", 301, f"{here}/both.html"), ("/host/a%20b", 301, "http://other.test/host/a%20b"),
                                   ("/docs/a", 301, f"{here}/a"), ("/tls/x", 307, here.replace("http", "https", 1) + "/tls/x"),
                                   ("/gone", 301, f"{here}/missing.html")):
        page = site(path)
        assert (page.status, page.headers.get("Location")) == (status, location)
    assert site("/").data == b"index.html"
    configure(s3, bucket, RedirectAllRequestsTo={"HostName": "other.test", "Protocol": "https"})
    page = site("/a%20b?c=d")
    assert (page.status, page.headers["Location"], page.data) == (301, "https://other.test/a%20b", b"")


def test_acceleration_is_kept(s3, bucket, name):
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    for status in ("Enabled", "Suspended"):
        s3.put_bucket_accelerate_configuration(Bucket=bucket, AccelerateConfiguration={"Status": status})
        assert s3.get_bucket_accelerate_configuration(Bucket=bucket)["Status"] == status
    with pytest.raises(ClientError, match="MalformedXML"):
        s3.put_bucket_accelerate_configuration(Bucket=bucket, AccelerateConfiguration={"Status": "On"})
    s3.create_bucket(Bucket=f"{name}.dotted")
    with pytest.raises(ClientError, match="InvalidRequest.*periods"):
        s3.put_bucket_accelerate_configuration(Bucket=f"{name}.dotted", AccelerateConfiguration={"Status": "Enabled"})
