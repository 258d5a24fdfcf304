#include "transport/quic_openssl/openssl_identity.h"

#include <cstring>

namespace xr::ossl {
namespace {

constexpr long kBackdateSeconds = 3600;
constexpr long kLifetimeSeconds = 24 * 3600;
// MBSTRING_ASC
constexpr int kAscii = 0x1001;
constexpr const char* kName = "xrbench";

void describe(X509* certificate) {
  std::uint64_t serial = 0;
  require(api().RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1,
          "RAND_bytes");
  // A serial number is positive (RFC 5280 section 4.1.2.2).
  serial |= 1;
  require(api().X509_set_version(certificate, 2) == 1, "X509_set_version");
  require(api().ASN1_INTEGER_set_uint64(api().X509_get_serialNumber(certificate), serial) == 1,
          "ASN1_INTEGER_set_uint64");
  require(
      api().X509_gmtime_adj(api().X509_getm_notBefore(certificate), -kBackdateSeconds) != nullptr,
      "X509_gmtime_adj");
  require(api().X509_gmtime_adj(api().X509_getm_notAfter(certificate), kLifetimeSeconds) != nullptr,
          "X509_gmtime_adj");
  X509_NAME* name = api().X509_get_subject_name(certificate);
  require(api().X509_NAME_add_entry_by_txt(name, "CN", kAscii,
                                           reinterpret_cast<const unsigned char*>(kName),
                                           static_cast<int>(std::strlen(kName)), -1, 0) == 1,
          "X509_NAME_add_entry_by_txt");
  require(api().X509_set_issuer_name(certificate, name) == 1, "X509_set_issuer_name");
}

}  // namespace

Pin digest_of(const X509* certificate) {
  Pin pin{};
  unsigned length = 0;
  require(api().X509_digest(certificate, api().EVP_sha256(), pin.data(), &length) == 1 &&
              length == pin.size(),
          "X509_digest");
  return pin;
}

Identity::Identity()
    : key_(api().EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), api().EVP_PKEY_free),
      certificate_(api().X509_new(), api().X509_free) {
  require(key_ != nullptr, "EVP_PKEY_Q_keygen");
  require(certificate_ != nullptr, "X509_new");
  describe(certificate_.get());
  require(api().X509_set_pubkey(certificate_.get(), key_.get()) == 1, "X509_set_pubkey");
  require(api().X509_sign(certificate_.get(), key_.get(), api().EVP_sha256()) > 0, "X509_sign");
  pin_ = digest_of(certificate_.get());
}

}  // namespace xr::ossl
