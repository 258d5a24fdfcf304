import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bareCommands, checkout, makeFixture, setUp } from './fixture.js'

// Several set-ups one after the other, each of which compiles.
vi.setConfig({ testTimeout: 120_000 })

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function fixture(withPackages = true): string {
  const folder = makeFixture({ withPackages })
  folders.push(folder)
  return folder
}

test('an old Node.js gets one sentence, a hint and exit 3', () => {
  const folder = fixture(false)
  const pretend = join(folder, 'pretend.cjs')
  writeFileSync(
    pretend,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } })\n",
  )
  const run = setUp(folder, { nodeArgs: ['--require', pretend] })
  expect(run.status).toBe(3)
  expect(run.stdout).toBe('')
  const [sentence, hint, ...rest] = run.stderr.trimEnd().split('\n')
  expect(sentence).toMatch(/^error: .*Node\.js 20\.19 or newer.*18\.19\.0 \[XRB_NODE_TOO_OLD\]$/)
  expect(hint).toMatch(/^hint: npm exec /)
  expect(rest).toEqual([])
})

test('the file an old Node.js reads has no syntax younger than ES2019', () => {
  const text = readFileSync(join(checkout, 'scripts/setup.mjs'), 'utf8')
  const lowered = (target: ts.ScriptTarget) =>
    ts.transpileModule(text, { compilerOptions: { target, module: ts.ModuleKind.ESNext } })
      .outputText
  expect(lowered(ts.ScriptTarget.ES2019)).toBe(lowered(ts.ScriptTarget.ESNext))
  expect(text).not.toMatch(/^(import|await)\b/m)
})

test('without compiler and without rights it prints the line to run, and exits 3', () => {
  const folder = fixture()
  const run = setUp(folder, { environment: { PATH: bareCommands(folder, ['sh', 'env']) } })
  expect(run.status).toBe(3)
  expect(run.stderr).toMatch(
    /^error: this machine lacks .*: python3, make, g\+\+ \[XRB_PACKAGES_MISSING\]$/m,
  )
  expect(run.stderr).toMatch(
    /^hint: sudo apt-get update && sudo apt-get install -y --no-install-recommends python3 make g\+\+$/m,
  )
})

describe('with compilers, and neither QEMU nor rights', () => {
  const NEEDS_X64 = { meta: { skipReason: 'the lab needs an x86-64 machine' } }
  const COMMANDS = ['sh', 'env', 'python3', 'make', 'g++', 'cc', 'as', 'ld', 'ar', 'strace']
  // What building takes beside compilers (coreutils), and the shell that finds out about libraries.
  const TOOLS = [
    'printf',
    'echo',
    'mkdir',
    'rm',
    'cp',
    'ln',
    'touch',
    'sed',
    'cat',
    'uname',
    'true',
  ]

  function setUpWithout(folder: string, args: string[], ci: string) {
    const PATH = bareCommands(folder, [...COMMANDS, ...TOOLS])
    return setUp(folder, { args, environment: { PATH, CI: ci } })
  }

  test.runIf(process.arch === 'x64')(
    'tests do without the lab, with the line to run',
    NEEDS_X64,
    () => {
      const run = setUpWithout(fixture(), ['--test'], '')
      expect(run.status).toBe(0)
      expect(run.stderr).toMatch(
        /^setup: the tests of RDMA are skipped without .*qemu-system-x86.*\nsetup: sudo apt-get update && sudo apt-get install .*qemu-system-x86/m,
      )
    },
  )

  test.runIf(process.arch === 'x64')('tests in CI do not start', NEEDS_X64, () => {
    const run = setUpWithout(fixture(), ['--test'], 'true')
    expect(run.status).toBe(3)
    expect(run.stderr).toMatch(
      /^error: this machine lacks what it takes to test RDMA: .*qemu-system-x86.* \[XRB_PACKAGES_MISSING\]\nhint: sudo apt-get update && sudo apt-get install/m,
    )
  })

  test.runIf(process.arch === 'x64' && !existsSync('/sys/class/infiniband'))(
    'everything else is set up, the second time as quietly as the first',
    { meta: { skipReason: 'needs an x86-64 machine without RDMA' } },
    () => {
      const folder = fixture()
      const without = /^setup: --transport rdma has no place to run without qemu-system-x86/m
      const first = setUpWithout(folder, [], '')
      expect(first).toMatchObject({ status: 0, stderr: expect.stringMatching(without) })
      const environment = { PATH: join(folder, 'bare-bin') }
      expect(setUp(folder, { environment }).stderr).toMatch(
        /^setup: .*qemu-system-x86.*\nsetup: sudo .*\nsetup: up to date\n$/,
      )
    },
  )
})

