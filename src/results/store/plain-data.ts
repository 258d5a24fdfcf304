import { types } from 'node:util'
import { isObject } from '../../is-object.js'
import type { JsonLimits } from './json-scan.js'

/** What a program gave is no plain data: as the end of a sentence. */
export class NotPlainError extends Error {}

/**
 * A copy of what a program gave for a document, as it would come out of JSON: nothing of it is run, whatever it is made of, and time and memory are
 * bounded, also where it holds the same object again and again. What is neither object nor list is copied as it is.
 * @throws {NotPlainError} for what is computed (a proxy, an accessor), and for what is too large or too deep, as what contains itself
 */
export function plainCopy(value: unknown, limits: JsonLimits): unknown {
  if (valuesIn(value, limits.maxDepth, limits, new Map()) > limits.maxValues) {
    const most = limits.maxValues.toLocaleString('en-US')
    throw new NotPlainError(`holds more than ${most} values, or contains itself`)
  }
  return copyOf(value, limits.maxDepth)
}

/** Each object is looked into once, however often it is there. One that contains itself has values without end. */
function valuesIn(
  value: unknown,
  depth: number,
  limits: JsonLimits,
  known: Map<object, number>,
): number {
  if (!isObject(value)) return 1
  if (types.isProxy(value)) throw new NotPlainError('is a proxy, or holds one')
  const found = known.get(value)
  if (found !== undefined) return found
  if (depth === 0) throw tooDeep()
  known.set(value, Number.POSITIVE_INFINITY)
  let count = 1
  // A list may be longer than what is in it.
  if (Array.isArray(value) && value.length > limits.maxValues) return value.length
  for (const name of Object.keys(value)) {
    count += valuesIn(memberOf(value, name), depth - 1, limits, known)
    if (count > limits.maxValues) break
  }
  known.set(value, count)
  return count
}

function copyOf(value: unknown, depth: number): unknown {
  if (!isObject(value)) return value
  if (depth === 0) throw tooDeep()
  const at = (name: PropertyKey) => copyOf(memberOf(value, name), depth - 1)
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, i) => at(i))
  return Object.fromEntries(Object.keys(value).map((name) => [name, at(name)]))
}

function memberOf(owner: object, name: PropertyKey): unknown {
  const found = Object.getOwnPropertyDescriptor(owner, name)
  if (found !== undefined && !('value' in found)) {
    throw new NotPlainError(`has a member that is computed: ${String(name)}`)
  }
  return found?.value
}

function tooDeep(): NotPlainError {
  return new NotPlainError('is nested too deep')
}
