// npm run test:nightly -- soak, or node scripts/soak.mjs [MINUTES]
//
// One agent, and clients that measure at full rate over every transport and workload in turn, for hours. After each run: counts are whole numbers, histograms
// add up (`validate`), the memory of the processes that measure stays where it was, and how far the clocks drifted is told; after each round the agent's
// memory and descriptors are where they were. RDMA is not among them: its devices are not those of the loopback.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './setup/paths.mjs'
import { MemoryWatch, memoryKb } from './soak/memory-watch.mjs'

const MAIN = `${root}/dist/cli/main.js`
const DEFAULT_MINUTES = 240
/** Rounds, so that a growth shows: the first one fills caches, and is what the others are held against. */
const ROUNDS = 4
/** V8 collects when it likes. */
const MAX_GROWTH_KB = 64 * 1024
/** A process that measures has hardly any JavaScript to run. */
const MAX_MEASURING_GROWTH_KB = 8 * 1024
/** Where a transport has no such workload, it is left out. */
const WORKLOADS = ['ping-pong', 'stream', 'rr', 'connect']

const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES)
const folder = mkdtempSync(join(tmpdir(), 'xrbench-soak-'))
const keyFile = join(folder, 'key')
writeFileSync(keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
const key = ['--key-file', keyFile]
const agent = spawn(
  process.execPath,
  [MAIN, 'serve', '--listen', '127.0.0.1:0', ...key, '--json', '--max-duration', '48h'],
  { stdio: ['ignore', 'pipe', 'ignore'] },
)
const { value } = await createInterface(agent.stdout)[Symbol.asyncIterator]().next()
agent.stdout.resume()
const { port } = JSON.parse(value ?? '{}')

let failed = 0
try {
  const transports = transportsHere()
  const runs = ROUNDS * transports.length * WORKLOADS.length
  const seconds = Math.max(1, Math.round((minutes * 60) / runs))
  let first = null
  for (let round = 1; round <= ROUNDS; round++) {
    for (const transport of transports) await soak(transport, seconds)
    const now = standing(agent.pid)
    first ??= now
    const grown = now.memoryKb - first.memoryKb
    const isFlat = grown <= MAX_GROWTH_KB && now.descriptors <= first.descriptors
    say(isFlat, `round ${round}`, `agent: ${now.memoryKb} kB, ${now.descriptors} descriptors`)
  }
} finally {
  const exited = once(agent, 'exit')
  agent.kill('SIGTERM')
  await exited
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed > 0 ? 1 : 0

function transportsHere() {
  const { stdout } = spawnSync(process.execPath, [MAIN, 'doctor', '--json'], { encoding: 'utf8' })
  const { transports } = JSON.parse(stdout)
  return transports.flatMap(({ name, state }) => (state === 'ok' && name !== 'rdma' ? [name] : []))
}

/** Every workload of a transport, each for so long. */
async function soak(transport, seconds) {
  const output = join(folder, 'out.json')
  const what = ['-t', transport, '-w', WORKLOADS.join(), '-d', `${seconds}s`, '-r', '1']
  const args = ['run', '--peer', `127.0.0.1:${port}`, ...key, ...what, '-q', '-o', output]
  const client = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  client.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const watch = new MemoryWatch([client.pid, agent.pid])
  const [code] = await once(client, 'close')
  watch.stop()
  const title = `${transport}, ${seconds} s each`
  if (code !== 0) return say(false, title, stderr.trim().split('\n')[0])
  const isValid = spawnSync(process.execPath, [MAIN, 'validate', output]).status === 0
  say(isValid, `${title}, the file`, isValid ? 'valid' : 'is not valid')
  const { cases } = JSON.parse(readFileSync(output, 'utf8'))
  for (const { workload, repetitions } of cases) add(`${transport} ${workload}`, repetitions[0])
  const { grownKb, mostKb, processes } = watch
  const told = `${processes} that measured, ${mostKb} kB at most, grown by ${grownKb} kB at most`
  say(processes > 0 && grownKb <= MAX_MEASURING_GROWTH_KB, `${title}, memory`, told)
}

/** That what a repetition counted adds up. */
function add(title, { messages, bytes, intervals, clock }) {
  const sum = (of) => intervals.reduce((all, one) => all + one[of], 0)
  const addsUp = sum('messages') === messages && sum('bytes') === bytes
  const drift = (end) => `${clock[end]?.driftPpm?.toFixed(2) ?? '–'} ppm`
  const told = `${messages} messages, ${bytes} B, drift ${drift('client')} and ${drift('server')}`
  say(addsUp && messages > 0 && Number.isSafeInteger(bytes), title, told)
}

function standing(pid) {
  return { memoryKb: memoryKb(pid), descriptors: openFilesOf(pid) }
}

/** The memory of an agent is private to all but root, and with it this. */
function openFilesOf(pid) {
  return readdirSync(`/proc/${pid}/fd`).length
}

function say(isFine, title, text) {
  if (!isFine) failed += 1
  process.stdout.write(`${isFine ? 'ok    ' : 'FAILED'}  ${title}: ${text}\n`)
}
