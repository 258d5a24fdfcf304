import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeCached } from './cache.js'
import { findProgram } from './find-program.js'
import type { Kernel } from './kernel.js'

const MAX_KERNEL_BYTES = 512 * 1024 * 1024
const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])

/**
 * The kernel as it is in memory, taken out of its compressed image: unpacking it takes an emulated CPU seconds, and QEMU starts it
 * as well (PVH). The image itself where that cannot be.
 */
export function plainKernel(kernel: Kernel, cache: string): string {
  const path = join(
    cache,
    `${basename(kernel.image).replace('vmlinuz', 'vmlinux')}-${kernel.identity}`,
  )
  if (existsSync(path)) return path
  const unpacked = unpack(readFileSync(kernel.image))
  if (unpacked === null || !hasPvhEntry(unpacked)) return kernel.image
  writeCached(path, unpacked)
  return path
}

/** The ELF file within a bzImage (Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length); `null` if not packed by xz. */
export function unpack(image: Buffer): Buffer | null {
  if (image.toString('latin1', 0x202, 0x206) !== 'HdrS') return null
  const setupSectors = image[0x1f1] || 4
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248)
  // The last four bytes are the unpacked size, no part of the stream.
  const payload = image.subarray(start, start + image.readUInt32LE(0x24c) - 4)
  if (!payload.subarray(0, XZ_MAGIC.length).equals(XZ_MAGIC)) return null
  // That of busybox does not know the filter for x86 code.
  const xz = findProgram('xz')
  if (xz === null) return null
  const run = spawnSync(xz, ['-dc'], { input: payload, maxBuffer: MAX_KERNEL_BYTES })
  return run.status === 0 ? run.stdout : null
}

/** Whether a note of Xen names the 32-bit entry point by which QEMU starts it (XEN_ELFNOTE_PHYS32_ENTRY, 18). */
function hasPvhEntry(elf: Buffer): boolean {
  for (let at = elf.indexOf('Xen\0'); at >= 12; at = elf.indexOf('Xen\0', at + 1)) {
    if (elf.readUInt32LE(at - 12) === 4 && elf.readUInt32LE(at - 4) === 18) return true
  }
  return false
}
