import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Addon, NativeFault } from '../addon/addon.js'
import { findProgram } from '../lab/find-program.js'
import { type Explanation, explainNewLink } from './explain-link.js'
import { findPort, type PortFound } from './port-search.js'
import { moduleHint } from './rxe-module.js'
import { softRoceReadiness } from './soft-roce-readiness.js'
import { recordFolder, writeRecord } from './soft-roce-record.js'
import { removeWithProcess } from './soft-roce-removal.js'

/** The port of a new device is active at once; its GIDs and its node in /dev follow. */
const READY_LIMIT_MS = 5_000
const POLL_MS = 20
const MODPROBE_LIMIT_MS = 10_000

interface SoftRoceDevice {
  found: PortFound
  release(): Promise<void>
}

export interface SoftRoceWish {
  /** The address it has to have; `null`: any. */
  source: string | null
  family: 4 | 6 | 0
  /** Why libibverbs shows no device before. */
  problem: NativeFault | null
}

/** Makes a SoftRoCE device that goes with this process, or says why not. */
export async function makeSoftRoce(
  addon: Addon,
  wish: SoftRoceWish,
): Promise<SoftRoceDevice | Explanation> {
  const readiness = softRoceReadiness(addon, wish.source, wish.family, wish.problem)
  if (!readiness.ready) return readiness
  const { netdev, address } = readiness.place
  const folder = recordFolder()
  if (folder === null)
    return { reason: 'no folder to remember it in', hint: 'export XDG_RUNTIME_DIR=/run/user/0' }
  if (readiness.needsModprobe) {
    const refusal = modprobe()
    if (refusal !== null) return refusal
  }
  const name = freeName()
  const release = removeWithProcess(addon.rdmaLink, {
    name,
    record: writeRecord(folder, name, netdev),
  })
  try {
    addon.rdmaLink.add(name, netdev)
  } catch (error) {
    await release()
    return explainNewLink((error as Error & NativeFault).errno, netdev)
  }
  const found = await whenReady(addon, name, address)
  if ('reason' in found) {
    await release()
    return found
  }
  return { found: { ...found, address, netdev }, release }
}

function freeName(): string {
  const name = `xrb${process.pid}`
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}_${i}`
    if (!existsSync(`/sys/class/infiniband/${candidate}`)) return candidate
  }
}

function modprobe(): Explanation | null {
  const program = findProgram('modprobe')
  if (program === null) return { reason: 'there is no modprobe', hint: 'sudo apt-get install kmod' }
  const { status, stderr } = spawnSync(program, ['rdma_rxe'], {
    encoding: 'utf8',
    timeout: MODPROBE_LIMIT_MS,
  })
  if (status === 0) return null
  const said = (stderr ?? '').trim().split('\n').at(-1) ?? ''
  return { reason: `modprobe rdma_rxe failed${said === '' ? '' : `: ${said}`}`, hint: moduleHint() }
}

/** Waits until the device is usable: active, with the GID for its address, and its node there. */
async function whenReady(
  addon: Addon,
  device: string,
  address: string,
): Promise<PortFound | Explanation> {
  const wish = { device, port: null, gidIndex: null, family: 0, source: address } as const
  const until = performance.now() + READY_LIMIT_MS
  for (;;) {
    const { ports, problem } = addon.rdmaDevices()
    const found = findPort(ports, wish)
    if (found !== null) return found
    if (performance.now() >= until) {
      const why = problem?.message ?? `it has no RoCE v2 GID for ${address}`
      return { reason: `${device} was made, but cannot be used: ${why}`, hint: 'xrbench doctor' }
    }
    await delay(POLL_MS)
  }
}
