import { runChild, startChild } from '../child.mjs'
import { freePort, pinned, waitUntilBound } from '../place.mjs'

/** sockperf leaves out its first 400 ms and its last 50 ms; they come on top of what is asked for. */
const LEFT_OUT_SECONDS = 0.45
const START_TIMEOUT_MS = 5_000

/**
 * Sockperf halves the round trip and calls it latency. `--full-rtt` (3.6 and later) makes it print the whole one;
 * where it is missing, the figure is doubled here.
 * @type {Promise<boolean> | undefined}
 */
let fullRoundTrip

/** @type {import('../rounds.mjs').Tool} */
export async function runSockperf(configuration, { places, durationSeconds, limits }) {
  fullRoundTrip ??= knowsFullRoundTrip(limits)
  const isWhole = await fullRoundTrip
  const port = await freePort()
  const common = [
    ...['-i', '127.0.0.1', '-p', String(port)],
    ...(configuration.transport === 'tcp' ? ['--tcp'] : []),
    ...(configuration.wait === 'spin' ? ['--nonblocked'] : []),
  ]
  const server = startChild(pinned(places?.server, ['sockperf', 'server', ...common]), limits)
  try {
    await waitUntilBound(configuration.transport, port, server, START_TIMEOUT_MS)
    const seconds = Math.ceil(durationSeconds + LEFT_OUT_SECONDS)
    const client = [
      ...['sockperf', 'ping-pong', ...common],
      ...['-m', String(configuration.sizeBytes), '-t', String(seconds)],
      ...(isWhole ? ['--full-rtt'] : []),
    ]
    return readSockperf(await runChild(pinned(places?.client, client), limits), isWhole ? 1 : 2)
  } finally {
    await server.stop()
  }
}

/** @param {{ timeoutMs: number, signal: AbortSignal }} limits */
async function knowsFullRoundTrip(limits) {
  const help = startChild(['sockperf', 'ping-pong', '--help'], limits)
  await help.ended.catch(() => {}) // some versions leave with 1 after their help
  return `${help.stdout()}${help.stderr()}`.includes('--full-rtt')
}

/**
 * @param {string} text what the client printed, microseconds
 * @param {1 | 2} factor from its figures to round trips
 */
export function readSockperf(text, factor) {
  const ns = (/** @type {RegExp} */ pattern) => {
    const found = pattern.exec(text)?.[1]
    if (found === undefined) throw new Error(`sockperf printed nothing like ${pattern.source}`)
    return Math.round(Number(found) * 1000 * factor)
  }
  return {
    p50Ns: ns(/percentile 50\.0+ =\s*([\d.]+)/),
    p99Ns: ns(/percentile 99\.0+ =\s*([\d.]+)/),
    p999Ns: ns(/percentile 99\.90+ =\s*([\d.]+)/),
    maxNs: ns(/<MAX> observation =\s*([\d.]+)/),
    samples: Number(/Total (\d+) observations/.exec(text)?.[1] ?? Number.NaN),
  }
}
