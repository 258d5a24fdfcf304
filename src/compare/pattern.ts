import type { CaseRef } from './schema.js'

/** Whether `pattern`, in which `*` stands for anything, is the whole of the key of a case, or of its key and place: `tcp/* (lab)`. */
export function matches(pattern: string, { key, place }: CaseRef): boolean {
  const escaped = pattern.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll(/\*+/g, '.*')
  const whole = new RegExp(`^${escaped}$`, 's')
  return whole.test(key) || whole.test(`${key} (${place})`)
}
