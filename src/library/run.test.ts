import { describe, expect, test } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { expectValid } from '../cli/fixtures/valid-result.js'
import type { ResultDocument } from '../results/schema/schema.js'
import { Program } from './fixtures/program.js'

/** What it told; it ended by itself, in order, with nothing on stderr, and left no process. */
async function toldBy(code: string): Promise<unknown[]> {
  const program = new Program(code)
  const told = await program.told()
  expect(program.cli.stderr).toBe('')
  expect(program.cli.child.exitCode).toBe(0)
  expect(await program.cli.leftovers()).toEqual([])
  return told
}

describe('runs of a program', () => {
  test('one after another, each with its document and nothing left', async () => {
    const told = await toldBy(`
      for (let i = 0; i < 3; i++) {
        const events = []
        const result = await xrbench.run(SHORT, { onEvent: ({ type }) => events.push(type) })
        tell({ ...result, events, held: await held(), descriptors: descriptors() })
      }`)
    const runs = told as { document: ResultDocument; events: string[]; descriptors: number }[]
    for (const one of runs) {
      expect(one).toMatchObject({ status: 'completed', failure: null, file: null, held: [] })
      expect(one.events).toEqual(['planned', 'entered', 'started', 'finished'])
      expectValid(one.document)
    }
    // The first opens what Node.js keeps for later.
    expect(runs[2]?.descriptors).toBe(runs[1]?.descriptors)
    expect(new Set(runs.map(({ document }) => document.id)).size).toBe(3)
  })

  test('two at once', async () => {
    const [two] = await toldBy(`
      await xrbench.run(SHORT)
      await held()
      const before = descriptors()
      const results = await Promise.all([xrbench.run(SHORT), xrbench.run({ ...SHORT, transports: ['udp'] })])
      tell({ results, held: await held(), more: descriptors() - before })`)
    expect(two).toMatchObject({ held: [], more: 0 })
    const { results } = two as { results: { status: string; document: ResultDocument }[] }
    expect(results.map(({ status }) => status)).toEqual(['completed', 'completed'])
    const transports = results.map(({ document }) => document.cases.map((c) => c.transport))
    expect(transports).toEqual([['tcp'], ['udp']])
  })

  test('whatever variables say of an agent for others', async () => {
    const told = await toldBy(`
      Object.assign(process.env, {
        XRBENCH_MAX_SIZE: '1k', XRBENCH_MAX_MEMORY: '1k', XRBENCH_MAX_STREAMS: '1', XRBENCH_MAX_RATE: '1k',
        XRBENCH_DATA_PORTS: '1', XRBENCH_METRICS: '127.0.0.1:28469', XRBENCH_MAX_TURN: '1ms',
        XRBENCH_DEVICE: 'nosuch0', XRBENCH_MAX_SESSIONS: 'many',
      })
      const request = { ...SHORT, workloads: ['stream'], sizesBytes: [65536], streams: 2 }
      // Two at once: each would want the address of the metrics for itself.
      const results = await Promise.all([xrbench.run(request), xrbench.run(request)])
      for (const { status, failure, document } of results) tell({ status, failure, error: document?.error })`)
    const fine = { status: 'completed', failure: null, error: null }
    expect(told).toEqual([fine, fine])
  })

  test('in a worker thread, and in one that is ended in the middle', async () => {
    const told = await toldBy(`
      const { Worker, isMainThread, parentPort, workerData } = await import('node:worker_threads')
      if (isMainThread) {
        const { once } = await import('node:events')
        const start = (request) => new Worker(new URL(import.meta.url), { workerData: request })
        const one = start(SHORT)
        const [status] = await once(one, 'message')
        const [code] = await once(one, 'exit')
        const other = start(LONG)
        await once(other, 'message')
        const ended = await other.terminate()
        tell({ status, code, ended, held: await held() })
      } else {
        const onEvent = ({ type }) => workerData.repetitions === 2 && type === 'started' && parentPort.postMessage(type)
        const { status } = await xrbench.run(workerData, { onEvent })
        parentPort.postMessage(status)
      }`)
    expect(told).toEqual([{ status: 'completed', code: 0, ended: 1, held: [] }])
  })
})

const EARLY = { of: null, begun: null, messages: null }

