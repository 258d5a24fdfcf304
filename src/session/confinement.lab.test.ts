import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../cli/fixtures/spawn-cli.js'
import { readResult } from '../results/store/store.js'

/** The lab's kernel has Landlock; its agent measures confined, over RDMA too. */

const PATIENCE_MS = 240_000
const LOADER = fileURLToPath(new URL('../../dist/addon/load.js', import.meta.url))
const BESIDE = fileURLToPath(new URL('../../binding.gyp', import.meta.url))

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-confined-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['every transport between machines', ['-t', 'tcp,udp,tls,quic,rdma', '-w', 'ping-pong'], 5],
  ['datagrams of RDMA', ['-t', 'rdma', '--qp', 'ud', '-w', 'ping-pong,stream'], 2],
])(
  '%s: the agent measures, and has given up the rest',
  { timeout: PATIENCE_MS },
  async (_, of, count) => {
    const output = join(folder, 'result.json')
    const short = ['--warmup', '0s', '--iterations', '50', '--repeat', '1']
    const { code, stderr } = await runCli(['run', '--lab', '1', ...of, ...short, '-o', output])
    expect(code, stderr).toBe(0)
    const result = await readResult(output)
    expect(result.cases).toHaveLength(count)
    for (const { key, parameters, repetitions } of result.cases) {
      const { client, server } = parameters.effective
      expect(server?.confinement, key).toMatchObject({ noNewPrivileges: true, filtersCalls: true })
      expect(server?.confinement?.landlock, key).toBeGreaterThanOrEqual(2)
      expect(client, key).not.toHaveProperty('confinement')
      expect(repetitions[0]?.strangers, key).toEqual({ client: 0, server: 0 })
    }
  },
)

it('Landlock keeps files closed', { timeout: PATIENCE_MS }, async () => {
  const source = `
    const { readFileSync, writeFileSync } = await import('node:fs')
    const { loadAddon, addonFolders } = await import('${LOADER}')
    writeFileSync('/tmp/secret', 'of somebody')
    readFileSync('${BESIDE}')
    loadAddon().confine(addonFolders(process.env))
    const told = (attempt) => { try { attempt(); return 'done' } catch ({ code }) { return code } }
    console.log(JSON.stringify([
      told(() => readFileSync('/tmp/secret')),
      told(() => writeFileSync('/tmp/secret', '')),
      told(() => readFileSync('${BESIDE}')),
      told(() => readFileSync('/proc/stat')),
      told(() => readFileSync('${LOADER}')),
    ]))`
  const lab = ['lab', '--', process.execPath, '--input-type=module', '-e', source]
  const { stdout, stderr } = await runCli(lab)
  expect(stdout.trim().split('\n').at(-1), stderr).toBe(
    '["EACCES","EACCES","EACCES","done","done"]',
  )
})
