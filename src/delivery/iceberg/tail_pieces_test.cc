#include "delivery/iceberg/tail_pieces.h"

#include <gtest/gtest.h>

namespace tarn::delivery {
namespace {

const Scope kScope{"000000000000", "us-east-1"};

TailPiece PieceOf(uint64_t first, uint64_t end, uint64_t file_bytes = 1) {
  TailPiece piece;
  piece.first = {{"put", first}};
  piece.end = {{"put", end}};
  piece.file_bytes = file_bytes;
  return piece;
}

TEST(TailPiece, IsDeliveredInPartOnceItsFirstRecordsAre) {
  const TailPiece piece = PieceOf(10, 20);
  EXPECT_EQ(piece.StateAt({}), TailPiece::State::kWaiting);
  EXPECT_EQ(piece.StateAt({{"put", 10}}), TailPiece::State::kWaiting);
  EXPECT_EQ(piece.StateAt({{"put", 11}}), TailPiece::State::kPartly);
  EXPECT_EQ(piece.StateAt({{"put", 20}}), TailPiece::State::kDelivered);
}

TEST(TailPiece, OfSeveralLanesWaitsForAll) {
  TailPiece piece;
  piece.first = {{"a", 0}, {"b", 5}};
  piece.end = {{"a", 3}, {"b", 9}};
  EXPECT_EQ(piece.StateAt({{"b", 5}}), TailPiece::State::kWaiting);
  EXPECT_EQ(piece.StateAt({{"a", 3}, {"b", 5}}), TailPiece::State::kPartly);
  EXPECT_EQ(piece.StateAt({{"a", 3}, {"b", 9}, {"c", 1}}), TailPiece::State::kDelivered);
}

TEST(KeptPieces, GoWithTheDeliveryThatHasThem) {
  KeptPieces kept;
  const auto table = kept.Of(kScope, "db.t");
  table->feeds[7].pieces = {PieceOf(0, 5), PieceOf(5, 9)};
  table->feeds[8].pieces = {PieceOf(0, 5)};
  const Positions to{{"put", 6}};
  kept.Delivered(7, &to);
  ASSERT_EQ(table->feeds.at(7).pieces.size(), 1u);
  EXPECT_EQ(table->feeds.at(7).pieces[0].first.at("put"), 5u);
  EXPECT_EQ(table->file_bytes, 2u);
  kept.Delivered(8, nullptr);
  EXPECT_FALSE(table->feeds.contains(8));
}

TEST(KeptPieces, OfTablesAskedForLongAgoGoFirst) {
  KeptPieces kept;
  std::vector<std::shared_ptr<TablePieces>> tables;
  tables.reserve(3);
  for (const char* name : {"db.a", "db.b", "db.c"}) {
    tables.push_back(kept.Of(kScope, name));
    tables.back()->feeds[1].pieces = {PieceOf(0, 1, kKeptBytesMax / 2)};
    tables.back()->Measure();
  }
  kept.Of(kScope, "db.a");
  kept.Shrink(tables[2]);
  EXPECT_FALSE(tables[0]->feeds.empty());
  EXPECT_TRUE(tables[1]->feeds.empty());
  EXPECT_FALSE(tables[2]->feeds.empty());
}

TEST(TablePieces, DropsAllBehindWhatMayNotBeKept) {
  TablePieces table;
  auto& pieces = table.feeds[1].pieces;
  pieces = {PieceOf(0, 1), PieceOf(1, 2), PieceOf(2, 3)};
  pieces[1].may_be_kept = false;
  table.DropUnkept();
  EXPECT_EQ(pieces.size(), 1u);
}

}  // namespace
}  // namespace tarn::delivery
