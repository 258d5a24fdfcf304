import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheFolder } from './cache.js'
import { chooseKernel } from './kernel-choice.js'
import { dependenciesOf, moduleName, readModule } from './module-file.js'
import { indexModules, missingModules, modulesToLoad } from './modules.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-modules-'))
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const module = (depends: string) => `\x7fELF\0license=GPL\0depends=${depends}\0name=x\0`
  const packed = spawnSync('xz', ['--check=crc32', '-c'], { input: module('base') }).stdout
  put('kernel/net/top.ko', module('left,right-hand'))
  put('kernel/net/left.ko', module('base,inside'))
  put('kernel/net/right-hand.ko.xz', packed)
  put('kernel/lib/base.ko', module(''))
  put('modules.builtin', 'kernel/lib/inside.ko\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('modulesToLoad', () => {
  it('has each module once, after what it needs, without what is built in', () => {
    const modules = modulesToLoad(indexModules(folder), ['top', 'base', 'inside'])
    expect(modules.map(({ name }) => name)).toEqual(['base', 'left', 'right_hand', 'top'])
  })

  it('unpacks compressed modules', () => {
    const content = readModule(join(folder, 'kernel/net/right-hand.ko.xz'))
    expect(dependenciesOf(content)).toEqual(['base'])
  })

  it('names what a kernel lacks', () => {
    expect(missingModules(indexModules(folder))).toContain('rdma_rxe')
  })

  it('loads crc32 and all of verbs before SoftRoCE, on the kernel that the lab takes', async () => {
    const kernel = await chooseKernel({ cache: cacheFolder(), say: () => {} })
    const names = modulesToLoad(kernel.modules()).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.indexOf('rdma_rxe')).toBeGreaterThan(names.indexOf('ib_core'))
    if (names.includes('crc32_generic')) {
      expect(names.indexOf('rdma_rxe')).toBeGreaterThan(names.indexOf('crc32_generic'))
    }
  })
})

describe('moduleName', () => {
  it.each([
    ['kernel/fs/9p/9p.ko', '9p'],
    ['crc32c-intel.ko.xz', 'crc32c_intel'],
    ['/a/b/virtio_net.ko.zst', 'virtio_net'],
  ])('%s', (path, name) => expect(moduleName(path)).toBe(name))
})
