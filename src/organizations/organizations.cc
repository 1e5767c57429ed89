#include "organizations/organizations.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "iam/rows.h"
#include "organizations/errors.h"
#include "policy/policy.h"

namespace tarn::organizations {
namespace {

constexpr size_t kControlsMax = 10'000;

Status Admit(Book& book, Who who) {
  TARN_CHECK(book.Open());
  if (who == Who::kMember || book.AskerManages()) return Ok();
  if (who == Who::kAdministrator) {
    TARN_TRY(const auto account, book.FindAccount(book.asker()));
    if (account && !account->delegated.empty()) return Ok();
  }
  return Fail(kAccessDenied, "You don't have permissions to access this resource.");
}

// Lets the management account's users, as far as its policies let them, do everything in the new account.
iam::Entity AccessRole(const std::string& account, const std::string& management, const std::string& name,
                       Timestamp now) {
  iam::Entity role;
  role.kind = iam::Kind::kRole;
  role.account = account;
  role.name = name;
  role.id = iam::NewId("AROA");
  role.created = now;
  role.trust = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::)" +
               management + R"(:root"},"Action":"sts:AssumeRole"}]})";
  role.inlined["AdministratorAccess"] =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
  return role;
}

Result<identity::NamedPolicy> Compile(const Organization& organization, const Policy& policy) {
  policy::ParseOptions options;
  const bool service = policy.type == kServiceControl;
  options.kind = service ? policy::ParseOptions::Kind::kIdentity : policy::ParseOptions::Kind::kResource;
  identity::NamedPolicy compiled;
  compiled.id = policy.Arn(organization);
  TARN_TRY(compiled.document, policy::Document::Parse(policy.content, options));
  return compiled;
}

Result<identity::ControlPolicies> Load(Book& book, const std::string& account) {
  identity::ControlPolicies controls;
  const Organization& organization = book.organization();
  controls.organization_id = organization.id;
  controls.is_management = organization.management == account;
  TARN_TRY(const auto path, book.PathTo(account));
  std::string org_path = organization.id + "/";
  for (const std::string& level : path) {
    if (level != account) org_path += level + "/";
  }
  controls.org_paths.push_back(std::move(org_path));
  if (controls.is_management || !organization.all_features) return controls;
  for (const std::string& level : path) {
    std::vector<identity::NamedPolicy> service;
    std::vector<identity::NamedPolicy> resource;
    TARN_TRY(const auto attached, book.AttachedTo(level));
    for (const std::string& id : attached) {
      TARN_TRY(const auto policy, book.FindPolicy(id));
      if (!policy || !book.Enabled(policy->type)) continue;
      if (policy->type != kServiceControl && policy->type != kResourceControl) continue;
      TARN_TRY(auto compiled, Compile(organization, *policy));
      (policy->type == kServiceControl ? service : resource).push_back(std::move(compiled));
    }
    if (book.Enabled(kServiceControl)) controls.service.push_back(std::move(service));
    if (book.Enabled(kResourceControl)) controls.resource.push_back(std::move(resource));
  }
  return controls;
}

}  // namespace

std::string NewId(std::string_view prefix, size_t count) {
  return std::string(prefix) + RandomText(count, "abcdefghijklmnopqrstuvwxyz0123456789");
}

Organizations::Organizations(kv::Store& store, const Clock& clock, identity::Directory& directory, iam::Iam& iam)
    : store_(store), clock_(clock), directory_(directory), iam_(iam) {}

Status Organizations::Look(const std::string& account, const std::function<Status(Book&)>& body) const {
  return kv::Read(store_, [&](kv::Txn& txn) -> Status {
    Book book(txn, clock_.Now(), account);
    return body(book);
  });
}

Status Organizations::Begin(const std::string& account, const std::function<Status(Book&)>& body) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Book book(txn, clock_.Now(), account);
    TARN_CHECK(body(book));
    txn.Put(VersionKey(), RandomBytes(16));
    return Ok();
  });
}

