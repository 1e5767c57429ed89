#include "api/protocol/codec.h"

#include <gtest/gtest.h>

#include "api/protocol/errors.h"
#include "api/protocol/sample_athena/gen/operations.h"
#include "api/protocol/sample_cloudwatch/gen/operations.h"
#include "api/protocol/sample_glue/gen/operations.h"
#include "api/protocol/sample_glue/gen/shapes.h"
#include "api/protocol/sample_s3/gen/operations.h"
#include "api/protocol/sample_s3/gen/shapes.h"

namespace tarn::api::protocol {
namespace {

const ServiceDesc& kS3 = sample_s3::gen::kService;
const ServiceDesc& kGlue = sample_glue::gen::kService;
const ServiceDesc& kCloudWatch = sample_cloudwatch::gen::kService;

struct Request {
  std::string method = "POST";
  std::string path = "/";
  std::vector<Field> query;
  std::vector<Field> headers;
  std::string body;
  RequestParts parts() const { return {method, path, &query, &headers, body}; }
};

Request GlueCall(std::string operation, std::string body) {
  return {.headers = {{"X-Amz-Target", "AWSGlue." + operation}, {"Content-Type", "application/x-amz-json-1.1"}},
          .body = std::move(body)};
}

std::string NameOf(const ServiceDesc& service, const Request& request) {
  return MatchOperation(service, request.parts()).name;
}

// The canonical input, or the error's code and message.
std::string Decoded(const ServiceDesc& service, const Request& request) {
  const Matched matched = MatchOperation(service, request.parts());
  if (matched.operation == nullptr) return "not served: " + matched.name;
  const AnyStruct input = MakeStruct(*matched.operation->input);
  const Status status = DecodeRequest(*matched.operation, matched.protocol, request.parts(), input.get());
  if (status.ok()) return CanonicalJson(*matched.operation->input, input.get());
  const WireError error = DecodeFailure(service, matched.protocol, status.error());
  return error.code + ": " + error.message;
}

std::string Problem(const Request& request) {
  const Matched matched = MatchOperation(kGlue, request.parts());
  const AnyStruct input = MakeStruct(*matched.operation->input);
  EXPECT_TRUE(DecodeRequest(*matched.operation, matched.protocol, request.parts(), input.get()).ok());
  return Validate(*matched.operation, input.get()).value_or("");
}

std::string HeaderOf(const ResponseParts& response, std::string_view name) {
  for (const Field& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

TEST(MatchOperation, TellsS3OperationsOfOnePathApart) {
  const auto s3 = [](std::string method, std::string path, std::vector<Field> query = {},
                     std::vector<Field> headers = {}) {
    return NameOf(kS3, {.method = method, .path = path, .query = query, .headers = headers});
  };
  EXPECT_EQ(s3("GET", "/"), "ListBuckets");
  EXPECT_EQ(s3("GET", "/b"), "ListObjects");
  EXPECT_EQ(s3("GET", "/b/"), "ListObjects");
  EXPECT_EQ(s3("GET", "/b", {{"list-type", "2"}}), "ListObjectsV2");
  EXPECT_EQ(s3("GET", "/b", {{"location", ""}}), "GetBucketLocation");
  EXPECT_EQ(s3("GET", "/b", {{"acl", ""}}), "GetBucketAcl");
  EXPECT_EQ(s3("PUT", "/b"), "CreateBucket");
  EXPECT_EQ(s3("PUT", "/b", {{"versioning", ""}}), "PutBucketVersioning");
  EXPECT_EQ(s3("PUT", "/b/k"), "PutObject");
  EXPECT_EQ(s3("PUT", "/b/k", {{"x-id", "PutObject"}}), "PutObject");
  EXPECT_EQ(s3("PUT", "/b//k/"), "PutObject");
  EXPECT_EQ(s3("PUT", "/b/k", {}, {{"X-Amz-Copy-Source", "a/b"}}), "CopyObject");
  EXPECT_EQ(s3("PUT", "/b/k", {{"partNumber", "1"}, {"uploadId", "u"}}), "UploadPart");
  EXPECT_EQ(s3("PUT", "/b/k", {{"partNumber", "1"}, {"uploadId", "u"}}, {{"x-amz-copy-source", "a/b"}}),
            "UploadPartCopy");
  EXPECT_EQ(s3("GET", "/b/k", {{"uploadId", "u"}}), "ListParts");
  EXPECT_EQ(s3("GET", "/b/k", {{"versionId", "v"}}), "GetObject");
  EXPECT_EQ(s3("GET", "/b/k", {{"tagging", ""}}), "GetObjectTagging");
  EXPECT_EQ(s3("HEAD", "/b/k"), "HeadObject");
  EXPECT_EQ(s3("HEAD", "/b"), "HeadBucket");
  EXPECT_EQ(s3("DELETE", "/b/k", {{"uploadId", "u"}}), "AbortMultipartUpload");
  EXPECT_EQ(s3("POST", "/b/k", {{"uploads", ""}}), "CreateMultipartUpload");
  EXPECT_EQ(s3("POST", "/b/k", {{"uploadId", "u"}}), "CompleteMultipartUpload");
  EXPECT_EQ(s3("POST", "/b", {{"delete", ""}}), "DeleteObjects");
  // A subresource without its id must never become the bucket's own operation.
  EXPECT_EQ(s3("DELETE", "/b", {{"analytics", ""}}), "DeleteBucketAnalyticsConfiguration");
  EXPECT_EQ(s3("PATCH", "/b"), "");
}

TEST(MatchOperation, NamesOperationsThatAreNotServed) {
  EXPECT_EQ(NameOf(kGlue, GlueCall("CreateBlueprint", "{}")), "CreateBlueprint");
  EXPECT_EQ(MatchOperation(kGlue, GlueCall("CreateBlueprint", "{}").parts()).operation, nullptr);
  EXPECT_EQ(NameOf(kGlue, GlueCall("NoSuchThing", "{}")), "");
  EXPECT_EQ(NameOf(kGlue, {}), "");
  EXPECT_EQ(UnservedOperation(kGlue, WireProtocol::kJson11, "CreateBlueprint").message,
            "The operation CreateBlueprint of Glue is not implemented.");
  EXPECT_EQ(UnservedOperation(kS3, WireProtocol::kRestXml, "SelectObjectContent").status, 501);
}

TEST(MatchOperation, HearsEachProtocolOfAService) {
  const std::string body = "Action=ListMetrics&Version=2010-08-01";
  EXPECT_EQ(MatchOperation(kCloudWatch, Request{.body = body}.parts()).protocol, WireProtocol::kQuery);
  const Request cbor{.path = "/service/GraniteServiceVersion20100801/operation/ListMetrics",
                     .headers = {{"smithy-protocol", "rpc-v2-cbor"}}};
  EXPECT_EQ(MatchOperation(kCloudWatch, cbor.parts()).protocol, WireProtocol::kRpcV2Cbor);
  EXPECT_EQ(TargetPrefix(cbor.parts()), "GraniteServiceVersion20100801");
  const Request json{.headers = {{"x-amz-target", "GraniteServiceVersion20100801.ListMetrics"}}, .body = "{}"};
  EXPECT_EQ(MatchOperation(kCloudWatch, json.parts()).protocol, WireProtocol::kJson10);
  for (const Request* request : {&cbor, &json}) EXPECT_EQ(NameOf(kCloudWatch, *request), "ListMetrics");
  EXPECT_TRUE(SpeaksFor(kCloudWatch, TargetPrefix(json.parts())));
  EXPECT_FALSE(SpeaksFor(kGlue, TargetPrefix(json.parts())));
}

TEST(DecodeRequest, ReadsLabelsHeadersAndQueryOfS3) {
  const Request request{.method = "PUT",
                        .path = "/b/a%20b//%C3%A9%2Fz+",
                        .headers = {{"X-Amz-Meta-Who", "me"}, {"content-length", "5"}, {"Expires", "soon"}}};
  Request fine = request;
  fine.headers.pop_back();
  EXPECT_EQ(Decoded(kS3, fine), R"({"Bucket":"b","ContentLength":5,"Key":"a b//é/z+","Metadata":{"who":"me"}})");
  EXPECT_EQ(Decoded(kS3, {.method = "GET", .path = "/b", .query = {{"max-keys", "x"}}}),
            "InvalidArgument: Provided max-keys not an integer or within integer range");
  EXPECT_EQ(Decoded(kS3, {.method = "GET", .path = "/b/%zz"}), "InvalidURI: Couldn't parse the specified URI.");
  EXPECT_EQ(Decoded(kS3, {.method = "GET", .path = "/b", .query = {{"prefix", "\xff"}}}),
            "InvalidURI: Couldn't parse the specified URI.");
  EXPECT_EQ(Decoded(kS3, {.method = "GET", .path = "/b/k", .headers = {{"If-Modified-Since", "rubbish"}}}),
            R"({"Bucket":"b","Key":"k"})");
}

TEST(DecodeRequest, ReadsAListOfSeveralHeaderLines) {
  EXPECT_EQ(Decoded(kS3, {.method = "GET",
                          .path = "/b",
                          .headers = {{"x-amz-optional-object-attributes", "One"},
                                      {"X-Amz-Optional-Object-Attributes", "Two, Three"}}}),
            R"({"Bucket":"b","OptionalObjectAttributes":["One","Two","Three"]})");
}

TEST(DecodeRequest, ReadsXmlWithAnyPrefixAndRefusesBrokenXml) {
  const auto del = [](std::string body) {
    return Decoded(kS3, {.path = "/b", .query = {{"delete", ""}}, .body = std::move(body)});
  };
  EXPECT_EQ(del("<?xml version='1.0'?><s:Delete xmlns:s='x'><s:Object><s:Key> a&amp;<![CDATA[<b>]]> </s:Key></s:Object>"
                "<s:Other/><s:Quiet>true</s:Quiet></s:Delete>"),
            R"({"Bucket":"b","Delete":{"Objects":[{"Key":" a&<b> "}],"Quiet":true}})");
  const std::string malformed =
      "MalformedXML: The XML you provided was not well-formed or did not validate against our published schema";
  EXPECT_EQ(del("<Delete>"), malformed);
  EXPECT_EQ(del("<Remove/>"), malformed);
  EXPECT_EQ(del("<Delete><Quiet>perhaps</Quiet></Delete>"), malformed);
  EXPECT_EQ(del("<Delete><Quiet><x/></Quiet></Delete>"), malformed);
  EXPECT_EQ(del("<Delete>\xff</Delete>"), malformed);
  std::string tags;
  for (int i = 0; i < 2'000'000; ++i) tags += "<a>";
  EXPECT_TRUE(del(tags).starts_with("MaxMessageLengthExceeded"));
  EXPECT_EQ(del("<Delete><Object><Key>&#xD800;</Key></Object></Delete>"), malformed);
}

TEST(DecodeRequest, SaysWhatDoesNotFitInJson) {
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabase", R"({"Name":5})")),
            "SerializationException: NUMBER_VALUE can not be converted to a String");
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabases", R"({"MaxResults":"5"})")),
            "SerializationException: STRING_VALUE can not be converted to an Integer");
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabases", R"({"MaxResults":3000000000})")),
            "SerializationException: NUMBER_VALUE can not be converted to an Integer");
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabase", R"({"Name":{}})")),
            "SerializationException: Start of structure or map found where not expected.");
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabase", "[]")), "SerializationException: Unexpected value type in payload");
  EXPECT_TRUE(Decoded(kGlue, GlueCall("GetDatabase", "{")).starts_with("SerializationException: "));
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabase", R"({"Name":"x","Unknown":[{}],"CatalogId":null})")),
            R"({"Name":"x"})");
  EXPECT_EQ(Decoded(kGlue, GlueCall("GetDatabases", "")), "{}");
}

