// What xrbench says of a line whose rate is known: npm run proof:line -- [--transports tcp,udp] [--streams 1,8] [--directions up,both]
//   [--duration 3s] [--repeat 5] [--warmup 4s] [--queue 1m] [--lab]
// Two network namespaces, and a router between them that sends 50 Mbit/s each way (root); or with --lab two guests whose wire does.
// Exit code 1 when a figure is off.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mostWithin, watchDevice } from './devices.mjs'
import { guestLine, runInLab } from './in-lab.mjs'
import { shapedLine } from './namespaces.mjs'

const CLI = new URL('../../dist/cli/main.js', import.meta.url).pathname
const LINE_MBIT = 50
/** Of a frame of 1,514 bytes, TCP with time stamps carries 1,448. */
const TCP_MBIT = (LINE_MBIT * 1448) / 1514
/** 1,400 bytes in a frame of 1,442. */
const UDP_MBIT = (LINE_MBIT * 1400) / 1442
const MEDIAN_WITHIN = 0.01
const EACH_WITHIN = 0.02
/** What arrived before a hole was filled is handed over at once: it may have waited so long. */
const REASSEMBLY_S = 0.3

const { values: flags } = parseArgs({
  options: {
    transports: { type: 'string', default: 'tcp,udp,tls,quic' },
    streams: { type: 'string', default: '1,4,8,32,64' },
    directions: { type: 'string', default: 'up,down,both' },
    duration: { type: 'string', default: '3s' },
    repeat: { type: 'string', default: '5' },
    warmup: { type: 'string', default: '4s' },
    queue: { type: 'string', default: '1m' },
    lab: { type: 'boolean', default: false },
    // What the lab runs in its first guest.
    'in-guest': { type: 'boolean', default: false },
    'key-file': { type: 'string' },
  },
})
// In a queue of a quarter of that, of 64 connections some lose each of their packets for tens of seconds.
const list = (text) => text.split(',')

const folder = mkdtempSync(join(tmpdir(), 'xrbench-line-'))
const keyFile = flags['key-file'] ?? join(folder, 'key')
if (flags['key-file'] === undefined)
  writeFileSync(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 })
/** In an emulated guest Node.js is up sooner without its compiler. */
const GUEST_NODE = [process.execPath, '--jitless', '--no-expose-wasm', CLI]
const node = flags['in-guest'] ? GUEST_NODE : [process.execPath, CLI]

async function run(line, transport, direction, streams) {
  const output = join(folder, `${transport}-${direction}-${streams}.json`)
  const size = transport === 'udp' ? ['-s', '1400', '--rate', '60M'] : ['-s', '64k']
  const watches = Object.entries(line.receivers).map(([way, { wrapper, device }]) => [
    way,
    watchDevice(wrapper, device),
  ])
  const [command, ...args] = [
    ...[...line.near, ...node, 'run', '--peer', line.peer, '--key-file', keyFile],
    ...['-t', transport, '-w', 'stream', '--direction', direction, '--streams', streams, ...size],
    ...['-d', flags.duration, '-r', flags.repeat, '--interval', '200ms', '-o', output, '-q'],
    ...['--timeout', '20s', '--warmup', flags.warmup, '--verbose'],
  ]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  await Promise.all(watches.map(([, watch]) => watch.stop()))
  if (code !== 0) throw new Error(`xrbench run ended with ${code}`)
  const measured = JSON.parse(readFileSync(output, 'utf8')).cases[0]
  return { measured, watch: Object.fromEntries(watches) }
}

/** Mbit/s of each direction that was used, each repetition. */
function ratesOf({ repetitions }) {
  return repetitions.flatMap(({ throughput }) =>
    Object.values(throughput.perDirection).flatMap((way) =>
      way === null ? [] : [way.goodputBitsPerSec / 1e6],
    ),
  )
}

/** Stretches of a series in which more arrived than the receiving device had received in any stretch of that length. */
function aheadOf({ repetitions }, watch, direction) {
  if (watch[direction] === undefined) return 0
  const { samples } = watch[direction]
  let ahead = 0
  for (const { intervals } of repetitions) {
    for (let i = 0; i < intervals.length; i++) {
      let [ns, bytes] = [0, 0]
      for (const interval of intervals.slice(i)) {
        ns += interval.durationNs
        bytes += interval.bytes
        const allowed = mostWithin(samples, ns) + ((LINE_MBIT * 1e6) / 8) * REASSEMBLY_S
        if (bytes > allowed) ahead++
      }
    }
  }
  return ahead
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Prints a row for each; how many are off. */
async function measure(line) {
  let failures = 0
  console.log('| transport | direction | streams | should be | median | each | |')
  console.log('|---|---|---:|---:|---:|---|---|')
  for (const transport of list(flags.transports)) {
    for (const direction of list(flags.directions)) {
      let should = { tcp: TCP_MBIT, udp: UDP_MBIT }[transport] ?? null
      // In both directions at once, acknowledgements take a share that arithmetic does not know: at most so much.
      const isAtMost = direction === 'both' && transport !== 'udp'
      if (isAtMost) should = TCP_MBIT
      for (const streams of list(flags.streams)) {
        const { measured, watch } = await run(line, transport, direction, streams)
        const rates = ratesOf(measured)
        const middle = median(rates)
        should ??= middle
        const off = (rate) => (isAtMost ? rate / should - 1 : Math.abs(rate / should - 1))
        const problems = [
          ...(off(middle) > MEDIAN_WITHIN ? ['median'] : []),
          ...(rates.some((rate) => off(rate) > EACH_WITHIN) ? ['each'] : []),
          ...(aheadOf(measured, watch, direction) > 0 ? ['series ahead of the device'] : []),
        ]
        failures += problems.length > 0 ? 1 : 0
        const each = rates.map((rate) => rate.toFixed(2)).join(' ')
        console.log(
          `| ${transport} | ${direction} | ${streams} | ${isAtMost ? '≤ ' : ''}${should.toFixed(2)} | ${middle.toFixed(2)} | ${each} | ${problems.join(', ') || 'ok'} |`,
        )
      }
    }
  }
  return failures
}

async function main() {
  if (flags.lab) {
    const rate = `${LINE_MBIT}mbit`
    const args = process.argv.slice(2).filter((arg) => arg !== '--lab')
    return runInLab({ rate, node: GUEST_NODE, keyFile, args })
  }
  const line = flags['in-guest']
    ? await guestLine()
    : await shapedLine({ rate: `${LINE_MBIT}mbit`, limit: flags.queue, node, keyFile })
  const failures = await measure(line).finally(() => line.close())
  if (failures > 0) console.error(`${failures} of the rows are off`)
  return failures > 0 ? 1 : 0
}

process.exitCode = await main().finally(() => rmSync(folder, { recursive: true }))
