import type { EndpointSpec } from '../../addon/addon.js'
import { deferred } from '../../deferred.js'
import { mannKendall } from './trend.js'

type End = EndpointSpec['role']

/** How far one end was at an instant of its clock. */
export interface Sample {
  atNs: number
  /** By the links that decide, all added; 0 at an end that has none. */
  messages: number
  bytes: number
  /** Sent by this end, and waiting behind a hole at the other one. */
  waitingBytes: number
}

/** Over all ends. */
type Sum = Omit<Sample, 'waitingBytes'>

interface Window {
  bytes: number
  bytesPerNs: number
}

export interface WarmupEnd {
  durationNs: number
  ended: 'steady' | 'cap' | 'none'
}

/** Windows that the trend is looked for in. */
const WINDOWS = 6
/**
 * Of six values without a trend, one order in 7.4 has S = 7 or more (exact null distribution: 98 of 720): a rise is found at that level, on
 * purpose a low one, for to warm up longer costs little. The test is done anew with each window, so that a steady rate passes after seven windows
 * on the average.
 */
const RISES_FROM_S = 7
/** With fewer messages a window's bytes say nothing about the rate. */
const FEWEST_MESSAGES = 16

/**
 * Of what the six windows brought, so much may wait behind holes. A start that overruns a queue loses up to half of what is under way; until all of
 * that has come again the peers hold the rest back, and hand it over in the middle of what is measured, as if the line had carried it then.
 */
const WAITING_SHARE = 0.01

/** How long a window of warm-up is, nanoseconds; one that has seen too few messages goes on for as long again. */
export function warmupWindowNs(capNs: number): number {
  return Math.min(Math.max(capNs / 20, 10e6), 50e6)
}

/**
 * Decides when warm-up may end: when the bytes that all ends together have received in each of the last six windows show no rise and next to nothing
 * waits behind holes, or at the cap. It has no timer: each sample is a moment to decide.
 */
export class Warmup {
  readonly #capNs: number
  readonly #windowNs: number
  /** Of the ends that decide. */
  readonly #series: ReadonlyMap<End, Sample[]>
  /** Of each end, by its last sample. */
  readonly #waitingBytes = new Map<End, number>()
  readonly #ended = deferred<WarmupEnd>()
  readonly #beganNs: number
  /** Those that are over. */
  readonly #windows: Window[] = []
  #windowBegan: Sum | null = null
  /** How far the window that is not over has been followed. */
  #windowsTo = 0

  /** @param deciders the ends that have links that decide */
  constructor(capNs: number, deciders: readonly End[], beganNs: number) {
    this.#capNs = capNs
    this.#windowNs = warmupWindowNs(capNs)
    this.#series = new Map(deciders.map((end) => [end, []]))
    this.#beganNs = beganNs
    if (capNs === 0) this.#ended.resolve({ durationNs: 0, ended: 'none' })
  }

  get ended(): Promise<WarmupEnd> {
    return this.#ended.promise
  }

  /** How far an end was. What a foreign end says may be anything: a time beyond the cap ends the warm-up, and times closer than a timer's are left out. */
  add(end: End, sample: Sample): void {
    const durationNs = sample.atNs - this.#beganNs
    if (durationNs < 0) return
    if (durationNs >= this.#capNs) {
      this.#ended.resolve({ durationNs, ended: 'cap' })
      return
    }
    this.#waitingBytes.set(end, sample.waitingBytes)
    const series = this.#series.get(end)
    const last = series?.at(-1)
    if (series === undefined) return
    if (last !== undefined && sample.atNs - last.atNs < this.#windowNs / 4) return
    series.push(sample)
    this.#closeWindows()
    if (this.#isSteady()) this.#ended.resolve({ durationNs, ended: 'steady' })
  }

  #isSteady(): boolean {
    if (!isSteady(this.#windows.map(({ bytesPerNs }) => bytesPerNs))) return false
    const arrived = this.#windows.slice(-WINDOWS).reduce((sum, { bytes }) => sum + bytes, 0)
    const waiting = [...this.#waitingBytes.values()].reduce((sum, bytes) => sum + bytes, 0)
    return waiting <= WAITING_SHARE * arrived
  }

  #closeWindows(): void {
    const ends = [...this.#series.values()]
    if (ends.some((series) => series.length === 0)) return
    const known = Math.min(...ends.map((series) => (series.at(-1) as Sample).atNs))
    if (this.#windowBegan === null) {
      const first = Math.max(...ends.map((series) => (series[0] as Sample).atNs))
      if (first > known) return
      this.#windowBegan = this.#sumAt(first)
      this.#windowsTo = first
    }
    for (;;) {
      const from = this.#windowBegan
      const endNs = this.#windowsTo + this.#windowNs
      if (from === null || endNs > known) return
      this.#windowsTo = endNs
      const to = this.#sumAt(endNs)
      // On a slow path a window lasts until it has something to say.
      if (to.messages - from.messages < FEWEST_MESSAGES) continue
      const bytes = to.bytes - from.bytes
      this.#windows.push({ bytes, bytesPerNs: bytes / (endNs - from.atNs) })
      this.#windowBegan = to
    }
  }

  /** Over all ends, each at an even rate between two samples. */
  #sumAt(atNs: number): Sum {
    const sum = { atNs, messages: 0, bytes: 0 }
    for (const series of this.#series.values()) {
      const i = series.findIndex((sample) => sample.atNs >= atNs)
      const after = series[i] as Sample
      const before = series[Math.max(i - 1, 0)] as Sample
      const span = after.atNs - before.atNs
      const part = span === 0 ? 1 : (atNs - before.atNs) / span
      sum.messages += before.messages + (after.messages - before.messages) * part
      sum.bytes += before.bytes + (after.bytes - before.bytes) * part
    }
    return sum
  }
}

/** Whether the last six of these rates show no rise. */
export function isSteady(rates: readonly number[]): boolean {
  return rates.length >= WINDOWS && mannKendall(rates.slice(-WINDOWS)) < RISES_FROM_S
}
