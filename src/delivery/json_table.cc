#include "delivery/json_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/random.h"
#include "delivery/errors.h"
#include "engine/errors.h"
#include "json/json.h"

namespace tarn::delivery {
namespace {

class Memory : public engine::FileSource, public engine::FileLister {
 public:
  Memory(std::string bytes, std::string id)
      : bytes_(std::make_shared<std::string>(std::move(bytes))), id_(std::move(id)) {}

  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File&) override {
    return std::unique_ptr<engine::OpenFile>(std::make_unique<Opened>(bytes_));
  }
  Result<std::vector<std::vector<engine::File>>> List(std::span<const size_t> partitions) override {
    const engine::File file{.id = id_, .path = "s3://delivery/" + id_, .size_bytes = bytes_->size()};
    return std::vector<std::vector<engine::File>>(partitions.size(), {file});
  }

 private:
  class Opened : public engine::OpenFile {
   public:
    explicit Opened(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
    Status ReadAt(uint64_t offset, std::span<char> out) override {
      if (offset > bytes_->size() || out.size() > bytes_->size() - offset) {
        return Fail(engine::kCannotOpenFile, "the records end before what is read of them");
      }
      std::memcpy(out.data(), bytes_->data() + offset, out.size());
      return Ok();
    }

   private:
    const std::shared_ptr<const std::string> bytes_;
  };

  const std::shared_ptr<const std::string> bytes_;
  const std::string id_;
};

}  // namespace

Result<std::string> JsonLine(std::string_view record, const LineOptions& options) {
  auto value = json::Parse(record);
  if (!value.ok() || !value->is_object()) return Fail(kBadRecord, "The data is not a JSON object");
  if (options.dots_to_underscores) {
    for (auto& [key, member] : *value->AsObject()) std::ranges::replace(key, '.', '_');
  }
  if (options.edit) TARN_CHECK(options.edit(*value));
  if (options.look) options.look(*value);
  const bool one_line = record.find_first_of("\r\n") == std::string_view::npos;
  if (one_line && !options.edit && !options.dots_to_underscores) return std::string(record) + "\n";
  return json::Write(*value) + "\n";
}

std::shared_ptr<engine::TableBinding> MakeJsonTable(std::vector<engine::ColumnDef> columns, std::string lines,
                                                    engine::TextOptions options) {
  auto binding = std::make_shared<engine::TableBinding>();
  binding->format = engine::Format::kJson;
  binding->columns = std::move(columns);
  binding->partitions.emplace_back();
  binding->text = std::move(options);
  auto memory = std::make_shared<Memory>(std::move(lines), RandomUuid() + ".json");
  binding->source = memory;
  binding->lister = std::move(memory);
  return binding;
}

bool IsOfTheRecords(const Error& error) {
  return error.reason == &engine::kBadData || error.reason->code == Code::kInvalidArgument;
}

Status Halve(size_t begin, size_t end, const std::function<Status(size_t begin, size_t end)>& work,
             const std::function<bool(const Error&)>& is_own,
             const std::function<void(size_t index, const Error&)>& refuse) {
  if (begin == end) return Ok();
  Status done = work(begin, end);
  if (done.ok() || !is_own(done.error())) return done;
  if (end - begin == 1) {
    refuse(begin, done.error());
    return Ok();
  }
  const size_t middle = begin + (end - begin) / 2;
  TARN_CHECK(Halve(begin, middle, work, is_own, refuse));
  return Halve(middle, end, work, is_own, refuse);
}

}  // namespace tarn::delivery
