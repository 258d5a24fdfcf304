import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { need } from '../../fixtures/need.js'
import { readResult } from '../../results/store/store.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'
import {
  FAR_ADDRESS,
  NEAR_ADDRESS,
  TwoMachines,
  whyNoTwoMachines,
} from '../fixtures/two-machines.js'

/** An agent beyond loopback, as on another machine. */

const problem = whyNoTwoMachines()
const KEY = 'ab'.repeat(32)
const SHORT = ['--duration', '200ms', '--warmup', '0', '--repeat', '2']

let folder: string
let machines: TwoMachines
let keyFile: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-two-'))
  keyFile = secret('key', KEY)
  if (problem === null) machines = await TwoMachines.start()
})
afterAll(async () => {
  await machines?.close()
  rmSync(folder, { recursive: true })
})
beforeEach(({ skip }) => need(problem, skip))

function secret(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, `${text}\n`, { mode: 0o600 })
  return path
}

async function serve(): Promise<{ agent: Cli; peer: string }> {
  const args = ['serve', '--listen', `${FAR_ADDRESS}:0`, '--key-file', keyFile, '--json']
  const agent = new Cli(args, { wrapper: machines.wrapper('far') })
  await agent.until('its address', () => agent.stdout.includes('\n'))
  const { port } = JSON.parse(agent.stdout) as { port: number }
  return { agent, peer: `${FAR_ADDRESS}:${port}` }
}

async function end(agent: Cli): Promise<void> {
  agent.child.kill('SIGTERM')
  expect((await agent.finished()).code).toBe(143)
  expect(await agent.leftovers()).toEqual([])
}

describe('with an agent in another network', () => {
  test('every transport of sockets goes over it, in each workload and both ways', async () => {
    const { agent, peer } = await serve()
    const output = join(folder, 'out.json')
    const transports = ['tcp', 'tls', 'udp', 'quic']
    const workloads = ['ping-pong', 'stream', 'rr', 'connect']
    const cases = ['-t', transports.join(), '-w', workloads.join(), '--direction', 'both']
    const { code, stdout, stderr } = await runCli(
      [
        'run',
        '--peer',
        peer,
        '--key-file',
        keyFile,
        ...cases,
        '-d',
        '200ms',
        '--warmup',
        '0',
        '-r',
        '1',
        '--output',
        output,
      ],
      { wrapper: machines.wrapper('near') },
    )
    expect(code, stderr).toBe(0)
    expect(stdout).not.toContain('loopback')
    const { status, cases: measured } = await readResult(output)
    expect(status).toBe('completed')
    const all = transports.flatMap((t) => workloads.map((w) => `${t}/${w}`))
    const names = measured.map(({ transport, workload }) => `${transport}/${workload}`)
    expect(names.sort()).toEqual(all.filter((name) => name !== 'udp/connect').sort())
    for (const { path, status } of measured)
      expect({ path, status }).toEqual({ path: 'network', status: 'completed' })
    expect(measured[0]?.parameters.effective.client).toMatchObject({
      localAddress: NEAR_ADDRESS,
      remoteAddress: FAR_ADDRESS,
    })
    await end(agent)
  })

  test('a wrong key is refused, and the agent serves on', async () => {
    const { agent, peer } = await serve()
    const run = (key: string) =>
      runCli(['run', '--peer', peer, '--key-file', key, '-t', 'tcp', ...SHORT, '--json'], {
        wrapper: machines.wrapper('near'),
      })
    const refused = await run(secret('wrong', 'cd'.repeat(32)))
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringMatching(/\[XRB_\w+\]\nhint: /) })
    expect(refused.stderr).not.toContain('XRB_INTERNAL')
    expect((await run(keyFile)).code).toBe(0)
    await end(agent)
  })

  test('an agent that is killed ends the run with what was measured', async () => {
    const { agent, peer } = await serve()
    const output = join(folder, 'killed.json')
    const args = [
      '--peer',
      peer,
      '--key-file',
      keyFile,
      '-t',
      'tcp',
      '-d',
      '150ms',
      '--warmup',
      '0',
    ]
    const client = new Cli(['run', ...args, '--repeat', '500', '--verbose', '--output', output], {
      wrapper: machines.wrapper('near'),
    })
    await client.sees(/^\[2\/500\]/m)
    agent.signalGroup('SIGKILL')
    const { code, stderr } = await client.finished()
    expect(code, stderr).toBe(4)
    expect(stderr).toMatch(/^error: .*\[XRB_PEER_\w+\]$/m)
    const result = await readResult(output)
    expect(result).toMatchObject({ status: 'failed', cases: [{ path: 'network' }] })
    expect(result.cases[0]?.repetitions[0]?.status).toBe('completed')
    await agent.finished()
    expect([...(await agent.leftovers()), ...(await client.leftovers())]).toEqual([])
  })
})
