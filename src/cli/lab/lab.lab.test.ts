import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { release, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheFolder } from '../../lab/cache.js'
import { chooseKernel } from '../../lab/kernel-choice.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

/** A guest boots in some eight seconds on two idle cores without KVM; tests may find them busy. */
const PATIENCE_MS = 180_000

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-lab-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The one that the lab boots here, and the folder with all of it. */
async function hostKernel(): Promise<{ image: string; root: string; version: string }> {
  const { image, version } = await chooseKernel({ cache: cacheFolder(), say: () => {} })
  return { image, root: dirname(dirname(image)), version }
}

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

  it('Ctrl-C ends the command, and leaves nothing behind', async () => {
    const cli = new Cli(['lab', '--', 'sh', '-c', 'echo running >&2; exec sleep 1000'])
    await cli.sees(/^running/m, PATIENCE_MS)
    cli.signalGroup('SIGINT')
    expect((await cli.finished()).code).toBe(130)
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

  it('ends with the words of QEMU, or of the console, when the kernel is none', async () => {
    const broken = join(folder, 'broken')
    const { image, root, version } = await hostKernel()
    // Its modules are in lib or in usr/lib: Debian moved them from 12 to 13.
    const modules = ['lib', 'usr/lib'].filter((name) => existsSync(join(root, name, 'modules')))
    expect(modules).not.toEqual([])
    for (const name of modules)
      cpSync(join(root, name, 'modules'), join(broken, name, 'modules'), { recursive: true })
    mkdirSync(join(broken, 'boot'), { recursive: true })
    // Its header, and nothing that could run.
    const head = readFileSync(image).subarray(0, 16_384)
    writeFileSync(join(broken, 'boot', `vmlinuz-${version}`), head)
    const { code, stderr } = await runCli([
      ...['lab', '--boot-timeout', '5s', '--lab-kernel', broken, '--', 'true'],
    ])
    expect(code, stderr).toBe(3)
    expect(stderr).toMatch(/^error: The guest of the lab .*\n?( {2}.*\n)*.*\[XRB_LAB_BOOT\]$/m)
  })

  it.runIf(!existsSync(`/boot/vmlinuz-${release()}`))(
    'tells in one sentence that no kernel can be fetched',
    { meta: { skipReason: 'this machine’s own kernel is in /boot' } },
    async () => {
      const nothing = join(folder, 'nothing')
      const { code, stdout, stderr } = await runCli(['lab', '--', 'true'], {
        env: { PATH: nothing, XDG_CACHE_HOME: nothing },
      })
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(
        /^error: No kernel could be fetched .*\. \[XRB_LAB_KERNEL\]\nhint: .*\n$/,
      )
    },
  )

  it('runs twice at the same time', async () => {
    const labs = [1, 2].map(() => runCli(['lab', '--quiet', '--', 'hostname']))
    for (const { code, stdout, stderr } of await Promise.all(labs)) {
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'lab1\n', stderr: '' })
    }
  })

  it.runIf(process.getuid?.() === 0)(
    'needs no rights',
    { meta: { skipReason: 'only root can give up rights' } },
    async () => {
      const kernel = await hostKernel()
      const root = join(folder, 'nobody')
      mkdirSync(join(root, 'home'), { recursive: true })
      cpSync(kernel.root, join(root, 'kernel'), { recursive: true })
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
      expect(code, stderr).toBe(0)
      expect(stdout).toMatch(/^0\nlink rxe0\/1 state ACTIVE/)
    },
  )
})
