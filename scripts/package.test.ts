import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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
