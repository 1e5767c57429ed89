// A resolver that knows one table, whatever name is asked: for queries that this module writes itself.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/table.h"

namespace tarn::tables {

inline constexpr std::string_view kOneTable = R"(lake."own"."rows")";

class OneTable : public engine::TableResolver {
 public:
  explicit OneTable(std::shared_ptr<const engine::TableBinding> binding) : binding_(std::move(binding)) {}
  Result<std::shared_ptr<const engine::TableBinding>> Resolve(const std::string&, const std::string&) override {
    return binding_;
  }

 private:
  const std::shared_ptr<const engine::TableBinding> binding_;
};

}  // namespace tarn::tables
