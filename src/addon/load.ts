import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentError } from '../errors.js'
import type { Addon } from './addon.js'
import { loadSecure, type SecureAddon, type SecureTransport, withSecure } from './load-secure.js'
import type { PerfAddon } from './perf.js'

const require = createRequire(import.meta.url)
const packageRoot = fileURLToPath(new URL('../../', import.meta.url))

let loaded: Addon | undefined
const secure = new Map<SecureTransport, SecureAddon>()

/**
 * The native addon: the file named by XRBENCH_ADDON, else this checkout's build, else the binary
 * that came with the package. Loaded once per process.
 * @throws XrbenchError XRB_ADDON_MISSING (exit 3), naming every file tried and why it would not do.
 */
export function loadAddon(): Addon {
  loaded ??= withSecure(loadFirst(addonFiles(process.env)), loadSecureAddon)
  return loaded
}

/**
 * The addon file of TLS or QUIC, from the same folder.
 * @throws XrbenchError XRB_TRANSPORT_UNAVAILABLE (exit 3) where it or its libraries are missing
 */
export function loadSecureAddon(transport: SecureTransport): SecureAddon {
  const files = addonFiles(process.env)
  const addon =
    secure.get(transport) ??
    loadSecure(files.find((file) => existsSync(file)) ?? files[0] ?? '', transport)
  secure.set(transport, addon)
  return addon
}

/**
 * The perf protocol, which is in the addon file of QUIC.
 * @throws XrbenchError as {@link loadSecureAddon}
 */
export function loadPerfAddon(): PerfAddon {
  return loadSecureAddon('quic') as ReturnType<typeof loadSecureAddon> & PerfAddon
}

/**
 * Where this package and its libraries are read from, beside the folders of the system: what was compiled, and the addon files, through links too. Not
 * all of a checkout, where `xrbench keygen` may have put a key.
 */
export function addonFolders(environment: NodeJS.ProcessEnv): string[] {
  const addons = addonFiles(environment)
    .filter((file) => existsSync(file))
    .flatMap((file) => [dirname(file), dirname(realpathSync(file))])
  const libraries = environment.LD_LIBRARY_PATH?.split(':').filter((path) => path) ?? []
  return [`${packageRoot}dist`, `${packageRoot}package.json`, ...new Set(addons), ...libraries]
}

/** Where the addon is looked for, in order. A file named by hand is the only one considered. */
export function addonFiles(environment: NodeJS.ProcessEnv): string[] {
  const named = environment.XRBENCH_ADDON
  if (named !== undefined && named !== '') return [named]
  return [
    `${packageRoot}build/Release/xrbench.node`,
    `${packageRoot}prebuilds/${platformTag()}/xrbench.node`,
  ]
}

/** Loads the first file that exists. One that exists and will not load is an error, not a miss. */
export function loadFirst(files: readonly string[]): Addon {
  const found = files.find((file) => existsSync(file))
  if (found === undefined) {
    throw addonMissing(`the native addon was not found; tried ${files.join(', ')}`)
  }
  try {
    return require(found) as Addon
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw addonMissing(`the native addon ${found} cannot be loaded: ${reason}`)
  }
}

function addonMissing(sentence: string) {
  const isCheckout = existsSync(`${packageRoot}binding.gyp`)
  return environmentError(
    'XRB_ADDON_MISSING',
    sentence,
    isCheckout ? 'npm run setup' : 'npm install xrbench  (or build from a checkout: npm run setup)',
  )
}

/** The folder under prebuilds/ for this machine: `linux-x64`, `linux-arm64-musl`. */
export function platformTag(): string {
  return `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`
}

/** Which C library runs this process; asked of its own memory map, which costs well below 1 ms. */
function isMusl(): boolean {
  try {
    return readFileSync('/proc/self/maps', 'utf8').includes('/ld-musl-')
  } catch {
    return false
  }
}
