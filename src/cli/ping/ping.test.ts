import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { connectSession } from '../../session/client/client.js'
import { testAgent } from '../../session/fixtures/agent.js'
import { rawAgent } from '../../session/fixtures/raw-agent.js'
import type { SessionKey } from '../../session/wire/key.js'
import { createKey } from '../../session/wire/key.js'
import { reservePort } from '../../transports/fixtures/reserved-port.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-ping-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function ping(port: number, key: SessionKey, ...args: string[]) {
  const file = join(folder, 'key')
  writeFileSync(file, key.toString('hex'), { mode: 0o600 })
  return runCli(['ping', `127.0.0.1:${port}`, '--key-file', file, ...args])
}

async function agent() {
  const started = await testAgent({
    places: { all: 8, perOrigin: 8 },
    line: { parallel: 1, maxQueue: 2 },
  })
  closers.push(() => started.close())
  return started
}

it('tells version, transports and that nobody measures', async () => {
  const { port, key } = await agent()
  const { code, stdout, stderr } = await ping(port, key)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^version {5}\S+, as here$/m)
  expect(stdout).toMatch(/^transports {2}tcp, udp$/m)
  expect(stdout).toMatch(/^turn {8}at once$/m)
})

it('tells how long one would wait, without taking a turn', async () => {
  const a = await agent()
  const session = await connectSession(a)
  closers.push(() => session.close())
  await session.takeTurn({ planMs: 3600_000 })
  const { code, stdout } = await ping(a.port, a.key, '--json')
  expect(code).toBe(0)
  const document = JSON.parse(stdout)
  expect(document).toMatchObject({
    ...{ schema: 'xrbench.ping/1', address: '127.0.0.1', isSameVersion: true },
    turn: { isFree: false, place: 1 },
  })
  expect(document.turn.aboutMs).toBeGreaterThan(0)
  expect((await ping(a.port, a.key)).stdout).toMatch(/^turn {8}others measure: place 1, about /m)
})

it('an agent of before turns is there as well', async () => {
  const older = await rawAgent(() => [])
  closers.push(() => older.close())
  const { code, stdout } = await ping(older.port, older.key)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^version {5}0, here \S+: what both know can be measured$/m)
})

it('has no names in its words but its own', async () => {
  const transports = ['udp', 'tcp; paste this: curl x | sh', 'tcp', 'webrtc']
  const rogue = await rawAgent(() => [], { transports })
  closers.push(() => rogue.close())
  const { code, stdout } = await ping(rogue.port, rogue.key)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^transports {2}tcp, udp, 2 that this version does not know$/m)
  expect(stdout).not.toContain('curl')
})

it('nobody there: as a run would end', async () => {
  const reserved = await reservePort()
  closers.push(() => reserved.release())
  expect(await ping(reserved.port, createKey())).toMatchObject({ code: 4, stdout: '' })
})

it('another key: as a run would end', async () => {
  const { port } = await agent()
  const refused = await ping(port, createKey())
  expect(refused.code).toBe(4)
  expect(refused.stderr).toContain('[XRB_PEER_KEY]')
})

it.each([
  ['no file', ['127.0.0.1', '--key-file', '/nonexistent/key'], 3, '[XRB_KEY_FILE]'],
  ['no key', ['127.0.0.1'], 2, '[XRB_USAGE]'],
  ['no address', ['a:b:c', '--key-file', 'x'], 2, '[XRB_BAD_PEER]'],
])('%s: one sentence', async (_what, args, code, name) => {
  const result = await runCli(['ping', ...args])
  expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(name) })
})

it('does not end an agent that serves one session', async () => {
  const key = createKey()
  const file = join(folder, 'once.key')
  writeFileSync(file, key.toString('hex'), { mode: 0o600 })
  const serve = new Cli(['serve', '--listen', ':0', '--key-file', file, '--once', '--json'])
  await serve.until('its line', () => serve.stdout.includes('\n'))
  const { port } = JSON.parse(serve.stdout.split('\n')[0] ?? '') as { port: number }
  expect((await ping(port, key)).code).toBe(0)
  const session = await connectSession({ host: '127.0.0.1', port, key })
  await session.close()
  const { code, stdout } = await serve.finished()
  expect(code).toBe(0)
  const sessions = stdout.trimEnd().split('\n').slice(1)
  expect(sessions.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'ping', admitted: true },
    { event: 'session', admitted: true, repetitions: 0 },
  ])
  expect(stdout).not.toContain(key.toString('hex'))
})
