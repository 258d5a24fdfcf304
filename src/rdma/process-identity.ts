import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readSystemText, SYSTEM_ROOT } from './system-file.js'

/** A process for certain: numbers of processes are used again, and mean something else in another namespace and after another boot. */
export interface ProcessIdentity {
  pid: number
  /** Clock ticks after boot, field 22 of proc_pid_stat(5). */
  startTicks: string
  bootId: string
  pidNamespace: string
}

/** Of a process that runs; `null` when it does not. */
export function identityOf(pid: number, root = SYSTEM_ROOT): ProcessIdentity | null {
  const stat = readSystemText(join(root, 'proc', String(pid), 'stat'))
  // The name of the program, in brackets, may have blanks and brackets of its own.
  const startTicks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  if (startTicks === undefined) return null
  return { pid, startTicks, bootId: bootId(root), pidNamespace: pidNamespace(root) }
}

/** `gone` for certain, `alive` for certain, or `elsewhere`: of another namespace, whose processes cannot be seen from here. */
export function fateOf(
  identity: ProcessIdentity,
  root = SYSTEM_ROOT,
): 'gone' | 'alive' | 'elsewhere' {
  if (identity.bootId !== bootId(root)) return 'gone'
  if (identity.pidNamespace !== pidNamespace(root)) return 'elsewhere'
  return identityOf(identity.pid, root)?.startTicks === identity.startTicks ? 'alive' : 'gone'
}

function bootId(root: string): string {
  return readSystemText(join(root, 'proc/sys/kernel/random/boot_id')) ?? ''
}

function pidNamespace(root: string): string {
  try {
    return readlinkSync(join(root, 'proc/self/ns/pid'))
  } catch {
    return ''
  }
}
