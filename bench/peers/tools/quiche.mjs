import { createRequire } from 'node:module'
import { perfProgram } from './perf.mjs'

const SOURCE = 'bench/peers/quiche/main.ts'
const PROGRAM = 'build/bench/quiche.mjs'

/** Cloudflare's quiche under Node.js, as npm has it. */
export const runQuiche = perfProgram([process.execPath, PROGRAM])

/**
 * Makes one file of what the tests have of it.
 * @returns {Promise<string | null>} why it cannot be had here
 */
export async function prepareQuiche() {
  const name = `@infisical/quic-${process.platform}-${process.arch}`
  try {
    createRequire(import.meta.url)(name)
  } catch {
    return `quiche has no binary here: ${name} (npm install)`
  }
  const { build } = await import('rolldown')
  await build({
    input: SOURCE,
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    output: { file: PROGRAM, format: 'esm' },
    logLevel: 'silent',
  })
  return null
}
