import { CommanderError } from '@commander-js/extra-typings'
import { EXIT_CODES, type ExitCode } from '../errors.js'
import { createProgram } from './program.js'
import { WELCOME } from './terminal/help.js'
import { ignoreClosedPipes, print } from './terminal/output.js'
import { asXrbenchError, reportError } from './terminal/report-error.js'

/** Runs one command line and leaves the process with its exit code. */
export async function runCli(args: readonly string[]): Promise<never> {
  ignoreClosedPipes()
  const options = { json: asksFor(args, '--json'), verbose: asksFor(args, '--verbose', '-v') }
  process.once('uncaughtException', async (error) =>
    process.exit(await reportError(error, options)),
  )
  process.exit(await execute(args, options))
}

async function execute(
  args: readonly string[],
  options: Parameters<typeof reportError>[1],
): Promise<ExitCode> {
  let commands: string[] = []
  try {
    if (args.length === 0) {
      await print(WELCOME)
      return EXIT_CODES.ok
    }
    const program = createProgram()
    commands = program.commands.map((command) => command.name())
    await program.parseAsync(args, { from: 'user' })
    return (process.exitCode ?? EXIT_CODES.ok) as ExitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.ok
    // Help was printed in place of an error, as for `help` with an unknown command.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT_CODES.usage
    const command = commands.find((name) => name === args[0])
    const known = asXrbenchError(error, command)
    if (known.exitCode !== EXIT_CODES.usage) return await reportError(known, options)
    const { otherTool } = await import('./coming-from/translate.js')
    return await reportError(
      otherTool(args, {
        code: known.code,
        message: known.message,
        isUnread: error instanceof CommanderError,
      }) ?? known,
      options,
    )
  }
}

/** Read from the raw arguments, because the parser itself may be what fails. */
function asksFor(args: readonly string[], ...names: string[]): boolean {
  const end = args.indexOf('--')
  return (end < 0 ? args : args.slice(0, end)).some((arg) => names.includes(arg))
}
