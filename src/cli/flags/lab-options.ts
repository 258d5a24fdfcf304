import { realpathSync, statSync } from 'node:fs'
import { usageError } from '../../errors.js'
import type { LabOptions } from '../../lab/lab.js'
import { MAX_BOOT_NS, MAX_GUEST_MIB, MIN_GUEST_MIB } from '../../lab/limits.js'
import { parseNetem } from '../../lab/wire.js'
import { parseDuration, parseSize, parseWhole } from '../../units.js'

/** What `xrbench lab` and `xrbench run --lab` have in common, as text. */
export interface LabFlagTexts {
  guests?: string | undefined
  netem?: string | undefined
  labKernel?: string | undefined
  memory?: string | undefined
  bootTimeout?: string | undefined
}

const MIB = 1024 * 1024

/** @throws {XrbenchError} exit 2 */
export function readLabOptions<Key extends string>(
  flags: LabFlagTexts,
  label: (key: keyof LabFlagTexts | Key) => string,
  defaultGuests: 1 | 2,
): Pick<LabOptions, 'guests' | 'netem' | 'kernel' | 'memoryMiB' | 'bootLimitMs'> {
  const { guests, netem, labKernel, memory, bootTimeout } = flags
  return {
    guests:
      guests === undefined ? defaultGuests : (parseWhole(guests, label('guests'), 1, 2) as 1 | 2),
    netem: netem === undefined ? [] : parseNetem(netem, label('netem')),
    kernel: labKernel,
    memoryMiB: memory === undefined ? undefined : readMemory(memory, label('memory')),
    bootLimitMs:
      bootTimeout === undefined ? undefined : readLimit(bootTimeout, label('bootTimeout')),
  }
}

function readMemory(text: string, label: string): number {
  const mebibytes = Math.floor(parseSize(text, label) / MIB)
  if (mebibytes >= MIN_GUEST_MIB && mebibytes <= MAX_GUEST_MIB) return mebibytes
  throw usageError('XRB_BAD_SIZE', `${label}: a guest has 256 MiB to 64 GiB.`, `${label} 1GiB`)
}

function readLimit(text: string, label: string): number {
  const ns = parseDuration(text, label)
  if (ns > 0 && ns <= MAX_BOOT_NS) return ns / 1e6
  throw usageError('XRB_BAD_DURATION', `${label}: '${text}' is outside 1ns to 1h.`, `${label} 60s`)
}

/** Folders as the guest will find them. @throws {XrbenchError} `XRB_USAGE` (exit 2) for one that is none */
export function readFolders(folders: readonly string[], label: string): string[] {
  return folders.map((folder) => {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(folder)
    throw usageError('XRB_USAGE', `${label}: ${folder} is not a folder.`, `mkdir -p ${folder}`)
  })
}
