import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BenchError } from './bench-error.mjs'
import { selectConfigurations } from './configurations.mjs'
import { describeMachine } from './machine.mjs'
import { parseOptions, USAGE } from './options.mjs'
import { choosePlaces } from './place.mjs'
import { prepare } from './prepare.mjs'
import { guestEnds } from './rdma/ends.mjs'
import { runInLab } from './rdma/in-lab.mjs'
import { runRound } from './rounds.mjs'
import { comparedFigure, figureSpread, judge, ratioSpread } from './statistics.mjs'
import { renderConfiguration } from './table.mjs'

/**
 * @typedef {import('./configurations.mjs').Configuration} Configuration
 * @typedef {import('./configurations.mjs').ToolName} ToolName
 * @typedef {import('./options.mjs').Options} Options
 * @typedef {{ configuration: Configuration, rates: Partial<Record<ToolName, number>>, rounds: import('./rounds.mjs').Round[] }} Measured
 */

const HEADING = `Medians over the rounds. Ping-pong: whole round trips, 1 connection. Stream: payload bits per second at the receiver.
xrbench ÷ it: p50 (ping-pong), goodput (stream) or messages (rate), formed within each round; median, then smallest and largest.`

const stop = new AbortController()

/** @param {Options} options */
async function main(options) {
  const chosen = selectConfigurations(options.words)
  if (options.help) process.stdout.write(`${USAGE}\n`)
  else if (options.list) process.stdout.write(`${chosen.map((c) => c.name).join('\n')}\n`)
  else if (chosen[0]?.transport !== 'rdma') await compare(chosen, options, null)
  else if (!options.inGuest) await compareInLab(chosen, options)
  else {
    const ends = await guestEnds(options.guests, stop.signal)
    await compare(chosen, options, ends).finally(ends.close)
  }
}

/**
 * What is compared over RDMA needs a device, which the lab has: this same program runs there, and prints and writes its figures from there.
 * @param {readonly Configuration[]} chosen
 * @param {Options} options
 */
async function compareInLab(chosen, options) {
  await prepare(chosen, options.install, stop.signal)
  await mkdir(dirname(options.output), { recursive: true })
  process.exitCode = await runInLab(options, stop.signal)
}

/**
 * @param {readonly Configuration[]} wanted
 * @param {Options} options
 * @param {import('./rdma/ends.mjs').Ends | null} ends of RDMA
 */
async function compare(wanted, options, ends) {
  const chosen = await prepare(wanted, options.install, stop.signal)
  const places = await choosePlaces()
  const machine = describeMachine()
  const startedAt = new Date().toISOString()
  process.stderr.write(`${announcement(chosen, options, machine.loadAverage ?? 0)}\n`)
  process.stdout.write(`${HEADING}\n`)

  /** @type {Measured[]} */
  const measured = []
  for (const configuration of chosen) {
    const rates = await ratesFor(configuration, measured, places, options)
    const one = { configuration, rates, rounds: /** @type {import('./rounds.mjs').Round[]} */ ([]) }
    measured.push(one)
    try {
      for (let i = 0; i < options.pairs; i++) {
        const setup = {
          places,
          durationSeconds: options.durationSeconds,
          rates,
          ends,
          signal: stop.signal,
        }
        one.rounds.push(await runRound(configuration, i, setup))
      }
    } finally {
      if (one.rounds.length > 0) {
        process.stdout.write(`\n${renderConfiguration(configuration, one.rounds)}\n`)
      }
      await save(options.output, { startedAt, machine, places, options }, measured)
    }
  }
  process.stderr.write(`\nThe figures are in ${relative(invokedFrom, options.output)}.\n`)
  process.exitCode = exitCodeOf(measured, options.strict)
}

