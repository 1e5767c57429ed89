// The model's constraints, checked once for every service, in AWS's words.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "api/protocol/codec.h"
#include "api/protocol/wire/codec_text.h"
#include "api/protocol/wire/java_words.h"
#include "base/time.h"
#include "base/utf8.h"

namespace tarn::api::protocol {
namespace {

constexpr size_t kViolationsMax = 10;
constexpr size_t kShownBytesMax = 1024;
constexpr std::string_view kKinesisPackage = "com.amazonaws.kinesis.v20131202.";

// Compiled patterns by their (static) text; null for those that RE2 cannot express, which are not checked.
class Patterns {
 public:
  const RE2* Get(std::string_view pattern) {
    const std::lock_guard lock(mutex_);
    auto& compiled = compiled_[pattern.data()];
    if (!compiled.second) {
      RE2::Options options;
      options.set_log_errors(false);
      options.set_dot_nl(false);
      auto regex = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
      if (regex->ok()) compiled.first = std::move(regex);
      compiled.second = true;
    }
    return compiled.first.get();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const char*, std::pair<std::unique_ptr<RE2>, bool>> compiled_;
};

bool Matches(const TypeShape& type, const std::string& text) {
  static Patterns patterns;
  if (!type.pattern_forbidden.empty()) {
    const RE2* forbidden = patterns.Get(type.pattern_forbidden);
    const re2::StringPiece piece(text);
    if (forbidden != nullptr && forbidden->Match(piece, 0, piece.size(), RE2::ANCHOR_START, nullptr, 0)) return false;
  }
  const RE2* regex = patterns.Get(type.pattern_re2);
  return regex == nullptr || RE2::FullMatch(text, *regex);
}

// A value as Java prints it: that is what AWS's messages show.
std::string Shown(const TypeShape& type, const void* value);

std::string ShownMap(const TypeShape& type, const void* value) {
  struct Visit {
    const TypeShape& type;
    std::string out;
  } visit{*type.value.type, {}};
  type.map->each(value, &visit, [](void* context, const std::string& key, const void* element) {
    auto& [type, out] = *static_cast<Visit*>(context);
    out += (out.empty() ? "" : ", ") + key + "=" + Shown(type, element);
    return true;
  });
  return "{" + visit.out + "}";
}

std::string Shown(const TypeShape& type, const void* value) {
  if (type.sensitive) return "***";
  if (type.kind == Kind::kMap) return ShownMap(type, value);
  std::string out;
  if (type.kind == Kind::kList) {
    for (size_t i = 0; i < type.list->size(value); ++i) {
      if (i > 0) out += ", ";
      out += Shown(*type.element.type, type.list->at(value, i));
      if (out.size() > kShownBytesMax) break;
    }
    return "[" + out + "]";
  }
  if (type.kind == Kind::kStructure) {
    for (const Member& member : type.members) {
      if (const void* field = GetMember(member, value); field != nullptr) {
        out += fmt::format("{}{}={}", out.empty() ? "" : ", ", member.name, Shown(*member.ref.type, field));
      }
    }
    return fmt::format("{}({})", type.name, out);
  }
  if (type.kind == Kind::kBlob)
    return fmt::format("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]",
                       static_cast<const std::string*>(value)->size());
  return FormatScalar({.type = &type}, value, {});
}

std::string Number(double bound) { return fmt::format("{}", bound); }

std::string EnumSet(const TypeShape& type) {
  std::string out;
  for (const std::string_view value : type.values) out.append(out.empty() ? "" : ", ").append(value);
  // Kinesis tells this set in an order of its own.
  if (type.name == "ShardIteratorType") {
    out = "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON";
  }
  return "[" + out + "]";
}

// Kinesis's sentences tell these without the anchors that its model has.
std::string_view ShownPattern(const TypeShape& type) {
  std::string_view pattern = type.pattern;
  if (type.name != "HashKey" && type.name != "SequenceNumber") return pattern;
  if (pattern.starts_with("^(") && pattern.ends_with(")$")) pattern = pattern.substr(2, pattern.size() - 4);
  return pattern;
}

struct Sentence {
  std::string text;
  bool broken = false;
  bool of_pattern = false;
};

// Every constraint of a scalar or a container's size, and which of them the value breaks.
std::vector<Sentence> Constraints(const TypeShape& type, const void* value) {
  std::vector<Sentence> out;
  const bool numeric = type.kind == Kind::kInteger || type.kind == Kind::kLong || type.kind == Kind::kDouble;
  const bool text = type.kind == Kind::kString;
  const auto* string = text || type.kind == Kind::kBlob ? static_cast<const std::string*>(value) : nullptr;
  double measure = 0;
  switch (type.kind) {
    case Kind::kInteger:
      measure = *static_cast<const int32_t*>(value);
      break;
    case Kind::kLong:
      measure = static_cast<double>(*static_cast<const int64_t*>(value));
      break;
    case Kind::kDouble:
      measure = *static_cast<const double*>(value);
      break;
    case Kind::kString:
      measure = static_cast<double>(CountUtf8(*string));
      break;
    case Kind::kBlob:
      measure = static_cast<double>(string->size());
      break;
    case Kind::kList:
      measure = static_cast<double>(type.list->size(value));
      break;
    case Kind::kMap:
      measure = static_cast<double>(type.map->size(value));
      break;
    default:
      return out;
  }
  const std::string_view what = numeric ? "value" : "length";
  if (type.has_max) {
    out.push_back(
        {fmt::format("Member must have {} less than or equal to {}", what, Number(type.max)), measure > type.max});
  }
  if (type.has_min) {
    out.push_back(
        {fmt::format("Member must have {} greater than or equal to {}", what, Number(type.min)), measure < type.min});
  }
  if (text && !type.pattern.empty()) {
    out.push_back({fmt::format("Member must satisfy regular expression pattern: {}", ShownPattern(type)),
                   !Matches(type, *string), true});
  }
  if (text && !type.values.empty()) {
    bool known = false;
    for (const std::string_view candidate : type.values) known |= candidate == *string;
    out.push_back({fmt::format("Member must satisfy enum value set: {}", EnumSet(type)), !known});
  }
  return out;
}

std::string JoinSentences(const std::vector<Sentence>& sentences) {
  std::string out;
  for (const Sentence& sentence : sentences) out.append(out.empty() ? "" : ", ").append(sentence.text);
  return out;
}

bool AnyBroken(const std::vector<Sentence>& sentences) {
  for (const Sentence& sentence : sentences) {
    if (sentence.broken) return true;
  }
  return false;
}

bool IsScalar(const TypeShape& type) {
  return type.kind != Kind::kStructure && type.kind != Kind::kList && type.kind != Kind::kMap;
}

bool Lacks(const TypeShape& shape, std::string_view name, const void* value) {
  const Member* member = FindMember(shape, name);
  return member != nullptr && GetMember(*member, value) == nullptr;
}

// What Kinesis's model leaves open for new kinds of streams: a stream's name where no ARN names it (ListShards may have
// a token instead).
bool IsNeeded(const TypeShape& shape, const Member& member, const void* value) {
  return member.name == "StreamName" && shape.name != "ListShardsInput" && Lacks(shape, "StreamARN", value);
}

// What only some streams can do without: told of beside other faults, else left to the operation. The keys of records,
// the shards of a stream without a mode.
bool IsUsual(const TypeShape& shape, const Member& member, const void* value) {
  if (member.name == "PartitionKey") return shape.name == "PutRecordInput" || shape.name == "PutRecordsRequestEntry";
  return member.name == "ShardCount" && shape.name == "CreateStreamInput" && Lacks(shape, "StreamModeDetails", value);
}

// IAM checks the letters of names and paths by itself, when everything else holds, and says so in sentences of its own.
std::string_view OwnRule(const TypeShape& type, std::string_view path) {
  constexpr std::string_view kNames[] = {"userNameType",
                                         "existingUserNameType",
                                         "groupNameType",
                                         "roleNameType",
                                         "policyNameType",
                                         "instanceProfileNameType",
                                         "serverCertificateNameType"};
  if (std::ranges::find(kNames, type.name) != std::end(kNames)) {
    return "It must contain only alphanumeric characters and/or the following: +=,.@_-";
  }
  if (type.name != "pathType" && type.name != "policyPathType" && type.name != "pathPrefixType") return {};
  if (path == "pathPrefix") {
    return "It must begin with the / character and contain only alphanumeric characters and/or / characters.";
  }
  return "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
}

class Walker {
 public:
  explicit Walker(const ServiceDesc& service)
      : of_kinesis_(service.name == "kinesis"), of_iam_(service.name == "iam") {}

