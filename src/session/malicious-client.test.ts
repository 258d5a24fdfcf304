import { once } from 'node:events'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Deferred, deferred } from '../deferred.js'
import { captureEnvironment } from '../environment/capture.js'
import type { XrbenchError } from '../errors.js'
import { mutated } from '../fixtures/mutated.js'
import { fc, fuzzRuns } from '../fixtures/property.js'
import { remoteParameters } from './endpoint/spec.js'
import { testAgent } from './fixtures/agent.js'
import { testCase } from './fixtures/case.js'
import { withoutProcesses } from './fixtures/idle-endpoint.js'
import { HELLO } from './fixtures/raw-peer.js'
import { agentMessageSchema } from './wire/agent-messages.js'
import { clientMessageSchema } from './wire/client-messages.js'
import { encodeFrame, FrameReader } from './wire/frame.js'
import { MAX_CLOCK_QUESTIONS, MAX_WINDOWS, TURNS_FEATURE } from './wire/protocol.js'
import { clientTlsOptions } from './wire/tls.js'

/**
 * A client that has the key and says anything at any time, against a real agent whose endpoints do nothing. A model says which of it is in order:
 * what is not ends the session with a last word, and the agent serves the next one.
 */

withoutProcesses()

const SESSIONS = fuzzRuns(150)

let agent: Awaited<ReturnType<typeof testAgent>>
let closed: Deferred<XrbenchError>
beforeAll(async () => {
  const environment = await captureEnvironment({ address: '127.0.0.1' })
  agent = await testAgent({
    environment: async () => environment,
    onEvent: (event) => {
      if (event.type === 'session-closed') closed.resolve(event.reason)
    },
  })
})
afterAll(() => agent.close())

type Message = { type: string } & Record<string, unknown>

/** Of a client of before turns, and of one that asks for its own. */
const HELLOS: readonly Message[] = [HELLO, { ...HELLO, features: [TURNS_FEATURE] }]
const turn = (planMs: number | null): Message => ({ type: 'turn', planMs })

const prepare = (parameters = {}): Message => ({
  ...{ type: 'prepare', transport: 'tcp', workload: 'ping-pong' },
  parameters: remoteParameters(testCase({}, parameters), 'server'),
})
const TOO_LONG = prepare({ durationNs: 3600e9 })
const BLOB = { type: 'connect', blob: 'AAAAAAAAAAA=' }
const schedule = (version: number): Message => ({ type: 'schedule', version, startNs: 1e18 })

type Stage = 'hello' | 'idle' | 'connect' | 'start' | 'measure' | 'over'

/** What an agent is to make of what a client says. */
class Model {
  stage: Stage = 'hello'
  readonly #hello: Message
  #hasTurn = false
  #windows = 0
  #questions = 0

  constructor(hello: Message) {
    this.#hello = hello
  }

  /** The message that would lead on. */
  next(): Message {
    switch (this.stage) {
      case 'hello':
        return this.#hello
      case 'idle':
        return this.#hasTurn ? prepare() : turn(1_000)
      case 'connect':
        return BLOB
      case 'start':
        return { type: 'start' }
      default:
        return this.#windows < MAX_WINDOWS ? schedule(this.#windows + 1) : { type: 'finish' }
    }
  }

  hear(message: unknown): void {
    const checked = clientMessageSchema.safeParse(message)
    if (!checked.success) this.stage = 'over'
    else if (this.stage !== 'over') this.stage = this.#after(checked.data.type, message as Message)
  }

  #after(type: string, message: Message): Stage {
    if (type === 'ping') return this.stage
    if (this.stage === 'hello') return this.#greeted(message)
    if (type === 'finish') return 'idle'
    if (this.stage === 'idle') return this.#asked(type, message)
    if (type === 'clock') return ++this.#questions > MAX_CLOCK_QUESTIONS ? 'over' : this.stage
    if (type === 'connect' && this.stage === 'connect') return 'start'
    if (type === 'start' && this.stage === 'start') return 'measure'
    const isNext = this.stage === 'measure' && message.version === this.#windows + 1
    if (type !== 'schedule' || !isNext) return 'over'
    this.#windows += 1
    return 'measure'
  }

  #greeted(message: Message): Stage {
    const hello = HELLOS.find((one) => isSame(one, message))
    // One that does not know how to ask for its turn has it at once.
    this.#hasTurn = hello === HELLO
    return hello === undefined ? 'over' : 'idle'
  }

  #asked(type: string, message: Message): Stage {
    if (type === 'prepare') return this.#prepared(message)
    const isFirst = type === 'turn' && !this.#hasTurn
    this.#hasTurn = true
    return isFirst ? 'idle' : 'over'
  }

  #prepared({ parameters }: Message): Stage {
    this.#hasTurn = true
    this.#windows = 0
    this.#questions = 0
    const { durationNs } = parameters as { durationNs: number }
    // What an agent does not allow is refused, and the session goes on.
    return durationNs > 60e9 ? 'idle' : 'connect'
  }
}

