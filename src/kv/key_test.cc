#include "kv/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

namespace tarn::kv {
namespace {

TEST(Key, OrdersAsItsTuplesDo) {
  std::mt19937_64 random(7);
  const std::string alphabet("\0\1a\xff", 4);
  const auto text = [&] {
    std::string out;
    for (size_t n = random() % 4; n > 0; --n) out.push_back(alphabet[random() % alphabet.size()]);
    return out;
  };
  using Tuple = std::tuple<std::string, uint64_t, std::string>;
  std::vector<std::pair<Tuple, std::string>> all;
  for (int i = 0; i < 400; ++i) {
    Tuple tuple{text(), random() % 3 * 255, text()};
    std::string key = Key("s").Text(std::get<0>(tuple)).Number(std::get<1>(tuple)).Text(std::get<2>(tuple)).Take();
    all.emplace_back(tuple, key);
  }
  const auto less = [](const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return uint8_t(x) < uint8_t(y); });
  };
  for (const auto& [a, a_key] : all) {
    for (const auto& [b, b_key] : all) EXPECT_EQ(a < b, less(a_key, b_key));
  }
}

TEST(Key, IsReadBackAsItWasWritten) {
  const std::string odd("a\0\xff\1b", 5);
  const std::string key = Key("o").Text(odd).Number(77).Text("").Descending(5).Take();
  KeyReader reader(key);
  EXPECT_EQ(reader.Text(), "o");
  EXPECT_EQ(reader.Text(), odd);
  EXPECT_EQ(reader.Number(), 77u);
  EXPECT_EQ(reader.Text(), "");
  EXPECT_EQ(reader.Number(), ~uint64_t{5});
  EXPECT_TRUE(reader.AtEnd());
}

TEST(Key, RefusesBytesOfAnotherForm) {
  EXPECT_FALSE(KeyReader(std::string_view("abc")).Text());
  EXPECT_FALSE(KeyReader(std::string_view("abc\0", 4)).Text());
  EXPECT_FALSE(KeyReader(std::string_view("abc\0x", 5)).Text());
  EXPECT_FALSE(KeyReader(std::string_view("1234567")).Number());
}

TEST(Key, EndIsTheFirstKeyPastAllThatStartAlike) {
  const Key prefix = Key("o").Text("bucket").Prefix("logs/");
  EXPECT_LT(Key("o").Text("bucket").Text("logs/").Take(), prefix.End());
  EXPECT_LT(Key("o").Text("bucket").Text("logs/\xff\xff").Take(), prefix.End());
  EXPECT_GT(Key("o").Text("bucket").Text("logs0").Take(), prefix.End());
  EXPECT_EQ(Key("o").Prefix("a\xff").End(), Key("o").Prefix("b").Take());
}

}  // namespace
}  // namespace tarn::kv
