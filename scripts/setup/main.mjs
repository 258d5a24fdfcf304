import { buildAddon, buildNativeTests } from './addon.mjs'
import { linkCommand } from './command.mjs'
import { holdLock } from './lock.mjs'
import { installNodePackages } from './node-packages.mjs'
import { explained, note, SetupError } from './report.mjs'
import {
  installForLabTests,
  installForPictureTests,
  installForRdma,
  installForTests,
  installForUnitTests,
} from './system-packages.mjs'
import { buildTypeScript } from './typescript.mjs'

const STEPS = [installNodePackages, buildAddon, buildTypeScript, linkCommand]
const FOR_RUNNING = [...STEPS, installForRdma]
const FOR_TESTS = [
  installForTests,
  installForLabTests,
  installForPictureTests,
  installForUnitTests,
  ...STEPS,
  buildNativeTests,
]

/**
 * Makes a checkout ready: packages of the system, packages of npm, addon, TypeScript, command.
 * What is already right is left alone. `--test` adds what only the tests need.
 */
export function main(args) {
  return explained(async () => {
    const unknown = args.find((arg) => arg !== '--test')
    if (unknown !== undefined) {
      const sentence = `the set-up knows only --test, not ${unknown}`
      throw new SetupError('XRB_USAGE', sentence, 'npm run setup', 2)
    }
    const release = await holdLock()
    try {
      await run(args.includes('--test') ? FOR_TESTS : FOR_RUNNING)
    } finally {
      release()
    }
  })
}

/** Each step tells whether it had anything to do. */
async function run(steps) {
  let changed = false
  for (const step of steps) changed = (await step()) || changed
  if (!changed) note('up to date')
}
