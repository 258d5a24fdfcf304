import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { environmentError, type XrbenchError } from '../errors.js'
import { type Kernel, kernelBelow } from './kernel.js'

const run = promisify(execFile)
const DOWNLOAD_LIMIT_MS = 10 * 60_000

/** Meta packages that name the distribution's current kernel: Debian, Ubuntu. Their cloud flavours lack what the lab needs. */
const META_PACKAGES = ['linux-image-amd64', 'linux-image-generic']
/** Below lib/modules/VERSION/kernel. The rest of a kernel package is 350 MB of drivers for what a guest does not have. */
const KEPT =
  /^(arch|crypto|lib|net|fs\/(9p|fscache|netfs|overlayfs|configfs|fuse)|drivers\/(virtio|infiniband|char|net\/[^/]+\.ko.*))(\/|$)/

/** A kernel that was fetched before; the newest. */
export function fetchedKernel(cache: string): Kernel | null {
  const versions = readNames(join(cache, 'kernels'))
  versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  for (const version of versions) {
    const kernel = kernelBelow(join(cache, 'kernels', version), version)
    if (!('unfit' in kernel)) return kernel
  }
  return null
}

/**
 * Fetches the distribution's kernel package by `apt-get download`, which needs no rights, and unpacks it into the cache. Nothing is installed.
 * @throws {XrbenchError} `XRB_LAB_KERNEL` (exit 3); the reason of `signal` when that is aborted
 */
export async function fetchKernel(
  cache: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Kernel> {
  const version = await currentVersion(signal)
  mkdirSync(join(cache, 'kernels'), { recursive: true, mode: 0o700 })
  const work = mkdtempSync(join(cache, 'fetching-'))
  try {
    say(`lab: fetching kernel ${version} (about 70 MB, once)`)
    const names = await packagesOf(version, signal)
    await run('apt-get', ['download', '-q', ...names], {
      cwd: work,
      timeout: DOWNLOAD_LIMIT_MS,
      ...(signal && { signal }),
    })
    const unpacked = join(work, 'root')
    for (const file of readNames(work).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, file), unpacked], { ...(signal && { signal }) })
    }
    prune(unpacked, version)
    const found = kernelBelow(unpacked, version)
    if ('unfit' in found) throw new Error(found.unfit)
    const place = join(cache, 'kernels', version)
    try {
      renameSync(unpacked, place)
    } catch {
      // Somebody else was quicker.
    }
    const kernel = kernelBelow(place, version)
    if ('unfit' in kernel) throw new Error(kernel.unfit)
    return kernel
  } catch (error) {
    signal?.throwIfAborted()
    throw notFetched(error)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The version that the distribution's meta package depends on now. */
async function currentVersion(signal: AbortSignal | undefined): Promise<string> {
  for (const meta of META_PACKAGES) {
    const text = await aptCache(['depends', meta], signal)
    const version = /Depends: linux-image-(\d\S*)/.exec(text ?? '')?.[1]
    if (version !== undefined) return version
  }
  throw notFetched(new Error(`apt knows none of ${META_PACKAGES.join(', ')}`))
}

/** Ubuntu splits modules off into packages of their own. */
async function packagesOf(version: string, signal: AbortSignal | undefined): Promise<string[]> {
  const optional = [`linux-modules-${version}`, `linux-modules-extra-${version}`]
  const known = await Promise.all(
    optional.map(async (name) => ((await aptCache(['show', name], signal)) ? [name] : [])),
  )
  return [`linux-image-${version}`, ...known.flat()]
}

async function aptCache(args: string[], signal: AbortSignal | undefined): Promise<string | null> {
  try {
    const options = { maxBuffer: 1 << 24, env: { ...process.env, LC_ALL: 'C' } }
    const { stdout } = await run('apt-cache', args, { ...options, ...(signal && { signal }) })
    return stdout
  } catch {
    signal?.throwIfAborted()
    return null
  }
}

function prune(root: string, version: string): void {
  for (const name of readNames(join(root, 'boot'))) {
    if (!name.startsWith('vmlinuz-')) rmSync(join(root, 'boot', name))
  }
  for (const base of ['lib', 'usr/lib']) {
    const kernel = join(root, base, 'modules', version, 'kernel')
    const folders = readNames(kernel).flatMap((name) =>
      ['fs', 'drivers'].includes(name) ? below(kernel, name) : [name],
    )
    for (const folder of folders.flatMap((f) => (f === 'drivers/net' ? below(kernel, f) : [f]))) {
      if (!KEPT.test(folder)) rmSync(join(kernel, folder), { recursive: true })
    }
  }
  rmSync(join(root, 'usr/share'), { recursive: true, force: true })
}

function below(folder: string, name: string): string[] {
  return readNames(join(folder, name)).map((one) => `${name}/${one}`)
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function notFetched(error: unknown): XrbenchError {
  const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)
  return environmentError(
    'XRB_LAB_KERNEL',
    `No kernel could be fetched for the lab: ${reason}.`,
    'sudo apt-get update; or name one: --lab-kernel /boot/vmlinuz-VERSION',
  )
}
