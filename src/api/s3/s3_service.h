// The wire face of S3: one handler per operation, each one or two calls into object/.
//
// Rules (who may) and handlers are joined in operations.cc. Handlers whose bodies stream, and copies, are coroutines;
// the others block on a worker thread.
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/protocol/service.h"
#include "api/s3/gen/shapes.h"
#include "api/s3/lifecycle/kept_rules.h"
#include "base/result.h"
#include "base/task.h"
#include "identity/directory.h"
#include "object/points/access_points.h"
#include "object/storage_class.h"
#include "object/store/store.h"
#include "object/veiled_listing.h"

namespace tarn::identity {
class Sessions;
}  // namespace tarn::identity
namespace tarn::object {
class DirectoryObjects;
}  // namespace tarn::object

namespace tarn::api::s3 {

using protocol::Call;
using protocol::RequestBody;
using protocol::Streamed;

class CorsCache;  // web/cors/cors_cache.h
struct Access;    // access/access.h
class AccessLog;
class RequestCounter;

class S3Service : public protocol::Service {
 public:
  // What the service works with; all outlive it.
  struct Parts {
    object::Store& store;
    object::StorageTimes times;
    bool legacy_bucket_defaults = false;  // new buckets allow ACLs and block nothing, as before 2023
    std::function<Result<std::vector<identity::AccountInfo>>()> accounts = {};  // all of the lake; memory speed
    object::AccessPoints* points = nullptr;     // null: there are none, and no account blocks anything
    AccessLog* access_log = nullptr;            // null: none is written
    RequestCounter* request_counter = nullptr;  // null: none is counted
    // Without either directory buckets are like others.
    object::DirectoryObjects* directory = nullptr;
    identity::Sessions* sessions = nullptr;
    // What a listing of keys that begin with `prefix` leaves out for the caller; without it, and null: nothing.
    std::function<Result<std::unique_ptr<object::KeyVeil>>(const identity::Caller& caller, const object::Bucket& bucket,
                                                           std::string_view prefix)>
        veil = {};
  };
  explicit S3Service(Parts parts);
  ~S3Service() override;

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override { return operations_; }
  std::span<const protocol::ErrorRow> errors() const override;

  // web/own_requests.cc: forms, preflights and websites; CORS headers of all answers.
  std::string_view OwnOperation(const Call& call) const override;
  Task<Result<protocol::OwnAnswer>> Answer(protocol::OwnRequest request) override;
  void Decorate(const Call& call) const override;

  object::Store& store() const { return store_; }
  const Parts& parts() const { return parts_; }
  Access& access() const { return *access_; }
  // x-amz-expiration of a current version that is no delete marker.
  std::optional<std::string> ExpirationOf(const object::Bucket& bucket, const object::Version& version) const;
  // What aborts the bucket's uploads of that key and when.
  std::optional<object::LifecycleExpiry> AbortOf(const object::Bucket& bucket, const object::Upload& upload) const;

  // Parts::veil of a call.
  Result<std::unique_ptr<object::KeyVeil>> VeilOf(const Call& call, const object::Bucket& bucket,
                                                  const std::optional<std::string>& prefix) const;

  // The bucket, with its name noted for the error's body; kAccessDenied when x-amz-expected-bucket-owner differs.
  Result<object::Bucket> FindBucket(const Call& call, const std::optional<std::string>& name,
                                    const std::optional<std::string>& expected_owner = {}) const;
  // The same, for handlers that need no more than its existence.
  template <typename In>
  Result<object::Bucket> BucketOf(const Call& call, const In& in) const {
    return FindBucket(call, in.bucket, in.expected_bucket_owner);
  }
  // The version that a request names, its key noted for the error's body; delete markers answered as AWS does.
  Result<object::Version> FindVersion(const Call& call, const object::Bucket& bucket, const std::string& key,
                                      const std::string& version_id, bool with_content) const;
  // The same for what is asked about a version, not of its content: a delete marker is refused as such, be it named
  // by its id or the newest.
  Result<object::Version> FindSettled(const Call& call, const object::Bucket& bucket, const std::string& key,
                                      const std::string& version_id) const;

  // buckets.cc
  Result<gen::CreateBucketOutput> CreateBucket(const Call&, const gen::CreateBucketRequest&);
  Result<gen::DeleteBucketResponse> DeleteBucket(const Call&, const gen::DeleteBucketRequest&);
  Result<gen::HeadBucketOutput> HeadBucket(const Call&, const gen::HeadBucketRequest&);
  Result<gen::ListBucketsOutput> ListBuckets(const Call&, const gen::ListBucketsRequest&);
  Task<Result<Streamed<gen::GetBucketLocationOutput>>> GetBucketLocation(const Call&,
                                                                         const gen::GetBucketLocationRequest&,
                                                                         RequestBody&);

