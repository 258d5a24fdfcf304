import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { captureEnvironment } from '../environment/capture.js'
import { XrbenchError } from '../errors.js'
import { asTold, mutated } from '../fixtures/mutated.js'
import { fc, fuzzRuns } from '../fixtures/property.js'
import type { Case } from '../plan/case.js'
import { caseOf, streamReport } from '../results/fixtures/reports.js'
import { buildRepetition } from '../results/repetition/repetition.js'
import type { RepetitionReport } from '../results/repetition/report.js'
import { repetitionSchema } from '../results/schema/schema.js'
import { judged } from '../run/judged-reports.js'
import { connectSession } from './client/client.js'
import { runRepetition } from './client/repetition.js'
import { takeTurn } from './client/turn.js'
import { withinLimits } from './client/within-limits.js'
import { EndpointSource } from './endpoint/source.js'
import { withoutProcesses } from './fixtures/idle-endpoint.js'
import { passing, scriptedAgent, stopTimers } from './fixtures/scripted-agent.js'
import type { AgentMessage } from './wire/agent-messages.js'
import { encodeFrame, FrameReader } from './wire/frame.js'
import { createKey } from './wire/key.js'
import {
  LINE_SILENCE_MS,
  PROTOCOL_FEATURES,
  PROTOCOL_VERSION,
  REPORT_DEADLINE_MS,
  WATCHDOG_MARGIN_MS,
} from './wire/protocol.js'
import { agentTlsOptions } from './wire/tls.js'

/**
 * An agent that has the key and says anything at any time, to a real client whose endpoint does nothing. Each question is answered in order, or with
 * something else, after which the agent goes, or stays and says nothing more; whatever it says, the client ends with an error of its own or a repetition
 * that makes a valid result.
 */

withoutProcesses()

const SESSIONS = fuzzRuns(50)
/** To go from one deadline to the next takes many times as long as to answer. */
const MOST_WAITS = 20_000

type Message = { type: string } & Record<string, unknown>

/** What an agent says to one question of the client: before it, to it (`null`: nothing), and behind it. */
interface Reply {
  before: readonly unknown[]
  answer: 'in order' | unknown | null
  behind: readonly unknown[]
}

const key = createKey()
let server: Server
let hello: Message
let replies: Reply[] = []

beforeAll(async () => {
  const environment = await captureEnvironment({ address: '127.0.0.1' })
  const tool = { name: 'xrbench', version: '0' }
  const what = { protocol: PROTOCOL_VERSION, tool, features: [...PROTOCOL_FEATURES] }
  hello = { type: 'hello-ok', ...what, transports: ['tcp'], environment }
  server = createServer(agentTlsOptions(key), serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server.close())

function serve(socket: TLSSocket): void {
  const reader = new FrameReader(1 << 23)
  const say = (message: unknown) => socket.write(encodeFrame(message, 1 << 23))
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk)
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      const question = next.message as Message
      if (question.type === 'ping') continue
      const { messages, isInOrder } = repliesTo(question)
      for (const message of messages) say(message)
      if (!isInOrder) socket.end()
    }
  })
}

function repliesTo(question: Message): { messages: unknown[]; isInOrder: boolean } {
  const { before, answer, behind } = replies.shift() ?? IN_ORDER
  const isInOrder = answer === 'in order'
  const answers = isInOrder ? inOrder(question) : answer === null ? [] : [answer]
  return { messages: [...before, ...answers, ...behind], isInOrder }
}

function inOrder({ type, version }: Message): unknown[] {
  switch (type) {
    case 'hello':
      return [hello]
    case 'turn':
      return [{ type: 'turn', limits }]
    case 'prepare':
      return [{ type: 'prepared', blob: 'AAAAAAAAAAA=' }]
    case 'connect':
      return [{ type: 'connected' }]
    case 'start':
      return [{ type: 'started' }]
    case 'clock':
      return [{ type: 'clock', nowNs: 1e15, clockId: 'another' }]
    case 'schedule':
      return [
        { type: 'scheduled', version, isAhead: true },
        { type: 'measured', version },
      ]
    default:
      return [{ type: 'finished', report }]
  }
}

const IN_ORDER: Reply = { before: [], answer: 'in order', behind: [] }
const limits = { durationNs: 3600e9, rateBitsPerSec: null }
const report = asTold(streamReport({ messagesPerSec: 10, sizeBytes: 64 }).server)
const counts = { messages: 5, bytes: 320 }
const ANY: readonly Message[] = [
  ...['ping', 'connected', 'started', 'ended', 'hello'].map((type) => ({ type })),
  { type: 'prepared', blob: 'AAAAAAAAAAA=' },
  { type: 'clock', nowNs: 2 ** 62, clockId: 'x' },
  { type: 'sample', atNs: 1e15, ...counts, waitingBytes: 0 },
  { type: 'so-far', durationNs: 1e9, ...counts, lost: 0 },
  { type: 'scheduled', version: 1, isAhead: false },
  { type: 'measured', version: 12 },
  { type: 'waiting', place: 1, aboutMs: null },
  { type: 'turn', limits },
  { type: 'turn', limits: { durationNs: 1, rateBitsPerSec: 1 } },
  { type: 'finished', report },
  { type: 'finished', report, isShared: true },
  { type: 'refused', code: 'XRB_PEER_LIMIT', message: 'Not today.', hint: null },
  { type: 'error', code: 'XRB_PEER_BUSY', message: 'Not ever.', hint: 'x' },
]
const HARMLESS = ANY.filter(({ type }) => ['ping', 'sample', 'so-far'].includes(type))

