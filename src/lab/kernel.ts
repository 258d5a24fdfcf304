import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { indexModules, type ModuleIndex, missingModules } from './modules.js'

/** A kernel that a guest can boot. */
export interface Kernel {
  /** As `uname -r` says it. */
  version: string
  /** Path of the image. */
  image: string
  /** Changes when the files do. */
  identity: string
  modules(): ModuleIndex
}

/** Why a kernel cannot be used, in words. */
interface Unfit {
  unfit: string
}

/**
 * A kernel from `boot/vmlinuz-VERSION` and `lib/modules/VERSION` below `root`: `/` itself, or where a package was unpacked.
 * Without a version, the newest there is.
 */
export function kernelBelow(root: string, version?: string): Kernel | Unfit {
  const wanted = version ?? newestVersion(join(root, 'boot'))
  if (wanted === undefined) return { unfit: `${join(root, 'boot')} has no vmlinuz-VERSION` }
  return kernelFrom(join(root, 'boot', `vmlinuz-${wanted}`), wanted, modulesBelow(root, wanted))
}

/** What `--lab-kernel` names: a folder as above, or an image `vmlinuz-VERSION` in its `boot`. */
export function kernelAt(path: string): Kernel | Unfit {
  try {
    if (statSync(path).isDirectory()) return kernelBelow(path)
  } catch {
    return { unfit: `${path} does not exist` }
  }
  const version = /^vmlinuz-(.+)$/.exec(basename(path))?.[1]
  if (version === undefined) return { unfit: `${path} is not named vmlinuz-VERSION` }
  return kernelFrom(path, version, modulesBelow(dirname(dirname(path)), version))
}

function kernelFrom(image: string, version: string, modulesFolder: string): Kernel | Unfit {
  try {
    accessSync(image, constants.R_OK)
  } catch {
    return { unfit: `${image} cannot be read` }
  }
  let index: ModuleIndex
  try {
    index = indexModules(modulesFolder)
  } catch {
    return { unfit: `${modulesFolder} has no modules` }
  }
  const missing = missingModules(index)
  if (missing.length > 0) return { unfit: `kernel ${version} lacks ${missing.join(', ')}` }
  const { size, mtimeMs } = statSync(image)
  return { version, image, identity: `${size}-${mtimeMs}`, modules: () => index }
}

/** `lib` is a link to `usr/lib` where the system is merged, and newer packages use that directly. */
function modulesBelow(root: string, version: string): string {
  const [first = '', second = ''] = ['usr/lib/modules', 'lib/modules'].map((folder) =>
    join(root, folder, version),
  )
  return isFolder(join(first, 'kernel')) ? first : second
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function newestVersion(boot: string): string | undefined {
  let names: string[]
  try {
    names = readdirSync(boot)
  } catch {
    return undefined
  }
  const versions = names.flatMap((name) => /^vmlinuz-(.+)$/.exec(name)?.[1] ?? [])
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}
