import { describe, expect, test } from 'vitest'
import { environmentError, peerError } from '../errors.js'
import { buildPlan } from '../plan/build.js'
import { DEFAULT_REQUEST } from '../plan/request.js'
import type { Slot } from '../plan/schedule.js'
import type { EndReport, RepetitionReport } from '../results/repetition/report.js'
import type { Repetition } from '../results/schema/schema.js'
import {
  finishRun,
  type RepetitionEvent,
  type RunEnd,
  type RunPlanOptions,
  runPlan,
} from './repetitions.js'

const END: EndReport = {
  outcome: null,
  fault: null,
  build: null,
  cpus: [],
  availableCpus: 1,
  processCpuNs: 0,
  rdmaCounters: null,
}

const COMPLETED: RepetitionReport = {
  status: 'completed',
  startedAt: '2026-01-01T00:00:00Z',
  totalNs: 1,
  client: END,
  server: END,
  warmup: null,
  window: null,
  failure: null,
}

const failed = (exitCode: number): RepetitionReport => ({
  ...COMPLETED,
  status: 'failed',
  failure: { code: 'XRB_STALLED', exitCode, message: 'No progress.', hint: null },
})

const refused = (): RepetitionReport => {
  const report = failed(4)
  return { ...report, failure: report.failure && { ...report.failure, isRefusal: true } }
}

/** A run of two cases, three repetitions each unless told, whose repetitions go as scripted: order → what comes of it. */
class Script {
  readonly ran: string[] = []
  readonly events: RepetitionEvent[] = []
  readonly written: string[] = []
  readonly ends: RunEnd[] = []
  readonly controller = new AbortController()
  isOpen = true
  failsToWriteAt = Number.POSITIVE_INFINITY
  readonly #steps: Record<number, () => RepetitionReport>

  readonly #repetitions: number

  readonly saidLast: boolean[] = []

  constructor(steps: Record<number, () => RepetitionReport> = {}, repetitions = 3) {
    this.#steps = steps
    this.#repetitions = repetitions
  }

