import type { RunFlags } from './flags.js'

/** As `readRunFlags` reads one option; `undefined` where it was not given. */
export type ReadFlag = <T>(
  key: keyof RunFlags,
  parse: (text: string, label: string) => T,
) => T | undefined
