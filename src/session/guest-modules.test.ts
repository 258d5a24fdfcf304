import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const BUILT = new URL('../../dist/session/', import.meta.url)

/** All that a built module loads, at whatever remove: files, and names of packages. */
function loadedBy(entry: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(entry.href)) return seen
  seen.add(entry.href)
  const text = readFileSync(fileURLToPath(entry), 'utf8')
  const statements = /^(?:import|export)\s(?:[\w*{}\s,$]+\sfrom\s)?['"]([^'"]+)['"]/gm
  for (const [, name = ''] of text.matchAll(statements)) {
    if (name.startsWith('.')) loadedBy(new URL(name, entry), seen)
    else seen.add(name)
  }
  return seen
}

describe('what runs in a guest, or is started for every run', () => {
  // Each of these costs an emulated CPU seconds before the first sample.
  test.each(['driver/main.js', 'agent/main.js', 'agent/local-main.js', 'endpoint/main.js'])(
    '%s loads no package',
    (main) => {
      const loaded = [...loadedBy(new URL(main, BUILT))]
      expect(loaded.length).toBeGreaterThan(5)
      expect(loaded.filter((name) => !/^(file|node):/.test(name))).toEqual([])
    },
  )
})
