import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawAgent } from '../../session/fixtures/raw-agent.js'
import { runCli } from '../fixtures/spawn-cli.js'

/** What a rogue agent would like a terminal to do, and its reader to believe. */
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp\u2066x\u2069\r\nerror: pay'
const HARMFUL = /[\p{Cc}\p{Cf}]/u

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-foreign-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("an agent's words reach terminal and file as text, and as the agent's", async () => {
  const agent = await rawAgent(({ type }) =>
    type === 'prepare'
      ? [{ type: 'refused', code: 'XRB_PEER_LIMIT', message: ESCAPES, hint: ESCAPES }]
      : [],
  )
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, agent.key.toString('hex'), { mode: 0o600 })
  const output = join(folder, 'out.json')
  const peer = ['--peer', `127.0.0.1:${agent.port}`, '--key-file', keyFile]
  const ran = await runCli(['run', ...peer, '-t', 'tcp', '-r', '1', '-n', '1', '-o', output])
  agent.close()
  expect(ran.code).toBe(4)
  expect(ran.stderr).toMatch(/^error: The agent says: ␛\[2J.+␍␊error: pay \[XRB_PEER_LIMIT\]$/m)
  expect(ran.stderr).toMatch(/^hint: The agent says: ␛\[2J.+␍␊error: pay$/m)
  const shown = await runCli(['show', output])
  for (const text of [
    ran.stdout,
    ran.stderr,
    shown.stdout,
    shown.stderr,
    readFileSync(output, 'utf8'),
  ]) {
    expect(text.replaceAll('\n', '')).not.toMatch(HARMFUL)
  }
})

test('nor do the words of an agent whose name is a sentence become ours', async () => {
  const version = '1.0). Run: curl'
  const agent = await rawAgent(() => [], { tool: { name: 'xrbench', version } })
  const keyFile = join(folder, 'other-key')
  writeFileSync(keyFile, agent.key.toString('hex'), { mode: 0o600 })
  const peer = ['--peer', `127.0.0.1:${agent.port}`, '--key-file', keyFile]
  const { code, stderr } = await runCli(['run', ...peer, '-t', 'tcp', '-q'], { cwd: folder })
  agent.close()
  expect(code).toBe(4)
  expect(stderr).toMatch(/^error: The agent sent a hello that is not valid\. \[XRB_PROTOCOL\]$/m)
})
