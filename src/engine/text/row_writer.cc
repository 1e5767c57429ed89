#include "engine/text/row_writer.h"

#include <fmt/format.h>

#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "engine/text/cell_text.h"
#include "engine/text/compressor.h"

namespace tarn::engine {
namespace {

std::string EscapeHive(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f || std::string_view("\"#%'*/:=?\\{[]^").find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

Compression CompressionOf(WriteTarget::Codec codec) {
  switch (codec) {
    case WriteTarget::Codec::kGzip:
      return Compression::kGzip;
    case WriteTarget::Codec::kZstd:
      return Compression::kZstd;
    default:
      return Compression::kNone;
  }
}

}  // namespace

std::string PartitionFolder(const std::string& key, const std::optional<std::string>& value) {
  return EscapeHive(key) + "=" + (value && !value->empty() ? EscapeHive(*value) : "__HIVE_DEFAULT_PARTITION__");
}

std::string AsHivePath(const std::string& path) {
  std::string result;
  for (std::string_view part : Split(path, '/')) {
    if (!result.empty()) result += '/';
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      result += part;
      continue;
    }
    result += EscapeHive(PercentDecode(part.substr(0, equals)).value_or(std::string(part.substr(0, equals)))) + "=" +
              EscapeHive(PercentDecode(part.substr(equals + 1)).value_or(std::string(part.substr(equals + 1))));
  }
  return result;
}

struct RowWriter::Output {
  WrittenFile file;
  std::unique_ptr<OutputFile> sink;
  std::unique_ptr<Compressor> compressor;
  std::string pending;  // rows not compressed yet
  std::string ready;

  Status Flush(bool finish) {
    ready.clear();
    compressor->Compress(pending, finish, ready);
    pending.clear();
    file.size_bytes += ready.size();
    if (ready.empty()) return Ok();
    return sink->Append(ready);
  }
};

RowWriter::RowWriter(const WriteTarget& target) : target_(target) {}
RowWriter::~RowWriter() = default;

Status RowWriter::OnColumns(const std::vector<ResultColumn>& columns) {
  columns_ = columns;
  for (const std::string& name : target_.partition_columns) {
    size_t place = columns.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (EqualsIgnoreCase(columns[i].name, name)) place = i;
    }
    if (place == columns.size()) return Fail(kColumnNotFound, "Partition column " + name + " is not in the query");
    partition_columns_.push_back(place);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    bool partition = false;
    for (size_t place : partition_columns_) partition = partition || place == i;
    if (!partition) data_columns_.push_back(i);
  }
  return Ok();
}

Result<RowWriter::Output*> RowWriter::OutputFor(const Batch& batch, size_t row) {
  std::string folder;
  std::vector<std::optional<std::string>> values;
  for (size_t i = 0; i < partition_columns_.size(); ++i) {
    const Column& column = batch.column(partition_columns_[i]);
    auto& value = values.emplace_back();
    if (!column.IsNull(row)) AppendScalarText(column, row, value.emplace());
    folder += PartitionFolder(target_.partition_columns[i], value) + "/";
  }
  auto& output = open_[folder];
  if (output && output->file.size_bytes >= target_.file_bytes_target) TARN_CHECK(Close(std::move(output)));
  if (!output) {
    const Compression compression = CompressionOf(target_.codec);
    output = std::make_unique<Output>();
    output->file.name = folder + target_.name_prefix + "-" + RandomUuid() +
                        (target_.format == WriteTarget::Format::kJson ? ".json" : ".txt") +
                        (compression == Compression::kGzip   ? ".gz"
                         : compression == Compression::kZstd ? ".zst"
                                                             : "");
    output->file.partition_values = std::move(values);
    output->compressor = MakeCompressor(compression);
    TARN_TRY(output->sink, target_.sink->Create(output->file.name));
  }
  return output.get();
}

Status RowWriter::OnBatch(const Batch& batch) {
  constexpr size_t kPendingBytes = 64 << 10;
  Output* output = nullptr;
  for (size_t row = 0; row < batch.rows(); ++row) {
    if (output == nullptr || !partition_columns_.empty()) {
      TARN_TRY(output, OutputFor(batch, row));
    }
    line_.clear();
    const bool json = target_.format == WriteTarget::Format::kJson;
    if (json) line_ += '{';
    for (size_t i = 0; i < data_columns_.size(); ++i) {
      const Column& column = batch.column(data_columns_[i]);
      if (json) {
        if (i > 0) line_ += ',';
        AppendJsonString(columns_[data_columns_[i]].name, line_);
        line_ += ':';
        AppendJson(column, row, line_);
      } else {
        if (i > 0) line_ += target_.delimiter;
        AppendHiveText(column, row, 1, line_);
      }
    }
    line_ += json ? "}\n" : "\n";
    output->pending += line_;
    ++output->file.rows;
    if (output->pending.size() >= kPendingBytes) TARN_CHECK(output->Flush(false));
  }
  return Ok();
}

Status RowWriter::Close(std::unique_ptr<Output> output) {
  TARN_CHECK(output->Flush(true));
  TARN_CHECK(output->sink->Finish());
  written_.push_back(std::move(output->file));
  return Ok();
}

Result<std::vector<WrittenFile>> RowWriter::Finish() {
  for (auto& [folder, output] : open_) {
    if (output) TARN_CHECK(Close(std::move(output)));
  }
  return std::move(written_);
}

}  // namespace tarn::engine