function isSame(hello: Message, { protocol, tool, features }: Message): boolean {
  return protocol === hello.protocol && tool === hello.tool && features === hello.features
}

const ANY: readonly Message[] = [
  ...[...HELLOS, { ...HELLO, protocol: 1 }, { type: 'hello', protocol: 2 }],
  ...[prepare(), TOO_LONG, BLOB, turn(null), turn(60_000)],
  ...['start', 'clock', 'finish', 'ping', 'prepared', 'finished'].map((type) => ({ type })),
  ...[schedule(1), schedule(2), schedule(MAX_WINDOWS), { type: 'connect', blob: '!' }],
]

const NEXT = 'next'
const said = fc.oneof(
  { weight: 6, arbitrary: fc.constant(NEXT) },
  { weight: 2, arbitrary: fc.constantFrom(...ANY.filter(isHarmless)) },
  { weight: 1, arbitrary: fc.constantFrom(...ANY) },
  // What is changed somewhere may still be in order: it is told apart by nothing but the schema, and is the last one said.
)
const last = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...ANY).chain((message) => mutated(message, 2)),
  fc.jsonValue({ maxDepth: 3 }),
)

function isHarmless({ type }: Message): boolean {
  return ['ping', 'clock', 'finish'].includes(type)
}

/** Says all of it at once, in pieces of so many bytes. Gives what was answered and how the agent closed the session. */
async function talk(messages: readonly unknown[], pieceBytes: number, goes: () => boolean) {
  closed = deferred()
  const socket = connect({ host: agent.host, port: agent.port, ...clientTlsOptions(agent.key) })
  socket.on('error', () => {})
  const answers: unknown[] = []
  const reader = new FrameReader(1 << 23)
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk)
    for (let next = reader.next(); next !== undefined; next = reader.next())
      answers.push(next.message)
  })
  await once(socket, 'secureConnect')
  const bytes = Buffer.concat(messages.map((message) => encodeFrame(message, 1 << 20)))
  for (let at = 0; at < bytes.length; at += pieceBytes)
    socket.write(bytes.subarray(at, at + pieceBytes))
  if (goes()) socket.end()
  const reason = await closed.promise
  if (!socket.closed) {
    const over = once(socket, 'close')
    socket.end()
    await over
  }
  return { answers, reason }
}

it('is answered in order, or ended with a last word, and keeps nobody out', async () => {
  const stages = new Set<Stage>()
  const turns = new Set<'first' | 'second'>()
  const session = fc.record({
    hello: fc.constantFrom(...HELLOS),
    said: fc.array(said, { maxLength: 20 }),
    last,
    pieceBytes: fc.constantFrom(1 << 16, 1 << 16, 1_000, 7),
  })
  await fc.assert(
    fc.asyncProperty(session, async (one) => {
      const model = new Model(one.hello)
      const messages: unknown[] = []
      const say = (message: unknown) => {
        messages.push(message)
        const isAsked = model.stage === 'idle' && (message as Message).type === 'turn'
        model.hear(message)
        if (isAsked) turns.add(model.stage === 'idle' ? 'first' : 'second')
        stages.add(model.stage)
      }
      for (const what of one.said) say(what === NEXT ? model.next() : what)
      const known = model.stage
      if (one.last !== null) messages.push(one.last)
      const isCertain = one.last === null || known === 'over'
      const { answers, reason } = await talk(messages, one.pieceBytes, () => known !== 'over')
      for (const answer of answers) agentMessageSchema.parse(answer)
      const codes = known === 'over' ? /^XRB_(PROTOCOL|PEER_VERSION)$/ : /^XRB_PEER_(LEFT|LOST)$/
      expect(reason.code).toMatch(isCertain ? codes : /^XRB_P(ROTOCOL|EER_(VERSION|LEFT|LOST))$/)
      if (/_(LEFT|LOST)$/.test(reason.code)) return
      expect(answers.at(-1)).toMatchObject({ type: 'error', code: reason.code })
    }),
    { numRuns: SESSIONS },
  )
  expect([...turns].sort()).toEqual(['first', 'second'])
  // The model has been everywhere, or nothing was shown.
  expect([...stages].sort()).toEqual(['connect', 'hello', 'idle', 'measure', 'over', 'start'])
}, 3_600_000)
