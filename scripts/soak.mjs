// npm run test:nightly -- soak, or node scripts/soak.mjs [MINUTES]
//
// One agent, and clients that measure at full rate over every transport in turn, for hours. After each run: counts are whole numbers, histograms add up
// (`validate`), the agent's memory and descriptors stay where they were, and how far the clocks drifted is told.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './setup/paths.mjs'

const MAIN = `${root}/dist/cli/main.js`
const DEFAULT_MINUTES = 240
/** Rounds, so that a growth shows: the first one fills caches, and is what the others are held against. */
const ROUNDS = 4
/** V8 collects when it likes. */
const MAX_GROWTH_KB = 64 * 1024
const WORKLOADS = ['ping-pong', 'stream']

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
    for (const transport of transports)
      for (const workload of WORKLOADS) soak(transport, workload, seconds)
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

function soak(transport, workload, seconds) {
  const output = join(folder, 'out.json')
  const what = ['-t', transport, '-w', workload, '-d', `${seconds}s`, '-r', '1', '-q', '-o', output]
  const args = ['run', '--peer', `127.0.0.1:${port}`, ...key, ...what]
  const ran = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
  const title = `${transport} ${workload}, ${seconds} s`
  if (ran.status !== 0) return say(false, title, ran.stderr.trim().split('\n')[0])
  const isValid = spawnSync(process.execPath, [MAIN, 'validate', output]).status === 0
  const [{ repetitions }] = JSON.parse(readFileSync(output, 'utf8')).cases
  const [{ messages, bytes, intervals, clock }] = repetitions
  const sum = (of) => intervals.reduce((all, one) => all + one[of], 0)
  const addsUp = sum('messages') === messages && sum('bytes') === bytes
  const drift = (end) => `${clock[end]?.driftPpm?.toFixed(2) ?? '–'} ppm`
  const told = `${messages} messages, ${bytes} B, drift ${drift('client')} and ${drift('server')}`
  say(isValid && addsUp && Number.isSafeInteger(bytes), title, told)
}

function standing(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const memoryKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
  return { memoryKb, descriptors: readdirSync(`/proc/${pid}/fd`).length }
}

function say(isFine, title, text) {
  if (!isFine) failed += 1
  process.stdout.write(`${isFine ? 'ok    ' : 'FAILED'}  ${title}: ${text}\n`)
}
