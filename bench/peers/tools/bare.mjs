import { mkdir, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { runChild, startChild } from '../child.mjs'

const SOURCE = 'bench/bare/ping_pong.c'
const BINARY = 'build/bench/ping_pong'

/** Compiles the loop when it is missing or older than its source: with the compiler's plain -O2, as anyone would. */
export async function prepareBare() {
  const [source, binary] = await Promise.all([stat(SOURCE), stat(BINARY).catch(() => null)])
  if (binary !== null && binary.mtimeMs >= source.mtimeMs) return
  await mkdir('build/bench', { recursive: true })
  const limits = { timeoutMs: 60_000, signal: new AbortController().signal }
  await runChild(['gcc', '-std=c11', '-O2', '-Wall', '-Wextra', '-o', BINARY, SOURCE], limits)
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
    const port = await announcedPort(server)
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

/** @param {import('../child.mjs').Child} server */
async function announcedPort(server) {
  let gone = false
  const ended = server.ended.finally(() => (gone = true))
  ended.catch(() => {})
  while (!server.stdout().includes('\n')) {
    if (gone) await ended
    await delay(5)
  }
  return JSON.parse(server.stdout()).port
}
