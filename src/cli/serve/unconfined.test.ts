import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAddon } from '../../addon/load.js'
import { connectSession } from '../../session/client/client.js'
import { testCase } from '../../session/fixtures/case.js'
import { createKey } from '../../session/wire/key.js'
import { Cli } from '../fixtures/spawn-cli.js'

/** An agent where the kernel does not let it confine what measures for clients, as a container may not. */

const SANITIZED = loadAddon().build.sanitizer !== null
const key = createKey()

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-unconfined-'))
  writeFileSync(join(folder, 'key'), key.toString('hex'), { mode: 0o600 })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a command whose processes are all refused seccomp(2), by a filter that Python installs (prctl(2)). */
const WITHOUT_SECCOMP = `
import ctypes, os, platform, struct, sys
number = {'x86_64': 317, 'aarch64': 277}[platform.machine()]
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x50001), (6, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))
class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('steps', ctypes.c_void_p)]
program = Program(len(steps), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])`
const WRAPPER = ['python3', '-c', WITHOUT_SECCOMP]

function problem(): string | null {
  if (SANITIZED) return 'an instrumented process is not confined'
  try {
    execFileSync('python3', ['-c', WITHOUT_SECCOMP, 'true'])
    return null
  } catch {
    return 'no Python here, or no seccomp'
  }
}

describe('serve without seccomp', () => {
  const why = problem()
  it.skipIf(why !== null).for([false, true])(
    'says so, in text, JSON and metrics, and serves its own machine (allowed: %s)',
    { meta: { skipReason: why ?? '' } },
    async (isAllowed) => {
      const args = ['--listen', ':0', '--key-file', join(folder, 'key'), '--json']
      const serve = new Cli(
        [
          'serve',
          ...args,
          '--metrics',
          '127.0.0.1:0',
          ...(isAllowed ? ['--allow-unconfined'] : []),
        ],
        { wrapper: WRAPPER },
      )
      await serve.until('the line', () => serve.stdout.endsWith('\n'))
      const { host, port, metrics, isConfined } = JSON.parse(serve.stdout)
      expect(isConfined).toBe(false)
      expect(serve.stderr).toMatch(
        isAllowed ? /other machines are served all the same/ : /other machines are refused/,
      )
      expect(serve.stderr).toContain('hint: ')
      const told = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text()
      expect(told.split('\n')).toContain('xrbench_confined 0')
      const session = await connectSession({ host, port, key })
      const { status, server } = await session.runRepetition(testCase())
      expect(status).toBe('completed')
      expect(server.outcome?.effective.confinement).toMatchObject({ filtersCalls: false })
      await session.close()
      serve.signalGroup('SIGTERM')
      await serve.finished()
    },
  )

  it.skipIf(SANITIZED)('with it, nothing is to be said', async () => {
    const args = ['--listen', ':0', '--key-file', join(folder, 'key'), '--json']
    const serve = new Cli(['serve', ...args])
    await serve.until('the line', () => serve.stdout.endsWith('\n'))
    expect(JSON.parse(serve.stdout)).toMatchObject({ isConfined: true })
    expect(serve.stderr).toBe('')
    serve.signalGroup('SIGTERM')
    await serve.finished()
  })
})
