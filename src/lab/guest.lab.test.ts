import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findBusybox } from './busybox.js'
import { cacheFolder } from './cache.js'
import { cpioArchive } from './cpio.js'
import { Guest } from './guest.js'
import { chooseKernel } from './kernel-choice.js'
import { findQemu } from './qemu.js'
import { findWirePrograms } from './wire.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-guest-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A guest whose only program is this script. */
async function guestWith(script: string, bootLimitMs: number): Promise<Guest> {
  const kernel = await chooseKernel({ cache: cacheFolder(), say: () => {} })
  const initramfs = join(folder, 'initramfs.gz')
  const archive = cpioArchive([
    { kind: 'folder', path: 'bin' },
    { kind: 'folder', path: 'dev' },
    { kind: 'file', path: 'bin/busybox', content: readFileSync(findBusybox()), mode: 0o755 },
    { kind: 'file', path: 'init', content: Buffer.from(script), mode: 0o755 },
  ])
  writeFileSync(initramfs, gzipSync(archive))
  return new Guest({
    ...{ qemu: findQemu(), kernel: kernel.image, initramfs, accelerator: 'tcg' },
    ...{ guest: 1, guests: 1, labFolder: join(folder, 'guest1'), shares: [], wire: null },
    ...{ append: [], memoryMiB: 256, cpus: 1, netem: [], programs: findWirePrograms() },
    bootLimitMs,
  })
}

it('shows the last lines of a console that says no more', { timeout: 120_000 }, async () => {
  const guest = await guestWith(
    '#!/bin/busybox sh\necho "stuck here"\n/bin/busybox sleep 1000\n',
    15_000,
  )
  try {
    await expect(guest.up()).rejects.toMatchObject({
      code: 'XRB_LAB_BOOT',
      exitCode: 3,
      message: expect.stringMatching(/does not answer after 15 s\.\n(.*\n)* {2}stuck here$/),
    })
  } finally {
    await guest.close()
  }
})

it('tells at once when a guest ends', { timeout: 120_000 }, async () => {
  const script =
    '#!/bin/busybox sh\necho "no more"\n/bin/busybox poweroff -f\n/bin/busybox sleep 9\n'
  const guest = await guestWith(script, 100_000)
  try {
    await expect(guest.up()).rejects.toMatchObject({
      code: 'XRB_LAB_BOOT',
      message: expect.stringMatching(/has ended.*\n {2}no more/s),
    })
  } finally {
    await guest.close()
  }
})
