import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { readSystemText, SYSTEM_ROOT } from './system-file.js'

/** Where this kernel has rdma_rxe; `unknown` where its modules cannot be seen, as in a container. */
export type RxeModule = 'loaded' | 'loadable' | 'none' | 'unknown'

/** Looks in /sys/module and in what depmod(8) wrote for the kernel that runs. */
export function findRxeModule(root = SYSTEM_ROOT, version = release()): RxeModule {
  if (existsSync(join(root, 'sys/module/rdma_rxe'))) return 'loaded'
  const folder = join(root, 'lib/modules', version)
  if (!existsSync(folder)) return 'unknown'
  const listed = ['modules.builtin', 'modules.dep'].some((name) =>
    /(^|\/)rdma_rxe\.ko/m.test(readSystemText(join(folder, name)) ?? ''),
  )
  return listed ? 'loadable' : 'none'
}

/** How to come by a kernel with rdma_rxe on this distribution, os-release(5). */
export function moduleHint(root = SYSTEM_ROOT): string {
  const text = readSystemText(join(root, 'etc/os-release')) ?? ''
  const ids = [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].map(([, id]) => id).join(' ')
  if (/\bubuntu\b/.test(ids))
    return 'sudo apt-get install linux-modules-extra-$(uname -r) && sudo modprobe rdma_rxe'
  if (/\bdebian\b/.test(ids))
    return 'sudo apt-get install linux-image-amd64, and boot that kernel (the cloud flavours have no rdma_rxe)'
  if (/\b(fedora|rhel|centos)\b/.test(ids))
    return 'sudo dnf install kernel-modules-extra && sudo modprobe rdma_rxe'
  return 'boot a kernel that has the module rdma_rxe (CONFIG_RDMA_RXE)'
}
