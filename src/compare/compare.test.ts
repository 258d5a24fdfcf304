import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { compareResults } from './compare.js'
import { caseIn, sourceOf, TCP, TCP_STREAM, UDP, UDP_STREAM } from './fixtures/sources.js'
import { parseGate } from './gate.js'
import { compareJsonSchema } from './json-schema.js'
import type { CompareDocument, MetricName, Row } from './schema.js'
import type { Source } from './source.js'

const plain = { across: null, forced: false, gates: [] }
const steady = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995, 1.015]
const slower = steady.map((level) => level * 1.25)

function rowOf(doc: CompareDocument, key: string, metric: MetricName): Row {
  const pair = doc.comparisons[0]?.pairs.find(({ base }) => base.key === key)
  const row = pair?.rows.find((one) => one.metric === metric)
  if (row === undefined) throw new Error(`no ${metric} of ${key}`)
  return row
}

const compare = (base: Source, other: Source, options: Partial<typeof plain> = {}) =>
  compareResults(base, [other], { ...plain, ...options })

describe('a comparison', () => {
  const doc = compare(sourceOf(steady), sourceOf({ [TCP]: slower, [UDP]: steady }))

  test('has the ratio, its interval and the number of repetitions in every row', () => {
    const { effect, base, new: other, verdict } = rowOf(doc, TCP, 'p50')
    expect(effect?.estimate).toBeCloseTo(1.25, 3)
    expect(effect?.low).toBeLessThan(1.25)
    expect(effect?.high).toBeGreaterThan(1.25)
    expect(effect?.confidence).toBeGreaterThanOrEqual(0.95)
    expect([base.values.length, other.values.length]).toEqual([8, 8])
    expect(verdict).toBe('worse')
  })

  test('knows which direction is the better one', () => {
    expect(rowOf(doc, TCP, 'throughput')).toMatchObject({ better: 'higher', verdict: 'worse' })
    const back = compare(sourceOf({ [TCP]: slower }), sourceOf({ [TCP]: steady }))
    expect(rowOf(back, TCP, 'throughput').verdict).toBe('better')
    expect(rowOf(back, TCP, 'p99').verdict).toBe('better')
  })

  test('finds nothing where nothing changed', () => {
    expect(rowOf(doc, UDP, 'p50').verdict).toBe('no-evidence')
  })

  test('tells apart what shows no difference and what could not show any', () => {
    const six = steady.slice(0, 6)
    const one = (levels: readonly number[], keys: string[]) => sourceOf(levels, { keys })
    expect(compare(one(six, [TCP]), one(six, [TCP])).verdict).toBe('no-evidence')
    const three = compare(one([1, 2, 3], [TCP]), one([7, 8, 9], [TCP]))
    expect(rowOf(three, TCP, 'p50').verdict).toBe('cannot-tell')
    expect(three.verdict).toBe('cannot-tell')
    // Four and four give 0.029 at best: too much for a row of many, unless the others differ as well.
    const four = [1, 1.01, 1.02, 1.03]
    const alike = compare(sourceOf(four), sourceOf(four))
    expect(rowOf(alike, TCP, 'p50').verdict).toBe('cannot-tell')
    expect(alike.verdict).toBe('cannot-tell')
    const beside = compare(
      sourceOf(four),
      sourceOf({ [TCP]: four.map((level) => level * 2), [UDP]: four.map((level) => level * 2) }),
    )
    expect(rowOf(beside, TCP, 'p50').verdict).toBe('worse')
    expect(rowOf(beside, UDP, 'loss').verdict).toBe('no-evidence')
  })

  test('compares losses, which may be 0, by their difference', () => {
    expect(rowOf(doc, UDP, 'loss').effect).toMatchObject({ kind: 'difference', estimate: 0, p: 1 })
  })

  test('says of a percentile why it cannot be compared', () => {
    const { effect, missing, verdict } = rowOf(doc, TCP, 'p99.99')
    expect(effect).toBeNull()
    expect(missing).toBe('a repetition of the base has 40,000 samples, needs 100,000')
    expect(verdict).toBe('not-compared')
  })

  test('does not leave out the repetitions that are too slow for a percentile', () => {
    const other = sourceOf(steady)
    const [first] = caseIn(other, TCP).repetitions
    if (first?.latency)
      first.latency = {
        ...first.latency,
        count: 900,
        percentiles: { ...first.latency.percentiles, p99: null },
      }
    expect(rowOf(compare(sourceOf(steady), other), TCP, 'p99').missing).toBe(
      'a repetition of the new result has 900 samples, needs 1,000',
    )
  })

  test('is the same whatever the order of repetitions that stand alone', () => {
    const turned = compare(sourceOf(steady.toReversed()), sourceOf({ [TCP]: slower.toReversed() }))
    expect(rowOf(turned, TCP, 'p50').effect?.p).toBe(rowOf(doc, TCP, 'p50').effect?.p)
  })

  test('is published as a document that the published schema accepts', () => {
    const gates = ['p99:+5%', 'loss:+1%'].map(parseGate)
    const judged = compare(sourceOf(steady), sourceOf(slower), { gates } as object)
    const ajv = new Ajv2020.default({ strict: true, validateFormats: false })
    const validate = ajv.compile(JSON.parse(compareJsonSchema()))
    expect(validate(JSON.parse(JSON.stringify(judged))), JSON.stringify(validate.errors)).toBe(true)
  })
})

