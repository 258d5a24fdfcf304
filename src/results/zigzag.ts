/**
 * Appends `value` as HdrHistogram's ZigZag LEB128 word (64b9B: at most nine bytes, the ninth with
 * eight bits). Whole numbers, magnitude below 2^53: doubled they are still exact and need eight bytes at most.
 */
export function writeZigZag(bytes: number[], value: number): void {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}

/** Reads the word at `offset`; `null` when it is cut short. Beyond 2^53 the value is not exact: the caller refuses it. */
export function readZigZag(
  bytes: Uint8Array,
  offset: number,
): { value: number; next: number } | null {
  let word = 0
  for (let i = 0; i < 9; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) return null
    const last = i === 8
    word += (last ? byte : byte % 128) * 2 ** (7 * i)
    if (last || byte < 128) {
      const value = word % 2 === 0 ? word / 2 : -(word + 1) / 2
      return { value, next: offset + i + 1 }
    }
  }
  return null
}
