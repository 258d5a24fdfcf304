import type { TransportName } from './case.js'

/** Transports over a TCP connection, which heed its socket options. */
export function runsOverTcp(transport: TransportName): boolean {
  return transport === 'tcp' || transport === 'tls'
}