describe('pairs', () => {
  test('are cases of the same key; the others are listed', () => {
    const base = sourceOf(steady, { keys: [TCP, UDP] })
    const other = sourceOf(steady, { keys: [TCP, TCP_STREAM] })
    const [one] = compare(base, other).comparisons
    expect(one?.pairs.map((pair) => pair.base.key)).toEqual([TCP])
    expect(one?.withoutPartner).toEqual({
      base: [{ key: UDP, place: 'host' }],
      new: [{ key: TCP_STREAM, place: 'host' }],
    })
  })

  test('stay at their place: a case of the lab is not one of the host', () => {
    const placed = (place: string) => {
      const source = sourceOf(steady, { keys: [TCP, UDP] })
      Object.assign(caseIn(source, TCP), { place })
      return source
    }
    const [one] = compare(placed('host'), placed('lab')).comparisons
    expect(one?.pairs.map((pair) => pair.base.key)).toEqual([UDP])
    expect(one?.withoutPartner.new).toEqual([{ key: TCP, place: 'lab' }])
  })

  test('across transports differ in nothing else, and in one run go repetition by repetition', () => {
    const run = sourceOf({ [TCP]: steady, [UDP]: slower })
    const [one] = compareResults(run, [run], { ...plain, across: 'transport' }).comparisons
    expect(one?.pairs.map((pair) => [pair.base.key, pair.new.key, pair.design])).toEqual([
      [TCP, UDP, 'interleaved'],
    ])
    expect(one?.pairs[0]?.rows.find(({ metric }) => metric === 'p50')?.effect?.p).toBe(2 / 2 ** 8)
  })

  test('across transports heed nothing that only one of them knows', () => {
    const run = sourceOf({ [TCP]: steady, [UDP]: slower })
    Object.assign(caseIn(run, TCP), {
      key: 'rdma/ping-pong/64B/block/rc/send',
      transport: 'rdma',
      path: caseIn(run, UDP).path,
    })
    const [one] = compareResults(run, [run], { ...plain, across: 'transport' }).comparisons
    expect(one?.pairs.map((pair) => [pair.base.key, pair.new.key])).toEqual([
      ['rdma/ping-pong/64B/block/rc/send', UDP],
    ])
    const spinning = sourceOf(steady, { keys: [UDP] })
    caseIn(spinning, UDP).parameters.requested.wait = 'spin'
    expect(() => compareResults(run, [spinning], { ...plain, across: 'transport' })).toThrow(
      /no case in common/,
    )
  })

  test('of two configurations of one run stand at the same place in their lists', () => {
    const run = sourceOf({ [TCP]: steady, [UDP]: slower, [TCP_STREAM]: steady })
    Object.assign(caseIn(run, TCP), { variant: 'a' })
    Object.assign(caseIn(run, UDP), { variant: 'b' })
    Object.assign(caseIn(run, TCP_STREAM), { variant: 'a' })
    run.doc.cases = run.doc.cases.filter(({ variant }) => variant !== undefined)
    run.doc.variants = { a: ['-t', 'tcp'], b: ['-t', 'udp'] }
    const doc = compareResults(run, [run], { ...plain, across: 'variant' })
    expect(doc.base.variant).toEqual({ name: 'a', options: ['-t', 'tcp'] })
    const [one] = doc.comparisons
    expect(one?.pairs.map((pair) => [pair.base.key, pair.new.key, pair.design])).toEqual([
      [TCP, UDP, 'interleaved'],
    ])
    expect(one?.differences.every(({ weight }) => weight === 'studied')).toBe(true)
    expect(one?.withoutPartner.base).toEqual([{ key: TCP_STREAM, place: 'host', variant: 'a' }])
  })

  test('of interleaved repetitions are of the same round, also where one is missing', () => {
    const run = sourceOf({ [TCP]: steady, [UDP]: steady.map((level) => level * 1.1) })
    caseIn(run, TCP).repetitions.splice(2, 1)
    const [one] = compareResults(run, [run], { ...plain, across: 'transport' }).comparisons
    const row = one?.pairs[0]?.rows.find(({ metric }) => metric === 'p50')
    expect(row?.base.values).toHaveLength(7)
    expect(row?.effect?.low).toBeCloseTo(1.1, 6)
    expect(row?.effect?.high).toBeCloseTo(1.1, 6)
  })

  test('that do not exist are an error that names what there is', () => {
    const [a, b] = [sourceOf(steady, { keys: [TCP] }), sourceOf(steady, { keys: [UDP_STREAM] })]
    expect(() => compare(a, b)).toThrow(/no case in common: the first has tcp\/ping-pong/)
    expect(() => compare(sourceOf(steady, { keys: [] }), b)).toThrow(/the first has nothing/)
  })

  test('of one run with itself are refused', () => {
    const run = sourceOf(steady)
    expect(() => compare(run, run)).toThrow(/are the same run/)
  })
})

