import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { spec } from './fixtures/pair.js'
import { WIRES } from './fixtures/wires.js'

/** A peer whose process is killed, or stopped for good, in the middle of a run. */

const LOADER = fileURLToPath(new URL('../../dist/addon/load.js', import.meta.url))
const CONNECTED = WIRES.filter(({ transport }) =>
  ['tls', 'quic', 'quic:openssl', 'unix', 'shm'].includes(transport),
)

/** Limits of idleness until it is over, on a busy machine: more is no slow machine any more, but another limit. */
const MOST_LIMITS = 15

/** The server's end in a process of its own. */
function serve(server: object) {
  const source = `
    import { createInterface } from 'node:readline'
    import { loadAddon } from ${JSON.stringify(LOADER)}
    const server = new (loadAddon().Endpoint)(${JSON.stringify(server)})
    console.log(Buffer.from(server.open()).toString('base64'))
    createInterface(process.stdin).once('line', async (line) => {
      await server.connect(new Uint8Array(Buffer.from(line, 'base64')))
      server.run()
      console.log('running')
    })`
  return spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

describe.each(CONNECTED)('$name', (wire) => {
  it.each([
    ['SIGKILL', 'ping-pong', 'up'],
    ['SIGSTOP', 'ping-pong', 'up'],
    ['SIGKILL', 'stream', 'up'],
    ['SIGKILL', 'stream', 'down'],
    ['SIGSTOP', 'stream', 'up'],
  ] as const)('%s of the server ends a %s (%s) in bounded time', async (signal, workload, way) => {
    const changes = {
      ...{ workload, direction: way, iterations: 0, durationNs: 600e9 },
      idleTimeoutNs: 1e9,
    }
    const child = serve(spec(wire, 'server', changes))
    const exited = once(child, 'exit')
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const client = new (loadAddon().Endpoint)(spec(wire, 'client', changes))
    const own = Buffer.from(client.open()).toString('base64')
    const blob = Buffer.from((await lines.next()).value ?? '', 'base64')
    child.stdin.write(`${own}\n`)
    await client.connect(new Uint8Array(blob))
    await lines.next()
    const run = client.run()
    let isOver = false
    run.finally(() => {
      isOver = true
    })
    // Of a sender nobody sees progress; it begins at once.
    const isUnderWay = () => workload === 'stream' || client.progress().messages > 0
    while (!isUnderWay() && !isOver) await new Promise(setImmediate)
    expect(isOver).toBe(false)
    const killedMs = performance.now()
    child.kill(signal)
    const { status, fault } = await run
    expect((performance.now() - killedMs) * 1e6).toBeLessThan(MOST_LIMITS * changes.idleTimeoutNs)
    expect(status === 'peer-closed' || fault !== null).toBe(true)
    expect(fault?.code ?? 'STALLED').toMatch(/^(STALLED|SOCKET)$/)
    client.close()
    child.kill('SIGKILL')
    await exited
  })
})
