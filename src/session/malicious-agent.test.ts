import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { captureEnvironment } from '../environment/capture.js'
import { XrbenchError } from '../errors.js'
import { asTold, mutated } from '../fixtures/mutated.js'
import { fc, fuzzRuns } from '../fixtures/property.js'
import { caseOf, streamReport } from '../results/fixtures/reports.js'
import { buildRepetition } from '../results/repetition/repetition.js'
import { repetitionSchema } from '../results/schema/schema.js'
import { judged } from '../run/judged-reports.js'
import { connectSession } from './client/client.js'
import { withoutProcesses } from './fixtures/idle-endpoint.js'
import { encodeFrame, FrameReader } from './wire/frame.js'
import { createKey } from './wire/key.js'
import { PROTOCOL_FEATURES, PROTOCOL_VERSION } from './wire/protocol.js'
import { agentTlsOptions } from './wire/tls.js'

/**
 * An agent that has the key and says anything at any time, to a real client whose endpoint does nothing. Each question is answered in order, or with
 * something else, after which the agent goes; whatever it says, the client ends with an error of its own or a repetition that makes a valid result.
 */

withoutProcesses()

const SESSIONS = fuzzRuns(50)

type Message = { type: string } & Record<string, unknown>

/** What an agent says to one question of the client: before it, to it (`null`: nothing, and is gone), and behind it. */
interface Turn {
  before: readonly unknown[]
  answer: 'in order' | unknown | null
  behind: readonly unknown[]
}

const key = createKey()
let server: Server
let hello: Message
let turns: Turn[] = []

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
      const turn = turns.shift() ?? { before: [], answer: 'in order', behind: [] }
      for (const message of turn.before) say(message)
      const answers = turn.answer === 'in order' ? inOrder(question) : [turn.answer]
      if (turn.answer !== null) for (const message of answers) say(message)
      for (const message of turn.behind) say(message)
      if (turn.answer !== 'in order') socket.end()
    }
  })
}

function inOrder({ type, version }: Message): unknown[] {
  switch (type) {
    case 'hello':
      return [hello]
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
  { type: 'finished', report },
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
const turn = fc.record({
  before: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: unasked }),
  answer: fc.oneof(
    { weight: 20, arbitrary: fc.constant<unknown>('in order') },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  behind: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: unasked }),
})

const c = caseOf('tcp', 'stream', { warmupCapNs: 0 })

/** How far a session came: the code of its error, or of its repetition's. */
async function outcome(): Promise<string> {
  const { port } = server.address() as AddressInfo
  let session: Awaited<ReturnType<typeof connectSession>>
  try {
    session = await connectSession({ host: '127.0.0.1', port, key })
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    expect(error.exitCode).toBe(4)
    return error.code
  }
  const told = await session.runRepetition(c)
  await session.close()
  const made = judged(c, told)
  const { success, error } = repetitionSchema.safeParse(buildRepetition(c, 0, 0, made))
  expect(success, error?.message).toBe(true)
  expect(made.failure?.exitCode ?? 0).toBeOneOf([0, 4, 5])
  return made.failure?.code ?? 'completed'
}

it('makes an error or a valid repetition, whatever it says', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 34 }), async (said) => {
      turns = said
      const code = await outcome()
      seen.set(code, (seen.get(code) ?? 0) + 1)
      expect(code).not.toBe('XRB_INTERNAL')
    }),
    { numRuns: SESSIONS },
  )
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['XRB_PROTOCOL', 'XRB_PEER_LOST']))
}, 3_600_000)

it('is heard to its end where it answers in order', async () => {
  turns = []
  // The endpoint that does nothing has no link that belongs to those of the report.
  expect(await outcome()).toBe('XRB_PEER_REPORT')
})
