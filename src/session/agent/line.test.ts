import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Line, type Ticket } from './line.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
})

const MINUTE = 60_000

/** Whether a promise has been kept by now. */
async function isKept(promise: Promise<void>): Promise<boolean> {
  let kept = false
  void promise.then(() => {
    kept = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return kept
}

function joined(line: Line, planMs: number | null = MINUTE): Ticket {
  const ticket = line.join(planMs)
  if (ticket === null) throw new Error('the line is full')
  return ticket
}

describe('a line', () => {
  it('lets one measure at a time, in the order they came', async () => {
    const line = new Line({ parallel: 1, maxQueue: 2 })
    const [a, b, c] = [joined(line), joined(line), joined(line)]
    expect(await isKept(a.turn)).toBe(true)
    expect(await isKept(b.turn)).toBe(false)
    expect(line).toMatchObject({ measuring: 1, waiting: 2 })
    expect(line.join(MINUTE)).toBeNull()
    a.leave()
    a.leave()
    expect(await isKept(b.turn)).toBe(true)
    expect(await isKept(c.turn)).toBe(false)
    b.leave()
    expect(await isKept(c.turn)).toBe(true)
  })

  it('one that gives up waiting makes room, and takes no turn', async () => {
    const line = new Line({ parallel: 1, maxQueue: 2 })
    const [a, b, c] = [joined(line), joined(line), joined(line)]
    b.leave()
    expect(c.standing()).toMatchObject({ place: 1 })
    expect(line.join(MINUTE)).not.toBeNull()
    a.leave()
    expect(await isKept(c.turn)).toBe(true)
    expect(await isKept(b.turn)).toBe(false)
  })

  it('tells the place, and how long by what the others told', () => {
    const line = new Line({ parallel: 2, maxQueue: 9 })
    joined(line, 2 * MINUTE)
    joined(line, 5 * MINUTE)
    const [c, d] = [joined(line, 10 * MINUTE), joined(line)]
    vi.advanceTimersByTime(MINUTE)
    expect(c.standing()).toEqual({ place: 1, aboutMs: MINUTE })
    expect(d.standing()).toEqual({ place: 2, aboutMs: 4 * MINUTE })
    expect(line.end).toEqual({ place: 3, aboutMs: 5 * MINUTE })
    vi.advanceTimersByTime(9 * MINUTE)
    expect(c.standing()).toEqual({ place: 1, aboutMs: 0 })
  })

  it('does not know how long one takes that did not tell', () => {
    const line = new Line({ parallel: 1, maxQueue: 9 })
    const a = joined(line, null)
    expect(a.standing()).toBeNull()
    expect(joined(line).standing()).toEqual({ place: 1, aboutMs: null })
  })

  it('says when somebody before one has left', () => {
    const line = new Line({ parallel: 1, maxQueue: 9 })
    const [a, , c] = [joined(line), joined(line), joined(line)]
    const places: unknown[] = []
    c.onMove(() => places.push(c.standing()?.place))
    a.leave()
    expect(places).toEqual([1])
  })

  it('one that cannot wait is in at once or not at all', () => {
    const line = new Line({ parallel: 1, maxQueue: 9 })
    const only = line.joinNow(null)
    expect(only).not.toBeNull()
    expect(line.joinNow(null)).toBeNull()
    only?.leave()
    expect(line.joinNow(null)).not.toBeNull()
  })
})

describe('a turn that lasts longer than told', () => {
  it('is over half as long again and a minute later, while somebody waits', async () => {
    const line = new Line({ parallel: 1, maxQueue: 9 })
    const a = joined(line, 2 * MINUTE)
    joined(line)
    vi.advanceTimersByTime(4 * MINUTE - 1)
    expect(await isKept(a.overrun)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await isKept(a.overrun)).toBe(true)
  })

  it('is not over while nobody waits, and then at once', async () => {
    const line = new Line({ parallel: 1, maxQueue: 9 })
    const a = joined(line, MINUTE)
    vi.advanceTimersByTime(600 * MINUTE)
    expect(await isKept(a.overrun)).toBe(false)
    joined(line)
    expect(await isKept(a.overrun)).toBe(true)
  })

  it('of one that told nothing ends after ten minutes, and none goes on for ever, whatever it told', async () => {
    for (const [planMs, maxTurnMs, limitMs] of [
      [null, undefined, 10 * MINUTE],
      [null, 5 * MINUTE, 5 * MINUTE],
      [1e300, undefined, 240 * MINUTE],
      [20 * MINUTE, 30 * MINUTE, 30 * MINUTE],
    ] as const) {
      const line = new Line({ parallel: 1, maxQueue: 9, ...(maxTurnMs && { maxTurnMs }) })
      const a = joined(line, planMs)
      joined(line)
      vi.advanceTimersByTime(limitMs - 1)
      expect(await isKept(a.overrun)).toBe(false)
      vi.advanceTimersByTime(1)
      expect(await isKept(a.overrun)).toBe(true)
    }
  })
})
