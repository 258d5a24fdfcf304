// How often the flags find a disturbance that was planted, and how often they cry without one.
//   node bench/flags.mjs [--rounds N] [--record FILE]     plants, measures and tells (root: with real-time priority)
//   node bench/flags.mjs --from FILE                      tells of what was recorded
// What is planted beside a blocking TCP ping-pong: nothing (clean), a program that wants the client's CPU for itself (hog), and one
// that wants less and less of it, so that the rate rises to the end (ramp).
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { judge, toldOf } from '../dist/results/repetition/flag-validation.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    record: { type: 'string' },
    from: { type: 'string' },
  },
})

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
/** The client of a local run takes the last CPU. */
const CPU = availableParallelism() - 1
// On a machine that others use too, only what was planted is to disturb.
const isRoot = process.getuid?.() === 0
const PRIORITY = isRoot ? ['chrt', '-r', '10'] : []
const RUN_SECONDS = 4

/** Wants `share(part of the run)` of its CPU, in periods of 20 ms. */
const HOG = `
const began = performance.now()
for (;;) {
  const at = performance.now()
  const share = SHARE((at - began) / ${RUN_SECONDS * 1000})
  while (performance.now() - at < 20 * share) {}
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(1, 20 * (1 - share)))
}`
const PLANTED = {
  clean: null,
  hog: '(part) => 0.5',
  ramp: '(part) => Math.max(0, 0.7 * (1 - part))',
}

const runs = values.from === undefined ? measure() : JSON.parse(readFileSync(values.from, 'utf8'))
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(runs)}\n`)
for (const line of toldOf(judge(runs))) process.stdout.write(`${line}\n`)

function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'xrbench-flags-'))
  try {
    const rounds = Array.from({ length: Number(values.rounds) }, () => Object.keys(PLANTED))
    return rounds.flat().map((planted) => measureOne(planted, join(folder, 'result.json')))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measureOne(planted, output) {
  const share = PLANTED[planted]
  const hog =
    share === null
      ? null
      : spawn(
          'taskset',
          [
            '-c',
            String(CPU),
            ...PRIORITY,
            process.execPath,
            '-e',
            HOG.replace('SHARE', `(${share})`),
          ],
          { stdio: 'ignore' },
        )
  const asked = ['--transport', 'tcp', '--workload', 'ping-pong', '--repeat', '1', '--size', '64']
  const times = ['--duration', '1.5s', '--warmup', '200ms', '--interval', '100ms']
  const [command, ...args] = [...PRIORITY, process.execPath, MAIN]
  const run = spawnSync(command, [...args, 'run', ...asked, ...times, '--output', output], {
    encoding: 'utf8',
  })
  hog?.kill()
  if (run.status !== 0) throw new Error(run.stderr)
  const [repetition] = JSON.parse(readFileSync(output, 'utf8')).cases[0].repetitions
  const endOf = ({
    mostRunDelay,
    demand,
    busiestThread,
    involuntaryContextSwitches,
    windowNs,
  }) => ({
    mostRunDelay,
    demand,
    busiestThread,
    switchesPerSec: (involuntaryContextSwitches / windowNs) * 1e9,
  })
  return {
    planted,
    warmupEnded: repetition.warmup.ended,
    intervals: repetition.intervals.map(({ durationNs, messages, bytes }) => ({
      durationNs,
      messages,
      bytes,
    })),
    cpu: { client: endOf(repetition.cpu.client), server: endOf(repetition.cpu.server) },
  }
}
