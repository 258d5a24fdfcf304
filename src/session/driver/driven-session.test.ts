import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { testAgent } from '../fixtures/agent.js'
import { testCase } from '../fixtures/case.js'
import { createKey } from '../wire/key.js'
import { driveSession } from './driven-session.js'

const DRIVER = fileURLToPath(new URL('../../../dist/session/driver/main.js', import.meta.url))

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A driver as the lab starts one, but on this machine. */
function driver() {
  const child = spawn(process.execPath, [DRIVER], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {})
  closers.push(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const gone = exited.then(([code, signal]) => {
    throw new Error(`the driver ended: ${code ?? signal}`)
  })
  return {
    child,
    exited,
    gone: gone as Promise<never>,
    stdio: Duplex.from({ readable: child.stdout, writable: child.stdin }),
  }
}

async function agent() {
  const started = await testAgent()
  closers.push(() => started.close())
  return started
}

describe('a driven session', () => {
  test('measures, with progress, and tells of both ends', async () => {
    const session = await driveSession({ ...driver(), agent: await agent() })
    closers.push(() => session.close())
    expect(session).toMatchObject({ localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' })
    expect(session.facts.transports).toEqual(['tcp', 'udp'])
    expect((await session.environment()).network.address).toBe('127.0.0.1')
    const phases: string[] = []
    const report = await session.runRepetition(testCase({}, { durationNs: 1.2e9 }), {
      onProgress: ({ phase }) => phases.push(phase),
    })
    expect(report).toMatchObject({ status: 'completed', failure: null })
    const [link] = report.client.outcome?.links ?? []
    expect(link?.latency?.counts).toBeInstanceOf(Float64Array)
    expect(phases).toContain('measure')
    expect((await session.runRepetition(testCase({ transport: 'udp' }))).status).toBe('completed')
  })

  test('keeps what an aborted repetition measured, and goes on', async () => {
    const session = await driveSession({ ...driver(), agent: await agent() })
    closers.push(() => session.close())
    const stop = new AbortController()
    const report = await session.runRepetition(testCase({}, { durationNs: 30e9 }), {
      signal: stop.signal,
      onProgress: ({ phase }) => phase === 'measure' && stop.abort(),
    })
    expect(report.status).toBe('aborted')
    expect(report.client.outcome?.links[0]?.latency?.count).toBeGreaterThan(0)
    expect((await session.runRepetition(testCase())).status).toBe('completed')
  })

  test('gives the errors of the other end as they are', async () => {
    const started = await agent()
    const wrong = { ...started, key: createKey() }
    await expect(driveSession({ ...driver(), agent: wrong })).rejects.toMatchObject({
      code: 'XRB_PEER_KEY',
      exitCode: 4,
    })
    const session = await driveSession({ ...driver(), agent: started })
    closers.push(() => session.close())
    const impossible = testCase({}, { pin: { client: [4000], server: [4000] } })
    await expect(session.runRepetition(impossible)).rejects.toMatchObject({ code: 'XRB_PIN' })
  })

  test('knows that the agent is gone', async () => {
    const started = await agent()
    const session = await driveSession({ ...driver(), agent: started })
    closers.push(() => session.close())
    const report = await session.runRepetition(testCase({}, { durationNs: 30e9 }), {
      onProgress: ({ phase }) => phase === 'measure' && void started.close(),
    })
    expect(report).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_ENDED' } })
    expect(session.isOpen).toBe(false)
  })

  test('ends with the reason when the driver ends', async () => {
    const one = driver()
    const session = await driveSession({ ...one, agent: await agent() })
    const run = session.runRepetition(testCase({}, { durationNs: 30e9 }), {
      onProgress: () => one.child.kill('SIGKILL'),
    })
    await expect(run).rejects.toThrow(/SIGKILL|closed/)
    expect(session.isOpen).toBe(false)
  })

  test('ends the driver when it is closed', async () => {
    const one = driver()
    const session = await driveSession({ ...one, agent: await agent() })
    await session.close()
    expect(await one.exited).toEqual([0, null])
  })
})
