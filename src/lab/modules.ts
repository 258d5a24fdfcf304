import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dependenciesOf, moduleName, readModule } from './module-file.js'
import { withoutSignature } from './module-signature.js'

/** A module that the guest loads. */
export interface GuestModule {
  name: string
  content: Buffer
}

/** What a guest cannot do without, in the order in which it is loaded. */
export const REQUIRED_MODULES: readonly string[] = [
  'virtio_pci',
  '9pnet_virtio',
  '9p',
  'overlay',
  'virtio_console',
  'virtio_net',
  'veth',
  'sch_netem',
  'ib_uverbs',
  'rdma_ucm',
  'rdma_rxe',
]

/** Loaded where the kernel has it as a module. */
export const OPTIONAL_MODULES: readonly string[] = [
  // Older kernels: rxe asks the crypto API for it by name, so no list of dependencies has it.
  'crc32_generic',
  'tcp_bbr',
  // kTLS, and what its ciphers are made of: the kernel would have them loaded by a program that a guest has not.
  'tls',
  'ctr',
  'gcm',
  'ghash_generic',
  'aesni_intel',
]

/** All modules of a kernel by name: path, or `null` for what is built in. */
export type ModuleIndex = ReadonlyMap<string, string | null>

/** Reads `lib/modules/VERSION`; it may lack what depmod makes, as a package that was only unpacked does. */
export function indexModules(folder: string): ModuleIndex {
  const index = new Map<string, string | null>()
  const builtin = join(folder, 'modules.builtin')
  if (existsSync(builtin)) {
    for (const line of readFileSync(builtin, 'utf8').split('\n')) {
      if (line !== '') index.set(moduleName(line), null)
    }
  }
  const files = readdirSync(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' })
  for (const file of files) {
    if (/\.ko(\.xz|\.zst)?$/.test(file)) index.set(moduleName(file), join(folder, 'kernel', file))
  }
  return index
}

/** What of the required a kernel does not have. */
export function missingModules(index: ModuleIndex): string[] {
  return REQUIRED_MODULES.filter((name) => !index.has(moduleName(name)))
}

/** The modules to load and what they need, each after all that it needs. What is built in is left out. */
export function modulesToLoad(
  index: ModuleIndex,
  names: readonly string[] = [...OPTIONAL_MODULES, ...REQUIRED_MODULES],
): GuestModule[] {
  const loaded = new Map<string, GuestModule>()
  const visit = (name: string) => {
    const path = index.get(name)
    if (path === undefined || path === null || loaded.has(name)) return
    const content = readModule(path)
    for (const needed of dependenciesOf(content)) visit(needed)
    loaded.set(name, { name, content: withoutSignature(content) })
  }
  for (const name of names) visit(moduleName(name))
  return [...loaded.values()]
}