  // bucket_settings.cc
  Result<gen::GetBucketVersioningOutput> GetBucketVersioning(const Call&, const gen::GetBucketVersioningRequest&);
  Result<gen::PutBucketVersioningResponse> PutBucketVersioning(const Call&, const gen::PutBucketVersioningRequest&);
  Result<gen::GetBucketTaggingOutput> GetBucketTagging(const Call&, const gen::GetBucketTaggingRequest&);
  Result<gen::PutBucketTaggingResponse> PutBucketTagging(const Call&, const gen::PutBucketTaggingRequest&);
  Result<gen::DeleteBucketTaggingResponse> DeleteBucketTagging(const Call&, const gen::DeleteBucketTaggingRequest&);

  // fixed_settings.cc: what cannot be changed yet and is therefore known
  Result<gen::GetBucketReplicationOutput> GetBucketReplication(const Call&, const gen::GetBucketReplicationRequest&);

  // put_object.cc
  Task<Result<Streamed<gen::PutObjectOutput>>> PutObject(const Call&, const gen::PutObjectRequest&, RequestBody&);
  Task<Result<Streamed<gen::UploadPartOutput>>> UploadPart(const Call&, const gen::UploadPartRequest&, RequestBody&);

  // get_object.cc
  Task<Result<Streamed<gen::GetObjectOutput>>> GetObject(const Call&, const gen::GetObjectRequest&, RequestBody&);
  Task<Result<Streamed<gen::HeadObjectOutput>>> HeadObject(const Call&, const gen::HeadObjectRequest&, RequestBody&);

  // object_details.cc
  Result<gen::GetObjectAttributesOutput> GetObjectAttributes(const Call&, const gen::GetObjectAttributesRequest&);
  Result<gen::GetObjectTaggingOutput> GetObjectTagging(const Call&, const gen::GetObjectTaggingRequest&);
  Result<gen::PutObjectTaggingOutput> PutObjectTagging(const Call&, const gen::PutObjectTaggingRequest&);
  Result<gen::DeleteObjectTaggingOutput> DeleteObjectTagging(const Call&, const gen::DeleteObjectTaggingRequest&);

  // delete_objects.cc
  Result<gen::DeleteObjectOutput> DeleteObject(const Call&, const gen::DeleteObjectRequest&);
  Result<gen::DeleteObjectsOutput> DeleteObjects(const Call&, const gen::DeleteObjectsRequest&);
  Result<std::vector<identity::Check>> DeleteObjectsRule(const Call&, const gen::DeleteObjectsRequest&);

  // copy_object.cc
  Task<Result<Streamed<gen::CopyObjectOutput>>> CopyObject(const Call&, const gen::CopyObjectRequest&, RequestBody&);
  Task<Result<Streamed<gen::UploadPartCopyOutput>>> UploadPartCopy(const Call&, const gen::UploadPartCopyRequest&,
                                                                   RequestBody&);
  Result<std::vector<identity::Check>> CopyRule(const Call&, const gen::CopyObjectRequest&);
  Result<std::vector<identity::Check>> PartCopyRule(const Call&, const gen::UploadPartCopyRequest&);

  // multipart.cc
  Result<gen::CreateMultipartUploadOutput> CreateMultipartUpload(const Call&, const gen::CreateMultipartUploadRequest&);
  Result<gen::CompleteMultipartUploadOutput> CompleteMultipartUpload(const Call&,
                                                                     const gen::CompleteMultipartUploadRequest&);
  Result<gen::AbortMultipartUploadOutput> AbortMultipartUpload(const Call&, const gen::AbortMultipartUploadRequest&);
  Result<gen::ListPartsOutput> ListParts(const Call&, const gen::ListPartsRequest&);
  Result<gen::ListMultipartUploadsOutput> ListMultipartUploads(const Call&, const gen::ListMultipartUploadsRequest&);

  // list_objects.cc
  Result<gen::ListObjectsOutput> ListObjects(const Call&, const gen::ListObjectsRequest&);
  Result<gen::ListObjectsV2Output> ListObjectsV2(const Call&, const gen::ListObjectsV2Request&);
  Result<gen::ListObjectVersionsOutput> ListObjectVersions(const Call&, const gen::ListObjectVersionsRequest&);

 private:
  Result<std::vector<identity::Check>> BucketChecks(const Call& call, std::string_view action,
                                                    const std::optional<std::string>& bucket,
                                                    const std::optional<std::string>& key) const;

  Result<identity::Check> SourceCheck(const Call& call, const std::optional<std::string>& copy_source) const;

  std::vector<protocol::Operation> MakeOperations();

  object::Store& store_;
  const Parts parts_;
  const std::unique_ptr<Access> access_;
  mutable LifecycleCache lifecycle_;
  std::vector<protocol::Operation> operations_;
  const std::unique_ptr<CorsCache> cors_;
};

}  // namespace tarn::api::s3
