import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { spec } from '../transports/fixtures/pair.js'
import { wireOf } from '../transports/fixtures/wires.js'
import { connectSession } from './client/client.js'
import { EndpointProcess } from './endpoint/process.js'
import { testAgent } from './fixtures/agent.js'
import { testCase } from './fixtures/case.js'
import { endpointsOf } from './fixtures/processes.js'

/** What runs an agent's native code for a client has no more than it needs, and takes nobody along when it crashes. */

const LOADER = fileURLToPath(new URL('../../dist/addon/load.js', import.meta.url))
/** As a key of `xrbench keygen` in a checkout. */
const BESIDE = fileURLToPath(new URL('../../binding.gyp', import.meta.url))
const SANITIZED = loadAddon().build.sanitizer !== null

const folder = mkdtempSync(join(tmpdir(), 'xrbench-confinement-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Tries `attempts` in a process of its own that has confined itself; gives the code of each that was refused. */
async function confined(attempts: Record<string, string>) {
  const source = `
    import { spawnSync } from 'node:child_process'
    import { createSocket } from 'node:dgram'
    import { createServer } from 'node:net'
    import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
    import { connect } from 'node:net'
    import { once } from 'node:events'
    import { Worker } from 'node:worker_threads'
    const { loadAddon, addonFolders } = await import(process.argv[1])
    const confinement = loadAddon().confine(addonFolders(process.env))
    const told = {}
    ${Object.entries(attempts)
      .map(
        ([name, code]) =>
          `try { ${code}; told[${JSON.stringify(name)}] = 'done' } catch (error) { told[${JSON.stringify(name)}] = error.code ?? error.message }`,
      )
      .join('\n')}
    console.log(JSON.stringify({ confinement, told }))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--input-type=module', '-e', source, LOADER],
  ])
  return JSON.parse(stdout) as {
    confinement: { noNewPrivileges: boolean; filtersCalls: boolean; landlock: number }
    told: Record<string, string>
  }
}

it.skipIf(SANITIZED)('the kernel refuses what no measurement needs', async () => {
  const file = JSON.stringify(join(folder, 'secret'))
  const service = JSON.stringify(join(folder, 'nobody listens here'))
  writeFileSync(join(folder, 'secret'), 'of somebody')
  const { confinement, told } = await confined({
    program: 'const { error } = spawnSync("/bin/true"); if (error) throw error',
    signal: 'process.kill(process.ppid, 0)',
    'own signal': 'process.kill(process.pid, 0)',
    thread: 'await once(new Worker("", { eval: true }), "exit")',
    datagrams: 'createSocket("udp4").bind(0, "127.0.0.1").close()',
    statistics: 'readFileSync("/proc/stat"); readdirSync("/sys/class/net")',
    library: 'readFileSync(process.argv[1])',
    checkout: `readFileSync(${JSON.stringify(BESIDE)})`,
    reading: `readFileSync(${file})`,
    home: `readdirSync(${JSON.stringify(homedir())})`,
    writing: `writeFileSync(${file}, '')`,
    'a connection': 'await once(connect(9, "127.0.0.1"), "connect")',
    'a service': `await once(connect(${service}), "connect")`,
    // Once it is known that TCP is measured.
    closing: 'if (!loadAddon().confineLocalSockets(false)) throw new Error("no filter")',
    'a service then': `await once(connect(${service}), "connect")`,
    'connections then': 'await once(createServer().listen(0, "127.0.0.1").unref(), "listening")',
  })
  expect(confinement).toMatchObject({ noNewPrivileges: true, filtersCalls: true })
  expect(told).toMatchObject({
    ...{ program: 'EPERM', signal: 'EPERM', 'own signal': 'done', thread: 'done' },
    ...{ datagrams: 'done', statistics: 'done', library: 'done' },
  })
  expect(told).toMatchObject({
    ...{ 'a service': 'ENOENT', closing: 'done', 'a service then': 'EPERM' },
    'connections then': 'done',
  })
  const files = confinement.landlock > 0 ? 'EACCES' : 'done'
  expect(told).toMatchObject({
    ...{ reading: files, home: files, writing: files, checkout: files },
  })
  expect(told['a connection']).toBe(confinement.landlock >= 4 ? 'EACCES' : 'ECONNREFUSED')
})

it.skipIf(SANITIZED)(
  'all threads of a process that measures for a client are confined',
  async () => {
    const endpoint = new EndpointProcess([], true)
    try {
      await endpoint.open(spec(wireOf('udp'), 'server'))
      const tasks = `/proc/${endpoint.pid}/task`
      const threads = readdirSync(tasks).map((thread) =>
        readFileSync(`${tasks}/${thread}/status`, 'utf8'),
      )
      expect(threads.length).toBeGreaterThan(1)
      for (const status of threads) {
        expect(status).toMatch(/^NoNewPrivs:\s1$/m)
        expect(status).toMatch(/^Seccomp:\s2$/m)
      }
    } finally {
      await endpoint.kill()
    }
  },
)

it.skipIf(SANITIZED)('what measures within the machine is met, and meets nobody else', async () => {
  const agent = await testAgent({ transports: ['tcp', 'unix', 'shm'] })
  const session = await connectSession(agent)
  try {
    for (const transport of ['unix', 'shm', 'tcp'] as const) {
      const { status, server } = await session.runRepetition(testCase({ transport }))
      expect([transport, status]).toEqual([transport, 'completed'])
      expect(server.outcome?.effective.confinement).toMatchObject({ filtersCalls: true })
    }
  } finally {
    await session.close()
    await agent.close()
  }
})

/** How many filters of system calls a process is under. */
function filtersOf(pid: string): number {
  return Number(/^Seccomp_filters:\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

it.skipIf(SANITIZED)('there are no sockets of AF_UNIX where none are measured', async () => {
  const endpoint = new EndpointProcess([], true)
  const other = new EndpointProcess([], true)
  try {
    await endpoint.open(spec(wireOf('tcp'), 'server'))
    await other.open(spec(wireOf('unix'), 'server'))
    // One for all, and one by what is measured: native/confine/confine_test.cc has what they refuse.
    const expected = filtersOf('self') + 2
    expect(expected, 'Seccomp_filters in /proc/PID/status').toBeGreaterThan(1)
    expect([endpoint, other].map(({ pid }) => filtersOf(`${pid}`))).toEqual([expected, expected])
  } finally {
    await endpoint.kill()
    await other.kill()
  }
})

it('what was given up is told of the agent, and of nobody who measures for himself', async () => {
  const agent = await testAgent()
  const session = await connectSession(agent)
  try {
    const { client, server, status } = await session.runRepetition(testCase())
    expect(status).toBe('completed')
    expect(server.outcome?.effective.confinement).toEqual({
      noNewPrivileges: !SANITIZED,
      filtersCalls: !SANITIZED,
      landlock: expect.any(Number),
    })
    expect(client.outcome?.effective).not.toHaveProperty('confinement')
  } finally {
    await session.close()
    await agent.close()
  }
})

it('a crash of native code ends the session of its client, and no other', async () => {
  const agent = await testAgent({
    places: { all: 2, perOrigin: 2 },
    line: { parallel: 2, maxQueue: 0 },
  })
  const sessions = [await connectSession(agent), await connectSession(agent)]
  try {
    const c = testCase({}, { durationNs: 1_500e6 })
    let isDone = false
    const crash = () => {
      const measuring = endpointsOf(process.pid).filter(isConfined)
      if (isDone || measuring.length < 2) return
      isDone = true
      process.kill(measuring[0] ?? 0, 'SIGSEGV')
    }
    const reports = await Promise.all(
      sessions.map((session) => session.runRepetition(c, { onProgress: crash })),
    )
    expect(isDone).toBe(true)
    expect(reports.map(({ status }) => status).sort()).toEqual(['completed', 'failed'])
    const failed = reports.find(({ status }) => status === 'failed')
    expect(failed?.server.fault).toMatchObject({
      code: 'PROCESS_DIED',
      message: expect.stringContaining('SIGSEGV'),
    })
    // The agent serves whoever comes next.
    expect(sessions.map(({ isOpen }) => isOpen)).toEqual([true, true])
  } finally {
    for (const session of sessions) await session.close()
    await agent.close()
  }
})

function isConfined(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--confined')
}
