import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { Bench } from 'tinybench'
import { emptyHistogram, indexOfValue, mergeHistograms } from '../dist/results/histogram.js'
import { decodeHistogram, encodeHistogram } from '../dist/results/histogram-codec.js'
import { percentilesOf } from '../dist/results/percentiles.js'
import { taskLines } from './lines.mjs'

const SAMPLES = 200_000
const REPETITIONS = 5

export const title = `Histograms, ${SAMPLES.toLocaleString('en')} samples each (what a report does with a result file)`

/** Encoding, decoding, merging, and reading percentiles; hdr-histogram-js decodes the same bytes beside it. */
export async function run() {
  const histograms = Array.from({ length: REPETITIONS }, (_, i) => latencies(i + 1))
  const first = histograms[0] ?? emptyHistogram()
  const encoded = encodeHistogram(first)
  const bench = new Bench({ time: 300 })
    .add('encode', () => encodeHistogram(first))
    .add('decode', () => decodeHistogram(encoded))
    .add('decode, hdr-histogram-js', () => decodeFromCompressedBase64(encoded))
    .add(`merge ${REPETITIONS}`, () => mergeHistograms(histograms))
    .add('percentiles', () => percentilesOf(first))
  await bench.run()
  return [
    ...taskLines(bench),
    `${first.indices.length} counts in use, ${encoded.length} characters encoded`,
  ]
}

/**
 * Shaped like round trips on loopback: most near 10 µs, a tail to some ms. The same on every machine.
 * @param {number} seed
 * @returns {import('../src/addon/addon.js').RawHistogram}
 */
function latencies(seed) {
  const random = generator(seed)
  /** @type {Map<number, number>} */
  const counts = new Map()
  let sumNs = 0
  for (let i = 0; i < SAMPLES; i++) {
    const ns = Math.round(8_000 / random() ** 0.45)
    const index = indexOfValue(ns)
    counts.set(index, (counts.get(index) ?? 0) + 1)
    sumNs += ns
  }
  const sorted = [...counts].sort(([a], [b]) => a - b)
  return {
    ...emptyHistogram(),
    indices: Int32Array.from(sorted, ([index]) => index),
    counts: Float64Array.from(sorted, ([, count]) => count),
    count: SAMPLES,
    sumNs,
  }
}

/**
 * A linear congruential generator (the constants of ANSI C), in (0, 1].
 * @param {number} state
 */
function generator(state) {
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state + 1) / 0x80000000
  }
}
