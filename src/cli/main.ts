#!/usr/bin/env node
import { packageVersion } from './terminal/version.js'

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${packageVersion()}\n`)
} else {
  // Loaded here, so that asking for the version costs no more than starting Node.
  const { runCli } = await import('./run-cli.js')
  await runCli(args)
}
