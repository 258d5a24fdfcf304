import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { EXIT_CODES } from '../errors.js'
import { addonFiles, addonFolders, loadAddon, loadFirst } from './load.js'

const folder = mkdtempSync(join(tmpdir(), 'xrbench-load-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file named by XRBENCH_ADDON is the only one considered', () => {
  expect(addonFiles({ XRBENCH_ADDON: '/some/where/xrbench.node' })).toEqual([
    '/some/where/xrbench.node',
  ])
})

test("without it, the checkout's build comes before the packaged binary", () => {
  const files = addonFiles({ XRBENCH_ADDON: '' })
  expect(files).toHaveLength(2)
  expect(files[0]).toMatch(/\/build\/Release\/xrbench\.node$/)
  expect(files[1]).toMatch(new RegExp(`/prebuilds/linux-${process.arch}(-musl)?/xrbench\\.node$`))
})

test('when there is none, the error names what was tried and the command that mends it', () => {
  const tried = [join(folder, 'a.node'), join(folder, 'b.node')]
  expect(() => loadFirst(tried)).toThrowError(
    expect.objectContaining({
      code: 'XRB_ADDON_MISSING',
      exitCode: EXIT_CODES.environment,
      hint: 'npm run setup',
      message: expect.stringContaining(tried.join(', ')),
    }),
  )
})

test('a file that is no addon is not passed over in silence', () => {
  const broken = join(folder, 'broken.node')
  writeFileSync(broken, 'not a shared object')
  expect(() => loadFirst([broken])).toThrowError(
    expect.objectContaining({
      code: 'XRB_ADDON_MISSING',
      message: expect.stringContaining(broken),
    }),
  )
})

test('a process that confines itself keeps to what was built, in which no key is', () => {
  const key = fileURLToPath(new URL('../../xrbench.key', import.meta.url))
  for (const environment of [{}, process.env]) {
    const folders = addonFolders(environment)
    expect(folders.length).toBeGreaterThan(2)
    for (const folder of folders) expect(relative(folder, key), folder).toMatch(/^\.\./)
  }
})

test('an addon that is a link is read where it is', () => {
  const real = join(realpathSync(folder), 'real')
  mkdirSync(real)
  writeFileSync(join(real, 'xrbench.node'), '')
  const link = join(folder, 'link.node')
  symlinkSync(join(real, 'xrbench.node'), link)
  const folders = addonFolders({ XRBENCH_ADDON: link, LD_LIBRARY_PATH: '/opt/a::/opt/b' })
  expect(folders).toEqual(expect.arrayContaining([folder, real, '/opt/a', '/opt/b']))
  expect(folders).not.toContain('')
})

test('the addon of this checkout loads, and loads once', () => {
  expect(loadAddon()).toBe(loadAddon())
})
