import type { ConnectionOptions, TLSSocket, TlsOptions } from 'node:tls'
import type { SessionKey } from './key.js'
import { HELLO_DEADLINE_MS } from './protocol.js'

/** Name of the pre-shared key in the handshake (RFC 8446, 4.2.11); changes when what the key is used for does. */
const IDENTITY = 'xrbench/1'

/** TLS 1.3 with nothing but the pre-shared key: no certificate, so a peer without the key ends in the handshake. */
const PROTECTION = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
} as const

export function agentTlsOptions(key: SessionKey): TlsOptions {
  return {
    ...PROTECTION,
    handshakeTimeout: HELLO_DEADLINE_MS,
    pskCallback: (_socket, identity) => (identity === IDENTITY ? key : null),
  }
}

export function clientTlsOptions(key: SessionKey): ConnectionOptions {
  return {
    ...PROTECTION,
    // An empty list: a certificate, whoever signed it, never stands in for the key.
    ca: [],
    pskCallback: () => ({ psk: key, identity: IDENTITY }),
    checkServerIdentity: () => new Error('the peer showed a certificate in place of the key'),
  }
}

/** Whether the handshake used the key; OpenSSL counts a pre-shared key of TLS 1.3 as a resumed session. */
export function isKeyed(socket: TLSSocket): boolean {
  return socket.isSessionReused() && Object.keys(socket.getPeerCertificate() ?? {}).length === 0
}