TEST(DecodeRequest, ReadsTheCborFormOfJsonServices) {
  Request request = GlueCall("GetDatabase", std::string("\xbf\x64Name\x7f\x61x\x61y\xff\x63Old\xf6\xff", 18));
  request.headers[1].value = "application/x-amz-cbor-1.1";
  EXPECT_EQ(Decoded(kGlue, request), R"({"Name":"xy"})");
  request.body = "\xa1\x64Name\x05";
  EXPECT_EQ(Decoded(kGlue, request), "SerializationException: NUMBER_VALUE can not be converted to a String");
  request.body = std::string(1000, '\x81');
  EXPECT_TRUE(Decoded(kGlue, request).starts_with("SerializationException"));
}

TEST(DecodeRequest, FillsAMissingIdempotencyToken) {
  const Request request{.headers = {{"X-Amz-Target", "AmazonAthena.StartQueryExecution"}},
                        .body = R"({"QueryString":"SELECT 1"})"};
  const std::string decoded = Decoded(sample_athena::gen::kService, request);
  EXPECT_NE(decoded.find("\"ClientRequestToken\":\""), std::string::npos) << decoded;
}

TEST(DecodeRequest, ReadsListsAndStructuresOfForms) {
  const std::string body =
      "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FS3&MetricName=B+c&Period=60&"
      "StartTime=2026-11-21T00%3A00%3A00Z&EndTime=1763700000&Statistics.member.2=Sum&Statistics.member.10=Minimum&"
      "Statistics.member.1=Average&Dimensions.member.1.Name=n&Dimensions.member.1.Value=v";
  EXPECT_EQ(Decoded(kCloudWatch, {.body = body}),
            R"({"Dimensions":[{"Name":"n","Value":"v"}],"EndTime":1763700000000000,"MetricName":"B c",)"
            R"("Namespace":"AWS/S3","Period":60,"StartTime":1795219200000000,)"
            R"("Statistics":["Average","Sum","Minimum"]})");
  EXPECT_EQ(Decoded(kCloudWatch, {.body = "Action=GetMetricStatistics&Period=soon"}).substr(0, 15), "MalformedInput:");
}

