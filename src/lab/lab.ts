import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { LAB } from '../options/lab.js'
import { type Acceleration, chooseAccelerator } from './accelerator.js'
import { cacheFolder } from './cache.js'
import { Guest } from './guest.js'
import { cachedInitramfs } from './initramfs.js'
import { chooseKernel } from './kernel-choice.js'
import { labKernelOptions } from './kernel-options.js'
import { plainKernel } from './plain-kernel.js'
import { findQemu } from './qemu.js'
import type { Share } from './qemu-command.js'
import { createRunFolder } from './run-folder.js'
import { findWirePrograms } from './wire.js'

export interface LabOptions {
  /** Two are joined by a virtual Ethernet wire. */
  guests: 1 | 2
  kernel?: string | undefined
  /** Of each guest, MiB. */
  memoryMiB?: number | undefined
  /** tc-netem(8) on the wire, at every guest. */
  netem?: readonly string[] | undefined
  /** Folders that guests can write; everything else they change is gone with them. */
  writable?: readonly string[] | undefined
  bootLimitMs?: number | undefined
  /** Gets a line for each step. */
  say: (line: string) => void
  /** Gets what the consoles show. */
  onConsole?: ((guest: number, text: string) => void) | undefined
  signal?: AbortSignal | undefined
  /** Called with each guest as it is up, before the others are. */
  onUp?: ((guest: Guest, number: number, acceleration: Acceleration) => void) | undefined
}

/** One guest, or two on a wire, up. */
export interface Lab extends Acceleration {
  guests: readonly Guest[]
  kernelVersion: string
  /** Leaves no QEMU and no file behind. Idempotent. */
  close(): Promise<void>
}

const DEFAULT_MEMORY_MIB = LAB.memoryMiB.default
const DEFAULT_BOOT_LIMIT_MS = LAB.bootTimeoutNs.default / 1e6

/**
 * Boots a lab. Needs no rights; nothing of this machine is changed.
 * @throws {XrbenchError} `XRB_LAB_MISSING`, `XRB_LAB_KERNEL`, `XRB_LAB_BOOT` (exit 3); the reason of `signal` when that is aborted
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { say, signal } = options
  signal?.throwIfAborted()
  const qemu = findQemu()
  const programs = findWirePrograms()
  const cache = cacheFolder()
  const kernel = await chooseKernel({ named: options.kernel, cache, say, signal })
  const initramfs = cachedInitramfs(kernel, cache)
  const accelerated = await chooseAccelerator({ qemu, kernel, initramfs, cache, say, signal })
  const image = accelerated.accelerator === 'tcg' ? plainKernel(kernel, cache) : kernel.image
  const startedMs = performance.now()
  say(
    `lab: booting ${options.guests === 1 ? 'a guest' : 'two guests'}, kernel ${kernel.version}, ${speedOf(accelerated)}`,
  )

  const folder = createRunFolder()
  const killAll = () => {
    for (const guest of guests) guest.kill()
    folder.remove()
  }
  process.once('exit', killAll)
  const guests: Guest[] = []
  const close = async () => {
    await Promise.all(guests.map((guest) => guest.close()))
    process.removeListener('exit', killAll)
    folder.remove()
  }
  try {
    for (let guest = 1; guest <= options.guests; guest++) {
      guests.push(
        new Guest({
          ...accelerated,
          qemu,
          kernel: image,
          initramfs,
          append: labKernelOptions(options.guests, options.netem ?? []),
          memoryMiB: options.memoryMiB ?? DEFAULT_MEMORY_MIB,
          // Both ends in one guest need a processor each; a second one for each of two guests is not there.
          cpus: options.guests === 1 ? 2 : cpusOfTwo(),
          guest,
          guests: options.guests,
          labFolder: join(folder.path, `guest${guest}`),
          shares: (options.writable ?? []).map(shareOf),
          wire: options.guests === 1 ? null : wireOf(folder.path, guest),
          netem: options.netem ?? [],
          programs,
          bootLimitMs: options.bootLimitMs ?? DEFAULT_BOOT_LIMIT_MS,
          onConsole: (text) => options.onConsole?.(guest, text),
        }),
      )
    }
    await Promise.all(
      guests.map(async (guest, index) => {
        await guest.up(signal)
        options.onUp?.(guest, index + 1, accelerated)
      }),
    )
  } catch (error) {
    await close()
    throw error
  }
  say(`lab: up after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  return { ...accelerated, guests, kernelVersion: kernel.version, close }
}

function speedOf({ accelerator, reason }: Acceleration): string {
  return accelerator === 'kvm' ? 'KVM' : `emulated CPU (${reason})`
}

function cpusOfTwo(): number {
  return availableParallelism() >= 4 ? 2 : 1
}

function wireOf(folder: string, guest: number): { local: string; remote: string } {
  return { local: join(folder, `wire${guest}`), remote: join(folder, `wire${3 - guest}`) }
}

function shareOf(folder: string, index: number): Share {
  return { tag: `share${index}`, folder }
}
