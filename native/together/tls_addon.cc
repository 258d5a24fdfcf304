#include "binding/secure_addon.cc"
#include "transport/make_endpoint.cc"
