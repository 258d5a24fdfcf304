import { readFileSync } from 'node:fs'

/** Version of this package. Read, not imported, so that `--version` loads nothing else. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
