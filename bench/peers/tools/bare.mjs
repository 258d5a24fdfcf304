import { mkdir, stat } from 'node:fs/promises'
import { firstLine, runChild, startChild } from '../child.mjs'

const SOURCE = 'bench/bare/ping_pong.c'
const BINARY = 'build/bench/ping_pong'

export const prepareBare = () => compileBare(SOURCE, BINARY)

/**
 * Compiles a loop when it is missing or older than its source: with the compiler's plain -O2, as anyone would.
 * @param {string} from
 * @param {string} to
 * @param {string[]} [libraries]
 */
export async function compileBare(from, to, libraries = []) {
  const [source, binary] = await Promise.all([stat(from), stat(to).catch(() => null)])
  if (binary !== null && binary.mtimeMs >= source.mtimeMs) return
  await mkdir('build/bench', { recursive: true })
  const limits = { timeoutMs: 60_000, signal: new AbortController().signal }
  const command = ['gcc', '-std=c11', '-O2', '-Wall', '-Wextra', '-o', to, from, ...libraries]
  await runChild(command, limits)
}

/** @type {import('../rounds.mjs').Tool} */
export async function runBare(configuration, { places, warmupSeconds, durationSeconds, limits }) {
  const common = (/** @type {number | undefined} */ cpu) => [
    ...['--transport', configuration.transport, '--wait', configuration.wait],
    ...[
      '--size',
      String(configuration.sizeBytes),
      ...(cpu === undefined ? [] : ['--cpu', String(cpu)]),
    ],
    ...['--warmup', String(warmupSeconds), '--duration', String(durationSeconds)],
  ]
  const server = startChild([BINARY, 'server', ...common(places?.server)], limits)
  try {
    const { port } = JSON.parse(await firstLine(server))
    const client = [BINARY, 'client', ...common(places?.client), '--port', String(port)]
    const result = JSON.parse(await runChild(client, limits))
    return {
      p50Ns: result.p50Ns,
      p99Ns: result.p99Ns,
      p999Ns: result.p999Ns,
      maxNs: result.maxNs,
      samples: result.count,
    }
  } finally {
    await server.stop()
  }
}
