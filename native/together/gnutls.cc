#include "transport/gnutls/identity.cc"
#include "transport/gnutls/resumption.cc"
#include "transport/gnutls/tls_settings.cc"