  void Structure(const TypeShape& shape, const void* value, const std::string& path) {
    // IAM shows nothing of what it was told of such credentials.
    hides_ = of_iam_ && shape.name.find("ServiceSpecificCredential") != shape.name.npos;
    for (const Member& member : shape.members) {
      std::string name = path;
      if (!name.empty()) name += '.';
      name += member.name;
      const size_t first = name.size() - member.name.size();
      if (name[first] >= 'A' && name[first] <= 'Z') name[first] = static_cast<char>(name[first] + 32);
      const void* field = GetMember(member, value);
      if (field != nullptr) {
        Check(*member.ref.type, field, name);
      } else if (member.required || (of_kinesis_ && IsNeeded(shape, member, value))) {
        Add("null", name, "Member must not be null");
      } else if (of_kinesis_ && IsUsual(shape, member, value)) {
        if (broken_.size() < kViolationsMax) ++usual_;
        Add("null", name, "Member must not be null");
      }
    }
  }

  std::optional<std::string> Message() const {
    if (broken_.size() <= usual_) return own_;
    std::string out = fmt::format("{} validation error{} detected: ", broken_.size(), broken_.size() == 1 ? "" : "s");
    for (size_t i = 0; i < broken_.size(); ++i) out += (i > 0 ? "; " : "") + broken_[i];
    return out;
  }

