import type { TransportName } from './case.js'

/** Whether packets of `transport` are QUIC's, whichever library makes them. */
export function isQuic(transport: TransportName): boolean {
  return transport === 'quic' || transport === 'quic:openssl'
}

/** Whether a handshake of TLS 1.3 comes first. */
export function usesTls(transport: TransportName): boolean {
  return transport === 'tls' || isQuic(transport)
}
