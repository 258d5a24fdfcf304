/**
 * How many values plain data holds, itself and all within it, however deep. Counts no further than to one more than `most`, and takes no more memory than
 * for so many.
 */
export function valuesIn(value: unknown, most: number): number {
  const open: unknown[] = [value]
  let count = 0
  while (open.length > 0) {
    const one = open.pop()
    count += 1
    if (typeof one !== 'object' || one === null) continue
    if (Array.isArray(one) && one.length + count + open.length > most) return most + 1
    for (const name in one) {
      open.push(Reflect.get(one, name))
      if (count + open.length > most) return most + 1
    }
  }
  return count
}