/**
 * The rates of a paced stream: iperf3 runs at half of what it reached unpaced, xrbench at 2.2 times of what iperf3 did, which is what it
 * has to carry nearly without loss. Where the unpaced stream was not measured, one run finds it out.
 * @param {Configuration} configuration
 * @param {readonly Measured[]} measured
 * @param {Awaited<ReturnType<typeof choosePlaces>>} places
 * @param {Options} options
 * @returns {Promise<Partial<Record<ToolName, number>>>}
 */
async function ratesFor(configuration, measured, places, options) {
  if (configuration.workload !== 'paced') return {}
  const unpaced = /** @type {const} */ ({ ...configuration, workload: 'stream' })
  const known = measured.find(
    ({ configuration: c }) =>
      c.workload === 'stream' &&
      c.transport === unpaced.transport &&
      c.sizeBytes === unpaced.sizeBytes,
  )
  const setup = {
    places,
    durationSeconds: options.durationSeconds,
    rates: {},
    ends: null,
    signal: stop.signal,
  }
  const rounds = known?.rounds ?? [await runRound(unpaced, 0, setup)]
  const limit = figureSpread(rounds, 'iperf3', 'goodputBitsPerSec')
  if (limit === null) return {}
  const megabits = (/** @type {number} */ share) => Math.round((limit.median * share) / 1e6) * 1e6
  return { xrbench: megabits(2.2), iperf3: megabits(0.5) }
}

/**
 * @param {readonly Configuration[]} chosen
 * @param {Options} options
 * @param {number} load
 */
function announcement(chosen, options, load) {
  const runs = chosen.reduce((sum, c) => sum + c.tools.length, 0) * options.pairs
  const minutes = Math.ceil((runs * (options.durationSeconds + 2)) / 60)
  const busy =
    load > 0.5
      ? `\nwarning: the machine is busy (load ${load.toFixed(2)}): figures will be poor`
      : ''
  return `configurations: ${chosen.length}, rounds of each: ${options.pairs}, about ${minutes} min${busy}`
}

/**
 * Written after every configuration, so that an interruption loses one at most.
 * @param {string} path
 * @param {object} head
 * @param {readonly Measured[]} measured
 */
async function save(path, head, measured) {
  const configurations = measured.map(({ configuration, rates, rounds }) => ({
    ...configuration,
    rates,
    aims: configuration.aims.map((aim) => judge(aim, rounds)),
    ratios: Object.fromEntries(
      configuration.tools
        .filter((tool) => tool !== 'xrbench')
        .map((tool) => [tool, ratioSpread(rounds, tool, comparedFigure(configuration))]),
    ),
    rounds,
  }))
  await mkdir(dirname(path), { recursive: true })
  const document = {
    schema: 'xrbench.bench-peers/1',
    ...head,
    savedAt: new Date().toISOString(),
    configurations,
  }
  await writeFile(path, `${JSON.stringify(document, null, 2)}\n`)
}

/**
 * @param {readonly Measured[]} measured
 * @param {boolean} strict
 */
function exitCodeOf(measured, strict) {
  const rounds = measured.flatMap((m) => m.rounds)
  if (rounds.every((round) => Object.keys(round.figures).length === 0)) return 5
  const missed = measured.some((m) =>
    m.configuration.aims.some((aim) => judge(aim, m.rounds).met !== true),
  )
  return strict && missed ? 6 : 0
}

/** @param {unknown} error */
function report(error) {
  if (stop.signal.aborted) {
    process.exitCode = 130
  } else if (error instanceof BenchError) {
    process.stderr.write(
      `error: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`,
    )
    process.exitCode = error.exitCode
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    process.exitCode = 1
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => stop.abort())
}
const invokedFrom = process.cwd()
process.chdir(resolve(fileURLToPath(import.meta.url), '../../..'))
try {
  const options = parseOptions(process.argv.slice(2), process.env)
  await main({
    ...options,
    output: resolve(
      options.output === 'build/bench-peers.json' ? '.' : invokedFrom,
      options.output,
    ),
  })
} catch (error) {
  report(error)
}
