import { bytesBetween, mostWithin, reached } from './devices.mjs'

export const LINE_MBIT = 50
/** Of a frame of 1,514 bytes, TCP with time stamps carries 1,448; TLS and QUIC no more. */
const TCP_SHARE = 1448 / 1514
/** 1,400 bytes in a frame of 1,442. */
const UDP_SHARE = 1400 / 1442

const MEDIAN_WITHIN = 0.01
const EACH_WITHIN = 0.02
/** What arrived before a hole was filled is handed over at once: it may have waited so long. */
const REASSEMBLY_MS = 300
/** … and a receiver that waits for its CPU finds so much in its socket. */
const UNREAD_MS = 100
/** Of what the device carried: acknowledgements of the other direction take up to 6 % of it, and what came twice is in it. */
const LEAST_OF_CARRIED = 0.8
/** Handshakes are less than that; from there on it is the stream. */
const BEGUN_BYTES = 100_000

const WAYS = ['up', 'down']

/**
 * What the lists of a proof lack: TLS and QUIC are held against one stream of theirs, which has to come first.
 * @param {readonly string[]} transports @param {readonly string[]} streams
 * @returns {string | null}
 */
export function problemOf(transports, streams) {
  const measured = transports.filter((one) => one !== 'tcp' && one !== 'udp')
  if (measured.length === 0 || streams[0] === '1') return null
  return `${measured.join(' and ')} with several streams is held against one stream: --streams 1,${streams.filter((one) => one !== '1').join(',')}`
}

/** What the arithmetic says of a transport that has one, Mbit/s. */
export function arithmeticOf(transport) {
  if (transport === 'udp') return LINE_MBIT * UDP_SHARE
  return transport === 'tcp' ? LINE_MBIT * TCP_SHARE : null
}

/**
 * One direction of a row. In both directions at once, acknowledgements take a share that no arithmetic knows: it is at most what one direction alone
 * brings, and no less than what the device carried in the same time says.
 * @param {{ transport: string, way: 'up' | 'down', isAlone: boolean, reference: number | null, repetitions: object[], samples: object[] }} row
 *   `reference`: Mbit/s; `null`: this row is the first of its kind, and what others are held against
 */
export function judgeWay({ transport, way, isAlone, reference, repetitions, samples }) {
  const rates = repetitions.map(
    ({ throughput }) => throughput.perDirection[way].goodputBitsPerSec / 1e6,
  )
  const middle = median(rates)
  const should = reference ?? middle
  const isEqual = isAlone || transport === 'udp'
  const off = (rate) => (isEqual ? Math.abs(rate / should - 1) : rate / should - 1)
  const carried = repetitions.map((one) => carriedIn(one, samples, transport))
  const problems = [
    ...(off(middle) > MEDIAN_WITHIN ? ['median'] : []),
    ...(rates.some((rate) => off(rate) > EACH_WITHIN) ? ['each'] : []),
    ...(rates.some((rate) => rate / (LINE_MBIT * shareOf(transport)) - 1 > EACH_WITHIN)
      ? ['more than the line carries']
      : []),
    ...(carried.includes(null) ? ['the device was not seen'] : []),
    ...(rates.some((rate, i) => rate < LEAST_OF_CARRIED * (carried[i] ?? 0))
      ? ['less than the device carried']
      : []),
  ]
  return { way, should, isEqual, rates, middle, carried, problems }
}

/** Payload that the device of a direction carried in the window of a repetition, Mbit/s; `null`: it was not seen. */
function carriedIn({ startedAt, warmup, durationNs }, samples, transport) {
  const begunMs = reached(samples, Date.parse(startedAt), BEGUN_BYTES)
  if (begunMs === null) return null
  const fromMs = begunMs + (warmup?.durationNs ?? 0) / 1e6
  const bytes = bytesBetween(samples, fromMs, fromMs + durationNs / 1e6)
  return bytes === null ? null : (bytes * 8 * shareOf(transport) * 1e3) / durationNs
}

/**
 * Stretches of a series in which more arrived than the devices of its directions had carried in any stretch of that length, and what may have waited:
 * behind a hole, but of datagrams nothing does, or unread.
 * @param {readonly object[]} repetitions @param {readonly (readonly object[])[]} devices samples of each direction that was used
 */
export function aheadOf(repetitions, devices, transport) {
  const waitsMs = transport === 'udp' ? UNREAD_MS : REASSEMBLY_MS
  const stepsMs = devices.map((samples) => 2 * stepMs(samples))
  const slack = stepsMs.reduce((sum, ms) => sum + (LINE_MBIT * 1e6 * (waitsMs + ms)) / 8e3, 0)
  let ahead = 0
  for (const { intervals } of repetitions) {
    for (let i = 0; i < intervals.length; i++) {
      let [ms, bytes] = [0, 0]
      for (const interval of intervals.slice(i)) {
        ms += interval.durationNs / 1e6
        bytes += interval.bytes
        const carried = devices.reduce((sum, samples) => sum + mostWithin(samples, ms), 0)
        if (bytes > carried + slack) ahead++
      }
    }
  }
  return ahead
}

/** Between two samples, as a rule. */
function stepMs(samples) {
  return samples.length < 2 ? 0 : median(samples.slice(1).map(({ ms }, i) => ms - samples[i].ms))
}

function shareOf(transport) {
  return transport === 'udp' ? UDP_SHARE : TCP_SHARE
}

/** Those that a direction of the command line has. */
export function waysOf(direction) {
  return direction === 'both' ? WAYS : [direction]
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2
}
