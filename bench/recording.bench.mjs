import { loadAddon } from '../dist/addon/load.js'
import { aimText, durationText, median } from './lines.mjs'

const ROUNDS = 1_000_000
const TRIES = 9
const FEW = 1e5
const MANY = 1e8
const AIM_NS = 10
/** What a process's memory wavers by on its own. */
const RSS_NOISE_BYTES = 4 * 2 ** 20

export const title = 'Recording one sample, native'

/** A pair of clock readings as around every round trip, without and with recording their difference; and the memory that takes. */
export async function run() {
  const addon = loadAddon()
  addon.recordingCost(ROUNDS) // pages and caches
  const tries = Array.from({ length: TRIES }, () => addon.recordingCost(ROUNDS))
  const pairNs = median(tries.map((t) => t.pairNs))
  const recordNs = median(tries.map((t) => t.pairAndRecordNs - t.pairNs))

  const few = memoryOf(addon, FEW)
  const many = memoryOf(addon, MANY)
  const grew = many.rssBytes - few.rssBytes
  const isFixed = many.histogramBytes === few.histogramBytes && grew < RSS_NOISE_BYTES
  return [
    `two clock readings: ${durationText(pairNs)} (${addon.clockReport().source})`,
    `recording beyond them: ${durationText(recordNs)}, aim ≤ ${AIM_NS} ns: ${aimText(recordNs <= AIM_NS)}`,
    `histogram: ${kibibytes(few.histogramBytes)} after ${FEW} samples, ${kibibytes(many.histogramBytes)} after ${MANY}`,
    `the process's memory differs by ${kibibytes(grew)}; it must not grow with samples: ${aimText(isFixed)}`,
  ]
}

/**
 * @param {import('../src/addon/addon.js').Addon} addon
 * @param {number} samples
 */
function memoryOf(addon, samples) {
  const { histogramBytes } = addon.recordingCost(samples)
  return { histogramBytes, rssBytes: process.memoryUsage.rss() }
}

/** @param {number} bytes */
const kibibytes = (bytes) => `${Math.round(bytes / 1024)} KiB`
