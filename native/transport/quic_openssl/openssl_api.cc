#include "transport/quic_openssl/openssl_api.h"

#include <dlfcn.h>

namespace xr::ossl {
namespace {

Found look() {
  static Api api;
  Found found;
  // RTLD_DEFAULT is what the program itself has, or was linked with; not the libraries of addons.
  const auto find = [&](const char* name) {
    void* address = dlsym(RTLD_DEFAULT, name);
    if (address == nullptr && found.missing.empty()) found.missing = name;
    return address;
  };
#define XR_OPENSSL_FIND(result, name, parameters) \
  api.name = reinterpret_cast<decltype(api.name)>(find(#name));
  XR_OPENSSL_FUNCTIONS(XR_OPENSSL_FIND)
#undef XR_OPENSSL_FIND
  if (api.OpenSSL_version != nullptr) found.version = api.OpenSSL_version(kFullVersionString);
  if (found.missing.empty()) found.api = &api;
  return found;
}

}  // namespace

const Found& find_openssl() {
  static const Found found = look();
  return found;
}

}  // namespace xr::ossl
