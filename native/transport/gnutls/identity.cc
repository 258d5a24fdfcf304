#include "transport/gnutls/identity.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <ctime>

#include "transport/gnutls/gnutls_error.h"

namespace xr {
namespace {

constexpr std::time_t kBackdateSeconds = 3600;
constexpr std::time_t kLifetimeSeconds = 24 * 3600;

struct PrivateKey {
  PrivateKey() { check_gnutls("gnutls_x509_privkey_init", gnutls_x509_privkey_init(&handle)); }
  ~PrivateKey() { gnutls_x509_privkey_deinit(handle); }
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  gnutls_x509_privkey_t handle = nullptr;
};

struct Certificate {
  Certificate() { check_gnutls("gnutls_x509_crt_init", gnutls_x509_crt_init(&handle)); }
  ~Certificate() { gnutls_x509_crt_deinit(handle); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  gnutls_x509_crt_t handle = nullptr;
};

void sign_itself(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key,
                 const Validity& validity) {
  constexpr const char* kName = "xrbench";
  std::array<std::uint8_t, 16> serial{};
  check_gnutls("gnutls_rnd", gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()));
  // A serial number is positive and does not begin with a zero (RFC 5280 section 4.1.2.2).
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
  check_gnutls("gnutls_x509_crt_set_version", gnutls_x509_crt_set_version(certificate, 3));
  check_gnutls("gnutls_x509_crt_set_serial",
               gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size()));
  check_gnutls("gnutls_x509_crt_set_activation_time",
               gnutls_x509_crt_set_activation_time(certificate, validity.from));
  check_gnutls("gnutls_x509_crt_set_expiration_time",
               gnutls_x509_crt_set_expiration_time(certificate, validity.until));
  check_gnutls("gnutls_x509_crt_set_dn_by_oid",
               gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, kName,
                                             static_cast<unsigned>(std::strlen(kName))));
  check_gnutls("gnutls_x509_crt_set_key", gnutls_x509_crt_set_key(certificate, key));
  check_gnutls("gnutls_x509_crt_sign2",
               gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
}

Pin digest_of(const gnutls_datum_t& der) {
  Pin pin{};
  check_gnutls("gnutls_hash_fast",
               gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, pin.data()));
  return pin;
}

}  // namespace

Credentials no_credentials() {
  gnutls_certificate_credentials_t handle = nullptr;
  check_gnutls("gnutls_certificate_allocate_credentials",
               gnutls_certificate_allocate_credentials(&handle));
  return Credentials(handle, &gnutls_certificate_free_credentials);
}

Validity valid_for_a_day() {
  const std::time_t now = std::time(nullptr);
  return {now - kBackdateSeconds, now + kLifetimeSeconds};
}

Identity::Identity(const Validity& validity) : credentials_(no_credentials()) {
  PrivateKey key;
  check_gnutls("gnutls_x509_privkey_generate",
               gnutls_x509_privkey_generate(key.handle, GNUTLS_PK_ECDSA,
                                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
  Certificate certificate;
  sign_itself(certificate.handle, key.handle, validity);
  gnutls_datum_t der{};
  check_gnutls("gnutls_x509_crt_export2",
               gnutls_x509_crt_export2(certificate.handle, GNUTLS_X509_FMT_DER, &der));
  const auto release = [](unsigned char* data) { gnutls_free(data); };
  const std::unique_ptr<unsigned char, decltype(release)> owned(der.data, release);
  pin_ = digest_of(der);
  check_gnutls(
      "gnutls_certificate_set_x509_key",
      gnutls_certificate_set_x509_key(credentials_.get(), &certificate.handle, 1, key.handle));
}

Identity::Identity(const std::string& certificate_file, const std::string& key_file)
    : credentials_(no_credentials()) {
  check_gnutls("gnutls_certificate_set_x509_key_file",
               gnutls_certificate_set_x509_key_file(credentials_.get(), certificate_file.c_str(),
                                                    key_file.c_str(), GNUTLS_X509_FMT_PEM));
  gnutls_datum_t der{};
  check_gnutls("gnutls_certificate_get_crt_raw",
               gnutls_certificate_get_crt_raw(credentials_.get(), 0, 0, &der));
  pin_ = digest_of(der);
}

bool matches_pin(gnutls_session_t session, const Pin& pin) noexcept {
  unsigned count = 0;
  const gnutls_datum_t* shown = gnutls_certificate_get_peers(session, &count);
  if (shown == nullptr || count == 0) return false;
  Pin digest{};
  if (gnutls_hash_fast(GNUTLS_DIG_SHA256, shown[0].data, shown[0].size, digest.data()) < 0)
    return false;
  return gnutls_memcmp(digest.data(), pin.data(), pin.size()) == 0;
}

}  // namespace xr
