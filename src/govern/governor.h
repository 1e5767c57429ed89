// Governor: Lake Formation's domain. Who was given what on the catalog of an account and region, and what it comes to.
//
// Invariants: a change is durable when the call returns, and the next question sees it; a scope that was never governed
// costs one look at a version key. The account's root and the lake's own actors are not bound by grants, and a data
// lake administrator hands out, but does not hold, what is not his. Errors: govern/errors.h, and the catalog's and
// kv's. Threads: any; changes block on the store, questions are at memory speed.
// https://docs.aws.amazon.com/lake-formation/latest/dg/how-it-works.html
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/per_thread.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/places.h"
#include "govern/access.h"
#include "govern/answer/snapshot.h"
#include "govern/cross_account.h"
#include "govern/engines.h"
#include "govern/model.h"
#include "govern/principal.h"
#include "kv/kv.h"

namespace tarn::govern {

// A change of grants: `grantable` are those of the grant option.
struct GrantSpec {
  std::string principal;
  Resource resource;
  Permissions permissions = 0;
  Permissions grantable = 0;
};

struct GrantQuery {
  std::string principal;             // empty: all
  std::optional<Resource> resource;  // none: all
  std::optional<Kind> kind;          // none: all
  std::optional<bool> of_tables;     // of tag policies
  bool related = false;              // what holds on the resource through others, too
};

struct TagsOfResource {
  std::map<std::string, std::string> database;
  std::map<std::string, std::string> table;
  std::vector<std::pair<std::string, std::map<std::string, std::string>>> columns;
};
struct TaggedDatabase {
  std::string name;
  std::map<std::string, std::string> tags;
};
struct TaggedTable {
  std::string database;
  std::string name;
  TagsOfResource tags;
};

// A tag that could not be put on or taken off.
struct TagFailure {
  TagValues tag;
  Error error;
};

// The tags there: of the columns named, else of those that carry some of their own.
TagsOfResource TagsOn(const Snapshot& snapshot, const catalog::Database& database, const catalog::Table* table,
                      const std::vector<std::string>* columns, bool is_own);

// What is stored in S3.
class StoredFiles {
 public:
  virtual ~StoredFiles() = default;
  // Whether an object with bytes in it lies in the folder "s3://bucket/prefix/", in anybody's bucket.
  virtual Result<bool> HasAny(std::string_view folder) = 0;
};

class Governor : public Access, public Engines {
 public:
  // All outlive it; `facts` may be null, and so may `files`: nothing is stored then.
  Governor(kv::Store& store, const catalog::Catalog& catalog, const Clock& clock, PrincipalFacts* facts = nullptr,
           StoredFiles* files = nullptr);

  // Access.
  Result<TableAccess> OfTable(const identity::Caller& caller, const Scope& scope, std::string_view database,
                              std::string_view table) override;
  Result<TableAccess> OfDatabase(const identity::Caller& caller, const Scope& scope,
                                 std::string_view database) override;
  Result<TableAccess> OfCatalog(const identity::Caller& caller, const Scope& scope) override;
  Result<std::optional<Location>> OfLocation(const identity::Caller& caller, std::string_view uri) override;
  Result<Claims> OfPlace(const identity::Caller& caller, std::string_view uri) override;

  Result<bool> IsTrustedEngine(const identity::Caller& caller, const Scope& scope) override;

  // Settings. GetSettings answers AWS's defaults where nothing was put.
  Result<Settings> GetSettings(const Scope& scope);
  Status PutSettings(const identity::Caller& caller, const Scope& scope, Settings settings);

  // Registered locations, by ARN.
  Status Register(const Scope& scope, DataLocation location);
  Status UpdateLocation(const Scope& scope, const DataLocation& changes);
  Status Deregister(const Scope& scope, std::string_view arn);
  Result<DataLocation> GetLocation(const Scope& scope, std::string_view arn);
  Result<std::vector<DataLocation>> ListLocations(const Scope& scope);

  // Grants. A resource's names are resolved here; what is not there is kNotFound to administrators, kAccessDenied to
  // others.
  Status GrantPermissions(const identity::Caller& caller, const Scope& scope, const GrantSpec& spec);
  Status RevokePermissions(const identity::Caller& caller, const Scope& scope, const GrantSpec& spec);
  // In a fixed order; those that hold by birth too.
  Result<std::vector<Grant>> ListGrants(const identity::Caller& caller, const Scope& scope, const GrantQuery& query);
  // Those of every account and region to others, as far as what they are about is still there.
  Result<std::vector<CrossAccountGrant>> CrossAccountGrants();