Status Organizations::Read(const std::string& account, Who who, const std::function<Status(Book&)>& body) const {
  return Look(account, [&](Book& book) -> Status {
    TARN_CHECK(Admit(book, who));
    return body(book);
  });
}

Status Organizations::Change(const std::string& account, Who who, const std::function<Status(Book&)>& body) {
  return Begin(account, [&](Book& book) -> Status {
    TARN_CHECK(Admit(book, who));
    return body(book);
  });
}

Result<std::string> Organizations::NameOf(const std::string& account) const {
  TARN_TRY(const auto found, directory_.FindAccount(account));
  return found ? found->name : std::string();
}

Result<std::string> Organizations::FreeAccountId() const {
  while (true) {
    std::string id = RandomText(1, "123456789") + RandomText(11, "0123456789");
    TARN_TRY(const auto taken, directory_.FindAccount(id));
    if (!taken) return id;
  }
}

Result<Creation> Organizations::CreateAccount(const std::string& management, const AccountRequest& request) {
  TARN_TRY(const std::string id, FreeAccountId());
  Creation creation;
  TARN_CHECK(iam_.Change(id, [&](iam::Rows& rows) -> Status {
    Book book(rows.txn(), clock_.Now(), management);
    TARN_CHECK(Admit(book, Who::kManagement));
    creation = {.id = NewId("car-", 32),
                .name = request.name,
                .account = id,
                .failure = {},
                .requested = clock_.Now(),
                .completed = clock_.Now()};
    TARN_TRY(const auto accounts, book.Accounts());
    const bool taken =
        std::ranges::any_of(accounts, [&](const Account& each) { return EqualsIgnoreCase(each.email, request.email); });
    if (taken) {
      creation.account.clear();
      creation.failure = "EMAIL_ALREADY_EXISTS";
      book.Put(creation);
      return Ok();
    }
    TARN_CHECK(directory_.AddAccount(rows.txn(), id, request.name));
    rows.PutEntity(AccessRole(id, management, request.role, book.now()), nullptr);
    book.Put(Account{.id = id,
                     .name = request.name,
                     .email = request.email,
                     .parent = book.organization().root_id,
                     .invited = false,
                     .closed = false,
                     .joined = clock_.Now(),
                     .delegated = {},
                     .tags = request.tags});
    book.AttachDefaults(id);
    book.Put(creation);
    rows.txn().Put(VersionKey(), RandomBytes(16));
    return Ok();
  }));
  return creation;
}

Result<std::shared_ptr<const identity::ControlPolicies>> Organizations::ControlsOf(std::string_view account) {
  const std::optional<uint64_t> as_of = store_.HotCommits();
  if (!as_of) return FindControls(account);
  if (const auto* const recent = recent_.Find(account, *as_of)) return *recent;
  TARN_TRY(auto found, FindControls(account));
  return recent_.Keep(account, *as_of, CountedApart(std::move(found)));
}

Result<std::shared_ptr<const identity::ControlPolicies>> Organizations::FindControls(std::string_view account) {
  static const auto kNone = std::make_shared<const identity::ControlPolicies>();
  TARN_TRY(auto version, store_.Get(VersionKey()));
  if (!version) return kNone;
  const std::string id(account);
  {
    const std::lock_guard lock(mutex_);
    if (version_ == *version) {
      const auto found = controls_.find(id);
      if (found != controls_.end()) return found->second;
    }
  }
  const auto txn = store_.Begin();
  TARN_TRY(version, txn->PeekGet(VersionKey()));
  if (!version) return kNone;
  Book book(*txn, clock_.Now(), id);
  std::shared_ptr<const identity::ControlPolicies> controls = kNone;
  const Status opened = book.Open();
  if (opened.ok()) {
    TARN_TRY(auto loaded, Load(book, id));
    controls = std::make_shared<const identity::ControlPolicies>(std::move(loaded));
  } else if (!opened.Is(kNotInUse)) {
    return opened.error();
  }
  const std::lock_guard lock(mutex_);
  if (version_ != *version || controls_.size() >= kControlsMax) controls_.clear();
  version_ = *version;
  controls_[id] = controls;
  return controls;
}

}  // namespace tarn::organizations
