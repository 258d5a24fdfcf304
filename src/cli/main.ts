#!/usr/bin/env node
import { openFilesProblem } from '../open-files.js'
import { toolFacts } from '../tool-facts.js'

const args = process.argv.slice(2)
const problem = openFilesProblem()
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${toolFacts().version}\n`)
} else if (problem !== null) {
  const { code, message, hint } = problem
  process.stderr.write(`error: ${message} [${code}]\nhint: ${hint}\n`)
  if (args.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: problem }, null, 2)}\n`)
  // Of src/errors.ts, which is not loaded.
  process.exitCode = 3
} else {
  // Loaded here, so that asking for the version costs no more than starting Node.
  const { runCli } = await import('./run-cli.js')
  await runCli(args)
}