  // Those on tables and databases whose data lies at "arn:aws:s3:::bucket/prefix", and on the location itself.
  Result<std::vector<Grant>> GrantsAtPath(const identity::Caller& caller, const Scope& scope, std::string_view arn);
  // Why a caller may, or may not, see a table: a line a fact, in the order in which they count.
  Result<std::vector<std::string>> Explain(const identity::Caller& caller, const Scope& scope,
                                           std::string_view database, std::string_view table);

  // Data cells filters. The row filter must be a condition over the table's columns.
  Status CreateFilter(const identity::Caller& caller, const Scope& scope, Filter filter);
  Status UpdateFilter(const identity::Caller& caller, const Scope& scope, Filter filter);
  Status DeleteFilter(const identity::Caller& caller, const Scope& scope, std::string_view database,
                      std::string_view table, std::string_view name);
  Result<Filter> GetFilter(const identity::Caller& caller, const Scope& scope, std::string_view database,
                           std::string_view table, std::string_view name);
  // Of one table, or of all; those that the caller may see: who may hand the table on, or holds the filter.
  Result<std::vector<Filter>> ListFilters(const identity::Caller& caller, const Scope& scope, std::string_view database,
                                          std::string_view table);

  // LF-tags. Keys and values are of lower case. The tag `classification` with the levels public, internal, confidential
  // and restricted is there from the start (tags.cc).
  Status CreateTag(const identity::Caller& caller, const Scope& scope, Tag tag);
  Status UpdateTag(const identity::Caller& caller, const Scope& scope, const std::string& key,
                   const std::vector<std::string>& remove, const std::vector<std::string>& add);
  Status DeleteTag(const identity::Caller& caller, const Scope& scope, const std::string& key);
  Result<Tag> GetTag(const identity::Caller& caller, const Scope& scope, const std::string& key);
  Result<std::vector<Tag>> ListTags(const identity::Caller& caller, const Scope& scope);

  // Puts tags on, or takes them off, a database, a table or columns. What could not be done is told by tag.
  Result<std::vector<TagFailure>> TagResource(const identity::Caller& caller, const Scope& scope,
                                              const Resource& resource, const std::vector<TagValues>& tags);
  Result<std::vector<TagFailure>> UntagResource(const identity::Caller& caller, const Scope& scope,
                                                const Resource& resource, const std::vector<TagValues>& tags);
  // `is_own`: only those put on it, not the inherited ones.
  Result<TagsOfResource> GetTags(const identity::Caller& caller, const Scope& scope, const Resource& resource,
                                 bool is_own);
  // What matches, with its tags, of what the caller may describe.
  Result<std::vector<TaggedDatabase>> SearchDatabases(const identity::Caller& caller, const Scope& scope,
                                                      const std::vector<TagValues>& expression);
  Result<std::vector<TaggedTable>> SearchTables(const identity::Caller& caller, const Scope& scope,
                                                const std::vector<TagValues>& expression);

  // Named LF-tag expressions.
  Status CreateExpression(const identity::Caller& caller, const Scope& scope, const TagExpression& expression);
  Status UpdateExpression(const identity::Caller& caller, const Scope& scope, const TagExpression& expression);
  Status DeleteExpression(const identity::Caller& caller, const Scope& scope, const std::string& name);
  Result<TagExpression> GetExpression(const identity::Caller& caller, const Scope& scope, const std::string& name);
  Result<std::vector<TagExpression>> ListExpressions(const identity::Caller& caller, const Scope& scope);

  // Principals that grants bind although IAM_ALLOWED_PRINCIPALS holds the resource.
  Status CreateOptIn(const identity::Caller& caller, const Scope& scope, OptIn opt_in);
  Status DeleteOptIn(const identity::Caller& caller, const Scope& scope, OptIn opt_in);
  // "" and none: all. Who does not manage the lake sees their own.
  Result<std::vector<OptIn>> ListOptIns(const identity::Caller& caller, const Scope& scope,
                                        const std::string& principal, const std::optional<Resource>& resource);

  // May manage the lake: an administrator, the account's root.
  Result<bool> IsAdmin(const identity::Caller& caller, const Scope& scope);
  Result<std::shared_ptr<const Snapshot>> SnapshotOf(const Scope& scope);

