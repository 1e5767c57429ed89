#include "base/gzip.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace tarn {
namespace {

// "hello, hello, hello" as gzip packs it.
std::string Packed() { return Unbase64("H4sIAAAAAAACA8tIzcnJ11HIQKIAn6HKCRMAAAA=").value(); }

TEST(Gunzip, TakesWholeStreamsOnly) {
  EXPECT_EQ(Gunzip(Packed(), 100), "hello, hello, hello");
  EXPECT_FALSE(Gunzip(Packed(), 10).has_value());
  EXPECT_FALSE(Gunzip(Packed().substr(0, 20), 100).has_value());
  EXPECT_FALSE(Gunzip("hello", 100).has_value());
  EXPECT_FALSE(Gunzip("", 100).has_value());
  EXPECT_EQ(Gunzip(Packed() + Packed(), 100), "hello, hello, hellohello, hello, hello");
  EXPECT_FALSE(Gunzip(Packed() + Packed(), 30).has_value());
  EXPECT_FALSE(Gunzip(Packed() + Packed().substr(0, 20), 100).has_value());
  for (const char* behind : {"x", "a text of more bytes than a head has", "\x1f"}) {
    EXPECT_FALSE(Gunzip(Packed() + behind, 100).has_value()) << behind;
  }
  const std::string large(size_t{300} << 10, 'a');
  EXPECT_FALSE(Gunzip(Packed() + large, size_t{1} << 20).has_value());
  std::string broken = Packed();
  broken[broken.size() - 6] ^= 1;
  EXPECT_FALSE(Gunzip(broken, 100).has_value());
}

}  // namespace
}  // namespace tarn