test('without a network npm ci ends in one sentence, a hint and exit 3', () => {
  const folder = fixture(false)
  const environment = {
    // Nobody listens on the discard port, and nothing was ever cached here.
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_fetch_retries: '0',
  }
  const run = setUp(folder, { environment })
  expect(run.status).toBe(3)
  const lines = run.stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toMatch(
    /^error: npm could not reach its registry: ECONNREFUSED \(build\/npm-ci\.log\) \[XRB_NPM_NETWORK\]$/,
  )
  expect(lines[2]).toMatch(/^hint: /)
})

test('a second run rebuilds nothing; a changed source rebuilds its own half', () => {
  const folder = fixture()
  const addon = join(folder, 'build/Release/xrbench.node')
  const main = join(folder, 'dist/cli/main.js')
  const madeAt = () => [addon, main].map((file) => statSync(file).mtimeMs)

  const first = setUp(folder)
  expect(first.stderr).toMatch(/building build\/Release\/xrbench\.node/)
  expect(first.status).toBe(0)
  const [addonAt, mainAt] = madeAt()

  const second = setUp(folder)
  expect(second.stderr).toBe('setup: up to date\n')
  expect(madeAt()).toEqual([addonAt, mainAt])

  appendFileSync(join(folder, 'src/cli/main.ts'), "process.stdout.write('more\\n')\n")
  const third = setUp(folder)
  expect(third.stderr).toMatch(/^setup: building dist\/ … [\d.]+ s\n$/)
  expect(madeAt()[0]).toBe(addonAt)

  appendFileSync(join(folder, 'native/addon.c'), 'int xrbench_unused_symbol;\n')
  const fourth = setUp(folder)
  expect(fourth.stderr).toMatch(/^setup: building build\/Release\/xrbench\.node … [\d.]+ s\n$/)
  expect(madeAt()[0]).not.toBe(addonAt)
})

test('a build that fails shows the end of its log, names it, and keeps what was there', () => {
  const folder = fixture()
  expect(setUp(folder).status).toBe(0)
  const main = join(folder, 'dist/cli/main.js')
  const before = readFileSync(main, 'utf8')

  appendFileSync(join(folder, 'src/cli/main.ts'), "const count: number = 'none'\n")
  const run = setUp(folder)
  expect(run.status).toBe(1)
  expect(run.stderr).toMatch(/^error: the TypeScript build failed \(build\/typescript\.log\):$/m)
  expect(run.stderr).toMatch(/src\/cli\/main\.ts\(3,7\): error TS2322/)
  expect(readFileSync(main, 'utf8')).toBe(before)

  // Not taken for done the next time.
  expect(setUp(folder).status).toBe(1)
})

test('two set-ups at once take turns, and the second finds nothing left to do', async () => {
  const folder = fixture()
  const start = () => {
    const child = spawn(process.execPath, ['scripts/setup.mjs'], { cwd: folder })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    return once(child, 'close').then(([code]) => ({ code: code as number, stderr }))
  }
  const runs = await Promise.all([start(), start()])
  expect(runs.map((run) => run.code)).toEqual([0, 0])
  expect(runs.filter((run) => run.stderr.includes('building dist/'))).toHaveLength(1)
  expect(runs.filter((run) => run.stderr.endsWith('setup: up to date\n'))).toHaveLength(1)
})

test('the lock of a set-up that was killed is taken over', () => {
  const folder = fixture()
  expect(setUp(folder).status).toBe(0)
  // No process has this id: it is above the kernel's highest.
  writeFileSync(join(folder, 'build/setup.lock'), '99999999')
  expect(setUp(folder).stderr).toBe('setup: up to date\n')
})
