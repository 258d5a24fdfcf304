import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Cli, runCli } from './fixtures/spawn-cli.js'

/** A shell that lets a process have few files open. */
const allowing = (files: number) => ({
  wrapper: ['sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh'],
})

/** Below some 20 Node.js itself does not start, as of Debian 13, which has its libraries apart. */
const startsNode = (files: number) =>
  spawnSync('sh', ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, '-e', '0'])
    .status === 0

test.for(
  [20, 25, 40, 60, 80].flatMap((files) => [
    [files, ['run', '-t', 'tcp', '-d', '20ms', '-r', '1']] as const,
    [files, ['serve', '--once']] as const,
  ]),
)('with %i open files, %j says so in one sentence', async ([files, args], { skip }) => {
  skip(!startsNode(files), 'this Node.js itself does not start with so few')
  const { code, stdout, stderr } = await runCli(args, allowing(files))
  expect(stderr).toBe(
    `error: This process may have ${files} files open, and xrbench needs 128. [XRB_DESCRIPTORS]\nhint: ulimit -n 1024\n`,
  )
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
})

test('it is told to programs as well', async () => {
  const { code, stdout } = await runCli(['run', '--json'], allowing(40))
  expect(code).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'XRB_DESCRIPTORS' } })
})

test('what it asks for is enough', async () => {
  const args = ['run', '-t', 'tcp,udp', '-d', '20ms', '--warmup', '0', '-r', '1', '--json']
  expect(await runCli(args, allowing(128))).toMatchObject({ code: 0, stderr: '' })
})

test('more connections than files end in a sentence too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xrbench-descriptors-'))
  const agent = new Cli(['serve', '--listen', '127.0.0.1:0', '--json'])
  try {
    await agent.until('its address', () => agent.stdout.includes('\n'))
    const { port, key } = JSON.parse(agent.stdout) as { port: number; key: string }
    const keyFile = join(folder, 'key')
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 })
    const peer = ['--peer', `127.0.0.1:${port}`, '--key-file', keyFile]
    const args = ['run', '-t', 'tcp', '-w', 'stream', '--streams', '64', '--direction', 'both']
    const short = ['-d', '20ms', '--warmup', '0', '-r', '1', '--json']
    const { code, stderr } = await runCli([...args, ...peer, ...short], allowing(128))
    expect(stderr).toMatch(/^error: At the client, .*\[XRB_DESCRIPTORS\]\nhint: ulimit -n \d+$/m)
    expect(code).toBe(3)
  } finally {
    agent.child.kill('SIGTERM')
    await agent.finished()
    rmSync(folder, { recursive: true })
  }
})
