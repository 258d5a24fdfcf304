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
import { watchDevice } from './devices.mjs'
import { guestLine, runInLab } from './in-lab.mjs'
import { aheadOf, arithmeticOf, judgeWay, LINE_MBIT, problemOf, waysOf } from './judge.mjs'
import { shapedLine } from './namespaces.mjs'

const CLI = new URL('../../dist/cli/main.js', import.meta.url).pathname

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
/** Of a transport whose single stream was not measured alone. */
const MOST_MBIT = arithmeticOf('tcp')

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
  const watches = waysOf(direction).map((way) => [way, watchDevice(line.devices[way])])
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
  const [{ repetitions }] = JSON.parse(readFileSync(output, 'utf8')).cases
  const devices = Object.fromEntries(watches.map(([way, { samples }]) => [way, samples]))
  return { repetitions, devices }
}

/** Prints a row for each direction of each; how many are off. */
async function measure(line) {
  let failures = 0
  console.log(
    '| transport | direction | streams | should be | median | each | the device carried | |',
  )
  console.log('|---|---|---:|---:|---:|---|---|---|')
  for (const transport of list(flags.transports)) {
    /** What one stream brought alone, by direction. */
    const alone = {}
    for (const direction of list(flags.directions)) {
      for (const streams of list(flags.streams)) {
        const { repetitions, devices } = await run(line, transport, direction, streams)
        const ahead = aheadOf(repetitions, Object.values(devices), transport)
        const isAlone = direction !== 'both'
        for (const way of waysOf(direction)) {
          const reference = arithmeticOf(transport) ?? alone[way] ?? (isAlone ? null : MOST_MBIT)
          const samples = devices[way]
          const judged = judgeWay({ transport, way, isAlone, reference, repetitions, samples })
          if (isAlone) alone[way] ??= judged.middle
          const problems = [
            ...judged.problems,
            ...(ahead > 0 ? ['series ahead of the device'] : []),
          ]
          failures += problems.length > 0 ? 1 : 0
          printRow({ transport, direction, streams, ...judged, problems })
        }
      }
    }
  }
  return failures
}

function printRow({ transport, direction, streams, way, problems, ...judged }) {
  const { isEqual, should, middle, rates, carried } = judged
  const each = (values) => values.map((value) => value?.toFixed(2) ?? '–').join(' ')
  const cells = [
    transport,
    direction === 'both' ? `both, ${way}` : direction,
    streams,
    `${isEqual ? '' : '≤ '}${should.toFixed(2)}`,
    middle.toFixed(2),
    each(rates),
    each(carried),
    problems.join(', ') || 'ok',
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

async function main() {
  const problem = problemOf(list(flags.transports), list(flags.streams))
  if (problem !== null) {
    console.error(problem)
    return 2
  }
  if (flags.lab) {
    const rate = `${LINE_MBIT}mbit`
    const args = process.argv.slice(2).filter((arg) => arg !== '--lab')
    return runInLab({ rate, node: GUEST_NODE, keyFile, args })
  }
  const line = flags['in-guest']
    ? await guestLine()
    : await shapedLine({ rate: `${LINE_MBIT}mbit`, limit: flags.queue, node, keyFile })
  const failures = await measure(line).finally(() => line.close())
  if (list(flags.directions).includes('both'))
    console.log(
      'In both directions at once: of UDP what the line carries. Of the others, at most that, for acknowledgements take a share, and at least 80 % of what the device carried meanwhile: ends that share an emulated CPU may leave the line idle, and then so does the device.',
    )
  if (failures > 0) console.error(`${failures} of the rows are off`)
  return failures > 0 ? 1 : 0
}

process.exitCode = await main().finally(() => rmSync(folder, { recursive: true }))
