/** What is known of a transport before anything of it is measured. */
interface TransportFacts {
  /** `machine`: joins two processes of one machine, with no network between them. */
  readonly reach: 'network' | 'machine'
  /** What socket options can change: those of IP too, the buffers alone, or nothing, for want of a socket. */
  readonly socket: 'ip' | 'buffers' | 'none'
  /** Colour, dash and symbol in charts, and its place among the others there, from 0. Each has its own for ever, so that pictures can be held side by side. */
  readonly slot: number
}

const facts = {
  rdma: { reach: 'network', socket: 'ip', slot: 2 },
  tcp: { reach: 'network', socket: 'ip', slot: 0 },
  tls: { reach: 'network', socket: 'ip', slot: 4 },
  udp: { reach: 'network', socket: 'ip', slot: 1 },
  quic: { reach: 'network', socket: 'ip', slot: 3 },
  'quic:openssl': { reach: 'network', socket: 'ip', slot: 5 },
  unix: { reach: 'machine', socket: 'buffers', slot: 6 },
  shm: { reach: 'machine', socket: 'none', slot: 7 },
} as const satisfies Record<string, TransportFacts>

/** Transports a user can name. */
export type TransportName = keyof typeof facts
/** In the order in which they are listed and measured. */
export const TRANSPORTS: Readonly<Record<TransportName, TransportFacts>> = facts
export const TRANSPORT_NAMES = Object.keys(facts) as [TransportName, ...TransportName[]]

/** Whether both ends have to be processes of one machine. */
export function isWithinMachine(transport: TransportName): boolean {
  return TRANSPORTS[transport].reach === 'machine'
}

/** Transports over a TCP connection, which heed its socket options. */
export function runsOverTcp(transport: TransportName): boolean {
  return transport === 'tcp' || transport === 'tls'
}

/** Whether packets of `transport` are QUIC's, whichever library makes them. */
export function isQuic(transport: TransportName): boolean {
  return transport === 'quic' || transport === 'quic:openssl'
}

/** Whether a handshake of TLS 1.3 comes first. */
export function usesTls(transport: TransportName): boolean {
  return transport === 'tls' || isQuic(transport)
}
