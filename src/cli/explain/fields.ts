import { z } from 'zod'
import { PERCENTILES } from '../../results/schema/measures.js'
import { resultSchema } from '../../results/schema/schema.js'
import type { Topic } from './topic.js'

/** What of JSON Schema is read here. */
interface Schema {
  $ref?: string
  description?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  $defs?: Record<string, Schema>
}

interface Field {
  name: string
  path: string
  schema: Schema
  isNullable: boolean
  /** Of what it is in, the nearest first. */
  around: string[]
}

/** By the end of a name; the first that fits. */
const UNITS: readonly [RegExp, string][] = [
  [/BitsPerSec$/, 'bits per second'],
  [/PerSec$/, 'per second'],
  [/Ns$/, 'nanoseconds'],
  [/MiB$/, 'MiB'],
  [/Bytes$|^bytes/, 'bytes'],
  [/Ppm$/, 'parts per million'],
  [/Mhz$/, 'MHz'],
  [/Fraction$/, 'a part of 1'],
  // Percentiles, whose names begin so.
  [/^(?=p\d+$)/, 'nanoseconds'],
]
const SHOWN_PLACES = 4

/** The numbers and words of a result, from the schema that is published. Those that are the same thing in several places are one. */
export function fieldTopics(): Topic[] {
  const root = z.toJSONSchema(resultSchema, { target: 'draft-2020-12', io: 'input' }) as Schema
  const same = new Map<string, Field[]>()
  for (const field of fieldsOf(root, root.$defs ?? {}, '', [], new Set())) {
    const key = [field.name, field.schema.description ?? field.around[0]].join('\n')
    same.set(key, [...(same.get(key) ?? []), field])
  }
  return [...same.values()].map(topicOf)
}

function topicOf(given: readonly Field[]): Topic {
  const fields = given.toSorted((a, b) => a.path.length - b.path.length)
  const [{ name, schema, isNullable, around }] = fields as [Field]
  const own = schema.description
  const unit = UNITS.find(([pattern]) => pattern.test(name))
  const words = wordsOf(schema)
  const percentile = PERCENTILES.find(({ key }) => key === name)
  const facts: Topic['facts'] = []
  if (percentile !== undefined)
    facts.push(['Means', `one in ${percentile.oneIn.toLocaleString('en')} lies above it`])
  if (unit !== undefined) facts.push(['Unit', unit[1]])
  if (words.length > 0) facts.push(['One of', words.join(', ')])
  const background = own === undefined ? around.slice(1) : around
  if (background.length > 0) facts.push(['Part of', background.slice(0, 2).join(' · ')])
  if (isNullable && !/\bnull\b/.test(own ?? '')) facts.push(['null', 'it was not measured'])
  for (const { path } of fields.slice(0, SHOWN_PLACES)) facts.push(['In a file', path])
  const left = fields.length - SHOWN_PLACES
  if (left > 0) facts.push(['And', `${left} more place${left > 1 ? 's' : ''}`])
  const named = fields.find(({ path }) => !path.includes('<'))
  if (named !== undefined) facts.push(['See', `jq '.${named.path}' FILE`])
  return {
    ...{ name, kind: 'field of a result', facts },
    aliases: [
      ...(unit === undefined ? [] : [name.replace(unit[0], '')]),
      ...fields.flatMap((field) => endsOf(field.path)),
    ],
    meaning: own ?? around[0] ?? 'see where it is in the file',
  }
}

function* fieldsOf(
  given: Schema,
  defs: Record<string, Schema>,
  path: string,
  around: readonly string[],
  within: ReadonlySet<string>,
): Generator<Field> {
  const { schema, refs } = resolved(given, defs)
  if (refs.some((ref) => within.has(ref))) return
  const inside = new Set([...within, ...refs])
  const told = schema.description === undefined ? around : [schema.description, ...around]
  const below = Object.entries(schema.properties ?? {})
  if (typeof schema.additionalProperties === 'object')
    below.push(['<name>', schema.additionalProperties])
  for (const [name, member] of below) {
    const at = path === '' ? name : `${path}.${name}`
    const { schema: own, isNullable } = resolved(member, defs)
    if (name !== '<name>')
      yield { name, path: at, isNullable, around: [...new Set(told)], schema: own }
    const isLeaf = own.items === undefined
    yield* isLeaf
      ? fieldsOf(member, defs, at, told, inside)
      : fieldsOf(own.items ?? {}, defs, `${at}[]`, withOwn(own, told), inside)
  }
}

function withOwn({ description }: Schema, around: readonly string[]): readonly string[] {
  return description === undefined ? around : [description, ...around]
}

/** Behind references and `null`; the description that stands nearest to the member counts, and that of the shared kind after it. */
function resolved(given: Schema, defs: Record<string, Schema>) {
  const refs: string[] = []
  const said: string[] = []
  let [schema, isNullable] = [given, false]
  for (;;) {
    if (schema.description !== undefined) said.push(schema.description)
    const others = schema.anyOf?.filter((one) => one.type !== 'null')
    const [only] = others ?? []
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace('#/$defs/', '')
      refs.push(name)
      schema = defs[name] ?? {}
    } else if (only !== undefined && others?.length === 1) {
      isNullable ||= others.length < (schema.anyOf?.length ?? 0)
      schema = only
    } else break
  }
  isNullable ||= Array.isArray(schema.type) && schema.type.includes('null')
  const description = [...new Set(said)].join('. ')
  return {
    refs,
    isNullable,
    schema: description === '' ? schema : { ...schema, description },
  }
}

function wordsOf({ enum: words, const: only, type }: Schema): string[] {
  if (only !== undefined) return [String(only)]
  if (words !== undefined) return words.map(String)
  return type === 'boolean' ? ['true', 'false'] : []
}

/** `latency.minNs` and `repetitions[].latency.minNs` of the whole path, with and without brackets. */
function endsOf(path: string): string[] {
  const parts = path.split('.')
  return parts.map((_, i) => parts.slice(i).join('.')).slice(0, -1)
}