 private:
  void Check(const TypeShape& type, const void* value, const std::string& path) {
    if (broken_.size() >= kViolationsMax) return;
    const std::string_view own_rule = of_iam_ ? OwnRule(type, path) : std::string_view();
    // The pattern of paths takes empty steps; IAM does not.
    if (!own_rule.empty() && (type.name == "pathType" || type.name == "policyPathType") && !own_ &&
        static_cast<const std::string*>(value)->find("//") != std::string::npos) {
      own_ = fmt::format("The specified value for {} is invalid. {}", path, own_rule);
    }
    for (const Sentence& sentence : Constraints(type, value)) {
      if (!sentence.broken) continue;
      if (!own_rule.empty() && sentence.of_pattern) {
        if (!own_) own_ = fmt::format("The specified value for {} is invalid. {}", path, own_rule);
        continue;
      }
      if (hides_) {
        const size_t set = sentence.text.find("value set: ");
        AddText(fmt::format("Value at '{}' failed to satisfy constraint: {}", path,
                            sentence.text.substr(0, set == std::string::npos ? set : set + 9)));
      } else if (type.sensitive) {
        AddText(fmt::format("Value at '{}' failed to satisfy constraint: {}", path, sentence.text));
      } else {
        Add("'" + Text(type, value) + "'", path, sentence.text);
      }
    }
    if (type.kind == Kind::kStructure) Structure(type, value, path);
    if (type.kind == Kind::kList) List(type, value, path);
    if (type.kind == Kind::kMap) Map(type, value, path);
  }

  // Scalars inside containers are told of at the container.
  void List(const TypeShape& type, const void* value, const std::string& path) {
    const TypeShape& element = *type.element.type;
    for (size_t i = 0; i < type.list->size(value); ++i) {
      const void* item = type.list->at(value, i);
      if (!IsScalar(element)) {
        Check(element, item, fmt::format("{}.{}.member", path, i + 1));
      } else if (const auto sentences = Constraints(element, item); AnyBroken(sentences)) {
        Add("'" + Clipped(Shown(type, value)) + "'", path,
            fmt::format("Member must satisfy constraint: [{}]", JoinSentences(sentences)));
        return;
      }
    }
  }

