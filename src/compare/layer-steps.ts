import type { CaseResult } from '../results/schema/schema.js'

/** One transport, and which cases are of it. */
export interface Step {
  name: string
  matches(c: CaseResult): boolean
}

const quic = (messages: string, nullCrypto: boolean, name: string): Step => ({
  name,
  matches: ({ transport, parameters: { requested } }) =>
    transport === 'quic' &&
    requested.quic?.messages === messages &&
    requested.quic.nullCrypto === nullCrypto,
})
const tls = (isKernel: boolean, name: string): Step => ({
  name,
  matches: ({ transport, parameters: { effective } }) =>
    transport === 'tls' && effective.client?.tls?.ktls === isKernel,
})
const plain = (transport: CaseResult['transport'], name: string): Step => ({
  name,
  matches: (c) => c.transport === transport,
})

/** What every chain may begin with: what two processes cost one another without a network. */
export const WITHOUT_NETWORK: readonly Step[] = [
  plain('shm', 'Shared memory'),
  plain('unix', 'AF_UNIX'),
]

/** The first of each is what the others stand on. */
export const CHAINS: readonly (readonly [Step, ...Step[]])[] = [
  ...['datagram', 'stream'].map((messages): [Step, ...Step[]] => [
    plain('udp', 'UDP'),
    quic(messages, true, `QUIC ${messages} without encryption`),
    quic(messages, false, `QUIC ${messages}`),
  ]),
  [plain('tcp', 'TCP'), tls(false, 'TLS'), tls(true, 'TLS by the kernel (kTLS)')],
]
