#include <gtest/gtest.h>

#include "api/s3/errors.h"
#include "api/s3/web/form/form_reader.h"
#include "api/s3/web/form/post_policy.h"
#include "base/hash.h"

namespace tarn::api::s3 {
namespace {

std::string Form(std::initializer_list<std::pair<std::string_view, std::string_view>> parts) {
  std::string body;
  for (const auto& [disposition, value] : parts) {
    body += "--XX\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" + std::string(value) +
            "\r\n";
  }
  return body + "--XX--\r\n";
}

// "name[filename]=value;" of every part, and "!" where the reader refuses.
Task<std::string> Describe(FormReader& reader) {
  std::string seen;
  while (true) {
    auto part = co_await reader.Next();
    if (!part.ok()) co_return seen + "!";
    if (!*part) co_return seen;
    seen += (*part)->name + ((*part)->filename ? "[" + *(*part)->filename + "]=" : "=");
    std::byte piece[7];
    while (true) {
      auto count = co_await reader.Read(piece);
      if (!count.ok()) co_return seen + "!";
      if (*count == 0) break;
      seen.append(reinterpret_cast<const char*>(piece), *count);
    }
    seen += ";";
  }
}

std::string Read(std::string body) {
  StringSource source(std::move(body));
  FormReader reader(source, "XX");
  return SyncWait(Describe(reader));
}

TEST(FormReader, ReadsPartsInOrder) {
  EXPECT_EQ(Read(Form({{"name=\"key\"", "a"}, {"name=empty", ""}, {"name=\"file\"; filename=\"f\"", "1\r\n--X\r\n2"}})),
            "key=a;empty=;file[f]=1\r\n--X\r\n2;");
}

TEST(FormReader, TakesOnlyTheNameOfAPath) {
  EXPECT_EQ(Read(Form({{R"(name="file"; filename="C:\a\b.txt")", ""}})), "file[b.txt]=;");
  EXPECT_EQ(Read(Form({{R"(name="file"; filename="/etc/x \"y\"")", ""}})), "file[x \"y\"]=;");
  EXPECT_EQ(Read(Form({{"name=\"file\"; filename=\"x\"; filename*=utf-8''%C3%A4", ""}})), "file[ä]=;");
}

TEST(FormReader, RefusesWhatIsNoForm) {
  EXPECT_EQ(Read(""), "!");
  EXPECT_EQ(Read("--XY\r\n"), "!");
  EXPECT_EQ(Read("--XXjunk"), "!");
  EXPECT_EQ(Read("--XX\r\nContent-Type: text/plain\r\n\r\na\r\n--XX--"), "!");
  EXPECT_EQ(Read("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\na\r\n--XX--"), "!");
  EXPECT_EQ(Read("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\ncut"), "a=!");
  EXPECT_EQ(Read("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--XX"), "a=x!");
}

TEST(FormBoundary, IsReadFromTheContentType) {
  EXPECT_EQ(FormBoundary("multipart/form-data; boundary=abc").value_or("-"), "abc");
  EXPECT_EQ(FormBoundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").value_or("-"), "a b");
  EXPECT_EQ(FormBoundary("multipart/form-data").value_or("-"), "-");
  EXPECT_EQ(FormBoundary("multipart/mixed; boundary=abc").value_or("-"), "-");
  EXPECT_EQ(FormBoundary("multipart/form-data; boundary=" + std::string(71, 'a')).value_or("-"), "-");
}

Result<SizeRange> Check(std::string_view conditions, const FormFields& fields) {
  const std::string text =
      R"({"expiration": "2030-01-01T00:00:00.000Z", "conditions": )" + std::string(conditions) + "}";
  auto policy = ParsePostPolicy(Base64(text));
  if (!policy.ok()) return policy.error();
  return CheckPostPolicy(*policy, fields, *ParseIso8601("2029-12-31T23:59:59Z"));
}

std::string Why(const Result<SizeRange>& result) { return result.ok() ? "" : result.error().message; }

TEST(PostPolicy, ComparesNamesWithoutCaseAndValuesWithIt) {
  EXPECT_EQ(Why(Check(R"([{"BuCket": "b"}, ["StArts-With", "$KEY", "a"]])", {{"bucket", "b"}, {"key", "ab"}})), "");
  EXPECT_EQ(Why(Check(R"([{"key": "A"}])", {{"key", "a"}})),
            R"(Invalid according to Policy: Policy Condition failed: ["eq", "$key", "A"])");
  EXPECT_EQ(Why(Check(R"([["eq", "key", "a"]])", {{"key", "a"}})),
            R"(Invalid according to Policy: Policy Condition failed: ["eq", "key", "a"])");
}

TEST(PostPolicy, TellsAListAsItWasWritten) {
  EXPECT_EQ(Why(Check(R"([["eq","$key","A"]])", {{"key", "a"}})),
            R"(Invalid according to Policy: Policy Condition failed: ["eq","$key","A"])");
}

TEST(PostPolicy, TellsWhatIsWrongWithADocument) {
  const auto why = [](std::string_view conditions) { return Why(Check(conditions, {})); };
  EXPECT_EQ(why("true"), "Invalid Policy: Invalid 'conditions' value: must be a List.");
  EXPECT_EQ(why("[true]"), "Invalid Policy: Invalid condition test: must be a List or Object.");
  EXPECT_EQ(why("[[]]"), "Invalid Policy: Invalid Condition: missing operation identifier.");
  EXPECT_EQ(why(R"([["ne", "$a", "b"]])"), "Invalid Policy: Invalid Condition: unknown operation 'ne'.");
  EXPECT_EQ(why(R"([["eq", "$a", "b", "c"]])"), "Invalid Policy: Invalid eq: wrong number of arguments.");
  EXPECT_EQ(why(R"([["eq", "$a", true]])"), "Invalid Policy: Invalid JSON.");
  EXPECT_EQ(why(R"([["content-length-range", 1, false]])"), "Invalid Policy: Invalid JSON.");
  EXPECT_EQ(ParsePostPolicy("").error().message, "Invalid Policy: Expecting '{' but found End-of-Input");
  EXPECT_EQ(ParsePostPolicy("a_b").error().message, "Invalid Policy: invalid Base64 encoding.");
}

TEST(PostPolicy, TakesAMissingFieldForAnEmptyOne) {
  EXPECT_TRUE(Check(R"([["starts-with", "$acl", ""], {"key": ""}])", {}).ok());
  EXPECT_FALSE(Check(R"([["starts-with", "$acl", "p"]])", {}).ok());
}

TEST(PostPolicy, NamesEveryFieldThatNoConditionAllows) {
  EXPECT_EQ(Why(Check("[]", {{"key", "a"}, {"signature", "s"}, {"x-ignore-me", ""}, {"acl", "private"}})),
            "Invalid according to Policy: Extra input fields: key, acl");
}

TEST(PostPolicy, LimitsTheSizeByNumbersAndTextsThatAreOne) {
  auto range = Check(R"([["content-length-range", "5", 10], ["content-length-range", -1, 9]])", {});
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(range->min, 5);
  EXPECT_EQ(range->max, 9);
  EXPECT_EQ(Why(Check(R"([["content-length-range", "test", "10"]])", {})),
            R"(Invalid according to Policy: Policy Condition failed: ["content-length-range", "test", "10"])");
}

TEST(PostPolicy, HoldsEveryTypeOfAListToThePrefix) {
  const std::string_view images = R"([["starts-with", "$Content-Type", "image/"]])";
  EXPECT_TRUE(Check(images, {{"content-type", "image/png,image/gif"}}).ok());
  EXPECT_FALSE(Check(images, {{"content-type", "image/png,text/html"}}).ok());
}

TEST(PostPolicy, RefusesDocumentsThatAreNone) {
  for (std::string_view conditions : {"{}", "[{}]", R"([{"a": "b", "c": "d"}])", R"([{"a": 1}])", R"([["eq", "$a"]])",
                                      R"([["content-length-range", 0]])", R"([["ne", "$a", "b"]])", "[1]"}) {
    EXPECT_TRUE(Check(conditions, {}).Is(kInvalidPostPolicy)) << conditions;
  }
  for (std::string_view text :
       {"", "[]", "{}", R"({"conditions": []})", R"({"expiration": "tomorrow", "conditions": []})",
        R"({"expiration": "2030-01-01 00:00:00+00:00", "conditions": []})",
        R"({"expiration": "2030-01-01T00:00:00Z", "CONDITIONS": []})"}) {
    EXPECT_TRUE(ParsePostPolicy(Base64(text)).Is(kInvalidPostPolicy)) << text;
  }
  EXPECT_TRUE(ParsePostPolicy("%%%").Is(kInvalidPostPolicy));
}

TEST(PostPolicy, ExpiresAtItsTime) {
  auto policy = ParsePostPolicy(Base64(R"({"expiration": "2020-01-01T00:00:00Z", "conditions": []})"));
  ASSERT_TRUE(policy.ok());
  EXPECT_TRUE(CheckPostPolicy(*policy, {}, policy->expiration).ok());
  EXPECT_EQ(Why(CheckPostPolicy(*policy, {}, policy->expiration.Plus(1))),
            "Invalid according to Policy: Policy expired.");
}

}  // namespace
}  // namespace tarn::api::s3
