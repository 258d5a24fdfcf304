import { readFileSync } from 'node:fs'

export interface ToolFacts {
  name: string
  version: string
}

/** Name and version of this xrbench, from its package.json. */
export function toolFacts(): ToolFacts {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { name, version } = JSON.parse(text) as ToolFacts
  return { name, version }
}
