import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { EndpointSpec, WorkloadName } from '../../addon/addon.js'
import { loadAddon, loadSecureAddon } from '../../addon/load.js'
import { isSecure } from '../../addon/load-secure.js'
import { fc, fuzzRuns } from '../../fixtures/property.js'
import type { Case, CaseParameters, TransportName } from '../../plan/case.js'
import { carriersOf } from '../../plan/connects.js'
import { DEFAULT_SOCKET } from '../../plan/defaults.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../../plan/quic.js'
import { DEFAULT_RDMA } from '../../plan/rdma.js'
import { connectSession } from '../client/client.js'
import { endpointSpec, remoteParameters } from '../endpoint/spec.js'
import { testAgent } from '../fixtures/agent.js'
import { testCase } from '../fixtures/case.js'
import { endpointsOf } from '../fixtures/processes.js'
import { bufferedBytes } from './buffers.js'

const KIB = 1024
const MIB = 1024 * KIB
const RUNS = fuzzRuns(300)

function counted(c: Case): number {
  return bufferedBytes(c.transport, c.workload, remoteParameters(c, 'server'))
}

function serverOf(c: Case): EndpointSpec {
  const { transport, workload } = c
  const where = { role: 'server', localAddress: '127.0.0.1', isAlone: true } as const
  return endpointSpec({ ...where, transport, workload, parameters: remoteParameters(c, 'server') })
}

/** By the addon file of its transport; `null` of what that refuses. */
function native(c: Case): number | null {
  const { Endpoint } = isSecure(c.transport) ? loadSecureAddon(c.transport) : loadAddon()
  try {
    return Endpoint.bufferBytes(serverOf(c))
  } catch (error) {
    if ((error as { code?: string }).code === 'BAD_SPEC') return null
    throw error
  }
}

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)
/** Where something changes, and anything between. */
const size = (most: number) =>
  fc.oneof(
    oneOf(1, 64, 120, 121, 1400, 4 * KIB, 4 * KIB + 1, 64 * KIB, 64 * KIB + 1, 8 * MIB, most).map(
      (bytes) => Math.min(bytes, most),
    ),
    fc.integer({ min: 1, max: most }),
  )
const depth = oneOf(null, 1, 2, 4, 7, 64, 128, 512, 8192)

const queuePairs = fc.record({
  queuePair: oneOf('rc' as const, 'uc' as const, 'ud' as const),
  operation: oneOf('send' as const, 'write' as const, 'write-imm' as const, 'read' as const),
  txDepth: depth,
  rxDepth: oneOf(null, 4, 6, 7, 512, 8192),
  signalEvery: depth,
  postList: depth,
})
const quics = fc.record({
  messages: oneOf('stream' as const, 'stream-each' as const, 'datagram' as const),
  udpPayloadBytes: oneOf(1200, 1452, 32_753, 32_754, 65_000, 65_507),
  windowBytes: oneOf(1024, 2 * MIB, 256 * MIB),
})

/** Of a transport and a workload, with whatever makes a difference. */
function cases(transport: TransportName, workload: WorkloadName): fc.Arbitrary<Case> {
  const isStream = workload === 'stream'
  const most = transport === 'udp' && workload !== 'rr' ? 65_507 : 64 * MIB
  const quicMessages = (quic: { messages: string; udpPayloadBytes: number }) =>
    transport === 'quic' && quic.messages === 'datagram' && workload !== 'rr'
      ? Math.min(most, quic.udpPayloadBytes - 100)
      : most
  return fc
    .record({
      bytes: size(most),
      response: size(most),
      streams: isStream ? oneOf(1, 2, 3, 64) : oneOf(1),
      direction: isStream
        ? oneOf('up' as const, 'down' as const, 'both' as const)
        : oneOf('up' as const),
      verify: fc.boolean(),
      offload: fc.boolean(),
      rdma: queuePairs,
      quic: quics,
    })
    .map((drawn) => {
      const { verify, streams, direction } = drawn
      const isQuic = transport === 'quic'
      const parameters: Partial<CaseParameters> = {
        messageSizeBytes: Math.min(drawn.bytes, quicMessages(drawn.quic)),
        responseSizeBytes: workload === 'rr' ? drawn.response : null,
        inflight: workload === 'rr' ? 4 : null,
        // A ping-pong of plain writes has no other.
        wait: 'spin',
        ...{ streams, direction, verify },
        pin: 'none',
        socket: { ...DEFAULT_SOCKET, segmentationOffload: drawn.offload },
        rdma: transport === 'rdma' ? { ...DEFAULT_RDMA, ...drawn.rdma, verify } : null,
        tls: isSecure(transport) || transport === 'quic:openssl' ? DEFAULT_TLS : null,
        quic: isQuic
          ? { ...quicOptions(DEFAULT_QUIC, 'stream', workload), ...drawn.quic, verify }
          : null,
        quicOpenssl: transport === 'quic:openssl' ? { streams: 1, verify } : null,
        ...(transport === 'unix' && { unixType: 'stream' as const }),
      }
      return testCase({ transport, workload }, parameters)
    })
}

