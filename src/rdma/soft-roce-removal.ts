import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { RdmaLink } from '../addon/addon.js'
import { eraseRecord, orphans } from './soft-roce-record.js'

/** Who still has the device open may need so long to end. */
const RELEASE_LIMIT_MS = 5_000
const POLL_MS = 20
/** In a process that is ending: its own children only end after it. */
const EXIT_LIMIT_MS = 1_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A device that is ours to remove. */
interface OwnDevice {
  name: string
  /** Path of its record. */
  record: string
}

/**
 * Sees to it that the device goes with this process: at its exit, and on a signal that nobody else handles. Gives the orderly way, which
 * is idempotent and never throws.
 */
export function removeWithProcess(link: RdmaLink, device: OwnDevice): () => Promise<void> {
  let isGone = false
  const removeNow = () => {
    if (isGone) return
    isGone = true
    removeOnce(link, device, EXIT_LIMIT_MS)
  }
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      // Whoever else listens decides when this process ends; `exit` comes then.
      if (process.listenerCount(signal) > 1) return
      removeNow()
      process.removeListener(signal, listener)
      process.kill(process.pid, signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  process.on('exit', removeNow)
  return async () => {
    if (!isGone) {
      isGone = true
      await removeInOrder(link, device)
    }
    process.removeListener('exit', removeNow)
    for (const { signal, listener } of listeners) process.removeListener(signal, listener)
  }
}

/** Removes what crashed runs left; the kernel's refusal leaves the record to the next start. */
export function removeOrphans(link: RdmaLink, folder: string): void {
  for (const { name, path } of orphans(folder)) {
    removeOnce(link, { name, record: path }, EXIT_LIMIT_MS)
  }
}

/** @returns whether the device is gone; where it is not yet, the kernel removes it as soon as nobody uses it */
function removeOnce(link: RdmaLink, device: OwnDevice, limitMs: number): boolean {
  try {
    if (link.remove(device.name, limitMs) === 'busy') return false
    eraseRecord(device.record)
    return true
  } catch {
    return false
  }
}

async function removeInOrder(link: RdmaLink, device: OwnDevice): Promise<void> {
  if (removeOnce(link, device, 10 * POLL_MS)) return
  const until = performance.now() + RELEASE_LIMIT_MS
  while (performance.now() < until) {
    if (!existsSync(`/sys/class/infiniband/${device.name}`)) {
      eraseRecord(device.record)
      return
    }
    await delay(POLL_MS)
  }
}
