import { histogramOfCounts } from '../../../dist/results/histogram/histogram.js'
import { valueAtQuantile } from '../../../dist/results/histogram/percentiles.js'

/**
 * What a comparison needs of an endpoint's end: the phase that was measured.
 * @typedef {object} Summary
 * @property {string | null} failure one sentence
 * @property {number} messages done while measuring
 * @property {number} elapsedNs from the first mark to the last
 * @property {number} lost
 * @property {{ count: number, p50Ns: number, p99Ns: number, p999Ns: number, maxNs: number } | null} latency whole round trips
 * @property {object | null} settings what RDMA granted
 *
 * @param {import('../../../src/session/endpoint/process.js').EndpointEnd} end
 * @returns {Summary}
 */
export function summaryOf({ outcome, fault }) {
  const link = outcome?.links[0]
  const [first, last] = [link?.marks[0], link?.marks.at(-1)]
  const between = (/** @type {'messages' | 'timeNs' | 'lost'} */ key) =>
    first === undefined || last === undefined ? 0 : last[key] - first[key]
  return {
    failure: outcome?.fault?.message ?? fault?.message ?? null,
    messages: between('messages'),
    elapsedNs: between('timeNs'),
    lost: between('lost'),
    latency: link?.latency ? latencyOf(link.latency) : null,
    settings: outcome?.effective.rdma ?? null,
  }
}

/** @param {import('../../../src/addon/addon.js').RawHistogram} raw */
function latencyOf(raw) {
  const histogram = histogramOfCounts(raw)
  const at = (/** @type {number} */ oneIn) => valueAtQuantile(histogram, oneIn) ?? 0
  return {
    count: raw.count,
    p50Ns: at(2),
    p99Ns: at(100),
    p999Ns: at(1000),
    maxNs: raw.maxNs ?? 0,
  }
}
