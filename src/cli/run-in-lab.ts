import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { OwnRdmaPort } from '../addon/addon.js'
import { EXIT_CODES, type ExitCode, XrbenchError } from '../errors.js'
import { runInLab } from '../place/lab.js'
import type { RunFlags } from './commands/run.js'
import { watchInterrupts } from './interrupt.js'
import { OWN_KEYS } from './lab-flags.js'
import { readLabOptions } from './lab-options.js'
import { note, wantsColor, widthOf } from './output.js'
import type { FlagOrigin } from './run-request.js'

/** The run in the guest has so long to keep what it measured. */
const STOP_GRACE_MS = 30_000

/** Runs this command line in the lab, and gives its exit code. `output`: where the result goes; `null`: nowhere. */
export async function measureInLab(
  flags: RunFlags,
  origin: FlagOrigin,
  family: 4 | 6,
  rdmaPort: OwnRdmaPort,
  output: string | null,
): Promise<ExitCode> {
  const isSilent = flags.quiet === true || (flags.json === true && flags.verbose !== true)
  const options = readLabOptions(
    { ...flags, guests: typeof flags.lab === 'string' ? flags.lab : undefined },
    (key) => origin.label(key === 'guests' ? 'lab' : key),
    2,
  )
  let pass: ((name: 'INT' | 'TERM') => void) | undefined
  const interrupts = watchInterrupts((name) => {
    pass?.(name === 'SIGINT' ? 'INT' : 'TERM')
    // Leaving ends the guests, whether the run in there has ended or not.
    setTimeout(() => process.exit(interrupts.exitCode() ?? 1), STOP_GRACE_MS).unref()
  })
  try {
    return (await runInLab({
      ...options,
      family,
      rdmaPort,
      args: [...origin.argumentsWithout(OWN_KEYS), ...outputArguments(output), ...asCommand()],
      env: guestVariables(),
      writable: output === null ? [] : [realpathSync(dirname(output))],
      signal: interrupts.signal,
      say: isSilent ? () => {} : note,
      onStdout: (chunk) => process.stdout.write(chunk),
      onStderr: (chunk) => process.stderr.write(chunk),
      onStarted: (signal) => {
        pass = signal
      },
    })) as ExitCode
  } catch (error) {
    const code = interrupts.exitCode()
    if (code === null || code === EXIT_CODES.ok) throw error
    throw new XrbenchError('XRB_ABORTED', code, 'Stopped before anything was measured.')
  } finally {
    interrupts.dispose()
  }
}

function outputArguments(output: string | null): string[] {
  return output === null ? [] : ['--output', output]
}

/** The result holds what the user wrote. */
function asCommand(): string[] {
  return ['--as-command', JSON.stringify(['xrbench', ...process.argv.slice(2)])]
}

/** Ours, but for what the arguments say already; and how our terminal wants the table. */
function guestVariables(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('XRBENCH_') || name === 'XRBENCH_ADDON',
  )
  const color = wantsColor(process.stdout) ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
  return { ...Object.fromEntries(kept), ...color, COLUMNS: String(widthOf(process.stdout)) }
}
