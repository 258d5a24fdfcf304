import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const LIMIT_MS = 120_000
/** What a transport cannot do of them is left out. */
const WORKLOADS = 'ping-pong,stream,rr,connect'
const cli = (folder) => `${folder}/dist/cli/main.js`
// Each with the addon of its own build.
const env = { ...process.env, NO_COLOR: '1', XRBENCH_ADDON: '' }

/** What can be measured between two processes of this machine by this build, RDMA left out: it may need the lab. */
export function transportsOf(folder) {
  const { stdout } = spawnSync(process.execPath, [cli(folder), 'doctor', '--json'], {
    encoding: 'utf8',
    env,
  })
  const { transports } = JSON.parse(stdout)
  return transports.flatMap(({ name, state }) => (state === 'ok' && name !== 'rdma' ? [name] : []))
}

/** Everything that can be done over a transport, by a client of one build and an agent of another. */
export async function measureTogether({ client, agent }, transport) {
  const folder = mkdtempSync(join(tmpdir(), 'xrbench-older-'))
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  const key = ['--key-file', keyFile]
  const serving = spawn(
    process.execPath,
    [cli(agent), 'serve', '--listen', '127.0.0.1:0', ...key, '--json'],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    const { value } = await createInterface(serving.stdout)[Symbol.asyncIterator]().next()
    const { port } = JSON.parse(value ?? '{}')
    const output = join(folder, 'out.json')
    const args = [
      ...['run', '--peer', `127.0.0.1:${port}`, ...key, '-t', transport, '-w', WORKLOADS, '-q'],
      ...['-d', '200ms', '--warmup', '50ms', '-r', '1', '-o', output, '--json'],
    ]
    return read(
      spawnSync(process.execPath, [cli(client), ...args], {
        encoding: 'utf8',
        timeout: LIMIT_MS,
        env,
      }),
      () => spawnSync(process.execPath, [cli(client), 'validate', output], { env }).status === 0,
    )
  } finally {
    const exited = once(serving, 'exit')
    serving.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
}

function read({ status, stdout, stderr }, isValid) {
  const problem = (text) => ({ problem: text, text })
  if (status !== 0) return problem(stderr.trim().split('\n')[0] ?? `exit code ${status}`)
  if (!isValid()) return problem('its result is not valid')
  const cases = JSON.parse(stdout).cases.map(({ workload, repetitions: [one] }) => ({
    workload,
    messages: one?.messages ?? 0,
  }))
  const empty = cases.find(({ messages }) => messages === 0)
  if (empty !== undefined) return problem(`nothing was measured of ${empty.workload}`)
  return { problem: null, text: cases.map(({ workload }) => workload).join(', ') }
}
