// The IAM policy language: one policy document, checked when parsed and asked per request. Pure: no I/O, no clock.
//
// Invariants: what Parse accepts Evaluate can decide; an explicit deny wins over every allow; what a policy does not
// say is neither. Evaluation allocates only where a condition or a variable asks the context for a value. Errors:
// kMalformed, kTooLarge (policy/errors.h), with AWS's sentence as the message. Threads: any; a Document never changes.
// Defined by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::policy {

enum class PrincipalKind : uint8_t { kAnonymous, kAccountRoot, kUser, kAssumedRole, kFederated, kService };

// Who asks. Views into what the caller keeps while it asks; empty where a kind has no such thing.
struct Principal {
  PrincipalKind kind = PrincipalKind::kAnonymous;
  std::string_view account;   // 12 digits; empty for anonymous and services
  std::string_view arn;       // root, user, assumed-role session ("arn:aws:sts::…:assumed-role/R/session") or federated
  std::string_view role_arn;  // of an assumed role: "arn:aws:iam::…:role/path/R"
  std::string_view user_id;   // "AIDA…", "AROA…:session", the account for root
  std::string_view canonical_id;  // S3's canonical user of the account
  std::string_view service;       // of a service: "logging.s3.amazonaws.com"
  std::string_view provider;      // of a federated session: its identity provider
};

// The condition keys of one request. `key` comes in lower case up to a '/' and as the policy has it behind that
// ("s3:existingobjecttag/Team", "aws:sourceip"). True when the request has the key: its values are then appended, none
// for a set that is empty. Of the keys that a Principal answers (aws:PrincipalArn, aws:PrincipalAccount,
// aws:PrincipalType, aws:PrincipalIsAWSService, aws:PrincipalServiceName, aws:userid, aws:username) it is asked first:
// a simulation may tell others; no other context may have what its caller chooses under these names.
class Context {
 public:
  virtual ~Context() = default;
  virtual bool Find(std::string_view key, std::vector<std::string>& values) const = 0;
};

// A context that has nothing.
const Context& NoContext();

struct Request {
  const Principal& principal;
  std::string_view action;    // "s3:GetObject"
  std::string_view resource;  // an ARN; "*" for what has none
  const Context& context;
};

enum class Effect : uint8_t { kNone, kAllow, kDeny };

// How closely the deciding statement names the principal; what IAM's evaluation logic needs (policy/combine.h).
enum class Match : uint8_t {
  kNone,
  kAccount,    // through its account: an Allow hands the decision to that account's identity policies
  kRole,       // the role of an assumed role session
  kPrincipal,  // the very user, session, service or federated user
  kEveryone,   // "*"
};

struct Decision {
  Effect effect = Effect::kNone;
  Match match = Match::kNone;
  std::string_view sid;  // of the statement that decided, when it has one; lives as long as the document
  int statement = -1;    // its place, from 0
};

// A statement that applies.
struct Applied {
  int statement = 0;  // its place, from 0
  Effect effect = Effect::kNone;
};

// What a Principal element can name.
enum class PrincipalName : uint8_t { kAws, kCanonicalUser, kFederated, kService };

struct ActionTable;  // policy/actions.h

struct ParseOptions {
  enum class Kind : uint8_t {
    kIdentity,         // no Principal
    kResource,         // Principal required
    kTrust,            // of a role: Principal required, no Resource
    kServiceControl,   // of an organization: as an identity policy
    kResourceControl,  // of an organization: denies to everyone
  };
  Kind kind = Kind::kResource;
  size_t max_bytes = 20480;
  // Actions of other services are refused, and unknown ones, and what fits no resource; null: any "vendor:Action".
  const ActionTable* actions = nullptr;
  // Every resource must be this ARN or lie below it ("arn:aws:s3:::bucket" admits itself and "…/…"); empty: any ARN.
  std::string resource;
  // False refuses the policy as naming a principal that does not exist. Asked for each name but "*"; AWS accounts come
  // as "arn:aws:iam::<account>:root". Empty: all that are well-formed are taken.
  std::function<bool(PrincipalName kind, std::string_view name)> principal_exists;
};

class Document {
 public:
  static Result<std::shared_ptr<const Document>> Parse(std::string_view json, const ParseOptions& options);
  virtual ~Document() = default;

  // What the policy says of the request. An identity policy does not look at the principal.
  virtual Decision Evaluate(const Request& request) const = 0;
  // All statements that apply to the request, in their order.
  virtual std::vector<Applied> Matching(const Request& request) const = 0;
  // The condition keys that its conditions and variables ask for, as written, each once.
  virtual std::vector<std::string> ContextKeys() const = 0;
  // Whether it grants to the public, as S3 means it (GetBucketPolicyStatus, BlockPublicPolicy).
  virtual bool IsPublic() const = 0;
  // Whether any statement depends on the request's context.
  virtual bool HasConditions() const = 0;
  // As AWS gives a policy back: elements in its order, lists of one without brackets, no spaces. What max_bytes counts.
  virtual const std::string& normalized() const = 0;
};

// One policy that says what any of them says, nothing without any: an inline and several managed session policies, say.
// Places of statements are those in the one that spoke; it has no text.
std::shared_ptr<const Document> Union(std::vector<std::shared_ptr<const Document>> documents);

// Parses the policy of an S3 bucket ("arn:aws:s3:::<bucket>"), a directory bucket or an access point (their ARNs).
Result<std::shared_ptr<const Document>> ParseBucketPolicy(
    std::string_view json, std::string_view bucket_arn,
    std::function<bool(PrincipalName kind, std::string_view name)> principal_exists = nullptr);

}  // namespace tarn::policy
