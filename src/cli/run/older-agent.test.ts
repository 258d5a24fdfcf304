import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { rawAgent } from '../../session/fixtures/raw-agent.js'
import type { PrepareMessage } from '../../session/wire/client-messages.js'
import { WIRES } from '../../transports/fixtures/wires.js'
import { runCli } from '../fixtures/spawn-cli.js'

/** An agent of before requests, Multipath TCP and busy polling, or of before streams for each message: it announces none of them. */

let folder: string
let agent: Awaited<ReturnType<typeof rawAgent>> | undefined

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-older-'))
})
afterEach(() => agent?.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is said to the agent that refuses whatever it is asked to prepare. */
async function run(...args: string[]) {
  const asked: PrepareMessage[] = []
  agent = await rawAgent(
    (message) => {
      if (message.type !== 'prepare') return []
      asked.push(message as PrepareMessage)
      return [{ type: 'refused', code: 'XRB_PEER_LIMIT', message: 'Not today.', hint: null }]
    },
    { transports: ['tcp', 'quic'], features: ['rr:quic'] },
  )
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, agent.key.toString('hex'), { mode: 0o600 })
  const peer = ['--peer', `127.0.0.1:${agent.port}`, '--key-file', keyFile]
  const output = ['-o', join(folder, 'out.json'), '-q', '-r', '1', '-n', '1']
  const over = args.includes('-t') ? [] : ['-t', 'tcp']
  const { code, stderr } = await runCli(['run', ...peer, ...over, ...args, ...output])
  return { code, stderr, asked }
}

test.each([
  [['-w', 'rr'], 'rr over tcp'],
  [['--mptcp'], 'Multipath TCP'],
  [['--wait', 'busy-poll'], 'busy-poll'],
  ...WIRES.filter(({ name }) => name === 'quic over IPv4').map((): [string[], string] => [
    ['-t', 'quic', '-w', 'rr', '--quic-messages', 'stream,stream-each'],
    'a QUIC stream for each message',
  ]),
])('%j is refused before anything is asked of it', async (args, what) => {
  const { code, stderr, asked } = await run(...args)
  expect(code).toBe(4)
  expect(stderr).toContain(`The agent, of xrbench 0, cannot do ${what}. [XRB_PEER_WORKLOAD]`)
  expect(stderr).toContain('hint: install the same version of xrbench at both ends')
  expect(asked).toEqual([])
})

test('what it knows is asked in its own words', async () => {
  const { asked } = await run()
  expect(asked).toHaveLength(1)
  const parameters = asked[0]?.parameters
  expect(parameters).toMatchObject({ messageSizeBytes: 64, wait: 'block' })
  for (const name of ['responseSizeBytes', 'inflight', 'unixType']) {
    expect(parameters).not.toHaveProperty(name)
  }
  expect(parameters?.socket).not.toHaveProperty('mptcp')
})
