import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Bench, mToNs } from 'tinybench'
import { aimText, durationText, taskLines } from './lines.mjs'

const MAIN = 'dist/cli/main.js'
const STARTS = 20
const VERSION_AIM_NS = 100e6
const OVERHEAD_AIM_NS = 1e9
const MEASURED_MS = 200

export const title = 'Start-up, as processes'

/** How long the command takes to come and go, and what a repetition costs beyond what it measures. */
export async function run() {
  const bench = new Bench({
    time: 0,
    iterations: STARTS,
    warmup: true,
    warmupTime: 0,
    warmupIterations: 2,
  })
    .add('node -e 0 (the floor)', () => runNode('-e', '0'))
    .add('xrbench --version', () => runNode(MAIN, '--version'))
    .add('xrbench --help', () => runNode(MAIN, '--help'))
  await bench.run()
  const version = bench.getTask('xrbench --version')?.result
  const versionNs = version?.state === 'completed' ? mToNs(version.latency.p50) : Number.NaN
  const lines = taskLines(bench)
  const overheadNs = await repetitionOverheadNs()
  return [
    ...lines,
    `xrbench --version: ${durationText(versionNs)}, aim < 100 ms: ${aimText(versionNs < VERSION_AIM_NS)}`,
    `a repetition beyond what it measures: ${durationText(overheadNs)}, aim < 1 s: ${aimText(overheadNs < OVERHEAD_AIM_NS)}`,
  ]
}

/** From runs of one and of five repetitions: what both have in common, starting and ending, drops out. */
async function repetitionOverheadNs() {
  mkdirSync('build/bench', { recursive: true })
  const one = await elapsedMs(1)
  const five = await elapsedMs(5)
  return mToNs((five - one) / 4 - MEASURED_MS)
}

/** @param {number} repetitions */
async function elapsedMs(repetitions) {
  const begin = performance.now()
  await runNode(
    ...[MAIN, 'run', '--quiet', '--transport', 'tcp', '--workload', 'ping-pong', '--warmup', '0'],
    ...[
      '--duration',
      `${MEASURED_MS}ms`,
      '--repeat',
      String(repetitions),
      '--output',
      'build/bench/start-up.json',
    ],
  )
  return performance.now() - begin
}

/** @param {string[]} args */
async function runNode(...args) {
  const child = spawn(process.execPath, args, {
    stdio: 'ignore',
    timeout: 30_000,
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${signal ?? `exit ${code}`}`)
}
