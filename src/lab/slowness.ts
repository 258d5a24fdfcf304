import type { Accelerator } from './qemu-command.js'

/** Emulation is some ten times slower, and guests share what CPUs there are with their host, which may be busy with other things. */
const EMULATED_SLOWNESS = 15

/** The variable by which an xrbench in a guest knows to wait longer for its peer and its own processes. */
export function slowness(accelerator: Accelerator): NodeJS.ProcessEnv {
  return accelerator === 'tcg' ? { XRBENCH_SLOWNESS: String(EMULATED_SLOWNESS) } : {}
}
