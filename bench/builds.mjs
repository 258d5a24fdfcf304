// node bench/builds.mjs OLD [ROUNDS]: this checkout beside another one that is built, each measuring the same cases by its own command line, in turn.
// Of each case the ratio new ÷ old of every round, its median, least and most: of p50 for round trips, of goodput for streams.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const [old, rounds = '15'] = process.argv.slice(2)
if (old === undefined) {
  process.stderr.write('error: name another checkout\nhint: node bench/builds.mjs ../before 15\n')
  process.exit(2)
}
const NEW = fileURLToPath(new URL('..', import.meta.url))
const CASES = [
  ['-t', 'tcp,tls,udp,quic', '-w', 'ping-pong', '-s', '64', '--wait', 'spin'],
  ['-t', 'tcp,tls,udp,quic', '-w', 'ping-pong', '-s', '64', '--wait', 'block'],
  ['-t', 'tcp,tls,quic', '-w', 'stream', '-s', '64k'],
  ['-t', 'udp', '-w', 'stream', '-s', '1400'],
]

const folder = mkdtempSync(join(tmpdir(), 'xrbench-builds-'))
try {
  for (const words of CASES) compare(words)
} finally {
  rmSync(folder, { recursive: true })
}

function compare(words) {
  const ratios = new Map()
  for (let round = 0; round < Number(rounds); round++) {
    // A B B A: a machine that drifts favours neither.
    const first = round % 2 === 0 ? figures(NEW, words) : undefined
    const other = figures(resolve(old), words)
    for (const [name, figure] of first ?? figures(NEW, words)) {
      ratios.set(name, [...(ratios.get(name) ?? []), figure / other.get(name)])
    }
  }
  for (const [name, all] of ratios) {
    all.sort((a, b) => a - b)
    const shown = [all[all.length >> 1], all[0], all.at(-1)].map((ratio) => ratio.toFixed(3))
    process.stdout.write(`${name}: ${shown.join('  ')}\n`)
  }
}

/** Of each case: nanoseconds at p50, or bits per second. */
function figures(checkout, words) {
  const output = join(folder, 'result.json')
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(checkout, 'dist/cli/main.js'),
      'run',
      ...words,
      '-d',
      '1s',
      '-r',
      '1',
      '-q',
      '-o',
      output,
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  const { cases } = JSON.parse(readFileSync(output, 'utf8'))
  rmSync(output)
  return new Map(
    cases.map(({ transport, workload, parameters, repetitions: [repetition] }) => [
      `${transport} ${workload} ${parameters.requested.wait}`,
      workload === 'stream'
        ? repetition.throughput.goodputBitsPerSec
        : repetition.latency.percentiles.p50,
    ]),
  )
}
