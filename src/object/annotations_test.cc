#include "object/annotations.h"

#include "object/errors.h"
#include "object/object_test_store.h"
#include "object/verify/verify.h"

namespace tarn::object {
namespace {

class AnnotationsTest : public ObjectTest {
 protected:
  Result<Annotation> Annotate(const Annotated& object, const std::string& name, std::string_view text) {
    TARN_TRY(Content content, Receive(text));
    Annotations annotations = store_->annotations();
    return SyncWait(annotations.Put(bucket_, object, name, std::move(content), {}));
  }
  std::string Read(const Annotated& object, std::string_view name) {
    const auto found = store_->annotations().Get(bucket_, object, name);
    if (!found.ok()) return std::string(found.error().reason->name);
    std::string text(found->content.size, '\0');
    EXPECT_TRUE(found->content.layout->ReadAtSync(0, std::as_writable_bytes(std::span(text))).ok());
    return text;
  }
  std::string Names(const Annotated& object, std::string_view prefix = "", std::string_view after = "",
                    uint32_t max = 1'000) {
    const auto page = store_->annotations().List(bucket_, object, prefix, after, max);
    std::string names;
    if (!page.ok()) return std::string(page.error().reason->name);
    for (const Annotation& annotation : page->annotations) names += annotation.name + " ";
    return names + (page->truncated ? "…" : "");
  }
  // What the verifier complains about: above all owners that are counted and gone, or there and not counted.
  std::string Problems() {
    const auto report = Verify(*kv_, *blobs_);
    return report.ok() && report->problems.empty() ? "" : report.ok() ? report->problems[0] : report.error().message;
  }
};

TEST_F(AnnotationsTest, AreListedByNameAndPrefix) {
  ASSERT_TRUE(Put("k", "bytes").ok());
  for (const std::string name : {"b", "a/2", "a/1"}) ASSERT_TRUE(Annotate({.key = "k"}, name, name).ok());
  EXPECT_EQ(Names({.key = "k"}), "a/1 a/2 b ");
  EXPECT_EQ(Names({.key = "k"}, "a/", "", 1), "a/1 …");
  EXPECT_EQ(Names({.key = "k"}, "a/", "a/1"), "a/2 ");
  EXPECT_EQ(Read({.key = "k"}, "a/2"), "a/2");
  EXPECT_EQ(Problems(), "");
}

TEST_F(AnnotationsTest, EndWithTheirVersion) {
  Switch(Versioning::kEnabled);
  const auto first = Put("k", "1");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(Annotate({.key = "k"}, "n", "old").ok());
  ASSERT_TRUE(Annotate({.key = "k"}, "n", "replaced").ok());
  ASSERT_TRUE(Put("k", "2").ok());
  EXPECT_EQ(Names({.key = "k"}), "");
  EXPECT_EQ(Read({.key = "k", .version_id = first->version_id}, "n"), "replaced");
  EXPECT_EQ(Problems(), "");
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "k", .version_id = first->version_id}).ok());
  EXPECT_EQ(Read({.key = "k", .version_id = first->version_id}, "n"), kNoSuchVersion.name);
  EXPECT_EQ(Problems(), "");
}

TEST_F(AnnotationsTest, GoAlongWithACopyOntoItself) {
  const auto first = Put("k", "1");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(Annotate({.key = "k"}, "n", "text").ok());
  const auto source = store_->Find(bucket_, "k", "", false);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->annotations, 1u);
  NewObject copy;
  copy.annotations = AnnotationSource{.bucket = bucket_.id, .key = "k", .seq = source->seq};
  ASSERT_TRUE(Put("k", "2", copy).ok());
  EXPECT_EQ(Read({.key = "k"}, "n"), "text");
  ASSERT_TRUE(store_->annotations().Delete(bucket_, {.key = "k"}, "n", false).ok());
  EXPECT_EQ(store_->Find(bucket_, "k", "", false)->annotations, 0u);
  EXPECT_EQ(Problems(), "");
}

TEST_F(AnnotationsTest, NeedAnObjectOfThatEtag) {
  EXPECT_TRUE(Annotate({.key = "k"}, "n", "x").Is(kNoSuchKey));
  const auto put = Put("k", "1");
  EXPECT_TRUE(Annotate({.key = "k", .version_id = {}, .if_match = "other"}, "n", "x").Is(kPreconditionFailed));
  EXPECT_TRUE(Annotate({.key = "k", .version_id = {}, .if_match = put->etag}, "n", "x").ok());
  EXPECT_EQ(Read({.key = "k"}, "m"), kNoSuchAnnotation.name);
}

}  // namespace
}  // namespace tarn::object
