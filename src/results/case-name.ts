import type { CaseResult } from './schema.js'

/** What a case is called where places are mixed: its key, and where it ran unless on this machine. */
export function caseName({ key, place }: Pick<CaseResult, 'key' | 'place'>): string {
  return place === 'lab' ? `${key} (lab)` : key
}
