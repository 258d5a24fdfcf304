import { release } from 'node:os'
import { XrbenchError } from '../errors.js'
import { knownOfKvm } from './accelerator.js'
import { findBusybox } from './busybox.js'
import { cacheFolder } from './cache.js'
import { findProgram } from './find-program.js'
import { type Kernel, kernelBelow } from './kernel.js'
import { fetchedKernel } from './kernel-package.js'
import { findQemu, type Qemu } from './qemu.js'
import { findWirePrograms } from './wire.js'

/** One of the things a lab is made of. */
interface LabFact {
  name: 'qemu' | 'busybox' | 'iproute2' | 'kernel' | 'kvm'
  /** `missing`: no lab without it. `unknown`: it shows when a lab is started. */
  state: 'ok' | 'missing' | 'unknown'
  finding: string
  hint: string | null
}

/** What of a lab is there, without starting one or fetching anything; some tens of milliseconds. */
export function labFacts(): LabFact[] {
  const qemu = attempt('qemu', findQemu, ({ version, path }) => `QEMU ${version}, ${path}`)
  const kernel = kernelFact()
  return [
    qemu.fact,
    attempt('busybox', findBusybox, (path) => `${path}, static`).fact,
    attempt('iproute2', findWirePrograms, ({ ip }) => `${ip} and its like`).fact,
    kernel.fact,
    kvmFact(qemu.found, kernel.found, kernel.cache),
  ]
}

/** What is missing, with its hint; `null`: a lab can be started. */
export function missingForLab(): LabFact | null {
  return labFacts().find(({ state }) => state === 'missing') ?? null
}

function attempt<T>(
  name: LabFact['name'],
  find: () => T,
  describe: (found: T) => string,
): { found: T | null; fact: LabFact } {
  try {
    const found = find()
    return { found, fact: { name, state: 'ok', finding: describe(found), hint: null } }
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    const finding = error.message.replace(/^The lab cannot run here: /, '').replace(/\.$/, '')
    return { found: null, fact: { name, state: 'missing', finding, hint: error.hint ?? null } }
  }
}

interface KernelFact {
  found: Kernel | null
  cache: string
  fact: LabFact
}

function kernelFact(): KernelFact {
  const { found: cache, fact: noCache } = attempt('kernel', cacheFolder, (folder) => folder)
  if (cache === null) return { found: null, cache: '', fact: noCache }
  const own = kernelBelow('/', release())
  const found = 'unfit' in own ? fetchedKernel(cache) : own
  return { found, cache, fact: describeKernel(found, 'unfit' in own) }
}

function describeKernel(kernel: Kernel | null, isFetched: boolean): LabFact {
  const name = 'kernel'
  if (kernel !== null) {
    const where = isFetched ? 'in the cache' : 'this machine’s own'
    return { name, state: 'ok', finding: `${kernel.version}, ${where}`, hint: null }
  }
  if (findProgram('apt-get') === null || findProgram('dpkg-deb') === null) {
    const finding = 'there is none that the lab can use, and no apt-get to fetch one'
    return { name, state: 'missing', finding, hint: 'name one: --lab-kernel /boot/vmlinuz-VERSION' }
  }
  const finding = 'the first lab fetches the distribution’s (about 70 MB, once)'
  return { name, state: 'unknown', finding, hint: 'xrbench lab -- true   (fetches it now)' }
}

const KVM_WORDS = {
  'no-device': ['no /dev/kvm that this user may open: the lab’s CPU is emulated', 'ls -l /dev/kvm'],
  untried: ['/dev/kvm is there and was not tried: the first lab does', null],
  works: ['works', null],
  fails: [
    '/dev/kvm is there, but booted no kernel when it was tried: the lab’s CPU is emulated',
    null,
  ],
} as const

function kvmFact(qemu: Qemu | null, kernel: Kernel | null, cache: string): LabFact {
  const name = 'kvm'
  if (qemu === null || kernel === null) {
    return { name, state: 'unknown', finding: 'it is tried when there is a kernel', hint: null }
  }
  const known = knownOfKvm({ qemu, kernel, cache })
  const [finding, hint] = KVM_WORDS[known]
  return { name, state: known === 'works' ? 'ok' : 'unknown', finding, hint }
}
