import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../cli/fixtures/spawn-cli.js'
import { readResult } from '../results/store/store.js'

/** The wire of the lab is of virtio-net, whose queues the kernel can poll; and its kernel has Multipath TCP. */

const PATIENCE_MS = 240_000

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-poll-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the kernel polls the device, and TCP takes several paths', {
  timeout: PATIENCE_MS,
}, async () => {
  const output = join(folder, 'poll.json')
  const asked = ['-t', 'tcp,udp', '--wait', 'block,busy-poll', '--mptcp']
  const short = ['--warmup', '0s', '--iterations', '200', '--repeat', '1']
  const args = ['run', '--lab', '2', ...asked, ...short, '--output', output]
  const { code, stderr } = await runCli(args)
  expect(code, stderr).toBe(0)
  const { cases } = await readResult(output)
  expect(cases.map(({ key }) => key)).toEqual([
    'tcp/ping-pong/64B/block/mptcp',
    'udp/ping-pong/64B/block',
    'tcp/ping-pong/64B/busy-poll/mptcp',
    'udp/ping-pong/64B/busy-poll',
  ])
  for (const { key, transport, parameters, flags } of cases) {
    expect(flags, key).not.toContain('nothing-to-poll')
    expect(flags, key).not.toContain('mptcp-fallback')
    for (const end of [parameters.effective.client, parameters.effective.server]) {
      expect(end?.pollsDevice, key).toBe(key.includes('busy-poll') ? true : undefined)
      expect(end?.multipath, key).toBe(transport === 'tcp' ? true : undefined)
    }
  }
})
