// Server certificates.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/account/profiles.h"

namespace tarn::api::iam {
namespace {

using domain::ServerCertificate;
using Type = Subject::Type;

gen::ServerCertificateMetadata ToMetadata(const ServerCertificate& certificate) {
  gen::ServerCertificateMetadata out;
  out.path = certificate.path;
  out.server_certificate_name = certificate.name;
  out.server_certificate_id = certificate.id;
  out.arn = certificate.Arn();
  out.upload_date = certificate.uploaded;
  out.expiration = certificate.expires;
  return out;
}

Result<gen::UploadServerCertificateResponse> UploadServerCertificate(IamService& service, const protocol::Call& call,
                                                                     const gen::UploadServerCertificateRequest& in) {
  domain::NewCertificate made;
  made.name = *in.server_certificate_name;
  made.path = PathOf(in.path);
  made.body = *in.certificate_body;
  made.chain = Text(in.certificate_chain);
  made.private_key = *in.private_key;
  TARN_TRY(made.tags, domain::MakeTags(ToList(in.tags)));
  gen::UploadServerCertificateResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ServerCertificate certificate, domain::UploadCertificate(rows, made));
    out.server_certificate_metadata = ToMetadata(certificate);
    out.tags = TagsUnlessNone(certificate.tags);
    return Ok();
  }));
  return out;
}

Result<gen::GetServerCertificateResponse> GetServerCertificate(IamService& service, const protocol::Call& call,
                                                               const gen::GetServerCertificateRequest& in) {
  gen::GetServerCertificateResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ServerCertificate found, domain::GetCertificate(rows, *in.server_certificate_name));
    gen::ServerCertificate& certificate = out.server_certificate.emplace();
    certificate.server_certificate_metadata = ToMetadata(found);
    certificate.certificate_body = found.body;
    if (!found.chain.empty()) certificate.certificate_chain = found.chain;
    certificate.tags = TagsUnlessNone(found.tags);
    return Ok();
  }));
  return out;
}

Result<gen::ListServerCertificatesResponse> ListServerCertificates(IamService& service, const protocol::Call& call,
                                                                   const gen::ListServerCertificatesRequest& in) {
  TARN_TRY(const auto options, PageOf(in));
  gen::ListServerCertificatesResponse out;
  out.server_certificate_metadata_list.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto page, rows.List<ServerCertificate>(options));
    for (const auto& certificate : page.items) {
      out.server_certificate_metadata_list->push_back(ToMetadata(certificate));
    }
    SetNext(out, page.next);
    return Ok();
  }));
  return out;
}

Result<gen::UpdateServerCertificateResponse> UpdateServerCertificate(IamService& service, const protocol::Call& call,
                                                                     const gen::UpdateServerCertificateRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::RenameCertificate(rows, *in.server_certificate_name, Text(in.new_server_certificate_name),
                                     Text(in.new_path));
  }));
  return gen::UpdateServerCertificateResponse{};
}

Result<gen::DeleteServerCertificateResponse> DeleteServerCertificate(IamService& service, const protocol::Call& call,
                                                                     const gen::DeleteServerCertificateRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteCertificate(rows, *in.server_certificate_name); }));
  return gen::DeleteServerCertificateResponse{};
}

}  // namespace

Operations CertificateOperations() {
  return {
      IamBind<&UploadServerCertificate, Type::kCertificate>("UploadServerCertificate"),
      IamBind<&GetServerCertificate, Type::kCertificate>("GetServerCertificate"),
      IamBind<&ListServerCertificates, Type::kNone>("ListServerCertificates"),
      IamBind<&UpdateServerCertificate, Type::kCertificate>("UpdateServerCertificate"),
      IamBind<&DeleteServerCertificate, Type::kCertificate>("DeleteServerCertificate"),
  };
}

}  // namespace tarn::api::iam
