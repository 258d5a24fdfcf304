import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeCached } from './cache.js'
import { ConsoleLog } from './console-log.js'
import { PROBE_ANSWER, PROBE_OPTION } from './init-script.js'
import type { Kernel } from './kernel.js'
import { type Qemu, spawnQemu } from './qemu.js'
import { type Accelerator, CONSOLE_FD, machineArguments } from './qemu-command.js'

/** A stock kernel is up in one or two seconds where KVM works; where it does not, it may hang for ever. */
const PROBE_LIMIT_MS = 8_000

/** How instructions of the guest are run, and why. */
export interface Acceleration {
  accelerator: Accelerator
  reason: string
}

interface ProbeOptions {
  qemu: Qemu
  kernel: Kernel
  initramfs: string
  cache: string
  say: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * KVM where it can be opened and boots this very kernel within a few seconds, else emulation (TCG). That a device exists tells nothing:
 * nested and paravirtual hosts have one that hangs. The answer is kept in the cache, for this machine, QEMU and kernel.
 */
export async function chooseAccelerator(options: ProbeOptions): Promise<Acceleration> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
  } catch {
    return { accelerator: 'tcg', reason: 'no /dev/kvm that this user may open' }
  }
  const path = join(options.cache, `kvm-${fingerprint(options)}`)
  const works = readAnswer(path) ?? (await probe(options, path))
  return works
    ? { accelerator: 'kvm', reason: 'KVM' }
    : { accelerator: 'tcg', reason: '/dev/kvm is there, but boots no kernel' }
}

/** What is known of KVM for this QEMU and kernel without trying it: `no-device`, `untried`, or the cached answer. */
export function knownOfKvm(
  options: Pick<ProbeOptions, 'qemu' | 'kernel' | 'cache'>,
): 'no-device' | 'untried' | 'works' | 'fails' {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
  } catch {
    return 'no-device'
  }
  const works = readAnswer(join(options.cache, `kvm-${fingerprint(options)}`))
  return works === null ? 'untried' : works ? 'works' : 'fails'
}

/** What an answer holds for. */
function fingerprint({ qemu, kernel }: Pick<ProbeOptions, 'qemu' | 'kernel'>): string {
  const facts = [qemu.version, kernel.version, release(), cpus()[0]?.model ?? '']
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
}

function readAnswer(path: string): boolean | null {
  try {
    const answer = readFileSync(path, 'utf8').trim()
    return answer === 'works' ? true : answer === 'fails' ? false : null
  } catch {
    return null
  }
}

async function probe(options: ProbeOptions, path: string): Promise<boolean> {
  options.say('lab: trying KVM (once, a few seconds)')
  const works = await boots(options)
  options.signal?.throwIfAborted()
  writeCached(path, works ? 'works\n' : 'fails\n')
  return works
}

/** Whether the kernel reaches user space in time. */
async function boots({ qemu, kernel, initramfs, signal }: ProbeOptions): Promise<boolean> {
  const { child, socket } = spawnQemu(
    qemu,
    machineArguments({
      accelerator: 'kvm',
      kernel: kernel.image,
      initramfs,
      append: [PROBE_OPTION],
      memoryMiB: 256,
      cpus: 1,
    }),
  )
  const log = new ConsoleLog()
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', () => resolve(false))
    child.stderr?.resume()
    socket(CONSOLE_FD).setEncoding('utf8')
    socket(CONSOLE_FD).on('data', (text: string) => {
      log.push(text)
      if (log.last(10).some((line) => line.includes(PROBE_ANSWER))) resolve(true)
    })
  })
  const limit = new AbortController()
  const late = delay(PROBE_LIMIT_MS, false, {
    signal: signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
  }).catch(() => false)
  try {
    return await Promise.race([ended, late])
  } finally {
    limit.abort()
    child.kill('SIGKILL')
  }
}
