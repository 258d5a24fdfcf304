/**
 * Options on a guest's kernel command line by which it knows that it is one: the number of guests, and the words of tc-netem(8) that shape
 * the wire at each of them.
 */
export function labKernelOptions(guests: number, netem: readonly string[]): string[] {
  const shaped = netem.length === 0 ? [] : [`xrbench.netem=${netem.join(',')}`]
  return [`xrbench.lab=${guests}`, ...shaped]
}