describe('in words', () => {
  const notes = (base: Source, other: Source) => compare(base, other).comparisons[0]?.notes ?? []

  test('three repetitions cannot show a difference', () => {
    const few = [1, 1.01, 0.99]
    expect(notes(sourceOf(few), sourceOf(few)).join()).toMatch(
      /Too few repetitions: 3 and 3 cannot show a difference \(the smallest p they can give is 0\.10\)/,
    )
  })

  test('five show large ones only, eight need no excuse', () => {
    const five = steady.slice(0, 5)
    expect(notes(sourceOf(five), sourceOf(five)).join()).toMatch(
      /With 5 and 5 repetitions only large/,
    )
    expect(notes(sourceOf(steady), sourceOf(steady))).toEqual([])
  })

  test('a side that drifted is named', () => {
    const drifting = steady.map((_, i) => 1 + i / 20)
    expect(notes(sourceOf(steady), sourceOf({ [TCP]: drifting })).join('\n')).toMatch(
      /^tcp\/ping-pong\/64B\/block: p50 of the new result rises from repetition to repetition \(Kendall's τ = 1\.00/m,
    )
  })

  test('repetitions that failed are named, and do not count', () => {
    const other = sourceOf(steady, { keys: [TCP] })
    const [first] = caseIn(other, TCP).repetitions
    if (first !== undefined) first.status = 'failed'
    const base = sourceOf(steady, { keys: [TCP] })
    expect(notes(base, other)).toContain(
      `${TCP}: 1 of 8 repetitions of the new result did not complete, and do not count.`,
    )
    expect(compare(base, other).comparisons[0]?.pairs[0]?.repetitions).toEqual({ base: 8, new: 7 })
  })

  test('a doubt that both sides share is named', () => {
    const [base, other] = [sourceOf(steady), sourceOf(steady)]
    for (const source of [base, other]) caseIn(source, TCP).flags = ['cpu-saturated', 'loopback']
    expect(notes(base, other)).toEqual(['Doubtful on both sides: cpu-saturated (1 of 4 cases).'])
  })

  test('a machine that was busy is named', () => {
    const busy = sourceOf(steady)
    busy.doc.environment.client.limits.loadAverage = [1000, 0, 0]
    expect(notes(sourceOf(steady), busy).join()).toMatch(/not idle when it began: load per CPU/)
  })

  test('a month between the runs is named', () => {
    const later = sourceOf(steady)
    later.doc.startedAt = new Date(Date.parse(later.doc.startedAt) + 30 * 86_400_000).toISOString()
    expect(notes(sourceOf(steady), later).join()).toMatch(/^30 days lie between the two/)
  })
})