/** When `signal` is aborted: before all else, or at an event, of progress in a phase; and what is there then. */
test.each([
  ['none', 'none', EARLY],
  ['planned', 'planned', EARLY],
  ['entered', 'entered', { of: 'aborted', begun: 0, messages: false }],
  ['started', 'started', { of: 'aborted', begun: 1, messages: false }],
  // Of the warm-up, if it lasts so long: a steady one ends before.
  ['progress', 'any', { of: 'aborted', begun: 1, messages: expect.any(Boolean) as boolean }],
  ['progress', 'measure', { of: 'aborted', begun: 1, messages: true }],
  ['finished', 'finished', { of: 'aborted', begun: 1, messages: true }],
])('a run aborted at %s (%s) gives what it has, and leaves nothing', async (type, phase, has) => {
  const told = await toldBy(`
    // The first run opens what Node.js keeps for later.
    await xrbench.run(SHORT)
    await held()
    const before = descriptors()
    const controller = new AbortController()
    if ('${type}' === 'none') controller.abort()
    const onEvent = (event) => {
      const isMeant = ['any', event.progress?.phase ?? '${phase}'].includes('${phase}')
      if (event.type === '${type}' && isMeant) controller.abort()
    }
    // By number: where much else runs, a round trip can take longer than a short time.
    const few = { transports: ['tcp'], iterations: 20, warmupCapNs: 0, repetitions: 9 }
    const request = '${type}' === 'finished' ? few : LONG
    const { status, document, failure } = await xrbench.run(request, { signal: controller.signal, onEvent, progress: true })
    const [one] = document?.cases ?? []
    tell({
      status, failure, of: document?.status ?? null, begun: one?.repetitions.length ?? null,
      messages: one?.repetitions.some(({ messages }) => messages > 0) ?? null, held: await held(),
      descriptors: descriptors() - before,
    })`)
  expect(told).toEqual([{ status: 'aborted', failure: null, held: [], descriptors: 0, ...has }])
})

test.each([
  ['planned', 'process.exit(7)', 7],
  ['started', 'process.exit(7)', 7],
  ['progress', 'process.exit(7)', 7],
  ['progress', "process.kill(process.pid, 'SIGKILL')", null],
])(
  'a process that ends in the middle, at %s by %s, leaves none behind',
  async (type, ends, code) => {
    const program = new Program(`
    await xrbench.run(LONG, { progress: true, onEvent: (event) => { if (event.type === '${type}') ${ends} } })`)
    await program.finished()
    expect(program.cli.child.exitCode).toBe(code)
    expect(await program.cli.leftovers()).toEqual([])
  },
)

test('what a listener throws ends the run and rejects it', async () => {
  const told = await toldBy(`
    for (const type of ['planned', 'progress']) {
      const onEvent = (event) => { if (event.type === type) throw new RangeError(type) }
      const error = await xrbench.run(LONG, { onEvent, progress: true }).catch((reason) => reason)
      tell({ name: error.name, message: error.message, held: await held() })
    }`)
  expect(told).toEqual([
    { name: 'RangeError', message: 'planned', held: [] },
    { name: 'RangeError', message: 'progress', held: [] },
  ])
})

test('a peer that is not there: a run that failed, without a document', async () => {
  const [told] = await toldBy(`
    const { createServer } = await import('node:net')
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address()
    server.on('connection', (socket) => socket.destroy())
    tell(await xrbench.run({ ...SHORT, peer: { host: '127.0.0.1', port, key: 'a'.repeat(64) } }))
    server.close()`)
  expect(told).toMatchObject({
    status: 'failed',
    document: null,
    failure: { hint: expect.any(String) },
  })
  expect((told as { failure: { code: string } }).failure.code).toMatch(/^XRB_PEER_/)
})

test('an agent of a program serves runs of its own, and its key is in no result', async () => {
  const [told] = await toldBy(`
    const events = []
    const agent = await xrbench.serve({ port: 0 }, { onEvent: ({ type }) => events.push(type) })
    const peer = { host: agent.host, port: agent.port, key: agent.key }
    const { status, document } = await xrbench.run({ ...SHORT, peer, redact: true })
    await agent.close()
    await agent.close()
    tell({ status, events: [...new Set(events)], held: await held(), hasKey: JSON.stringify(document).includes(agent.key), command: document.command })`)
  expect(told).toMatchObject({
    status: 'completed',
    events: ['session-opened', 'repetition', 'session-closed'],
    held: [],
    hasKey: false,
    command: ['run', expect.not.stringContaining('127.0.0.1'), '--peer', expect.any(String)],
  })
})

test.skipIf(loadAddon().build.sanitizer !== null)(
  'an agent of a program keeps its memory to itself where that is asked for',
  { meta: { skipReason: 'an instrumented process looks into itself' } },
  async () => {
    const [told] = await toldBy(`
      const { readFileSync } = await import('node:fs')
      const agent = await xrbench.serve({ port: 0, privateMemory: true })
      tell(readFileSync('/proc/self/limits', 'utf8'))
      await agent.close()`)
    expect(told).toMatch(/^Max core file size\s+0\s+0\s/m)
  },
)
