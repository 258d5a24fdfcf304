import { decodeBuckets } from './codec.js'
import { SIGNIFICANT_DIGITS } from './layout.js'

/** Counts of the first half of a bucket, from which on the steps double. */
const HALF = 2 ** (Math.ceil(Math.log2(2 * 10 ** SIGNIFICANT_DIGITS)) - 1)

/** The highest value that falls into the bucket of an index, ns. */
export function highestEquivalent(index: number): number {
  const bucket = Math.max(0, Math.floor(index / HALF) - 1)
  return (index - bucket * HALF + 1) * 2 ** bucket - 1
}

/** The middle of that bucket, ns, as HdrHistogram has it. */
export function medianEquivalent(index: number): number {
  const bucket = Math.max(0, Math.floor(index / HALF) - 1)
  const step = 2 ** bucket
  return (index - bucket * HALF) * step + Math.floor(step / 2)
}

/** A histogram as its cumulative distribution: for reading quantiles, not for adding. */
export class Distribution {
  /** Samples in range. */
  readonly count: number
  readonly #indices: Uint32Array
  readonly #upTo: Float64Array

  /** @throws XrbenchError `XRB_BAD_HISTOGRAM` */
  constructor(base64: string) {
    const { indices, counts } = decodeBuckets(base64)
    for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0)
    this.#indices = indices
    this.#upTo = counts
    this.count = counts.at(-1) ?? 0
  }

  /** The value of the sample of this rank, from 1; `null` when there are not so many. */
  at(rank: number): number | null {
    let [low, high] = [0, this.#upTo.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#upTo[middle] ?? 0) >= rank) high = middle
      else low = middle + 1
    }
    const index = this.#indices[low]
    return index === undefined ? null : highestEquivalent(index)
  }
}
