"""Cross-origin requests: configuration, preflights, headers of other answers."""
import xml.etree.ElementTree as ElementTree

import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

http = urllib3.PoolManager()
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


def error(response):
    return {child.tag: child.text for child in ElementTree.fromstring(response.data)}


def cors(answer):
    return {name.lower()[len("access-control-"):]: value for name, value in answer.headers.items()
            if name.lower().startswith("access-control-")}


def configure(lake, bucket, *rules):
    lake.client("s3").put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": list(rules)})


def test_configurations_are_kept_and_checked(lake, bucket):
    s3 = lake.client("s3")
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=bucket)
    s3.delete_bucket_cors(Bucket=bucket)
    rules = [{"ID": "r", "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://*.example.com", ""],
              "AllowedHeaders": ["X-Amz-*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 300},
             {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["*"]}]
    configure(lake, bucket, *rules)
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules
    refused = [({"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]},
                "InvalidRequest.*Found unsupported HTTP method in CORS config. Unsupported method is PATCH"),
               ({"AllowedMethods": ["GET"], "AllowedOrigins": ["http://*.*"]}, "can not have more than one wildcard"),
               ({"AllowedMethods": ["GET"], "AllowedOrigins": []}, "MalformedXML")]
    for rule, message in refused:
        with pytest.raises(ClientError, match=message):
            configure(lake, bucket, rule)
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules
    s3.delete_bucket_cors(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=bucket)


def test_preflights_are_answered(lake, bucket):
    url = f"{lake.endpoint}/{bucket}/key"
    configure(lake, bucket, {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://app.test"],
                             "AllowedHeaders": ["*"], "MaxAgeSeconds": 3000, "ExposeHeaders": ["ETag", "x-amz-id-2"]})
    answer = http.request("OPTIONS", url, headers={
        "Origin": "https://app.test", "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "X-Amz-Date,content-type"})
    assert answer.status == 200 and answer.data == b"" and answer.headers["Vary"] == VARY
    assert cors(answer) == {"allow-origin": "https://app.test", "allow-methods": "GET, PUT", "max-age": "3000",
                            "allow-headers": "x-amz-date, content-type", "allow-credentials": "true",
                            "expose-headers": "ETag, x-amz-id-2"}
    by_host = http.request("OPTIONS", lake.endpoint + "/key", headers={
        "Host": f"{bucket}.s3.localhost", "Origin": "https://app.test", "Access-Control-Request-Method": "GET"})
    assert by_host.status == 200 and cors(by_host)["allow-origin"] == "https://app.test"
    configure(lake, bucket, {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]})
    answer = http.request("OPTIONS", f"{lake.endpoint}/{bucket}",
                          headers={"Origin": "http://any", "Access-Control-Request-Method": "GET"})
    assert cors(answer) == {"allow-origin": "*", "allow-methods": "GET"}


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("method,operation", [("GET", "get_object"), ("PUT", "put_object")])
def test_preflights_of_presigned_urls_are_answered(lake, bucket, version, method, operation):
    s3 = lake.client("s3", config=Config(signature_version=version))
    url = s3.generate_presigned_url(operation, {"Bucket": bucket, "Key": "foo"}, HttpMethod=method)
    assert http.request("OPTIONS", url).status == 400
    configure(lake, bucket, {"AllowedMethods": [method], "AllowedOrigins": ["example"]})
    answer = http.request("OPTIONS", url, headers={"Origin": "example", "Access-Control-Request-Method": method})
    assert answer.status == 200 and cors(answer)["allow-methods"] == method


def test_preflights_are_refused_as_aws_does(lake, bucket, name):
    def ask(path, **headers):
        answer = http.request("OPTIONS", f"{lake.endpoint}/{path}",
                              headers={key.replace("_", "-"): value for key, value in headers.items()})
        assert cors(answer) == {}
        told = error(answer)
        return answer.status, told["Code"], told["Message"], told.get("Method"), told.get("ResourceType")

    no_origin = (400, "BadRequest", "Insufficient information. Origin request header needed.", None, None)
    disabled = "CORSResponse: CORS is not enabled for this bucket."
    refused = ("CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request "
               "method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the "
               "resource's CORS spec.")
    assert ask(f"{bucket}/k") == no_origin
    assert ask(f"no-{bucket}/k") == no_origin
    assert ask(f"no-{bucket}/k", Origin="a") == (403, "AccessForbidden", "CORSResponse: Bucket not found", "OPTIONS",
                                                 "BUCKET")
    assert ask(f"{bucket}/k", Origin="a") == (403, "AccessForbidden", disabled, "OPTIONS", "BUCKET")
    assert ask(f"{bucket}/k", Origin="a", Access_Control_Request_Method="PUT") == (
        403, "AccessForbidden", disabled, "PUT", "BUCKET")
    configure(lake, bucket, {"AllowedMethods": ["GET"], "AllowedOrigins": ["http://a.test"]})
    assert ask(f"{bucket}/k", Origin="http://a.test") == (
        400, "BadRequest", "Invalid Access-Control-Request-Method: null", None, None)
    assert ask(f"{bucket}/k", Origin="http://b.test", Access_Control_Request_Method="GET") == (
        403, "AccessForbidden", refused, "GET", "OBJECT")
    assert ask(bucket, Origin="http://a.test", Access_Control_Request_Method="PUT") == (
        403, "AccessForbidden", refused, "PUT", "BUCKET")
    assert ask(f"{bucket}/k", Origin="http://a.test", Access_Control_Request_Method="GET",
               Access_Control_Request_Headers="x-amz-date")[:2] == (403, "AccessForbidden")
    assert ask(f"{bucket}/k", Origin="", Access_Control_Request_Method="GET") == no_origin
    assert ask(f"{bucket}/k", Origin="http://a.test", Access_Control_Request_Method="get")[1:3] == (
        "BadRequest", "Invalid Access-Control-Request-Method: get")
    assert ask(f"{bucket}/k", Origin="http://a.test", Access_Control_Request_Method="GET",
               Access_Control_Request_Headers="date,a b")[1:3] == (
        "BadRequest", 'Access-Control-Request-Headers "a b" contains invalid character.')


def test_answers_to_pages_carry_the_headers(lake, bucket):
    s3 = lake.client("s3", config=Config(signature_version="s3v4"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    configure(lake, bucket, {"AllowedMethods": ["GET"], "AllowedOrigins": ["http://a.test"], "MaxAgeSeconds": 5})
    found = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
    missing = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "missing"})
    expected = {"allow-origin": "http://a.test", "allow-methods": "GET", "max-age": "5", "allow-credentials": "true"}
    for url, status in ((found, 200), (missing, 404), (f"{lake.endpoint}/{bucket}/k", 403)):
        answer = http.request("GET", url, headers={"Origin": "http://a.test"})
        assert answer.status == status and cors(answer) == expected and answer.headers["Vary"] == VARY
        assert cors(http.request("GET", url)) == {}
        assert cors(http.request("GET", url, headers={"Origin": "http://b.test"})) == {}
    # As AWS does, the method that a page says it will use counts before the request's own.
    asked = {"Origin": "http://a.test", "Access-Control-Request-Method": "PUT"}
    assert cors(http.request("GET", found, headers=asked)) == {}
    configure(lake, bucket, {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]})
    assert cors(http.request("GET", found, headers=asked)) == {"allow-origin": "*", "allow-methods": "PUT"}
