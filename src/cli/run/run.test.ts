import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ResultDocument } from '../../results/schema/schema.js'
import { reservePort } from '../../transports/fixtures/reserved-port.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'
import { expectValid } from '../fixtures/valid-result.js'

const SHORT = ['--duration', '200ms', '--repeat', '2', '--warmup', '100ms']

let folder: string
let output: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-run-'))
  output = join(folder, 'out.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const written = (): ResultDocument => JSON.parse(readFileSync(output, 'utf8'))

describe('a run', () => {
  test('measures each transport and workload, prints a table, and writes a valid result', async () => {
    const cli = new Cli(['run', '-t', 'tcp,udp', '-w', 'ping-pong,stream', ...SHORT, '-o', output])
    const { code, stdout, stderr } = await cli.finished()
    expect(stderr).toMatch(/\nResult: .*out\.json\n$/)
    expect(code).toBe(0)
    for (const word of ['tcp', 'udp', 'ping-pong', 'stream', 'p50', 'p99.9', 'loopback']) {
      expect(stdout).toContain(word)
    }
    const document = written()
    expectValid(document)
    expect(document).toMatchObject({ status: 'completed', error: null, redacted: false })
    expect(document.command.slice(0, 2)).toEqual(['xrbench', 'run'])
    expect(document.cases.map(({ key, status, path }) => [key, status, path])).toEqual([
      ['tcp/ping-pong/64B/block', 'completed', 'loopback'],
      ['udp/ping-pong/64B/block', 'completed', 'loopback'],
      ['tcp/stream/256KiB/block', 'completed', 'loopback'],
      ['udp/stream/1400B/block', 'completed', 'loopback'],
    ])
    const orders = document.cases.map(({ repetitions }) => repetitions.map(({ order }) => order))
    expect(orders).toEqual([
      [0, 7],
      [1, 6],
      [2, 5],
      [3, 4],
    ])
    expect(await cli.leftovers()).toEqual([])
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  test('with --json prints the document and nothing else, and writes no file', async () => {
    const { code, stdout, stderr } = await runCli(
      ['run', '-t', 'tcp', '--iterations', '500', '--repeat', '1', '--warmup', '0', '--json'],
      { cwd: folder },
    )
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const document: ResultDocument = JSON.parse(stdout)
    expectValid(document)
    expect(document.cases[0]?.repetitions[0]?.messages).toBe(500)
    expect(readdirSync(folder)).toEqual([])
  })

  test('without --output leaves one file in the working folder, into a named folder one there', async () => {
    const brief = ['run', '-t', 'tcp', '-n', '100', '-r', '1', '--warmup', '0', '--quiet']
    const first = await runCli(brief, { cwd: folder })
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^xrbench-\d{8}-\d{6}\.json$/)])
    const inner = mkdtempSync(join(folder, 'in-'))
    expect(await runCli([...brief, '-o', `${inner}/`])).toMatchObject({ code: 0 })
    expect(readdirSync(inner)).toHaveLength(1)
  })

  test('over IPv6, spinning, both ways, with options that the kernel answers for', async () => {
    const args = ['run', '-6', '-t', 'tcp', '-w', 'stream', '--direction', 'both', '--streams', '2']
    const options = ['--wait', 'spin', '--sndbuf', '64k', '--dscp', '10', '-o', output, ...SHORT]
    const { code } = await runCli([...args, ...options])
    expect(code).toBe(0)
    const [result] = written().cases
    expect(result?.key).toBe('tcp/stream/256KiB/spin/both/streams=2/sndbuf=64KiB/dscp=10')
    expect(result?.parameters.effective.client).toMatchObject({ remoteAddress: '::1', dscp: 10 })
  })

  test('with --redact names no machine', async () => {
    const { code } = await runCli(['run', '-t', 'tcp', ...SHORT, '--redact', '-o', output])
    expect(code).toBe(0)
    expectValid(written())
    expect(written().redacted).toBe(true)
    expect(written().environment.client.hostname).toMatch(/^redacted-/)
  })

  test('with --strict does not pass off a doubtful result', async () => {
    const args = ['run', '-t', 'tcp', '-n', '20', '-r', '1', '--warmup', '0', '--strict']
    const { code, stdout, stderr } = await runCli([...args, '-o', output])
    expect(code).toBe(6)
    expect(stderr).toMatch(/error: Not to be trusted: .*few-repetitions.*\[XRB_UNTRUSTED\]/)
    expect(stdout).toContain('tcp')
    expect(written().status).toBe('completed')
  })
})

