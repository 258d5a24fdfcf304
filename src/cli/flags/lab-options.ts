import { realpathSync, statSync } from 'node:fs'
import { usageError } from '../../errors.js'
import type { LabOptions } from '../../lab/lab.js'
import { parseNetem } from '../../lab/wire.js'
import { LAB } from '../../options/lab.js'
import { parseWhole } from '../../units.js'
import { readGroup } from './group.js'

/** What `xrbench lab` and `xrbench run --lab` have in common, as text. */
interface LabFlagTexts {
  guests?: string | undefined
  netem?: string | undefined
  labKernel?: string | undefined
  memory?: string | undefined
  bootTimeout?: string | undefined
}

/** @throws {XrbenchError} exit 2 */
export function readLabOptions<Key extends string>(
  flags: LabFlagTexts,
  label: (key: keyof LabFlagTexts | Key) => string,
  defaultGuests: 1 | 2,
): Pick<LabOptions, 'guests' | 'netem' | 'kernel' | 'memoryMiB' | 'bootLimitMs'> {
  const { guests } = flags
  const { netem, kernel, memoryMiB, bootTimeoutNs } = readGroup(LAB, { ...flags }, (attribute) =>
    label(attribute as keyof LabFlagTexts),
  )
  return {
    guests:
      guests === undefined ? defaultGuests : (parseWhole(guests, label('guests'), 1, 2) as 1 | 2),
    netem: netem == null ? [] : parseNetem(netem, label('netem')),
    kernel: kernel ?? undefined,
    memoryMiB,
    bootLimitMs: bootTimeoutNs === undefined ? undefined : bootTimeoutNs / 1e6,
  }
}

/** Folders as the guest will find them. @throws {XrbenchError} `XRB_USAGE` (exit 2) for one that is none */
export function readFolders(folders: readonly string[], label: string): string[] {
  return folders.map((folder) => {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(folder)
    throw usageError('XRB_USAGE', `${label}: ${folder} is not a folder.`, `mkdir -p ${folder}`)
  })
}