 private:
  struct Loaded {
    std::string version;
    std::shared_ptr<const Snapshot> snapshot;  // null: never governed
  };
  using Registered = std::vector<std::pair<Scope, DataLocation>>;  // one place, by each account that did it
  struct Locations {
    std::string version;
    std::map<std::string, Registered> by_prefix;  // "s3://bucket/prefix"
    // The longest prefix that `uri` lies below; null: there is none.
    const std::pair<const std::string, Registered>* Around(std::string_view uri) const;
    // `uri` is in Lake Formation's hands.
    bool Hold(std::string_view uri) const;
  };
  // Where a resource's names lead.
  struct Place {
    catalog::Database database;
    catalog::Table table;
  };
  // What of the rows of a table that lies where others do is the caller's, too.
  struct Shared {
    bool reads = true;
    bool inserts = true;
    bool deletes = true;
  };

  // The caller to a catalog. Who manages another account stands for that account there, and for its organization.
  Result<Who> Known(const identity::Caller& caller, const Scope& scope);
  Result<std::shared_ptr<const Snapshot>> Present(kv::Txn& txn, const Scope& scope);
  Result<std::shared_ptr<const Locations>> PresentLocations();
  Result<std::shared_ptr<const Locations>> FindLocations();  // from what all threads share
  // Whether the caller holds DATA_LOCATION_ACCESS for `place`, by what those who registered a location have given.
  Result<bool> HoldsLocation(kv::Txn& txn, const identity::Caller& caller, const Registered& registered,
                             std::string_view place);
  // Whether the caller is a data lake administrator of an account that registered the location.
  Result<bool> Administers(kv::Txn& txn, const identity::Caller& caller, const Registered& registered);
  Result<TableAccess> JudgeTable(const Who& who, const Scope& scope, const Snapshot& snapshot,
                                 const catalog::Database& database, const catalog::Table& table);
  // What the grants on a table come to, wherever it lies.
  Result<TableAccess> Granted(kv::Txn& txn, const identity::Caller& caller, const Scope& scope,
                              std::string_view database, std::string_view table);
  Result<Shared> SharedAt(kv::Txn& txn, const identity::Caller& caller, const Locations& locations,
                          const std::string& folder, const Scope& scope, const catalog::Table& own);
  TableAccess JudgeDatabase(const Who& who, const Scope& scope, const Snapshot& snapshot,
                            const catalog::Database& database) const;
  // Runs a change and moves the scope's version on.
  Status Change(const Scope& scope, const std::function<Status(kv::Txn&)>& body);
  Result<Place> Find(kv::Txn& txn, const Scope& scope, const Resource& resource) const;
  // Sees what there is and who holds what on it: an administrator, also one who only reads, the account's root.
  static bool SeesAll(const Who& who, const Scope& scope, const Snapshot& snapshot);
  // As Find for a caller: what is not there is told to those alone who see all. To others it is as what they
  // have no right to, kAccessDenied in the words of `refusal`.
  Result<Place> FindFor(kv::Txn& txn, const Who& who, const Scope& scope, const Resource& resource,
                        std::string_view refusal);
  // Whether the caller may hand out `permissions` there.
  Result<bool> MayGrant(const Who& who, const Scope& scope, const Resource& resource, const Place& place,
                        Permissions permissions);
  Status CheckGrant(const Who& who, const Scope& scope, const GrantSpec& spec, Place& place);
  Status RevokeColumns(kv::Txn& txn, const Scope& scope, const GrantSpec& spec, const Place& place, bool& is_done);
  // Whether the caller holds `permission` on the tag or expression, or manages the lake.
  Result<bool> MayUseTag(const Who& who, const Scope& scope, const Snapshot& snapshot, Kind kind,
                         const std::string& name, Permissions permissions) const;
  Status RequireTagging(const Who& who, const Scope& scope, const Snapshot& snapshot, const Resource& resource,
                        Place& place);
  Result<std::vector<TagFailure>> ChangeTags(const identity::Caller& caller, const Scope& scope,
                                             const Resource& resource, const std::vector<TagValues>& tags, bool adds);
  Status RequireOnTable(const identity::Caller& caller, const Scope& scope, const Place& place);
  Result<bool> MaySee(const Who& who, const Scope& scope, const Place& place, const std::string& filter);
  void AddTableGrants(const Snapshot& snapshot, const catalog::Table& table, std::vector<Grant>& out) const;
  void AddDatabaseGrants(const Snapshot& snapshot, const catalog::Database& database, std::vector<Grant>& out) const;

  kv::Store& store_;
  const catalog::Catalog& catalog_;
  const Clock& clock_;
  PrincipalFacts* const facts_;
  StoredFiles* const files_;
  catalog::Places places_;
  std::shared_mutex mutex_;
  std::map<Scope, Loaded> loaded_;
  std::shared_ptr<const Locations> locations_;
  PerThread<int, std::shared_ptr<const Locations>> recent_locations_;  // by the store's HotCommits
};

}  // namespace tarn::govern
