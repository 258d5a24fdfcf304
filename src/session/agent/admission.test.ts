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
  const spec = admit(request, '192.0.2.1', { limits: LIMITS, rdmaPort, dataPorts: null })
  expect(spec.rdma).toMatchObject(rdmaPort)
})

it('nobody from elsewhere has QUIC without encryption, unless the agent is of the lab', () => {
  const quic = quicOptions(DEFAULT_QUIC, 'stream', 'ping-pong', true)
  const c = testCase({ transport: 'quic' }, { tls: DEFAULT_TLS, quic })
  const parameters = remoteParameters(c, 'server')
  const request = { type: 'prepare', transport: 'quic', workload: 'ping-pong', parameters } as const
  const admitted = (isAlone: boolean, allowNullCrypto: boolean) =>
    admit(
      request,
      '192.0.2.1',
      { limits: { ...LIMITS, allowNullCrypto }, rdmaPort: NONE, dataPorts: null },
      isAlone,
    ).quic?.nullCrypto
  expect(admitted(false, false)).toBe(true)
  expect(admitted(true, true)).toBe(true)
  expect(() => admitted(true, false)).toThrow(/without encryption/)
})

it.each(['unix', 'shm'] as const)('nobody from elsewhere has %s, whatever it asks', (transport) => {
  const parameters = remoteParameters(testCase({ transport }), 'server')
  const request = { type: 'prepare', transport, workload: 'ping-pong', parameters } as const
  const terms = { limits: LIMITS, rdmaPort: NONE, dataPorts: null }
  expect(admit(request, '192.0.2.1', terms).transport).toBe(transport)
  expect(() => admit(request, '192.0.2.1', terms, true)).toThrow(/two processes of one machine/)
})
