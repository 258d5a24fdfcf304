import { usageError, XrbenchError } from '../../errors.js'
import type { Guest, GuestJob } from '../../lab/guest.js'
import { type Lab, startLab } from '../../lab/lab.js'
import { readFolders, readLabOptions } from '../flags/lab-options.js'
import { watchInterrupts } from '../terminal/interrupt.js'
import { note } from '../terminal/output.js'
import type { LabFlags } from './flags.js'
import { runShell } from './guest-terminal.js'

/** A command that was told to end has so long for it. */
const STOP_GRACE_MS = 10_000

/** Runs a command in a guest, and ends with its exit code. */
export async function labAction(
  words: readonly string[],
  flags: LabFlags,
  label: (key: keyof LabFlags) => string,
): Promise<void> {
  const options = readLabOptions(flags, label, 1)
  const writable = readFolders(flags.writable ?? [], label('writable'))
  if (flags.peerCommand !== undefined && options.guests !== 2) {
    throw usageError('XRB_USAGE', `${label('peerCommand')} needs a second guest.`, '--guests 2')
  }
  let job: GuestJob | undefined
  const interrupts = watchInterrupts((name) => {
    job?.signal(name === 'SIGINT' ? 'INT' : 'TERM')
    // Leaving ends the guests, whatever the command makes of the signal.
    setTimeout(() => process.exit(interrupts.exitCode() ?? 1), STOP_GRACE_MS).unref()
  })
  const stopped = () => {
    const code = interrupts.exitCode()
    return code === null ? null : new XrbenchError('XRB_ABORTED', code, 'Stopped.')
  }
  let lab: Lab | undefined
  try {
    lab = await startLab({
      ...options,
      writable,
      say: flags.quiet ? () => {} : note,
      signal: interrupts.signal,
      ...(flags.verbose && { onConsole: (_guest, text) => process.stderr.write(text) }),
    })
    const [guest, peer] = lab.guests
    if (guest === undefined) throw new Error('a lab has a guest')
    if (peer !== undefined && flags.peerCommand !== undefined) startPeer(peer, flags.peerCommand)
    if (words.length === 0 && process.stdin.isTTY) {
      process.exitCode = await runShell(guest)
      return
    }
    job = runCommand(guest, words.length === 0 ? ['/bin/sh'] : words)
    process.exitCode = await job.exited
  } catch (error) {
    throw stopped() ?? error
  } finally {
    await lab?.close()
    interrupts.dispose()
  }
}

/** A command with our standard streams. */
function runCommand(guest: Guest, argv: readonly string[]): GuestJob {
  const job = guest.exec({
    argv,
    stdin: 'live',
    onStdout: (chunk) => process.stdout.write(chunk),
    onStderr: (chunk) => process.stderr.write(chunk),
  })
  process.stdin.pipe(guest.stdin)
  return job
}

/** What guest 2 does meanwhile; all of its output goes to stderr, the other guest's stdout is the result. */
function startPeer(peer: Guest, line: string): void {
  const job = peer.exec({
    argv: ['/bin/sh', '-c', line],
    onStdout: (chunk) => process.stderr.write(chunk),
    onStderr: (chunk) => process.stderr.write(chunk),
  })
  job.exited.then(
    (code) => code === 0 || note(`lab: the command in guest 2 ended with exit code ${code}`),
    () => {},
  )
}
