import { existsSync, readFileSync } from 'node:fs'
import { labLacks } from './requirements.js'

/** Where Debian, Ubuntu and others put it. */
const PLACES = [
  '/bin/busybox',
  '/usr/bin/busybox',
  '/bin/busybox.static',
  '/usr/bin/busybox.static',
]

/**
 * A busybox that needs no library, as an initramfs has none.
 * @throws {XrbenchError} `XRB_LAB_MISSING` (exit 3)
 */
export function findBusybox(): string {
  const found = PLACES.filter((path) => existsSync(path))
  const fit = found.find((path) => isStatic(readFileSync(path)))
  if (fit !== undefined) return fit
  const [other] = found
  throw labLacks(
    other === undefined ? 'there is no busybox' : `${other} is not linked statically`,
    ['busybox-static'],
  )
}

const PT_INTERP = 3

/** Whether a 64-bit little-endian ELF program names no loader: no PT_INTERP among its headers (elf(5)). */
function isStatic(elf: Buffer): boolean {
  if (elf.length < 64 || elf.toString('latin1', 0, 4) !== '\x7fELF' || elf[4] !== 2) return false
  const offset = Number(elf.readBigUInt64LE(32))
  const sizeBytes = elf.readUInt16LE(54)
  const count = elf.readUInt16LE(56)
  for (let i = 0; i < count; i++) {
    const at = offset + i * sizeBytes
    if (at + 4 > elf.length) return false
    if (elf.readUInt32LE(at) === PT_INTERP) return false
  }
  return true
}
