import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../cli/fixtures/spawn-cli.js'
import { readResult } from '../results/store/store.js'

/** The wire of the lab is of virtio-net, whose queues the kernel can poll; and its kernel has Multipath TCP, whose sockets do not poll. */

const PATIENCE_MS = 240_000
const SHORT = ['--warmup', '0s', '--iterations', '200', '--repeat', '1']

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-poll-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function measured(...asked: string[]) {
  const output = join(folder, 'result.json')
  const { code, stderr } = await runCli(['run', '--lab', '2', ...asked, ...SHORT, '-o', output])
  expect(code, stderr).toBe(0)
  const { cases } = await readResult(output)
  return cases.map(({ key, flags, parameters: { effective } }) => ({
    key,
    flags,
    ends: [effective.client, effective.server],
  }))
}

it('the kernel polls the device', { timeout: PATIENCE_MS }, async () => {
  const cases = await measured('-t', 'tcp,udp', '--wait', 'busy-poll')
  expect(cases.map(({ key }) => key)).toEqual([
    'tcp/ping-pong/64B/busy-poll',
    'udp/ping-pong/64B/busy-poll',
  ])
  for (const { key, flags, ends } of cases) {
    expect(flags, key).not.toContain('nothing-to-poll')
    for (const end of ends) expect(end?.pollsDevice, key).toBe(true)
  }
})

it('TCP takes several paths', { timeout: PATIENCE_MS }, async () => {
  const [one] = await measured('-t', 'tcp', '--mptcp')
  expect(one).toMatchObject({ key: 'tcp/ping-pong/64B/block/mptcp' })
  expect(one?.flags).not.toContain('mptcp-fallback')
  for (const end of one?.ends ?? []) expect(end).toMatchObject({ multipath: true })
})
