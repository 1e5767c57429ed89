#include "iam/rows.h"

#include <limits>
#include <type_traits>

#include "iam/records.h"
#include "kv/key.h"

namespace tarn::iam {
namespace {

constexpr size_t kScanMax = 1'000'000;
constexpr size_t kPageScan = 256;

template <class T>
constexpr std::string_view kTable = "";
template <>
constexpr std::string_view kTable<ManagedPolicy> = "p";
template <>
constexpr std::string_view kTable<InstanceProfile> = "n";
template <>
constexpr std::string_view kTable<MfaDevice> = "m";
template <>
constexpr std::string_view kTable<OidcProvider> = "o";
template <>
constexpr std::string_view kTable<SamlProvider> = "s";
template <>
constexpr std::string_view kTable<ServerCertificate> = "c";

std::string_view TableOf(Kind kind) {
  switch (kind) {
    case Kind::kUser:
      return "u";
    case Kind::kGroup:
      return "g";
    case Kind::kRole:
      return "r";
  }
  return "";
}

template <class T>
const std::string& NameOf(const T& row) {
  if constexpr (std::is_same_v<T, OidcProvider>) {
    return row.url;
  } else {
    return row.name;
  }
}

template <class T>
const std::string& PathOf(const T& row) {
  static const std::string kRootPath = "/";
  if constexpr (requires { row.path; }) {
    return row.path;
  } else {
    return kRootPath;
  }
}

template <class T>
Result<T> Decode(std::string_view table, const std::string& bytes) {
  auto row = DecodeRecord<T>(bytes);
  if (!row) return Fail(kDamaged, "a record of IAM's table " + std::string(table) + " is damaged");
  return *std::move(row);
}

}  // namespace

template <class T>
Result<std::optional<T>> Rows::FindRow(std::string_view table, std::string_view name, bool any_case) {
  TARN_TRY(const auto bytes, Read(RowKey(account_, table, name)));
  if (!bytes) return std::optional<T>();
  TARN_TRY(T row, Decode<T>(table, *bytes));
  if (!any_case && NameOf(row) != name) return std::optional<T>();
  return std::optional<T>(std::move(row));
}

template <class T>
Result<Page<T>> Rows::ListRows(std::string_view table, const ListOptions& options) {
  Page<T> page;
  const kv::Key prefix = TableKey(account_, table);
  // A key that is followed by a zero byte is the next one.
  std::string begin =
      options.after.empty() ? prefix.bytes() : RowKey(account_, table, options.after) + std::string(1, '\0');
  while (true) {
    TARN_TRY(const auto found, Scan(begin, prefix.End(), kPageScan));
    for (const kv::KeyValue& one : found) {
      TARN_TRY(T row, Decode<T>(table, one.value));
      if (!PathOf(row).starts_with(options.path_prefix)) continue;
      if (page.items.size() == options.limit) {
        page.next = NameOf(page.items.back());
        return page;
      }
      page.items.push_back(std::move(row));
    }
    if (found.size() < kPageScan) return page;
    begin = found.back().key + std::string(1, '\0');
  }
}

template <class T>
Result<std::vector<T>> Rows::AllRows(std::string_view table) {
  ListOptions all;
  all.limit = std::numeric_limits<size_t>::max();
  TARN_TRY(auto page, ListRows<T>(table, all));
  return std::move(page.items);
}

template <class T>
Result<std::optional<T>> Rows::Find(std::string_view name, bool any_case) {
  return FindRow<T>(kTable<T>, name, any_case);
}
template <class T>
Result<Page<T>> Rows::List(const ListOptions& options) {
  return ListRows<T>(kTable<T>, options);
}
template <class T>
Result<std::vector<T>> Rows::All() {
  return AllRows<T>(kTable<T>);
}

template <class T>
void Rows::Put(const T& row) {
  txn_.Put(RowKey(account_, kTable<T>, NameOf(row)), EncodeRecord(row));
  if constexpr (std::is_same_v<T, InstanceProfile>) {
    if (!row.role.empty()) {
      txn_.Put(TableKey(account_, "rn").Text(AsciiLower(row.role)).Text(AsciiLower(row.name)).Take(), row.name);
    }
  }
}

template <class T>
void Rows::Erase(const T& row) {
  txn_.Delete(RowKey(account_, kTable<T>, NameOf(row)));
  if constexpr (std::is_same_v<T, InstanceProfile>) {
    if (!row.role.empty()) {
      txn_.Delete(TableKey(account_, "rn").Text(AsciiLower(row.role)).Text(AsciiLower(row.name)).Take());
    }
  }
}

#define TARN_IAM_ROWS(T)                                                   \
  template Result<std::optional<T>> Rows::Find<T>(std::string_view, bool); \
  template Result<Page<T>> Rows::List<T>(const ListOptions&);              \
  template Result<std::vector<T>> Rows::All<T>();                          \
  template void Rows::Put<T>(const T&);                                    \
  template void Rows::Erase<T>(const T&)
TARN_IAM_ROWS(ManagedPolicy);
TARN_IAM_ROWS(InstanceProfile);
TARN_IAM_ROWS(MfaDevice);
TARN_IAM_ROWS(OidcProvider);
TARN_IAM_ROWS(SamlProvider);
TARN_IAM_ROWS(ServerCertificate);
#undef TARN_IAM_ROWS

Result<std::optional<Entity>> Rows::FindEntity(Kind kind, std::string_view name, bool any_case) {
  return FindRow<Entity>(TableOf(kind), name, any_case);
}

Result<Entity> Rows::Get(Kind kind, const std::string& name) {
  TARN_TRY(auto found, FindEntity(kind, name));
  if (found) return *std::move(found);
  constexpr std::string_view kNames[] = {"", "user", "group", "role"};
  return Fail(kNoSuchEntity,
              "The " + std::string(kNames[static_cast<size_t>(kind)]) + " with name " + name + " cannot be found.");
}

Result<Page<Entity>> Rows::ListEntities(Kind kind, const ListOptions& options) {
  return ListRows<Entity>(TableOf(kind), options);
}

Result<std::vector<Entity>> Rows::AllEntities(Kind kind) { return AllRows<Entity>(TableOf(kind)); }

void Rows::Index(const Entity& entity, bool present) {
  const auto set = [&](std::string key, const std::string& value) {
    if (present) {
      txn_.Put(key, value);
    } else {
      txn_.Delete(key);
    }
  };
  const std::string_view table = TableOf(entity.kind);
  const std::string lower = AsciiLower(entity.name);
  for (const std::string& arn : entity.attached) {
    set(TableKey(account_, "pa").Text(arn).Text(table).Text(lower).Take(), entity.name);
  }
  if (!entity.boundary.empty()) {
    set(TableKey(account_, "pb").Text(entity.boundary).Text(table).Text(lower).Take(), entity.name);
  }
  for (const std::string& group : entity.groups) {
    set(TableKey(account_, "gu").Text(AsciiLower(group)).Text(lower).Take(), entity.name);
  }
}

void Rows::PutEntity(const Entity& entity, const Entity* before) {
  if (before != nullptr) EraseEntity(*before);
  txn_.Put(RowKey(account_, TableOf(entity.kind), entity.name), EncodeRecord(entity));
  Index(entity, true);
}

void Rows::EraseEntity(const Entity& entity) {
  txn_.Delete(RowKey(account_, TableOf(entity.kind), entity.name));
  Index(entity, false);
}

Result<std::vector<PolicyUse>> Rows::UsesOf(const std::string& policy_arn) {
  std::vector<PolicyUse> uses;
  for (const bool as_boundary : {false, true}) {
    const kv::Key prefix = std::move(TableKey(account_, as_boundary ? "pb" : "pa").Text(policy_arn));
    TARN_TRY(const auto found, Scan(prefix.bytes(), prefix.End(), kScanMax));
    for (const kv::KeyValue& one : found) {
      kv::KeyReader key(std::string_view(one.key).substr(prefix.bytes().size()));
      const std::string table = key.Text().value_or("");
      const Kind kind = table == "u" ? Kind::kUser : table == "g" ? Kind::kGroup : Kind::kRole;
      uses.push_back({kind, one.value, as_boundary});
    }
  }
  return uses;
}

Result<std::vector<std::string>> Rows::LastTexts(const kv::Key& prefix) {
  TARN_TRY(const auto found, Scan(prefix.bytes(), prefix.End(), kScanMax));
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const kv::KeyValue& one : found) names.push_back(one.value);
  return names;
}

Result<std::vector<std::string>> Rows::MembersOf(const std::string& group) {
  return LastTexts(TableKey(account_, "gu").Text(AsciiLower(group)));
}

Result<std::vector<std::string>> Rows::ProfilesOf(const std::string& role) {
  return LastTexts(TableKey(account_, "rn").Text(AsciiLower(role)));
}

Result<AccountSettings> Rows::Settings() {
  TARN_TRY(const auto bytes, Read(RowKey(account_, "a", "settings")));
  if (!bytes) return AccountSettings{};
  return Decode<AccountSettings>("a", *bytes);
}

void Rows::PutSettings(const AccountSettings& settings) {
  txn_.Put(RowKey(account_, "a", "settings"), EncodeRecord(settings));
}

}  // namespace tarn::iam