  struct MapVisit {
    Walker& walker;
    const TypeShape& type;
    const void* map;
    const std::string& path;
    bool key_told = false;
    bool value_told = false;
  };

  void Map(const TypeShape& type, const void* value, const std::string& path) {
    MapVisit visit{*this, type, value, path};
    type.map->each(value, &visit, [](void* context, const std::string& key, const void* element) {
      static_cast<MapVisit*>(context)->walker.Entry(*static_cast<MapVisit*>(context), key, element);
      return true;
    });
  }

  void Entry(MapVisit& visit, const std::string& key, const void* element) {
    const TypeShape& value_type = *visit.type.value.type;
    if (const auto sentences = Constraints(*visit.type.key.type, &key); AnyBroken(sentences) && !visit.key_told) {
      visit.key_told = true;
      Add("'" + Clipped(Shown(visit.type, visit.map)) + "'", visit.path,
          fmt::format("Map keys must satisfy constraint: [{}]", JoinSentences(sentences)));
    }
    if (!IsScalar(value_type)) {
      Check(value_type, element, fmt::format("{}.{}.member", visit.path, key));
    } else if (const auto sentences = Constraints(value_type, element); AnyBroken(sentences) && !visit.value_told) {
      visit.value_told = true;
      Add("'" + Clipped(Shown(visit.type, visit.map)) + "'", visit.path,
          fmt::format("Map value must satisfy constraint: [{}]", JoinSentences(sentences)));
    }
  }

  // Kinesis shows structures as Java shows objects that do not say how.
  std::string Text(const TypeShape& type, const void* value) const {
    if (!of_kinesis_ || type.kind != Kind::kList || type.element.type->kind != Kind::kStructure) {
      return Clipped(Shown(type, value));
    }
    std::string out;
    for (size_t i = 0; i < type.list->size(value); ++i) {
      if (i > 0) out += ", ";
      out += FormatJavaObject(kKinesisPackage, *type.element.type, type.list->at(value, i));
    }
    return "[" + out + "]";
  }

  static std::string Clipped(std::string text) {
    if (text.size() <= kShownBytesMax) return text;
    size_t end = kShownBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end) + "...";
  }

  void Add(std::string_view value, std::string_view path, std::string_view constraint) {
    AddText(fmt::format("Value {} at '{}' failed to satisfy constraint: {}", value, path, constraint));
  }
  void AddText(std::string text) {
    if (broken_.size() < kViolationsMax) broken_.push_back(std::move(text));
  }

  const bool of_kinesis_;
  const bool of_iam_;
  bool hides_ = false;
  std::vector<std::string> broken_;
  size_t usual_ = 0;                // of what was added
  std::optional<std::string> own_;  // what IAM says when nothing is broken
};

bool LacksRequired(const TypeShape& type, const void* value);

bool LacksRequiredMember(const TypeShape& shape, const void* value, bool body_only) {
  for (const Member& member : shape.members) {
    if (body_only && member.location != Location::kBody) continue;
    const void* field = GetMember(member, value);
    if (field == nullptr ? member.required : LacksRequired(*member.ref.type, field)) return true;
  }
  return false;
}

bool LacksRequired(const TypeShape& type, const void* value) {
  if (type.kind == Kind::kStructure) return LacksRequiredMember(type, value, false);
  if (type.kind != Kind::kList) return false;
  for (size_t i = 0; i < type.list->size(value); ++i) {
    if (LacksRequired(*type.element.type, type.list->at(value, i))) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> Validate(const OperationDesc& operation, const void* input) {
  // S3 knows no such messages: an incomplete document is malformed, everything else has errors of its own.
  if (operation.service->protocols.front() == WireProtocol::kRestXml) {
    if (!LacksRequiredMember(*operation.input, input, true)) return std::nullopt;
    return "The XML you provided was not well-formed or did not validate against our published schema";
  }
  Walker walker(*operation.service);
  walker.Structure(*operation.input, input, "");
  return walker.Message();
}

}  // namespace tarn::api::protocol
