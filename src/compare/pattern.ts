/** Whether `pattern`, in which `*` stands for anything, is the whole of a case key. */
export function matches(pattern: string, key: string): boolean {
  const escaped = pattern.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll(/\*+/g, '.*')
  return new RegExp(`^${escaped}$`, 's').test(key)
}
