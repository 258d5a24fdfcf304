import { describe, type ExpectStatic, it } from 'vitest'
import type { Case } from '../plan/case.js'
import { DEFAULT_QUIC, DEFAULT_TLS, quicOptions } from '../plan/quic.js'
import type { RepetitionReport } from '../results/repetition/report.js'
import type { Cut, CutPath } from '../transports/fixtures/cut-path.js'
import { WIRES } from '../transports/fixtures/wires.js'
import { badDay, type Moment, watchMoments } from './fixtures/bad-day.js'
import { testCase } from './fixtures/case.js'
import { gone } from './fixtures/processes.js'

/**
 * The server of a TLS or QUIC connection goes in each phase of it: its process is killed or stopped, or the path to it falls silent or is
 * closed. Agent, endpoints and sockets are real; within the handshake the phase is found by what has crossed the path.
 */

watchMoments()

const WAYS = ['SIGKILL', 'SIGSTOP', 'silent', 'closed'] as const
type Way = (typeof WAYS)[number]
type Secure = 'tls' | 'quic'
const CARRIERS = { tls: 'tcp', quic: 'udp' } as const

/**
 * What does not arrive any more. Each connection begins with the session's token and a welcome; then come the client's hello, the server's
 * hello to Finished, and the client's Finished (RFC 8446 section 2).
 */
const HANDSHAKES: Record<Secure, Record<string, Cut>> = {
  tls: {
    'the first answer': { way: 'down', flight: 1 },
    'the answer to the hello': { way: 'down', flight: 2 },
    // A part of the first record: to the whole of it the client may say something.
    'the rest of the answer to the hello': { way: 'down', flight: 2, passes: 50 },
    'the client’s last word': { way: 'up', flight: 3 },
  },
  quic: {
    'the welcome': { way: 'down', flight: 1 },
    'the first answer': { way: 'down', flight: 2 },
    'the client’s last word': { way: 'up', flight: 3 },
    'the server’s last word': { way: 'down', flight: 3 },
  },
}
/** After the handshake and before the first message, and so on. */
const LATER = ['start', 'warm-up', 'measure', 'finish'] as const satisfies readonly Moment[]

interface Expected {
  code: string
  exitCode: number
}
const GONE: Record<'SIGKILL' | 'SIGSTOP', Expected> = {
  SIGKILL: { code: 'XRB_PEER_LOST', exitCode: 4 },
  SIGSTOP: { code: 'XRB_PEER_SILENT', exitCode: 4 },
}
const WITHIN: Record<Way, Expected> = {
  ...GONE,
  silent: { code: 'XRB_CONNECT', exitCode: 4 },
  closed: { code: 'XRB_CONNECT', exitCode: 4 },
}
const AFTERWARDS: Record<Way, Expected> = {
  ...GONE,
  silent: { code: 'XRB_STALLED', exitCode: 5 },
  closed: { code: 'XRB_PEER_CLOSED', exitCode: 5 },
}

/** A ping-pong that takes 1.5 s. */
function secureCase(transport: Secure): Case {
  const limits = { warmupCapNs: 500e6, durationNs: 1e9, idleTimeoutNs: 2e9, connectTimeoutNs: 2e9 }
  const quic = transport === 'quic' ? quicOptions(DEFAULT_QUIC, 'stream', 'ping-pong') : null
  return testCase({ transport }, { ...limits, tls: { ...DEFAULT_TLS }, quic })
}

const here = (['tls', 'quic'] as const).filter((transport) =>
  WIRES.some((wire) => wire.transport === transport),
)
const inHandshakes = here.flatMap((transport) =>
  Object.entries(HANDSHAKES[transport]).flatMap(([lost, where]) =>
    WAYS.map((way) => ({ transport, way, lost, where })),
  ),
)
const later = here.flatMap((transport) =>
  LATER.flatMap((moment) => WAYS.map((way) => ({ transport, way, moment }))),
)

describe.concurrent('the server goes', () => {
  it.for(inHandshakes)(
    '$transport, $way, in place of $lost',
    async ({ transport, way, lost, where }, { expect }) => {
      let isReached = false
      const day = await badDay(
        secureCase(transport),
        (moment, pids, path) => {
          if (moment !== 'cut') return
          isReached = true
          leave(way, pids.server, path)
        },
        { over: CARRIERS[transport], where },
      )
      expect(isReached).toBe(true)
      // The client waits for it only for a moment: it may be lost, and nothing would be missing. QUIC looks at the path behind it.
      const isNeeded = transport === 'quic' || lost !== 'the server’s last word'
      expectTold(day.report, (isNeeded || way !== 'silent' ? WITHIN : AFTERWARDS)[way], expect)
      await expectOver(day, expect)
    },
  )

  it.for(later)('$transport, $way, at $moment', async ({ transport, way, moment }, { expect }) => {
    let times = 0
    const day = await badDay(
      secureCase(transport),
      (reached, pids, path) => {
        if (reached !== moment) return
        times += 1
        expect(path).not.toBeNull()
        expect(pids.server).toHaveLength(1)
        leave(way, pids.server, path)
      },
      { over: CARRIERS[transport], where: null },
    )
    expect(times).toBeGreaterThan(0)
    const isOnPath = way === 'silent' || way === 'closed'
    // Else nothing has gone, and all below would hold by itself.
    if (way !== 'SIGSTOP') expect(day.path?.isOpen()).toBe(false)
    if (moment === 'finish' && isOnPath) {
      // All was measured, and told over the session.
      expect(day.report).toMatchObject({ status: 'completed', failure: null })
    } else {
      expectTold(day.report, AFTERWARDS[way], expect)
    }
    if (moment === 'measure' || moment === 'finish') {
      const kept = day.report.client.outcome?.links[0]
      expect(kept?.marks.at(-1)?.messages).toBeGreaterThan(0)
      expect(kept?.latency?.count).toBeGreaterThan(0)
    }
    await expectOver(day, expect)
  })
})

function leave(way: Way, server: readonly number[], path: CutPath | null): void {
  if (way === 'SIGKILL' || way === 'SIGSTOP') for (const pid of server) process.kill(pid, way)
  // The kernel closes the sockets of a process that was killed, and keeps those of one that was stopped.
  path?.cut(way === 'closed' || way === 'SIGKILL' ? 'closed' : 'silent')
}

/** Told with a code, one sentence and a hint. */
function expectTold(report: RepetitionReport, expected: Expected, expect: ExpectStatic): void {
  expect(report.status).toBe('failed')
  expect(report.failure).toMatchObject(expected)
  expect(report.failure?.message).toMatch(
    /^(At the client|The agent says: at the server), [^\n]+[^.]\.$/,
  )
  expect(report.failure?.hint).toMatch(/./)
}

/** The agent has survived it, and takes the next repetition; nothing is left behind. */
async function expectOver(
  { agent, session, seen }: Awaited<ReturnType<typeof badDay>>,
  expect: ExpectStatic,
): Promise<void> {
  expect(await session.runRepetition(testCase())).toMatchObject({ status: 'completed' })
  await session.close()
  await agent.close()
  await gone(seen)
}
