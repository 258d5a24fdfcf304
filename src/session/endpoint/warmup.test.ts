import { describe, expect, it } from 'vitest'
import { isSteady, Warmup, warmupWindowNs } from './warmup.js'

/** Always the same numbers for the same seed: mulberry32, and Box and Muller's normal deviates of it. */
function normalDeviates(seed: number): () => number {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

const CAP_NS = 1e9
const NONE = { waitingBytes: 0 }
const WINDOW_NS = warmupWindowNs(CAP_NS)

/** A warm-up of one end whose windows hold `bytesOf` bytes each, up to its cap. */
async function warmedUp(bytesOf: (window: number) => number, messageBytes = 1000) {
  const warmup = new Warmup(CAP_NS, ['client'], 0)
  let bytes = 0
  for (let i = 0; i <= CAP_NS / WINDOW_NS; i++) {
    warmup.add('client', { atNs: i * WINDOW_NS, bytes, messages: bytes / messageBytes, ...NONE })
    bytes += bytesOf(i)
  }
  return warmup.ended
}

describe('a planted ramp', () => {
  it('of 2.4 % a window does not pass', async () => {
    expect(await warmedUp((i) => 1e6 * 1.024 ** i)).toMatchObject({ ended: 'cap' })
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'of 2.4 % a window does not pass under noise (seed %i)',
    async (seed) => {
      const noise = normalDeviates(seed)
      const { ended } = await warmedUp((i) => 1e6 * 1.024 ** i * (1 + 0.005 * noise()))
      expect(ended).toBe('cap')
    },
  )

  it('passes once it has levelled off', async () => {
    const { ended, durationNs } = await warmedUp((i) => 1e6 * Math.min(1.1 ** i, 1.1 ** 6))
    expect(ended).toBe('steady')
    expect(durationNs).toBeGreaterThan(6 * WINDOW_NS)
    expect(durationNs).toBeLessThan(CAP_NS)
  })
})

describe('a flat rate', () => {
  it('passes after six windows', async () => {
    const { ended, durationNs } = await warmedUp(() => 1e6)
    expect({ ended, durationNs }).toEqual({ ended: 'steady', durationNs: 6 * WINDOW_NS })
  })

  it('with noise passes soon, nearly always', async () => {
    const noise = normalDeviates(42)
    const ends = []
    for (let i = 0; i < 500; i++) ends.push(await warmedUp(() => 1e6 * (1 + 0.1 * noise())))
    const windows = ends.map(({ durationNs }) => durationNs / WINDOW_NS).sort((a, b) => a - b)
    expect(windows[250]).toBe(6)
    expect(windows[475]).toBeLessThanOrEqual(12)
    expect(ends.filter(({ ended }) => ended === 'cap').length).toBeLessThan(5)
  })
})

it('the test has the level that it is said to have', () => {
  const noise = normalDeviates(7)
  let found = 0
  const rounds = 20_000
  for (let i = 0; i < rounds; i++) {
    const rates = Array.from({ length: 6 }, () => 1e6 + 1e4 * noise())
    if (!isSteady(rates)) found++
  }
  // 98 of 720 orders; four standard errors are 0.0097.
  expect(found / rounds).toBeGreaterThan(98 / 720 - 0.0097)
  expect(found / rounds).toBeLessThan(98 / 720 + 0.0097)
})

it('a window lasts until it has seen sixteen messages', async () => {
  const steady = { ended: 'steady' }
  expect(await warmedUp(() => 16_000)).toEqual({ ...steady, durationNs: 6 * WINDOW_NS })
  expect(await warmedUp(() => 15_000)).toEqual({ ...steady, durationNs: 12 * WINDOW_NS })
  expect(await warmedUp(() => 5_000)).toMatchObject({ ended: 'cap' })
})

it('what counts is the sum over both ends, sampled at times of their own', async () => {
  const shares = (i: number) => (i % 2 === 0 ? 0.2 : 0.8)
  const warmup = new Warmup(CAP_NS, ['client', 'server'], 0)
  const bytes = [0, 0]
  for (let i = 0; i < 19; i++) {
    warmup.add('client', {
      atNs: i * WINDOW_NS,
      bytes: bytes[0] as number,
      messages: i * 1000,
      ...NONE,
    })
    warmup.add('server', {
      atNs: i * WINDOW_NS + 1,
      bytes: bytes[1] as number,
      messages: i * 1000,
      ...NONE,
    })
    bytes[0] = (bytes[0] as number) + 1e6 * shares(i)
    bytes[1] = (bytes[1] as number) + 1e6 * (1 - shares(i))
  }
  expect(await warmup.ended).toMatchObject({ ended: 'steady' })
})

describe('bytes that wait behind holes', () => {
  /** One end receives, 1e6 bytes a window; for so many windows the other one says that so many bytes wait. */
  async function warmedUpWith(waitingBytes: number, windows: number) {
    const warmup = new Warmup(CAP_NS, ['server'], 0)
    for (let i = 0; i <= CAP_NS / WINDOW_NS; i++) {
      const none = { atNs: i * WINDOW_NS, messages: 0, bytes: 0 }
      warmup.add('client', { ...none, waitingBytes: i < windows ? waitingBytes : 0 })
      warmup.add('server', {
        atNs: i * WINDOW_NS,
        messages: i * 1000,
        bytes: i * 1e6,
        waitingBytes: 0,
      })
    }
    return warmup.ended
  }

  it('are waited for', async () => {
    const durationNs = 12 * WINDOW_NS
    expect(await warmedUpWith(1e6, 12)).toEqual({ ended: 'steady', durationNs })
  })

  it('are not where they are next to nothing', async () => {
    const durationNs = 6 * WINDOW_NS
    expect(await warmedUpWith(60_000, 100)).toEqual({ ended: 'steady', durationNs })
  })

  it('end at the cap', async () => {
    expect(await warmedUpWith(61_000, 100)).toMatchObject({ ended: 'cap' })
  })
})

describe('what a foreign end may say', () => {
  const sample = (atNs: number) => ({ atNs, bytes: 1e6, messages: 1000, ...NONE })

  it.each([1e300, Number.MAX_SAFE_INTEGER, CAP_NS])(
    'a time of %d is beyond the cap',
    async (atNs) => {
      const warmup = new Warmup(CAP_NS, ['server'], 0)
      warmup.add('server', sample(0))
      warmup.add('server', sample(atNs))
      expect(await warmup.ended).toMatchObject({ ended: 'cap' })
    },
  )

  it('times before the run, and ten thousand in one window, are no windows', async () => {
    const warmup = new Warmup(CAP_NS, ['server'], 1e15)
    warmup.add('server', sample(0))
    for (let i = 0; i < 1e4; i++) warmup.add('server', sample(1e15 + i))
    warmup.add('client', sample(1e15 + CAP_NS))
    expect(await warmup.ended).toEqual({ ended: 'cap', durationNs: CAP_NS })
  })

  it('nothing, though it alone decides', async () => {
    const warmup = new Warmup(CAP_NS, ['server'], 0)
    for (let i = 0; i <= 20; i++) warmup.add('client', sample(i * WINDOW_NS))
    expect(await warmup.ended).toMatchObject({ ended: 'cap' })
  })
})

it('an end that never tells anything leaves it to the cap', async () => {
  const warmup = new Warmup(CAP_NS, ['client', 'server'], 0)
  for (let i = 0; i <= 20; i++)
    warmup.add('client', { atNs: i * WINDOW_NS, bytes: i * 1e6, messages: i * 1000, ...NONE })
  expect(await warmup.ended).toMatchObject({ ended: 'cap' })
})

it('without a cap there is none', async () => {
  expect(await new Warmup(0, ['client'], 0).ended).toEqual({ durationNs: 0, ended: 'none' })
})
