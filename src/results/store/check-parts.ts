import type { z } from 'zod'
import { isObject } from '../../is-object.js'
import { valuesIn } from '../../value-count.js'

/** What is wrong with a document, and where. */
export interface Issue {
  path: readonly PropertyKey[]
  message: string
}

/** The lists of a document that are long by nature, and those within their elements. */
interface Lists {
  readonly [member: string]: Lists
}

export const RESULT_LISTS: Lists = { cases: { repetitions: { intervals: {} } } }
export const COMPARE_LISTS: Lists = { comparisons: { pairs: { rows: {} } } }

/** In a part. */
const MAX_PART_VALUES = 200_000

/** … of which all is told that is wrong: in a part where everything is, that takes some hundred times as many bytes, and zod a stack that holds it all. */
const MAX_TOLD_VALUES = 2_000

/** Of a list, none but the first element that is wrong; every part of zod knows it, and its `validate` alone is documented to. */
const THE_FIRST: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true }

/**
 * Checks a document part by part: it without its lists, then each element of them. The first part that is not valid ends it: one in which everything is
 * wrong is told in bounded memory.
 * @returns what is wrong with that part; nothing for a document that is valid
 */
export function issuesOf(schema: z.ZodObject, document: unknown, lists: Lists): Issue[] {
  if (!isObject(document)) return issuesOfPart(schema, document)
  const long = Object.keys(lists).filter((name) => Array.isArray(document[name]))
  const rest = { ...document, ...Object.fromEntries(long.map((name) => [name, []])) }
  const issues = issuesOfPart(schema, rest)
  if (issues.length > 0) return issues
  for (const name of long) {
    const element = (schema.shape[name] as z.ZodArray<z.ZodObject>).element
    for (const [i, one] of (document[name] as unknown[]).entries()) {
      const found = issuesOf(element, one, lists[name] ?? {})
      if (found.length > 0) return found.map((issue) => within([name, i], issue))
    }
  }
  return []
}

function within(path: readonly PropertyKey[], issue: Issue): Issue {
  return { ...issue, path: [...path, ...issue.path] }
}

function issuesOfPart(schema: z.ZodType, part: unknown): Issue[] {
  const values = valuesIn(part, MAX_PART_VALUES)
  if (values > MAX_PART_VALUES) {
    const most = MAX_PART_VALUES.toLocaleString('en-US')
    return [{ path: [], message: `holds more than ${most} values` }]
  }
  const which = values > MAX_TOLD_VALUES ? THE_FIRST : undefined
  return schema.safeParse(part, which).error?.issues ?? []
}
