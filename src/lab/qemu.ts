import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Socket } from 'node:net'
import { findProgram } from './find-program.js'
import { INHERITED_FDS } from './qemu-command.js'
import { labLacks } from './requirements.js'

/** `-netdev dgram`, the wire, came with it. */
const OLDEST = [7, 2] as const

export interface Qemu {
  path: string
  version: string
}

/** @throws {XrbenchError} `XRB_LAB_MISSING` (exit 3) when there is no QEMU, an older one, or this is not an x86-64 machine */
export function findQemu(): Qemu {
  if (process.arch !== 'x64') throw labLacks(`it needs an x86-64 machine, this is ${process.arch}`)
  const path = findProgram('qemu-system-x86_64')
  if (path === null) throw labLacks('there is no qemu-system-x86_64')
  const text = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''
  const version = /version (\d+\.\d+\S*)/.exec(text)?.[1]
  if (version === undefined) throw labLacks(`${path} does not tell its version`)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { path, version }
  throw labLacks(`QEMU ${version} is older than ${OLDEST.join('.')}`)
}

/** A running QEMU and our ends of the sockets it was given. */
export interface QemuProcess {
  child: ChildProcess
  /** Our end of descriptor `fd` of QEMU. */
  socket(fd: number): Socket
}

/**
 * Starts QEMU so that it does not outlive this process, however that ends: the kernel kills it when its parent is gone, where
 * setpriv (util-linux) can ask for that; and a guest whose control port closes powers off.
 */
export function spawnQemu(qemu: Qemu, args: readonly string[]): QemuProcess {
  const setpriv = findProgram('setpriv')
  const argv = [qemu.path, ...args]
  const [command = '', ...rest] =
    setpriv === null ? argv : [setpriv, '--pdeathsig', 'KILL', '--', ...argv]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'ignore', 'pipe', ...Array<'pipe'>(INHERITED_FDS).fill('pipe')],
    // Ctrl-C is for the lab, which then ends its guests in order.
    detached: true,
  })
  const socket = (fd: number) => child.stdio[fd] as unknown as Socket
  for (let fd = 3; fd < 3 + INHERITED_FDS; fd++) socket(fd)?.on('error', () => {})
  return { child, socket }
}
