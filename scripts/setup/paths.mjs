import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The checkout, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export const buildDir = `${root}/build`

export function ensureBuildDir() {
  mkdirSync(buildDir, { recursive: true })
}
