// A lockfile with addresses in it ties everyone to one registry, and leaks whose it is.
import { readFileSync } from 'node:fs'
import { root } from './setup/paths.mjs'

const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'))
for (const [path, entry] of Object.entries(lock.packages)) {
  // The project itself, and its own folders that npm takes for packages.
  if (path === '' || entry.link || !path.startsWith('node_modules/')) continue
  const problem =
    entry.resolved !== undefined
      ? 'names an address (omit-lockfile-registry-resolved)'
      : entry.integrity === undefined && 'has no integrity'
  if (!problem) continue
  process.stdout.write(`package-lock.json: ${path} ${problem}\n`)
  process.exitCode = 1
}
