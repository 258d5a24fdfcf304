import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { probeConfinement } from './confinement.js'

const folder = mkdtempSync(join(tmpdir(), 'xrbench-probe-'))
afterAll(() => rmSync(folder, { recursive: true }))

function program(text: string): string {
  const path = join(folder, 'probe.mjs')
  writeFileSync(path, text)
  return path
}

it.each([
  ['is stopped', `process.kill(process.pid, 'SIGSTOP')`],
  [
    'never answers, and takes no SIGTERM',
    `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e3)`,
  ],
])(
  'a probe that %s has said nothing of this machine, and is waited for so long alone',
  async (_how, text) => {
    await expect(probeConfinement(program(text), 1_000)).rejects.toMatchObject({
      ...{ code: 'XRB_CONFINEMENT_UNKNOWN', exitCode: 3 },
    })
  },
)

it('one that ends without an answer is told apart', async () => {
  await expect(probeConfinement(program('process.abort()'))).resolves.toBeNull()
  await expect(probeConfinement()).resolves.not.toBeNull()
})
