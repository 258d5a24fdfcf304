import { firstLine, runChild, startChild } from '../child.mjs'
import { compileBare } from './bare.mjs'
import { readRoundTrips } from './bare-tls.mjs'

const BINARY = 'build/bench/cache_lines'

export const prepareBareLines = () => compileBare('bench/bare/cache_lines.c', BINARY)

/** @type {import('../rounds.mjs').Tool} */
export async function runBareLines(configuration, context) {
  const { places, warmupSeconds, durationSeconds, limits } = context
  const common = (/** @type {number | undefined} */ cpu) => [
    ...['--size', String(configuration.sizeBytes)],
    ...(cpu === undefined ? [] : ['--cpu', String(cpu)]),
    ...['--warmup', String(warmupSeconds), '--duration', String(durationSeconds)],
  ]
  const server = startChild([BINARY, 'server', ...common(places?.server)], limits)
  try {
    const { file } = JSON.parse(await firstLine(server))
    const client = [BINARY, 'client', ...common(places?.client), '--file', file]
    return readRoundTrips(JSON.parse(await runChild(client, limits)))
  } finally {
    await server.stop()
  }
}
