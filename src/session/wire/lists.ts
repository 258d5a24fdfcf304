import { z } from 'zod'
import { isObject } from '../../is-object.js'

/**
 * Lists and records that may be long, and come from a peer: their length is judged first, then one element after the other up to the first that is not valid.
 * Zod's own would tell what is wrong with each, which takes some hundred times as many bytes as the frame that they came in.
 */

/** Of the words for what is wrong, which may hold names that the peer chose. */
const MAX_WORDS = 200

/** A list of `most` elements at the most. */
export function listOf<T extends z.ZodType>(element: T, most: number) {
  return z
    .custom<readonly unknown[]>((value) => Array.isArray(value) && value.length <= most, {
      error: `no list of ${most} elements at the most`,
      abort: true,
    })
    .transform((list, context): z.output<T>[] =>
      judged(element, list.entries(), context).map(([, one]) => one),
    )
}

/** A record of `most` members at the most, whose names are as `name` says. */
export function recordOf<T extends z.ZodType>(name: RegExp, element: T, most: number) {
  const isOne = (value: unknown) =>
    isObject(value) &&
    !Array.isArray(value) &&
    Object.keys(value).length <= most &&
    Object.keys(value).every((one) => name.test(one))
  return z
    .custom<Readonly<Record<string, unknown>>>(isOne, {
      error: `no record of ${most} members at the most, with names of their kind`,
      abort: true,
    })
    .transform(
      (record, context): Record<string, z.output<T>> =>
        Object.fromEntries(judged(element, Object.entries(record), context)),
    )
}

/** A list of `most` whole numbers at the most, none of them below 0 or above `highest`. */
export function wholesOf(most: number, highest = Number.MAX_SAFE_INTEGER) {
  const isOne = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= highest
  return z.custom<number[]>(
    (value) => Array.isArray(value) && value.length <= most && value.every(isOne),
    { error: `no list of ${most} whole numbers of their kind at the most`, abort: true },
  )
}

/** What the elements are, with their keys; tells `context` of the first that is not valid, and goes no further. */
function judged<T extends z.ZodType, Key extends PropertyKey>(
  element: T,
  entries: Iterable<[Key, unknown]>,
  context: z.RefinementCtx,
): [Key, z.output<T>][] {
  const valid: [Key, z.output<T>][] = []
  for (const [key, one] of entries) {
    const checked = element.safeParse(one)
    if (checked.success) {
      valid.push([key, checked.data])
      continue
    }
    const [first] = checked.error.issues
    context.addIssue({
      code: 'custom',
      message: first?.message.slice(0, MAX_WORDS) ?? 'not valid',
      path: [key, ...(first?.path ?? [])],
    })
    break
  }
  return valid
}
