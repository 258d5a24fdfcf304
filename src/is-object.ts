/** Whether `value` has members that can be asked for; a list has as well. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
