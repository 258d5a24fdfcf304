import { Bench } from 'tinybench'
import { loadAddon } from '../dist/addon/load.js'
import { decodeHistogram, encodeHistogram } from '../dist/results/histogram/codec.js'
import { histogramOfCounts, mergeCounts, stddevNs } from '../dist/results/histogram/histogram.js'
import { percentilesOf } from '../dist/results/histogram/percentiles.js'
import { taskLines } from './lines.mjs'

const SAMPLES = 200_000
const REPETITIONS = 5

export const title = `Histograms, ${SAMPLES.toLocaleString('en')} samples each (what a report does with a result file)`

/** Reading the addon's counts, encoding, decoding, merging, and what is read off a histogram. */
export async function run() {
  const raw = Array.from({ length: REPETITIONS }, (_, i) => latencies(i + 1))
  const [counts = latencies(1)] = raw
  const first = histogramOfCounts(counts)
  const encoded = encodeHistogram(first.inRange)
  const bench = new Bench({ time: 300 })
    .add('from counts', () => histogramOfCounts(counts))
    .add('encode', () => encodeHistogram(first.inRange))
    .add('decode', () => decodeHistogram(encoded))
    .add(`merge ${REPETITIONS}`, () => mergeCounts(raw))
    .add('percentiles', () => percentilesOf(first))
    .add('standard deviation', () => stddevNs(first))
  await bench.run()
  return [
    ...taskLines(bench),
    `${counts.indices.length} counts in use, ${encoded.length} characters encoded`,
  ]
}

/**
 * Shaped like round trips on loopback: most near 10 µs, a tail to some ms. The same on every machine.
 * @param {number} seed
 */
function latencies(seed) {
  const random = generator(seed)
  const values = Float64Array.from({ length: SAMPLES }, () => Math.round(8_000 / random() ** 0.45))
  return loadAddon().recordValues(values).histogram
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