const anything = fc.oneof(
  fc.constantFrom(...ANY),
  fc.constantFrom(...ANY).chain((message) => mutated(message)),
  fc.jsonValue({ maxDepth: 3 }),
)
const unasked = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...HARMLESS) },
    { weight: 1, arbitrary: anything },
  ),
  { maxLength: 2 },
)
const reply = fc.record({
  before: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: unasked }),
  answer: fc.oneof(
    { weight: 20, arbitrary: fc.constant<unknown>('in order') },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  behind: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: unasked }),
})

const c = caseOf('tcp', 'stream', { warmupCapNs: 0 })
const endless = (['ping-pong', 'stream'] as const).map((workload) =>
  caseOf('tcp', workload, { warmupCapNs: 0, durationNs: 0, iterations: 5 }),
)

/** How far a session came: the code of its error, or of its repetition's. */
async function outcome(): Promise<string> {
  const { port } = server.address() as AddressInfo
  let session: Awaited<ReturnType<typeof connectSession>> | undefined
  try {
    session = await connectSession({ host: '127.0.0.1', port, key })
    await session.takeTurn({ planMs: null })
    return codeOf(c, await session.runRepetition(c))
  } catch (error) {
    return codeOfError(error)
  } finally {
    await session?.close()
  }
}

/** … with one that stays when it has said what it likes, and is heard of no more but for its heartbeats. */
async function outcomeOfQuiet(asked: Case): Promise<string> {
  let isQuiet = false
  const channel = scriptedAgent((question) => {
    if (isQuiet) return []
    const { messages, isInOrder } = repliesTo(question)
    isQuiet = !isInOrder
    return messages as AgentMessage[]
  })
  try {
    const turn = await takeTurn(channel, { planMs: null })
    const fitted = withinLimits(asked, turn.limits)
    const at = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' }
    const ways = { isGuarded: true, tellsSoFar: true, knowsLast: true }
    const room = { channel, source: new EndpointSource(), ...at, ...ways }
    return codeOf(fitted, await runRepetition(room, fitted, {}))
  } catch (error) {
    return codeOfError(error)
  } finally {
    channel.close()
  }
}

function codeOfError(error: unknown): string {
  if (!(error instanceof XrbenchError)) throw error
  expect(error.exitCode).toBe(4)
  return error.code
}

function codeOf(c: Case, told: RepetitionReport): string {
  const made = judged(c, told)
  const { success, error } = repetitionSchema.safeParse(buildRepetition(c, 0, 0, made))
  expect(success, error?.message).toBe(true)
  expect(made.failure?.exitCode ?? 0).toBeOneOf([0, 4, 5])
  return made.failure?.code ?? 'completed'
}

it('makes an error or a valid repetition, whatever it says', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(reply, { maxLength: 35 }), async (said) => {
      replies = said
      const code = await outcome()
      seen.set(code, (seen.get(code) ?? 0) + 1)
      expect(code).not.toBe('XRB_INTERNAL')
    }),
    { numRuns: SESSIONS },
  )
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['XRB_PROTOCOL', 'XRB_PEER_LOST']))
}, 3_600_000)

describe('one that stays', () => {
  beforeEach(stopTimers)
  afterEach(() => {
    vi.useRealTimers()
  })

  it('holds nobody beyond its deadlines, whatever it has said', async () => {
    const seen = new Map<string, number>()
    const { connectTimeoutNs, durationNs } = c.parameters
    const repetitionMs = (connectTimeoutNs + durationNs) / 1e6 + WATCHDOG_MARGIN_MS
    const longestMs = LINE_SILENCE_MS + repetitionMs + REPORT_DEADLINE_MS
    const asked = fc.constantFrom(c, ...endless)
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { maxLength: 35 }), asked, async (said, one) => {
        replies = said
        const { value: code, ms } = await passing(outcomeOfQuiet(one))
        seen.set(code, (seen.get(code) ?? 0) + 1)
        expect(code).not.toBe('XRB_INTERNAL')
        expect(ms).toBeLessThanOrEqual(longestMs + 1_000)
      }),
      { numRuns: Math.min(SESSIONS, MOST_WAITS) },
    )
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['XRB_PROTOCOL', 'XRB_PEER_SILENT']))
  }, 3_600_000)
})

it('is heard to its end where it answers in order', async () => {
  replies = []
  // The endpoint that does nothing has no link that belongs to those of the report.
  expect(await outcome()).toBe('XRB_PEER_REPORT')
})