TEST(Validate, SpeaksAsAwsDoes) {
  EXPECT_EQ(Problem(GlueCall("GetDatabase", R"({"Name":""})")),
            "1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1");
  EXPECT_EQ(Problem(GlueCall("CreateDatabase", R"({"DatabaseInput":{}})")),
            "1 validation error detected: Value null at 'databaseInput.name' failed to satisfy constraint: Member must "
            "not be null");
  EXPECT_EQ(Problem(GlueCall("GetDatabases", R"({"MaxResults":0,"CatalogId":""})")),
            "2 validation errors detected: Value '' at 'catalogId' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1; Value '0' at 'maxResults' failed to satisfy constraint: Member must "
            "have value greater than or equal to 1");
  EXPECT_EQ(Problem(GlueCall("CreateDatabase", R"({"DatabaseInput":{"Name":"é日本😀\t"}})")), "");
  EXPECT_NE(Problem(GlueCall("CreateDatabase", R"({"DatabaseInput":{"Name":"a\nb"}})"))
                .find("Value 'a\nb' at 'databaseInput.name' failed to satisfy constraint: Member must satisfy regular "
                      "expression pattern: [\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*"),
            std::string::npos);
}

TEST(Validate, TellsOfScalarsInListsAndMapsAtTheContainer) {
  EXPECT_EQ(Problem(GlueCall("BatchDeleteTable", R"({"DatabaseName":"d","TablesToDelete":["ok",""]})")),
            "1 validation error detected: Value '[ok, ]' at 'tablesToDelete' failed to satisfy constraint: Member must "
            "satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater "
            "than or equal to 1, Member must satisfy regular expression pattern: "
            "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*]");
}

