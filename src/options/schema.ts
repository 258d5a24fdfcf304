import { z } from 'zod'
import { type Kind, MAX_RATE_BITS_PER_SEC } from './kind.js'
import { isNewOnWire } from './known.js'
import { type Group, LEFT_OUT, type OfCase, type Option } from './option.js'

const MAX_LISTED_CPUS = 64
const MAX_NAME_CHARACTERS = 64

/** Each once, and at least one. */
export const distinctListOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((items) => new Set(items).size === items.length, 'the same is there twice')

/** What a program may ask for. */
export function requestShape(group: Group): Record<string, z.ZodType> {
  return shapeOf(group, (option, member) => {
    const value = exactly(option.kind)
    if (option.each !== undefined) return [member, distinctListOf(value).optional()]
    return [member, (option.default === null ? value.nullable() : value).optional()]
  })
}

type CaseShape<G extends Group> = {
  [M in keyof OfCase<G>]-?: undefined extends OfCase<G>[M]
    ? z.ZodOptional<z.ZodType<Exclude<OfCase<G>[M], undefined>>>
    : z.ZodType<OfCase<G>[M]>
}

/** What a client may tell an agent of a case. */
export function wireShape<G extends Group>(group: G): CaseShape<G> {
  return shapeOf(group, (option, member) => {
    const value = mayBeNull(option) ? onWire(option).nullable() : onWire(option)
    return [option.each ?? member, mayBeMissing(option) ? value.optional() : value]
  }) as CaseShape<G>
}

/** What a result file says of a case: no further than it could break a reader, for another version may have other limits. */
export function storedShape<G extends Group>(group: G): CaseShape<G> {
  return shapeOf(group, (option, member) => {
    const value = mayBeNull(option) ? stored(option).nullable() : stored(option)
    const isNew = option.absent !== undefined || mayBeMissing(option)
    return [
      option.each ?? member,
      (isNew ? orAbsent(value, option) : value).describe(option.means ?? option.help),
    ]
  }) as CaseShape<G>
}

function shapeOf(
  group: Group,
  entry: (option: Option, member: string) => [string, z.ZodType],
): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(group).map(([member, option]) => entry(option, member)))
}

function orAbsent(value: z.ZodType, { absent }: Option): z.ZodType {
  return absent === undefined ? value.optional() : value.default(absent)
}

function mayBeMissing(option: Option): boolean {
  return isNewOnWire(option) || option.otherwise === LEFT_OUT
}

function mayBeNull(option: Option): boolean {
  if (option.each !== undefined) return false
  return option.otherwise === null || (option.default === null && option.fill === undefined)
}

function onWire(option: Option): z.ZodType {
  const { kind } = option
  switch (kind.is) {
    case 'count':
    case 'bytes':
      return z.int().min(lowest(option, kind.min)).max(kind.max)
    case 'time':
      return z.int().min(lowest(option, kind.min)).max(kind.max)
    case 'rate':
      return z.number().min(0).max(MAX_RATE_BITS_PER_SEC)
    default:
      return exactly(kind)
  }
}

function stored(option: Option): z.ZodType {
  const { kind } = option
  switch (kind.is) {
    case 'count':
    case 'bytes':
    case 'time':
      return z.int().min(Math.min(1, lowest(option, kind.min)))
    case 'rate':
      return z.number().nonnegative()
    case 'name':
      return z.string().max(MAX_NAME_CHARACTERS)
    default:
      return exactly(kind)
  }
}

/** A default may lie below what can be asked for: 0 for "another decides". */
function lowest(option: Option, min: number): number {
  const others = [option.default, option.otherwise].filter((value) => typeof value === 'number')
  return Math.min(min, ...others)
}

function exactly(kind: Kind): z.ZodType {
  switch (kind.is) {
    case 'count':
    case 'bytes':
    case 'mebibytes':
      return whole(kind.min, kind.max)
    case 'time':
      return kind.orZero === true
        ? z.union([z.literal(0), whole(kind.min, kind.max)])
        : whole(kind.min, kind.max)
    case 'rate':
      return whole(1, MAX_RATE_BITS_PER_SEC)
    case 'word':
      return z.enum(kind.words)
    case 'name':
      return z.string().regex(kind.pattern)
    case 'text':
      return z.string().min(kind.min).max(kind.max)
    case 'switch':
      return z.boolean()
    case 'pin':
      return z.union([z.enum(['auto', 'none']), z.strictObject({ client: cpus, server: cpus })])
  }
}

const whole = (min: number, max: number) => z.int().min(min).max(max)
const cpus = distinctListOf(whole(0, 9999)).max(MAX_LISTED_CPUS)
