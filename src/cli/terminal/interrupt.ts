import { EXIT_CODES, type ExitCode } from '../../errors.js'

/** Signals that end a run in good order; a closed terminal counts as a request to end. */
const EXITS = {
  SIGINT: EXIT_CODES.interrupted,
  SIGTERM: EXIT_CODES.terminated,
  SIGHUP: EXIT_CODES.terminated,
} as const

export interface Interrupts {
  /** Aborts on the first signal. */
  readonly signal: AbortSignal
  /** Exit code the first signal asks for; `null` as long as none came. */
  exitCode(): ExitCode | null
  /** Gives the signals back to their default. */
  dispose(): void
}

/** The first signal aborts `signal`, so that what was measured can be kept; a second one leaves at once. */
export function watchInterrupts(onFirst: (name: string) => void): Interrupts {
  const controller = new AbortController()
  let exitCode: ExitCode | null = null
  const listeners = Object.entries(EXITS).map(([name, code]) => {
    const listener = (): void => {
      if (exitCode !== null) process.exit(code)
      exitCode = code
      onFirst(name)
      controller.abort()
    }
    process.on(name, listener)
    return { name, listener }
  })
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose: () => {
      for (const { name, listener } of listeners) process.removeListener(name, listener)
    },
  }
}
