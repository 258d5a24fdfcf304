import { existsSync } from 'node:fs'
import { compiles } from './probe.mjs'

// For each Debian package, whether what we need of it works, as in system-packages.mjs.

export const SECURE_HEADERS = {
  'libgnutls28-dev': '/usr/include/gnutls/gnutls.h',
  'libngtcp2-dev': '/usr/include/ngtcp2/ngtcp2.h',
  'libngtcp2-crypto-gnutls-dev': '/usr/include/ngtcp2/ngtcp2_crypto_gnutls.h',
}

/** TLS takes GnuTLS; QUIC ngtcp2 too. Whether ngtcp2 is new enough is the build's to find out: nothing newer could be installed. */
export const SECURE_BUILD_TOOLS = {
  'libgnutls28-dev': () => has('libgnutls28-dev', 'gnutls/gnutls.h'),
  'libngtcp2-dev': () => has('libngtcp2-dev', 'ngtcp2/ngtcp2.h'),
  'libngtcp2-crypto-gnutls-dev': () =>
    has('libngtcp2-crypto-gnutls-dev', 'ngtcp2/ngtcp2_crypto_gnutls.h'),
}

/** The file is looked for first, as that takes no compiler. */
function has(name, header) {
  return existsSync(SECURE_HEADERS[name]) || compiles(`#include <${header}>\nint main() {}\n`)
}