TEST(Validate, CallsAnIncompleteS3DocumentMalformed) {
  const Request request{.path = "/b", .query = {{"delete", ""}}, .body = "<Delete><Object/></Delete>"};
  const Matched matched = MatchOperation(kS3, request.parts());
  const AnyStruct input = MakeStruct(*matched.operation->input);
  ASSERT_TRUE(DecodeRequest(*matched.operation, matched.protocol, request.parts(), input.get()).ok());
  EXPECT_TRUE(Validate(*matched.operation, input.get()).has_value());
}

TEST(EncodeResponse, WritesS3DocumentsAsS3Does) {
  sample_s3::gen::ListObjectsV2Output output;
  output.name = "b";
  output.key_count = 1;
  output.contents.emplace().emplace_back().key = "a<b";
  output.contents->front().last_modified = Timestamp{1'795'219'200'000'000};
  const auto response = EncodeResponse(*FindOperation(kS3, "ListObjectsV2"), WireProtocol::kRestXml, &output, "id");
  EXPECT_EQ(response.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            "<Contents><Key>a&lt;b</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified></Contents>"
            "<Name>b</Name><KeyCount>1</KeyCount></ListBucketResult>");
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "application/xml");
  EXPECT_EQ(HeaderOf(response, "x-amz-request-id"), "id");

  sample_s3::gen::GetBucketLocationOutput location;
  EXPECT_EQ(EncodeResponse(*FindOperation(kS3, "GetBucketLocation"), WireProtocol::kRestXml, &location, "id").body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>");

  sample_s3::gen::PutObjectOutput put;
  put.e_tag = "\"x\"";
  const auto stored = EncodeResponse(*FindOperation(kS3, "PutObject"), WireProtocol::kRestXml, &put, "id");
  EXPECT_EQ(HeaderOf(stored, "ETag"), "\"x\"");
  EXPECT_EQ(stored.body, "");
  EXPECT_EQ(HeaderOf(stored, "Content-Type"), "");
}

TEST(EncodeResponse, WritesTimesAsFractionsOfSecondsInJson) {
  sample_glue::gen::GetDatabaseResponse output;
  output.database.emplace().name = "d";
  output.database->create_time = Timestamp{1'795'219'200'125'000};
  const auto response = EncodeResponse(*FindOperation(kGlue, "GetDatabase"), WireProtocol::kJson11, &output, "id");
  EXPECT_EQ(response.body, R"({"Database":{"Name":"d","CreateTime":1795219200.125}})");
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(HeaderOf(response, "x-amzn-RequestId"), "id");
}

TEST(EncodeError, TakesEachServicesForm) {
  const WireError error{"EntityNotFoundException", "Database x not found.", 400, {}};
  EXPECT_EQ(EncodeError(&kGlue, WireProtocol::kJson11, error, "id").body,
            R"({"__type":"EntityNotFoundException","Message":"Database x not found."})");
  const WireError missing{"NoSuchKey", "The specified key does not exist.", 404, {{"Key", "k&"}}};
  const std::string xml = EncodeError(&kS3, WireProtocol::kRestXml, missing, "id").body;
  EXPECT_TRUE(
      xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
                      "<Message>The specified key does not exist.</Message><Key>k&amp;</Key>"
                      "<RequestId>id</RequestId><HostId>"))
      << xml;
  const WireError bad{"InvalidParameterValueException", "no", 400, {}};
  const auto query = EncodeError(&kCloudWatch, WireProtocol::kQuery, bad, "id");
  EXPECT_EQ(query.body,
            "<ErrorResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><Error><Type>Sender</Type>"
            "<Code>InvalidParameterValue</Code><Message>no</Message></Error><RequestId>id</RequestId></ErrorResponse>");
  EXPECT_EQ(HeaderOf(EncodeError(&kCloudWatch, WireProtocol::kRpcV2Cbor, bad, "id"), "x-amzn-query-error"),
            "InvalidParameterValue;Sender");
}

TEST(CanonicalJson, HidesSecretsWhenAsked) {
  const auto& operation = *FindOperation(kS3, "PutObject");
  sample_s3::gen::PutObjectRequest input;
  input.bucket = "b";
  input.sse_customer_key = "secret";
  EXPECT_EQ(CanonicalJson(*operation.input, &input, true), R"({"Bucket":"b","SSECustomerKey":"***"})");
}

}  // namespace
}  // namespace tarn::api::protocol
