import { buildAddon, buildNativeTests } from './addon.mjs'
import { linkCommand } from './command.mjs'
import { holdLock } from './lock.mjs'
import { installNodePackages } from './node-packages.mjs'
import { note, SetupError } from './report.mjs'
import { installForTests } from './system-packages.mjs'
import { buildTypeScript } from './typescript.mjs'

/**
 * Makes a checkout ready: packages of the system, packages of npm, addon, TypeScript, command.
 * What is already right is left alone. `--test` adds what only the tests need.
 */
export async function main(args) {
  const unknown = args.filter((arg) => arg !== '--test')
  try {
    if (unknown.length > 0) {
      throw new SetupError(
        'XRB_USAGE',
        `the set-up knows only --test, not ${unknown[0]}`,
        undefined,
        2,
      )
    }
    const forTests = args.includes('--test')
    const release = await holdLock()
    try {
      const steps = [installNodePackages, buildAddon, buildTypeScript, linkCommand]
      if (forTests) steps.unshift(installForTests)
      if (forTests) steps.push(buildNativeTests)
      let changes = 0
      for (const step of steps) changes += (await step()) ? 1 : 0
      if (changes === 0) note('up to date')
    } finally {
      release()
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`error: ${error.message} [${error.code}]\n`)
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
    process.exitCode = error.exitCode
  }
}
