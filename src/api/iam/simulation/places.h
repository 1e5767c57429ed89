// Where a policy's statements stand in its text, as the simulator tells it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tarn::api::iam {

// Both from 1. A statement begins right behind the bracket, comma or colon before it and ends behind its last brace.
struct Place {
  int64_t line = 1;
  int64_t column = 1;
};
struct StatementPlace {
  Place begin;
  Place end;
};

// Of a text that is a policy; in the order of its statements.
std::vector<StatementPlace> StatementPlaces(std::string_view text);

}  // namespace tarn::api::iam
