import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identityOf, type ProcessIdentity } from './process-identity.js'
import { eraseRecord, orphans, recordFolder, writeRecord } from './soft-roce-record.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-record-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Of a process that has ended. */
async function pastIdentity(): Promise<ProcessIdentity> {
  const child = spawn('sleep', ['60'])
  const identity = identityOf(child.pid ?? 0)
  child.kill('SIGKILL')
  await once(child, 'close')
  if (identity === null) throw new Error('a process that runs has an identity')
  return identity
}

const write = (name: string, record: unknown) =>
  writeFileSync(join(folder, `${name}.soft-roce.json`), JSON.stringify(record))

it('the device of a process that runs is nobody’s to remove', () => {
  writeRecord(folder, 'xrb1', 'eth0')
  expect(orphans(folder)).toEqual([])
})

it('the device of a process that is gone is an orphan', async () => {
  write('xrb7', { ...(await pastIdentity()), name: 'xrb7', netdev: 'eth0' })
  expect(orphans(folder).map(({ name }) => name)).toEqual(['xrb7'])
})

it('a number that was given to another process, or another boot, makes no owner', () => {
  const own = identityOf(process.pid)
  write('xrb1', { ...own, startTicks: '1', name: 'xrb1' })
  write('xrb2', { ...own, bootId: 'another', name: 'xrb2' })
  expect(orphans(folder).map(({ name }) => name)).toEqual(['xrb1', 'xrb2'])
})

it('processes of another namespace cannot be judged', async () => {
  write('xrb1', { ...(await pastIdentity()), pidNamespace: 'pid:[1]', name: 'xrb1' })
  expect(orphans(folder)).toEqual([])
})

it('only names that we give are removed, whatever a record says', async () => {
  const gone = await pastIdentity()
  write('rxe0', { ...gone, name: 'rxe0' })
  write('xrb5', { ...gone, name: 'mlx5_0' })
  write('xrb6', 'no record')
  writeFileSync(join(folder, 'xrb8.soft-roce.json'), '{')
  expect(orphans(folder)).toEqual([])
})

it('a record is gone when its device is', () => {
  const path = writeRecord(folder, 'xrb1_2', 'eth0')
  eraseRecord(path)
  eraseRecord(path)
  expect(readdirSync(folder)).toEqual([])
})

it('records are this user’s alone', () => {
  const found = recordFolder({ XDG_RUNTIME_DIR: folder })
  expect(found).toBe(join(folder, 'xrbench'))
  expect(statSync(found ?? '').mode & 0o777).toBe(0o700)
})
