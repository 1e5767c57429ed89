// Metadata and responses come from anybody: no bytes may break their reader, and nothing holds without a key.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "federation/saml.h"

namespace {

// Made for the corpus, which is encrypted for it; of no other use.
constexpr const char* kPrivateKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDSzPtVhU5gFmN3\n"
    "nKMR9DRocdtCKDDUDW7obiW6PH/lG5U6L8K4is+yy1aTheyrJu6zMNyM7gGibcu/\n"
    "fBbgzVPN8Dr/LHMEQ04uzKKrT4/hITHA+4kta3sjYBOFKEbekUbEDRYVToIZNvPO\n"
    "uZK+ey07KpUIDBYbQFTAYx7oCQ3+nxmTlCJBbNwKl0qZ6/FlEiPxReAbzCeU4H/U\n"
    "tWur0BIkGmwT0vvS1IHibOASXLezlz8ztIgZnPRlkLwTk6IH6oe5jEVFXEfCfJms\n"
    "fyNZ2KffZwYMurDutwVsYZId/SRishFYIbIpx7VCxHlM0+RgVgG8hZ5dYrzq6lov\n"
    "sWP10TtZAgMBAAECggEAA/O32o3vPuSXOiIuTyMxlauyHUwSQ5zPhtKvKQ4CpSbz\n"
    "5e1d9zETB8UW0G6Nq1Ua2zJ/+rG+R29Lh0F/pE31KO08uJVQFV+1qDGfSHBAwEsW\n"
    "WwncM9p0qosd5+cuEkoi9itQo1b0ysg5oJc2EGrQGZszbr0wmj4wgz2DJ30pTVa2\n"
    "4NJZgI0rK2gWcFBDxeccpHcL8iv4UZSkljWRe8KezRcKaHUMxxcZtPNcQhMM+8sT\n"
    "ijrTcBam66l/XZIj1jJfRk5o4AAXds8H0BFEcfMkDqNsLPNDHhhl+PwLEaSdbW5w\n"
    "O9qdTTeYIN48Z6kMGavsVVuQExpwRKbvfPuqz7uo6QKBgQDuGoo7+WjdDo5A/RIo\n"
    "iA+bfzzQF3F8uFyurUb9gb8eUQsekFRZPPu4WPuNEL88XgUKv8uAL2W2OLTBWV8Z\n"
    "tdjRhS+8znrjqkWeRCsjDo2sonjpOo5M/bUYs78J905UuPl4RtvIhaKU1VqN1wlv\n"
    "K+kolIMYIb5M75MvsuEkgqt3FwKBgQDipRfcglq68MzJE+I9XmxDoyIeWRpkQL37\n"
    "nreyXf6jmSt3ShnzQmQUrFzuay/xpLvgSFtrCmw7nAjFKmdbG0wpWnymzIWMU/q1\n"
    "CEJkd9QUAkg7Bj2ZsTZqjtJNvOdmXTaDwRZxzVoL6YSaFYFxuKgowlqRn4vX7ros\n"
    "3aqlzt1nDwKBgGtm+VfYRx7/w9c40IoL5c5kdJABIyX5G4WHj/AmKImKURO2UvX1\n"
    "9i3PpZiaJ0kZt/iDT05BEwZBSfe1UpqMVoMcKs5l7TTox4J+iV7E388xcozx5uJ/\n"
    "xsKfwdrC/UhmL9G7VMR80zuDiddVWmIVUpUFeKTYA7k8kA4CCGCpuKJ9AoGAbJ4S\n"
    "QWt3b//XJMaStjZ6TC/yOfkZ3NHqOpxmDOVfE6hkXFb2+M3oiL/SCbD02SnJoEMN\n"
    "DM+B709oJJWd0tvSND9ZXdbGaeoVTI0YxG1pBe3SD/d9rhpvqcGop/jQLQ6fAaWX\n"
    "zBJOBUd0dSO5VXbZoC8EmKWNr36JWtcg4TWyhaECgYAdLieIx9mHMmNKbaiqgAlH\n"
    "shSf0vgmlh2CFnNFja1XjrqZuhlsLgrVTBXs5PesuRq7AUDfMYCGqunCHMZbTx/z\n"
    "7cCQVBZvXb/xS58aPekish15wi86wxXqMYQr9/Dbpsz7l4yBzbhaJ4kY2e0UIn1Z\n"
    "fWQ+hCoYZdpgdmdI6nKbaA==\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto metadata = tarn::federation::SamlMetadata::Parse(bytes);
  const tarn::federation::SamlMetadata none{.issuer = "https://id.example.org/", .certificates = {}, .valid_until = {}};
  const auto& known = metadata.ok() ? *metadata : none;
  static const tarn::federation::SamlDecryption kDecryption{.private_keys = {kPrivateKey}};
  if (tarn::federation::VerifySaml(bytes, known, {}, kDecryption).ok()) abort();
  return 0;
}
