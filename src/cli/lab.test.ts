import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheFolder } from '../lab/cache.js'
import { chooseKernel } from '../lab/kernel-choice.js'
import { readResult } from '../results/store.js'
import { Cli, runCli } from './fixtures/spawn-cli.js'

/** A guest boots in some eight seconds on two idle cores without KVM; tests may find them busy. */
const PATIENCE_MS = 180_000

let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-lab-test-'))
  // The first use of the lab on a machine fetches a kernel and tries KVM.
  await runCli(['lab', '--', 'true'])
}, 2 * PATIENCE_MS)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('xrbench lab', { timeout: PATIENCE_MS }, () => {
  it('runs a command on our files, with a SoftRoCE device, and passes on what comes of it', async () => {
    const script = [
      'echo to stdout; echo to stderr >&2',
      'pwd; ls package.json',
      'cat /sys/class/infiniband/*/ports/1/state',
      `echo kept > ${folder}/kept`,
      `echo lost > ${folder}.lost`,
      'exit 7',
    ].join('\n')
    const { code, stdout, stderr } = await runCli([
      ...['lab', '--quiet', '--writable', folder, '--', 'sh', '-c', script],
    ])
    expect({ code, stdout, stderr }).toEqual({
      code: 7,
      stdout: `to stdout\n${process.cwd()}\npackage.json\n4: ACTIVE\n`,
      stderr: 'to stderr\n',
    })
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('kept\n')
    expect(statSync(join(folder, 'kept')).uid).toBe(process.getuid?.())
    expect(statSync(`${folder}.lost`, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('tells a command that is not there as a shell does', async () => {
    const { code, stderr } = await runCli(['lab', '--', 'no-such-command'])
    expect(code).toBe(127)
    expect(stderr).toMatch(/no-such-command/)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the command, and leaves nothing behind', async (signal, code) => {
    const cli = new Cli(['lab', '--', 'sh', '-c', 'echo running >&2; exec sleep 1000'])
    await cli.sees(/^running/m, PATIENCE_MS)
    cli.signalGroup(signal)
    expect((await cli.finished()).code).toBe(code)
    expect(await cli.leftovers()).toEqual([])
  })

  it('leaves no QEMU behind when it is killed', async () => {
    const cli = new Cli(['lab', '--guests', '2', '--', 'sh', '-c', 'echo running >&2; sleep 1000'])
    await cli.sees(/^running/m, PATIENCE_MS)
    expect(cli.descendants().map(({ command }) => basename(command.split(' ')[0] ?? ''))).toEqual([
      'qemu-system-x86_64',
      'qemu-system-x86_64',
    ])
    cli.signalGroup('SIGKILL')
    await cli.finished()
    expect(await cli.leftovers()).toEqual([])
  })

  it('can be stopped while it boots', async () => {
    const cli = new Cli(['lab', '--', 'true'])
    await cli.sees('lab: booting', PATIENCE_MS)
    cli.signalGroup('SIGINT')
    const { code, stderr } = await cli.finished()
    expect(code).toBe(130)
    expect(stderr).toContain('XRB_ABORTED')
    expect(await cli.leftovers()).toEqual([])
  })

  it('gives up on a boot that takes too long', async () => {
    const cli = new Cli(['lab', '--boot-timeout', '500ms', '--', 'true'])
    const { code, stderr } = await cli.finished()
    expect(code).toBe(3)
    expect(stderr).toMatch(/does not answer after 0\.5 s.*\[XRB_LAB_BOOT\]/s)
    expect(await cli.leftovers()).toEqual([])
  })

  it('runs twice at the same time', async () => {
    const command = ['lab', '--quiet', '--guests', '2', '--peer-command', 'nc -ll -p 9 -e hostname']
    const ask = 'until nc -w 5 10.77.0.2 9; do sleep 0.2; done'
    const labs = [1, 2].map(() => runCli([...command, '--', 'sh', '-c', ask]))
    for (const { code, stdout } of await Promise.all(labs)) {
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'lab2\n' })
    }
  })

  it.runIf(process.getuid?.() === 0)('needs no rights', async () => {
    const kernel = await chooseKernel({ cache: cacheFolder(), say: () => {} })
    const root = join(folder, 'nobody')
    mkdirSync(join(root, 'home'), { recursive: true })
    cpSync(dirname(dirname(kernel.image)), join(root, 'kernel'), { recursive: true })
    chmodSync(folder, 0o755)
    chownSync(join(root, 'home'), 65534, 65534)
    const { code, stdout, stderr } = await runCli(
      ['lab', '--lab-kernel', join(root, 'kernel'), '--', 'sh', '-c', 'id -u; rdma link'],
      {
        cwd: '/',
        wrapper: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'],
        env: { HOME: join(root, 'home'), XDG_CACHE_HOME: join(root, 'home'), TMPDIR: '/tmp' },
      },
    )
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/^0\nlink rxe0\/1 state ACTIVE/)
  })
})

describe('xrbench run --lab', { timeout: PATIENCE_MS }, () => {
  const quick = ['--transport', 'tcp', '--warmup', '0s', '--iterations', '200', '--repeat', '1']

  it('measures between two guests over a wire that is shaped', async () => {
    const output = join(folder, 'two.json')
    const args = ['run', ...quick, '--lab', '--netem', 'delay 20ms', '--output', output]
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/tcp\/ping-pong\/64B\/block +lab/)
    const result = await readResult(output)
    expect(result.command).toEqual(['xrbench', ...args])
    expect(result.environment.client).toMatchObject({
      hostname: 'lab1',
      lab: { guests: 2, netem: 'delay 20ms' },
      network: { address: '10.77.0.1', device: { name: 'eth0' } },
    })
    expect(result.environment.server).toMatchObject({ hostname: 'lab2', lab: { guests: 2 } })
    expect(result.flags.includes('emulated-cpu')).toBe(
      result.environment.client.virtualisation.emulatedCpu === true,
    )
    const [measured] = result.cases
    expect(measured).toMatchObject({ path: 'lab', status: 'completed' })
    // Both guests hold every packet back: no round trip is shorter than the two of them.
    expect(measured?.summary?.latency?.minNs).toBeGreaterThan(40e6)
    expect(measured?.flags).not.toContain('loopback')
  })

  it('keeps to one guest, over IPv6 too', async () => {
    const { code, stdout, stderr } = await runCli(['run', ...quick, '-6', '--lab', '1', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const result = JSON.parse(stdout)
    expect(result.environment.client.lab).toEqual({ guests: 1, netem: null })
    expect(result.cases[0]).toMatchObject({ path: 'lab', status: 'completed' })
    expect(result.cases[0].parameters.effective.client.remoteAddress).toBe('fd77::1')
  })

  it('keeps what was measured when it is stopped', async () => {
    const output = join(folder, 'stopped.json')
    const cli = new Cli([
      ...['run', '--transport', 'tcp', '--warmup', '0s', '--duration', '1s', '--repeat', '100'],
      ...['--lab', '1', '--verbose', '--output', output],
    ])
    await cli.sees(/^\[1\/100\]/m, PATIENCE_MS)
    cli.signalGroup('SIGINT')
    const { code } = await cli.finished()
    expect(code).toBe(130)
    expect((await readResult(output)).status).toBe('aborted')
    expect(await cli.leftovers()).toEqual([])
  })
})

describe('options that do not go together', () => {
  it.each([
    [['lab', '--peer-command', 'true'], 'XRB_USAGE'],
    [['lab', '--guests', '3'], 'XRB_BAD_NUMBER'],
    [['lab', '--netem', 'delay; reboot'], 'XRB_BAD_NETEM'],
    [['lab', '--lab-kernel', '/nowhere'], 'XRB_LAB_KERNEL'],
    [['lab', '--writable', '/nowhere', '--', 'true'], 'XRB_USAGE'],
    [['run', '--netem', 'delay 1ms'], 'XRB_USAGE'],
    [['run', '--lab', '--peer', 'host', '--key-file', 'key'], 'XRB_USAGE'],
  ])('%j', async (args, error) => {
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`[${error}]`)
  })
})
