import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bareCommands, checkout } from './fixture.js'

const folder = mkdtempSync(join(tmpdir(), 'xrbench-package-'))
afterAll(() => rmSync(folder, { recursive: true }))

let bare: Record<string, string | undefined>
let installed: SpawnSyncReturns<string>

/** Packs this checkout and installs it as a user would, on a PATH without any tool to build with. */
beforeAll(() => {
  const packed = spawnSync('npm', ['pack', '--pack-destination', folder], {
    cwd: checkout,
    encoding: 'utf8',
  })
  if (packed.status !== 0) throw new Error(packed.stderr)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  bare = {
    ...process.env,
    PATH: bareCommands(folder, ['sh', 'env', 'npm', 'npx']),
    XRBENCH_ADDON: undefined,
  }
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  installed = run('npm', 'install', ...flags, `./${tarball}`)
}, 120_000)

function run(command: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(join(String(bare.PATH), command), args, {
    cwd: folder,
    encoding: 'utf8',
    env: bare as NodeJS.ProcessEnv,
  })
}

test('the package installs without running a script or a compiler', () => {
  expect(installed.stderr).not.toMatch(/gyp|ERR!/)
  expect(installed.status).toBe(0)
})

test('its command tells its version', () => {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
    version: string
  }
  const { stdout, status } = run('npx', 'xrbench', '--version')
  expect(stdout).toContain(version)
  expect(status).toBe(0)
})

test('its command measures', () => {
  const short = [
    '--transport',
    'tcp',
    '--workload',
    'ping-pong',
    '--duration',
    '100ms',
    '--warmup',
    '50ms',
    '--repeat',
    '1',
  ]
  const { status, stderr } = run('npx', 'xrbench', 'run', ...short, '--output', 'out.json')
  expect(status, stderr).toBe(0)
  const result = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as Record<
    string,
    unknown
  >
  expect(result).toMatchObject({ schema: 'xrbench.result/1', status: 'completed' })
})

/** The programs of the page about the library, but for those that need a second machine. */
const PROGRAMS = [
  ...readFileSync(join(checkout, 'docs/library.md'), 'utf8').matchAll(/^```js\n(.*?)^```$/gms),
].map(([, code = ''], i) => ({ name: `program-${i + 1}.mts`, code }))

test('a program finds the types of the library, and its mistakes are found', () => {
  const mistake = `import { run } from 'xrbench'\nawait run({ transports: ['tpc'], durationNs: '1s' })\n`
  const files = [...PROGRAMS, { name: 'mistake.mts', code: mistake }]
  for (const { name, code } of files) writeFileSync(join(folder, name), code)
  const tsc = join(checkout, 'node_modules/typescript/bin/tsc')
  const types = ['--types', 'node', '--typeRoots', join(checkout, 'node_modules/@types')]
  const strict = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2023',
    '--module',
    'nodenext',
  ]
  const names = files.map(({ name }) => name)
  const { stdout } = spawnSync(process.execPath, [tsc, ...strict, ...types, ...names], {
    cwd: folder,
    encoding: 'utf8',
  })
  const wrong = stdout.split('\n').filter((line) => /^\S/.test(line))
  expect(wrong).toEqual([
    expect.stringMatching(/^mistake\.mts\(2,.*"tpc"/),
    expect.stringMatching(/^mistake\.mts\(2,.*'string' is not assignable to type 'number'/),
  ])
}, 60_000)

test('the library measures from a folder that knows nothing of it', () => {
  const code = `
    import { run } from 'xrbench'
    const { document, status } = await run({ transports: ['tcp'], workloads: ['ping-pong'], durationNs: 200e6, repetitions: 1 })
    console.log(JSON.stringify([status, document.schema, document.cases[0].summary.latency.count > 0]))`
  writeFileSync(join(folder, 'measure.mjs'), code)
  const { stdout, stderr } = runProgram('measure.mjs')
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual(['completed', 'xrbench.result/1', true])
})

test('there are three programs to begin with', () => expect(PROGRAMS).toHaveLength(3))

test.each(PROGRAMS)('$name of docs/library.md does what it says', ({ name, code }) => {
  const file = name.replace('.mts', '.mjs')
  writeFileSync(join(folder, file), code)
  const { status, stdout, stderr } = runProgram(file)
  expect([0, 7], stderr).toContain(status)
  expect(stderr).not.toMatch(/Error/)
  expect(stdout).toMatch(/\d{3}/)
})

function runProgram(file: string): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    env: bare as NodeJS.ProcessEnv,
  })
}