const WORKLOADS = ['ping-pong', 'stream', 'rr', 'connect'] as const

describe.each(WORKLOADS)('%s', (workload) => {
  it.each([...carriersOf(workload)])('%s: counts what the addon takes', (transport) => {
    let compared = 0
    fc.assert(
      fc.property(cases(transport, workload), (c) => {
        const taken = native(c)
        if (taken === null) return
        compared += 1
        expect(counted(c)).toBe(taken)
      }),
      { numRuns: RUNS },
    )
    // Of queue pairs, many combinations have no meaning.
    expect(compared).toBeGreaterThan(RUNS / 10)
  })
})

describe('what is large', () => {
  const stream = { workload: 'stream' } as const

  it('counts both directions, and both messages of a round trip', () => {
    const of64 = { streams: 64, messageSizeBytes: 16 * MIB }
    expect(counted(testCase(stream, { ...of64, direction: 'up' }))).toBe(1024 * MIB)
    expect(counted(testCase(stream, { ...of64, direction: 'both' }))).toBe(2048 * MIB)
    const rr = { messageSizeBytes: 64, responseSizeBytes: MIB, inflight: 4 }
    expect(counted(testCase({ workload: 'rr' }, rr))).toBe(MIB + 260 * KIB)
  })

  it('counts as many datagrams as are taken at once', () => {
    const socket = { ...DEFAULT_SOCKET, segmentationOffload: false }
    const datagrams = { streams: 64, messageSizeBytes: 65_507, socket }
    const c = testCase({ ...stream, transport: 'udp' }, datagrams)
    expect(counted(c)).toBe(64 * 64 * 65_508)
  })

  it('counts the slots of each queue pair, however large they are', () => {
    const rdma = { ...DEFAULT_RDMA, verify: true }
    const messages = { streams: 64, messageSizeBytes: 8 * MIB, rdma }
    const verified = counted(testCase({ ...stream, transport: 'rdma' }, messages))
    expect(verified).toBe(64 * (4 * KIB + 6 * 8 * MIB))
    const deep = { ...DEFAULT_RDMA, rxDepth: 8192, txDepth: 8192, verify: false }
    const requests = { messageSizeBytes: MIB, responseSizeBytes: MIB, inflight: 1, rdma: deep }
    const rr = counted(testCase({ workload: 'rr', transport: 'rdma' }, requests))
    expect(rr).toBe(4 * KIB + 2 * 8192 * 32 * KIB)
  })
})

it.skipIf(loadAddon().build.sanitizer !== null)(
  'a process that measures takes no more memory than is counted',
  async () => {
    const agent = await testAgent()
    const session = await connectSession(agent)
    const socket = { ...DEFAULT_SOCKET, segmentationOffload: false }
    const inDatagrams = (streams: number) =>
      testCase(
        { transport: 'udp', workload: 'stream' },
        { messageSizeBytes: 65_507, socket, rateBitsPerSec: 1e8, durationNs: 1e9, streams },
      )
    const peakOf = async (c: Case) => {
      let peak = 0
      const onProgress = () => {
        peak = Math.max(peak, ...endpointsOf(process.pid).filter(isConfined).map(peakBytes))
      }
      expect(await session.runRepetition(c, { onProgress })).toMatchObject({ status: 'completed' })
      return peak
    }
    try {
      const [few, many] = [inDatagrams(1), inDatagrams(64)]
      const [ofFew, ofMany] = [await peakOf(few), await peakOf(many)]
      const more = counted(many) - counted(few)
      expect(ofFew).toBeGreaterThan(0)
      expect(ofMany - ofFew).toBeGreaterThan(more / 2)
      // Threads, and what else comes with a connection.
      expect(ofMany - ofFew).toBeLessThan(more + 32 * MIB)
    } finally {
      await session.close()
      await agent.close()
    }
  },
)

function isConfined(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--confined')
}

/** The most that it had in memory so far (proc_pid_status(5)). */
function peakBytes(pid: number): number {
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes ?? 0) * KIB
}