  async run(): Promise<RunEnd> {
    const script = this
    let order = 0
    const options: RunPlanOptions = {
      plan: buildPlan({ ...DEFAULT_REQUEST, repetitions: this.#repetitions }),
      place: 'host',
      runner: {
        get isOpen() {
          return script.isOpen
        },
        runRepetition: async (c, { isLast }) => {
          script.ran.push(c.transport)
          script.saidLast.push(isLast)
          return (script.#steps[order++] ?? (() => COMPLETED))()
        },
      },
      sink: {
        add: async (slot, report) => script.#add(slot, report),
        finish: async (end) => {
          script.ends.push(end)
        },
      },
      signal: script.controller.signal,
      onEvent: (event) => script.events.push(event),
      wantsProgress: false,
    }
    return finishRun(options.sink, [await runPlan(options)])
  }

  #add(slot: Slot, report: RepetitionReport): Repetition {
    if (slot.order === this.failsToWriteAt) throw environmentError('XRB_OUTPUT', 'No space left.')
    this.written.push(`${slot.case.transport}#${slot.index}:${report.status}`)
    return { status: report.status } as Repetition
  }
}

test('a session is told which repetition is the last', async () => {
  const script = new Script()
  await script.run()
  expect(script.saidLast.at(-1)).toBe(true)
  expect(script.saidLast.filter((isLast) => isLast)).toHaveLength(1)
})

describe('the end of a run', () => {
  const failure = { code: 'XRB_LAB_BOOT', exitCode: 3 as const, message: 'No answer.', hint: null }
  const ok: RunEnd = { status: 'completed', failure: null }
  const broken: RunEnd = { status: 'failed', failure }
  test.each<[string, RunEnd[], RunEnd]>([
    ['all well', [ok, ok], ok],
    ['one failed', [ok, broken], broken],
    ['stopped', [broken, { status: 'aborted', failure: null }], { status: 'aborted', failure }],
  ])('%s', async (_, ends, whole) => {
    const closed: RunEnd[] = []
    const finish = async (end: RunEnd) => void closed.push(end)
    const add = () => Promise.reject(new Error('nothing more is measured'))
    expect(await finishRun({ add, finish }, ends)).toEqual(whole)
    expect(closed).toEqual([whole])
  })
})

describe('the scheduler', () => {
  test('interleaves the cases, and writes after each repetition', async () => {
    const script = new Script()
    expect(await script.run()).toEqual({ status: 'completed', failure: null })
    expect(script.ran).toEqual(['tcp', 'udp', 'udp', 'tcp', 'tcp', 'udp'])
    expect(script.written).toHaveLength(6)
    expect(script.ends).toEqual([{ status: 'completed', failure: null }])
    expect(script.events.map((event) => event.type)).toEqual(
      Array.from({ length: 6 }, () => ['started', 'finished']).flat(),
    )
  })

  test('goes on after a repetition that failed, with its case too, and ends with the first failure', async () => {
    const script = new Script({ 1: () => failed(5) })
    const end = await script.run()
    expect(script.written).toEqual([
      'tcp#0:completed',
      'udp#0:failed',
      'udp#1:completed',
      'tcp#1:completed',
      'tcp#2:completed',
      'udp#2:completed',
    ])
    expect(end).toMatchObject({ status: 'failed', failure: { code: 'XRB_STALLED', exitCode: 5 } })
    const told = script.events.filter((event) => event.type === 'failed')
    expect(told).toMatchObject([{ isGivenUp: false, goesOn: true }])
  })

  test.each([
    ['is refused', refused()],
    ['lacks something here', failed(3)],
    ['cannot be', failed(2)],
  ])('gives a case up that %s, and goes on with the others', async (_, report) => {
    const script = new Script({ 1: () => report })
    expect(await script.run()).toMatchObject({ status: 'failed' })
    expect(script.ran).toEqual(['tcp', 'udp', 'tcp', 'tcp'])
    const told = script.events.filter((event) => event.type === 'failed')
    expect(told).toMatchObject([{ isGivenUp: true, goesOn: true }])
  })

  test('goes on with a case that has worked, whatever is lacking now', async () => {
    const script = new Script({ 2: () => failed(3) })
    await script.run()
    expect(script.written).toHaveLength(6)
  })

  test('gives a case up that has failed three times and never worked', async () => {
    const script = new Script({ 1: () => failed(5), 2: () => failed(5), 5: () => failed(5) }, 4)
    await script.run()
    expect(script.ran).toEqual(['tcp', 'udp', 'udp', 'tcp', 'tcp', 'udp', 'tcp'])
    const told = script.events.filter((event) => event.type === 'failed')
    expect(told.map((event) => event.isGivenUp)).toEqual([false, false, true])
  })

  test('says at the last repetition that nothing goes on', async () => {
    const script = new Script({ 5: () => failed(5) })
    await script.run()
    expect(script.events.at(-1)).toMatchObject({ type: 'failed', goesOn: false })
  })

  test('ends when the session is gone with a failed repetition, which is kept', async () => {
    const script = new Script({
      2: () => {
        script.isOpen = false
        return failed(4)
      },
    })
    expect(await script.run()).toMatchObject({ status: 'failed', failure: { exitCode: 4 } })
    expect(script.written).toEqual(['tcp#0:completed', 'udp#0:completed', 'udp#1:failed'])
    expect(script.events.at(-1)).toMatchObject({ type: 'failed', goesOn: false })
  })

  test('fails when the session ends between two repetitions', async () => {
    const script = new Script({
      1: () => {
        script.isOpen = false
        return COMPLETED
      },
      2: () => {
        throw peerError('XRB_PEER_LOST', 'The agent closed the control connection.')
      },
    })
    expect(await script.run()).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_PEER_LOST', exitCode: 4 },
    })
    expect(script.written).toEqual(['tcp#0:completed', 'udp#0:completed'])
  })

  test('ends when a repetition cannot even begin', async () => {
    const script = new Script({
      1: () => {
        throw peerError('XRB_PEER_LOST', 'The agent closed the control connection.')
      },
    })
    expect(await script.run()).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_PEER_LOST' },
    })
    expect(script.written).toEqual(['tcp#0:completed'])
    expect(script.ends).toHaveLength(1)
  })

  test('keeps the repetition under way when the user stops, and starts no other', async () => {
    const script = new Script({
      2: () => {
        script.controller.abort()
        return { ...COMPLETED, status: 'aborted' }
      },
    })
    expect(await script.run()).toEqual({ status: 'aborted', failure: null })
    expect(script.written).toEqual(['tcp#0:completed', 'udp#0:completed', 'udp#1:aborted'])
  })

  test('takes what breaks because the user stops for part of stopping', async () => {
    const script = new Script({
      0: () => {
        script.controller.abort()
        throw new Error('aborted')
      },
    })
    expect(await script.run()).toEqual({ status: 'aborted', failure: null })
  })

  test('ends when the result cannot be written', async () => {
    const script = new Script()
    script.failsToWriteAt = 3
    expect(await script.run()).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_OUTPUT', exitCode: 3 },
    })
    expect(script.ran).toHaveLength(4)
  })

  test('reports what nobody foresaw as a fault of ours', async () => {
    const script = new Script({
      0: () => {
        throw new TypeError('oops')
      },
    })
    expect(await script.run()).toMatchObject({
      failure: { code: 'XRB_INTERNAL', exitCode: 1, message: 'Unexpected: oops' },
    })
  })
})
