import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKey, loadKey, parseKey } from './key.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-key-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(text: string, mode: number): string {
  const path = join(folder, 'key')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

describe('loadKey', () => {
  it('reads 64 hexadecimal digits and ignores white space around them', async () => {
    const key = createKey()
    expect(await loadKey(write(` ${key.toString('hex')}\n`, 0o600))).toEqual(key)
  })

  it.each([0o640, 0o604, 0o666])(
    'refuses mode %o, with the command that mends it',
    async (mode) => {
      const path = write(createKey().toString('hex'), mode)
      await expect(loadKey(path)).rejects.toMatchObject({
        code: 'XRB_KEY_FILE',
        exitCode: 3,
        hint: `chmod 600 ${path}`,
      })
    },
  )

  it('takes what the service manager gave to this service alone, whatever its mode says of the group', async () => {
    const key = createKey()
    const path = write(key.toString('hex'), 0o440)
    vi.stubEnv('CREDENTIALS_DIRECTORY', folder)
    expect(await loadKey(path)).toEqual(key)
    chmodSync(path, 0o444)
    await expect(loadKey(path)).rejects.toMatchObject({ code: 'XRB_KEY_FILE' })
    vi.stubEnv('CREDENTIALS_DIRECTORY', '/run/credentials/another.service')
    chmodSync(path, 0o440)
    await expect(loadKey(path)).rejects.toMatchObject({ code: 'XRB_KEY_FILE' })
    vi.unstubAllEnvs()
  })

  it('says that a file is missing', async () => {
    const missing = loadKey(join(folder, 'none'))
    await expect(missing).rejects.toMatchObject({ code: 'XRB_KEY_FILE', exitCode: 3 })
    await expect(missing).rejects.toThrow(/does not exist/)
  })

  it('takes no device and no folder for a file, whatever they would give', async () => {
    for (const path of ['/dev/zero', folder]) {
      const refused = loadKey(path)
      await expect(refused).rejects.toMatchObject({ code: 'XRB_KEY_FILE', exitCode: 3 })
      await expect(refused).rejects.toThrow(/is a (device|folder), not a file/)
    }
  })

  it.each(['', 'abc', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 'a'.repeat(100_000)])(
    'refuses a file without a key, and never shows what is in it',
    async (text) => {
      const refused = loadKey(write(text, 0o600))
      await expect(refused).rejects.toMatchObject({ code: 'XRB_KEY', exitCode: 2 })
      if (text !== '') await expect(refused).rejects.not.toThrow(text)
    },
  )
})

describe('parseKey', () => {
  it('takes either case', () => {
    expect(parseKey('AB'.repeat(32), 'x')).toEqual(parseKey('ab'.repeat(32), 'x'))
  })
})
