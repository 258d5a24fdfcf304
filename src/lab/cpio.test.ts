import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBusybox } from './busybox.js'
import { type ArchiveEntry, cpioArchive } from './cpio.js'

const ENTRIES: ArchiveEntry[] = [
  { kind: 'folder', path: 'bin' },
  { kind: 'file', path: 'bin/one', content: Buffer.from('1'), mode: 0o755 },
  { kind: 'file', path: 'bin/empty', content: new Uint8Array() },
  { kind: 'file', path: 'bin/five', content: Buffer.from('12345') },
  { kind: 'link', path: 'bin/link', target: 'one' },
]

describe('cpioArchive', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'xrbench-cpio-'))
    const unpacked = spawnSync(findBusybox(), ['cpio', '-i', '-d', '-m'], {
      cwd: folder,
      input: cpioArchive(ENTRIES),
    })
    expect(unpacked.status, String(unpacked.stderr)).toBe(0)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is unpacked by busybox to the same files', () => {
    expect(readFileSync(join(folder, 'bin/one'), 'utf8')).toBe('1')
    expect(readFileSync(join(folder, 'bin/empty'), 'utf8')).toBe('')
    expect(readFileSync(join(folder, 'bin/five'), 'utf8')).toBe('12345')
    expect(readlinkSync(join(folder, 'bin/link'))).toBe('one')
  })

  it('keeps modes', () => {
    expect(statSync(join(folder, 'bin/one')).mode & 0o777).toBe(0o755)
    expect(statSync(join(folder, 'bin/five')).mode & 0o777).toBe(0o644)
  })

  it('has every record at a multiple of four bytes, and a trailer', () => {
    const archive = cpioArchive(ENTRIES)
    expect(archive.length % 4).toBe(0)
    expect(archive.toString('latin1')).toMatch(/TRAILER!!!\0+$/)
  })

  it('depends on its entries only', () => {
    expect(cpioArchive(ENTRIES).equals(cpioArchive(ENTRIES))).toBe(true)
  })
})
