import { expect, it } from 'vitest'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../../plan/quic.js'
import { DEFAULT_RDMA } from '../../plan/rdma.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { admit, DEFAULT_LIMITS } from './admission.js'

const LIMITS = { ...DEFAULT_LIMITS, maxDurationNs: 60e9 }
const OWN = { device: 'mlx5_1', port: 2, gidIndex: 3 }
const THEIRS = { device: 'mlx5_7', port: 9, gidIndex: 8 }
const NONE = { device: null, port: null, gidIndex: null }
const HERE = '192.0.2.1'
const client = (address: string) => ({ address, isGuarded: true })

const rdmaCase = testCase(
  { transport: 'rdma' },
  { rdma: { ...DEFAULT_RDMA, verify: false, ...THEIRS } },
)

it("a client's device, port and GID are for its own end only", () => {
  expect(remoteParameters(rdmaCase, 'server').rdma).toMatchObject(NONE)
  expect(remoteParameters(rdmaCase, 'client').rdma).toMatchObject(THEIRS)
})

it.each([OWN, NONE])('an agent uses its own, whatever a client says: %j', (rdmaPort) => {
  // One that does not keep to what `remoteParameters` sends.
  const parameters = remoteParameters(rdmaCase, 'client')
  const request = { type: 'prepare', transport: 'rdma', workload: 'ping-pong', parameters } as const
  const terms = { limits: LIMITS, rdmaPort, dataPorts: null }
  const spec = admit(request, HERE, client(HERE), terms)
  expect(spec.rdma).toMatchObject(rdmaPort)
})

it('data is of the host that asks, and guarded where it knows how', () => {
  const parameters = remoteParameters(testCase(), 'server')
  const request = { type: 'prepare', transport: 'tcp', workload: 'ping-pong', parameters } as const
  const terms = { limits: LIMITS, rdmaPort: NONE, dataPorts: null }
  for (const isGuarded of [true, false]) {
    const spec = admit(request, HERE, { address: '192.0.2.9', isGuarded }, terms)
    expect(spec).toMatchObject({ localAddress: HERE, peerAddress: '192.0.2.9', isGuarded })
  }
})

it('who returns no challenge has no datagrams from elsewhere, unless the operator says so', () => {
  const quicCase = {
    tls: DEFAULT_TLS,
    quic: quicOptions(DEFAULT_QUIC, 'stream', 'ping-pong'),
  }
  const cases = {
    ...{ tcp: testCase(), rdma: rdmaCase, udp: testCase({ transport: 'udp' }) },
    quic: testCase({ transport: 'quic' }, quicCase),
  }
  type Name = keyof typeof cases
  const admitted = (name: Name, address: string, isGuarded: boolean, allowOlder: boolean) => {
    const { transport, workload } = cases[name]
    const parameters = remoteParameters(cases[name], 'server')
    const request = { type: 'prepare', transport, workload, parameters } as const
    const limits = { ...LIMITS, allowOlder }
    const terms = { limits, rdmaPort: NONE, dataPorts: null }
    return admit(request, HERE, { address, isGuarded }, terms).isGuarded
  }
  for (const name of ['udp', 'quic'] as const) {
    expect(() => admitted(name, '192.0.2.9', false, false)).toThrow(
      expect.objectContaining({
        ...{ code: 'XRB_PEER_VERSION', exitCode: 4 },
        message: expect.stringMatching(/upgrade xrbench at the client/),
      }),
    )
    expect(admitted(name, '192.0.2.9', true, false)).toBe(true)
    expect(admitted(name, '192.0.2.9', false, true)).toBe(false)
    expect(admitted(name, HERE, false, false)).toBe(false)
  }
  // A handshake, or the session, says to whom these go.
  for (const name of ['tcp', 'rdma'] as const)
    expect(admitted(name, '192.0.2.9', false, false)).toBe(false)
})

it('nobody from elsewhere has QUIC without encryption, unless the agent is of the lab', () => {
  const quic = quicOptions(DEFAULT_QUIC, 'stream', 'ping-pong', true)
  const c = testCase({ transport: 'quic' }, { tls: DEFAULT_TLS, quic })
  const parameters = remoteParameters(c, 'server')
  const request = { type: 'prepare', transport: 'quic', workload: 'ping-pong', parameters } as const
  const admitted = (isAlone: boolean, allowNullCrypto: boolean) =>
    admit(request, HERE, client(isAlone ? '192.0.2.9' : HERE), {
      ...{ limits: { ...LIMITS, allowNullCrypto }, rdmaPort: NONE, dataPorts: null },
    }).quic?.nullCrypto
  expect(admitted(false, false)).toBe(true)
  expect(admitted(true, true)).toBe(true)
  expect(() => admitted(true, false)).toThrow(/without encryption/)
})

it.each(['unix', 'shm'] as const)('nobody from elsewhere has %s, whatever it asks', (transport) => {
  const parameters = remoteParameters(testCase({ transport }), 'server')
  const request = { type: 'prepare', transport, workload: 'ping-pong', parameters } as const
  const terms = { limits: LIMITS, rdmaPort: NONE, dataPorts: null }
  expect(admit(request, HERE, client(HERE), terms).transport).toBe(transport)
  expect(() => admit(request, HERE, client('192.0.2.9'), terms)).toThrow(
    /two processes of one machine/,
  )
})
