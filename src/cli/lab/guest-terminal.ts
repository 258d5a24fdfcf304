import type { Guest } from '../../lab/guest.js'
import { note } from '../terminal/output.js'

/** A shell of the user's on the guest's terminal, joined to ours until it ends. Gives its exit code. */
export async function runShell(guest: Guest): Promise<number> {
  const { stdin, stdout } = process
  const shell = process.env.SHELL ?? '/bin/sh'
  note('lab: a shell in the guest; what it writes is gone with it; exit or Ctrl-D ends it')
  const resize = () => guest.resizeTerminal(stdout.rows || 24, stdout.columns || 80)
  const { terminal } = guest
  resize()
  stdout.on('resize', resize)
  stdin.setRawMode(true)
  stdin.pipe(terminal, { end: false })
  const show = (chunk: Buffer) => stdout.write(chunk)
  terminal.on('data', show)
  try {
    return await guest.execOnTerminal({
      argv: [shell, '-i'],
      env: { ...process.env, TERM: process.env.TERM ?? 'linux' },
    }).exited
  } finally {
    stdout.off('resize', resize)
    terminal.off('data', show)
    stdin.unpipe(terminal)
    stdin.setRawMode(false)
  }
}
