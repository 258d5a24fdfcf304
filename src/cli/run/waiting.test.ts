import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readResult } from '../../results/store/store.js'
import { DEFAULT_LIMITS } from '../../session/agent/admission.js'
import { connectSession } from '../../session/client/client.js'
import { testAgent } from '../../session/fixtures/agent.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

/** A run with an agent that others use as well. */

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-waiting-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function agent(options: Parameters<typeof testAgent>[0] = {}) {
  const started = await testAgent({
    places: { all: 8, perOrigin: 8 },
    line: { parallel: 1, maxQueue: 2 },
    ...options,
  })
  closers.push(() => started.close())
  const keyFile = join(folder, `key-${started.port}`)
  writeFileSync(keyFile, started.key.toString('hex'), { mode: 0o600 })
  const output = join(folder, `out-${started.port}.json`)
  const args = ['run', '--peer', `127.0.0.1:${started.port}`, '--key-file', keyFile, '-t', 'tcp']
  return { ...started, output, args: [...args, '-r', '2', '--warmup', '0', '-o', output] }
}

/** Another client, whose turn it is. */
async function another(of: Awaited<ReturnType<typeof agent>>) {
  const session = await connectSession(of)
  closers.push(() => session.close())
  await session.takeTurn({ planMs: 180_000 })
  return session
}

it('waits for its turn, says so, and then measures', async () => {
  const a = await agent()
  const first = await another(a)
  const run = new Cli([...a.args, '-d', '100ms'])
  await run.sees(/^waiting: place 1, about 3 min$/m)
  expect(a.counts()).toEqual({ sessions: 2, measuring: 1, waiting: 1 })
  await first.close()
  const { code, stderr } = await run.finished()
  expect(code, stderr).toBe(0)
  expect(await readResult(a.output)).toMatchObject({ status: 'completed' })
})

it('Ctrl-C while it waits leaves the line, and no file', async () => {
  const a = await agent()
  await another(a)
  const run = new Cli([...a.args, '-d', '100ms'])
  await run.sees(/^waiting: place 1/m)
  run.signalGroup('SIGINT')
  const { code, stderr } = await run.finished()
  expect(code).toBe(130)
  expect(stderr).toContain('Stopped before anything was measured.')
  while (a.counts().waiting > 0) await new Promise((resolve) => setImmediate(resolve))
  await expect(readResult(a.output)).rejects.toThrow()
})

it('too many who wait are an error with a hint', async () => {
  const a = await agent({ line: { parallel: 1, maxQueue: 0 } })
  await another(a)
  const { code, stderr } = await runCli([...a.args, '-d', '100ms'])
  expect(code).toBe(4)
  expect(stderr).toMatch(/^error: .*measuring for another client\. \[XRB_PEER_BUSY\]/m)
})

it('a line that does not move in time is an error with a hint', async () => {
  const a = await agent()
  await another(a)
  const { code, stderr } = await runCli([...a.args, '-d', '100ms', '--max-wait', '1s'])
  expect(code).toBe(4)
  expect(stderr).toMatch(/has not come within 1 s: it has place 1 in line\. \[XRB_PEER_BUSY\]/)
  expect(stderr).toMatch(/^hint: xrbench ping .*--max-wait/m)
  while (a.counts().waiting > 0) await new Promise((resolve) => setImmediate(resolve))
})

it('what the agent does not allow is cut to what it does, shown and flagged', async () => {
  const limits = { ...DEFAULT_LIMITS, maxDurationNs: 300e6, maxRateBitsPerSec: 50e6 }
  const a = await agent({ limits })
  const { code, stdout, stderr } = await runCli([...a.args, '-d', '5s', '-w', 'stream'])
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(
    'note: the agent allows 300ms for warm-up and measured phase, and 50M for streams: what was asked for is cut to that',
  )
  expect(stdout).toMatch(/clamped +the agent allows less than was asked for/)
  const { cases } = await readResult(a.output)
  expect(cases[0]).toMatchObject({ flags: expect.arrayContaining(['clamped']) })
  const { requested, negotiated } = cases[0]?.parameters ?? {}
  expect(requested).toMatchObject({ durationNs: 5e9, rateBitsPerSec: 0 })
  expect(negotiated).toMatchObject({ durationNs: 300e6, rateBitsPerSec: 50e6 })
  expect(cases[0]?.repetitions[0]?.durationNs).toBeLessThan(600e6)
})
