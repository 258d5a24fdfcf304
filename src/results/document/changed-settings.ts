import type { CaseResult } from '../schema/schema.js'

type Effective = CaseResult['parameters']['effective']['client']

/** What is granted anew to each connection, and is no figure of it: buffers grow, and ports are others. */
const GRANTED: Readonly<Record<string, (of: NonNullable<Effective>) => unknown>> = {
  congestionControl: (of) => of.congestionControl,
  pathMtuBytes: (of) => of.pathMtuBytes,
  gso: (of) => of.gso,
  gro: (of) => of.gro,
  headerBytes: (of) => of.headerBytes,
  multipath: (of) => of.multipath,
  pollsDevice: (of) => of.pollsDevice,
  'rdma.mtuBytes': (of) => of.rdma?.mtuBytes,
  'rdma.memoryNumaNode': (of) => of.rdma?.memoryNumaNode,
  'tls.protocol': (of) => of.tls?.protocol,
  'tls.cipher': (of) => of.tls?.cipher,
  'tls.group': (of) => of.tls?.group,
  'tls.ktls': (of) => of.tls?.ktls,
  'quic.udpPayloadBytes': (of) => of.quic?.udpPayloadBytes,
  'quic.sharesPackets': (of) => of.quic?.sharesPackets,
}

/** What an end was granted in one repetition otherwise than in the first, whose settings stand in the file: `client tls.ktls`. */
export function changedSettings(
  end: 'client' | 'server',
  first: Effective,
  now: Effective,
): string[] {
  if (first === null || now === null) return []
  return Object.entries(GRANTED).flatMap(([name, read]) =>
    (read(first) ?? null) === (read(now) ?? null) ? [] : [`${end} ${name}`],
  )
}
