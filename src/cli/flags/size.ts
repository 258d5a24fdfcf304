import { usageError } from '../../errors.js'
import { formatSize, parseSize } from '../../units.js'

/** Reads a size between two others. @throws {XrbenchError} exit 2 */
export function sizeWithin(min: number, max: number) {
  return (text: string, label: string) => {
    const bytes = parseSize(text, label)
    if (bytes >= min && bytes <= max) return bytes
    throw usageError(
      'XRB_BAD_SIZE',
      `${label}: '${text}' is outside ${formatSize(min)} to ${formatSize(max)}.`,
      `${label} ${formatSize(min)}`,
    )
  }
}