describe('without a device for RDMA', () => {
  // A device that nobody has: no machine gets past the list, whatever it has.
  const none = ['--device', 'xrb_nowhere0', ...SHORT]

  test('a run that names it says why each way is barred, and measures nothing', async () => {
    const { code, stdout, stderr } = await runCli(['run', '-t', 'rdma,tcp', ...none, '-o', output])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(
      /^error: RDMA cannot be measured\. No NIC.*No software device.*the lab.*\[XRB_RDMA_UNAVAILABLE\]\nhint: /m,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('a run of all measures the others, and keeps the reason', async () => {
    const { code, stdout, stderr } = await runCli(['run', ...none, '-o', output])
    expect(code).toBe(0)
    expect(stderr).toMatch(/^rdma: no NIC.*; nothing is left to try$/m)
    expect(stdout).toMatch(/rdma\/ping-pong\/64B\/block\/rc\/send was not run: RDMA cannot be/)
    const document = written()
    expectValid(document)
    const status = new Map(document.cases.map((one) => [one.key, one.status]))
    expect(status.get('tcp/ping-pong/64B/block')).toBe('completed')
    expect(status.get('udp/ping-pong/64B/block')).toBe('completed')
    expect(status.get('rdma/ping-pong/64B/block/rc/send')).toBe('skipped')
    // Whether these can be measured is the machine's.
    expect([...status.keys()].sort()).toEqual([
      'quic/ping-pong/64B/block/stream',
      'rdma/ping-pong/64B/block/rc/send',
      'shm/ping-pong/64B/block',
      'tcp/ping-pong/64B/block',
      'tls/ping-pong/64B/block',
      'udp/ping-pong/64B/block',
      'unix/ping-pong/64B/block',
    ])
    expect(document).toMatchObject({ lab: null, rdmaDevice: { step: null } })
    expect(document.rdmaDevice?.attempts.map(({ step }) => step)).toEqual([
      'nic',
      'software',
      'soft-roce',
      'lab',
    ])
  })
})

/** Long enough to be interfered with; the first repetitions are written soon. */
const LONG = ['run', '-t', 'tcp', '-d', '150ms', '--warmup', '0', '--repeat', '500', '-o']

async function firstRepetitionWritten(cli: Cli): Promise<void> {
  await cli.until('a result file', () => readdirSync(folder).includes('out.json'))
}

describe('stopped by its user, a run keeps what was measured', () => {
  test.each([
    ['SIGINT', 130, true],
    ['SIGINT', 130, false],
    ['SIGTERM', 143, false],
    ['SIGHUP', 143, true],
  ] as const)('%s: exit %d (whole group: %s)', async (signal, code, toGroup) => {
    const cli = new Cli([...LONG, output])
    await firstRepetitionWritten(cli)
    if (toGroup) cli.signalGroup(signal)
    else cli.child.kill(signal)
    const finished = await cli.finished()
    expect(finished.stderr).toContain('stopping, keeping what was measured')
    expect(finished.stderr).not.toContain('error:')
    expect(finished.code).toBe(code)
    expect(finished.stdout).toContain('aborted')
    const document = written()
    expectValid(document)
    expect(document.status).toBe('aborted')
    expect(document.cases[0]).toMatchObject({ status: 'aborted' })
    expect(document.cases[0]?.repetitions[0]?.status).toBe('completed')
    expect(await cli.leftovers()).toEqual([])
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  test('in the middle of a repetition, the samples so far', async () => {
    const args = ['run', '-t', 'tcp', '-d', '1h', '--warmup', '0', '--wait', 'spin', '-r', '1']
    const cli = new Cli([...args, '-o', output])
    const pid = await cli.descendant('endpoint/main')
    await cli.until('some measuring', () => measuringTicks(pid) > 100)
    cli.signalGroup('SIGINT')
    expect((await cli.finished()).code).toBe(130)
    const [repetition] = written().cases[0]?.repetitions ?? []
    expect(repetition).toMatchObject({ status: 'aborted', failure: null })
    expect(repetition?.latency?.count).toBeGreaterThan(0)
  })

  test('before anything was measured', async () => {
    const cli = new Cli([...LONG, output])
    await cli.sees('measuring')
    cli.child.kill('SIGINT')
    expect((await cli.finished()).code).toBe(130)
    expect(await cli.leftovers()).toEqual([])
  })

  test('asked twice it leaves at once, though its agent is stopped', async () => {
    const cli = new Cli([...LONG, output])
    await firstRepetitionWritten(cli)
    process.kill(await cli.descendant('agent/local-main'), 'SIGSTOP')
    cli.signalGroup('SIGINT')
    await cli.sees('Ctrl-C again')
    cli.signalGroup('SIGINT')
    expect((await cli.finished()).code).toBe(130)
    expect(await cli.leftovers()).toEqual([])
    expect(written().status).toBe('running')
    expect(readdirSync(folder)).toEqual(['out.json'])
  })
})

describe('when something breaks, the run says so within seconds and keeps what was measured', () => {
  test.each([
    ['the agent is killed', 'SIGKILL'],
    ['the agent is stopped', 'SIGSTOP'],
  ] as const)('%s', async (_, signal) => {
    const cli = new Cli([...LONG, output])
    await firstRepetitionWritten(cli)
    process.kill(await cli.descendant('agent/local-main'), signal)
    const { code, stdout, stderr } = await cli.finished()
    expect(code).toBe(4)
    expect(stderr).toMatch(/^error: .*\[XRB_[A-Z_]+\]$/m)
    expect(stderr).not.toContain('XRB_INTERNAL')
    expect(stdout).toContain('failed')
    const document = written()
    expectValid(document)
    expect(document.status).toBe('failed')
    expect(document.error?.code).toMatch(/^XRB_/)
    expect(document.cases[0]?.repetitions[0]?.status).toBe('completed')
    expect(await cli.leftovers()).toEqual([])
  })

  test('a measuring process is killed: that repetition is lost, the others are measured', async () => {
    const cli = new Cli([...LONG, output, '--repeat', '8'])
    await firstRepetitionWritten(cli)
    process.kill(await cli.descendant('endpoint/main'), 'SIGKILL')
    const { code, stdout, stderr } = await cli.finished()
    expect([4, 5]).toContain(code)
    expect(stderr).toMatch(/^error: .*\[XRB_[A-Z_]+\]$/m)
    expect(stderr).not.toContain('XRB_INTERNAL')
    expect(stdout).toContain('7/8')
    const document = written()
    expectValid(document)
    expect(document.status).toBe('failed')
    const statuses = document.cases[0]?.repetitions.map(({ status }) => status)
    expect(statuses?.filter((status) => status === 'completed')).toHaveLength(7)
    expect(statuses?.filter((status) => status === 'failed')).toHaveLength(1)
    expect(await cli.leftovers()).toEqual([])
  })

  test('no room for the result', async () => {
    writeFileSync(output, '{"kept": true}\n')
    const cli = new Cli(['run', '-t', 'tcp', ...SHORT, '-o', output], {
      wrapper: ['sh', '-c', 'ulimit -f 2; exec "$@"', 'sh'],
    })
    const { code, stdout, stderr } = await cli.finished()
    expect(stderr).toMatch(/error: .*\[XRB_OUTPUT\]\nhint: /)
    expect(stderr).not.toContain('Result:')
    expect(code).toBe(3)
    expect(stdout).toContain('tcp')
    expect(readFileSync(output, 'utf8')).toBe('{"kept": true}\n')
    expect(readdirSync(folder)).toEqual(['out.json'])
    expect(await cli.leftovers()).toEqual([])
  })

  test.each(['run', 'serve'])('%s: too few files may be open', async (command) => {
    const { code, stderr } = await runCli([command, ...(command === 'run' ? ['-t', 'tcp'] : [])], {
      wrapper: ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh'],
    })
    expect(stderr).toMatch(/^error: .*\[XRB_DESCRIPTORS\]\nhint: ulimit -n \d+$/m)
    expect(code).toBe(3)
  })

  test('no room for what is printed', async () => {
    const { code, stderr } = await runCli(['run', '-t', 'tcp', ...SHORT, '--json'], {
      wrapper: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'],
    })
    expect(stderr).toMatch(/^error: Standard output could not be written.*\[XRB_OUTPUT\]/)
    expect(code).toBe(3)
  })

  test('nobody reads what is printed: the result file is there all the same', async () => {
    const { code, stderr } = await runCli(['run', '-t', 'tcp', ...SHORT, '-q', '-o', output], {
      wrapper: ['bash', '-c', 'set -o pipefail; "$@" | true', 'bash'],
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(written().status).toBe('completed')
  })
})

describe('with a peer of one’s own', () => {
  const KEY = 'ab'.repeat(32)

  test('a run uses it, and a taken port is refused', async () => {
    const keyFile = join(folder, 'key')
    writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 })
    const agent = new Cli(['serve', '--listen', '127.0.0.1:0', '--key-file', keyFile, '--json'])
    try {
      await agent.until('its address', () => agent.stdout.includes('\n'))
      const { port } = JSON.parse(agent.stdout) as { port: number }
      const peer = `127.0.0.1:${port}`
      const taken = await runCli(['serve', '--listen', peer, '--key-file', keyFile])
      expect(taken.stderr).toMatch(/^error: .*\[XRB_PORT_TAKEN\]\nhint: /)
      expect(taken.code).toBe(3)
      const args = ['run', '--peer', peer, '--key-file', keyFile, '-t', 'udp', ...SHORT]
      expect(await runCli([...args, '-o', output])).toMatchObject({ code: 0 })
      expect(written().status).toBe('completed')
    } finally {
      agent.child.kill('SIGTERM')
    }
    expect((await agent.finished()).code).toBe(143)
  })

  test('nobody there is an error of the peer, before measuring', async () => {
    const keyFile = join(folder, 'key')
    writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 })
    const { port, release } = await reservePort()
    const args = ['run', '--peer', `127.0.0.1:${port}`, '--key-file', keyFile, '-o', output]
    const { code, stdout, stderr } = await runCli(args)
    release()
    expect(stderr).toMatch(/error: .*\[XRB_PEER_UNREACHABLE\]\nhint: /)
    expect(code).toBe(4)
    expect(stdout).toBe('')
    expect(readdirSync(folder)).toEqual(['key'])
  })
})

/** User and system time of the threads that measure, in clock ticks of a hundredth of a second (proc_pid_task(5)): how long the process took to start is not in it. */
function measuringTicks(pid: number): number {
  const links = readdirSync(`/proc/${pid}/task`)
    .map((id) => statOf(`/proc/${pid}/task/${id}/stat`))
    .filter((stat) => stat.includes('(xr-link-'))
  const fields = links.map((stat) => stat.replace(/^.*\) /, '').split(' '))
  return fields.reduce((sum, field) => sum + Number(field[11]) + Number(field[12]), 0)
}

/** Empty: the thread has ended since it was listed. */
function statOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
