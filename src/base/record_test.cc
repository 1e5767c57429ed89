#include "base/record.h"

#include <gtest/gtest.h>

namespace tarn {

TEST(Record, ReturnsWhatWasWritten) {
  const std::string bytes = RecordWriter().U64(1, 300).I64(2, -7).Str(900, "abc").Bool(4, true).Take();
  RecordReader reader(bytes);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.u64(), 300U);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.i64(), -7);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.tag(), 900U);
  EXPECT_EQ(reader.str(), "abc");
  ASSERT_TRUE(reader.Next());
  EXPECT_TRUE(reader.boolean());
  EXPECT_FALSE(reader.Next());
  EXPECT_FALSE(reader.corrupt());
}

TEST(Record, ReportsEveryTruncation) {
  const std::string bytes = RecordWriter().Str(1, "abcdef").Take();
  for (size_t size = 1; size < bytes.size(); ++size) {
    RecordReader reader(std::string_view(bytes).substr(0, size));
    while (reader.Next()) {
    }
    EXPECT_TRUE(reader.corrupt()) << size;
  }
}

}  // namespace tarn
