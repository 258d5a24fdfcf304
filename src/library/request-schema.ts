import { z } from 'zod'
import { GROUPS, type GroupName } from '../options/groups.js'
import { LAB } from '../options/lab.js'
import { MEASURE } from '../options/measure.js'
import { distinctListOf, requestShape } from '../options/schema.js'
import { TRANSPORT_NAMES } from '../plan/transports.js'
import { MAX_WAIT_NS } from '../run/peer.js'
import type { AbRequest, ResultRequest, RunRequest, Variation, WhereRequest } from './request.js'

const whole = (min: number, max: number) => z.int().min(min).max(max)
const transports = z.union([z.literal('all'), distinctListOf(z.enum(TRANSPORT_NAMES))])

const groupSchema = (name: GroupName) => z.strictObject(requestShape(GROUPS[name])).optional()

const measure = {
  ...requestShape(MEASURE),
  family: z.literal([4, 6]).optional(),
  socket: groupSchema('socket'),
  rdma: groupSchema('rdma'),
  tls: groupSchema('tls'),
  quic: groupSchema('quic'),
}

const peer = z
  .strictObject({
    host: z.string().min(1).max(255),
    port: whole(1, 65_535).optional(),
    keyFile: z.string().min(1).optional(),
    key: z.string().optional(),
    maxWaitNs: whole(MAX_WAIT_NS.min, MAX_WAIT_NS.max).optional(),
  })
  .refine(({ keyFile, key }) => (keyFile === undefined) !== (key === undefined), 'keyFile or key')

const where = z
  .strictObject({
    peer,
    lab: z.enum(['only', 'auto', 'never']),
    labOptions: z
      .strictObject({
        guests: z.literal([1, 2]),
        ...requestShape(LAB),
      })
      .partial(),
    softRoce: z.boolean(),
  })
  .partial()

const result = z
  .strictObject({ output: z.string().min(1), label: z.string().max(256), redact: z.boolean() })
  .partial()

const rest = { ...measure, ...where.shape, ...result.shape }

// The table of the options has the types of a request and its checks: what they are made of is not told twice.
export const runSchema = z.strictObject({ transports, ...rest }) as z.ZodType<RunRequest>

const optionalTransports = { transports: transports.optional() }

export const variationSchema = z.strictObject({
  ...optionalTransports,
  ...measure,
}) as z.ZodType<Variation>

export const abSchema = z.strictObject({
  ...optionalTransports,
  ...rest,
}) as z.ZodType<AbRequest>

type Unchecked<Request, Schema extends z.ZodObject> = Exclude<keyof Request, keyof Schema['shape']>
type None<Key extends never> = Key
/** No member is without its check: does not compile where one is. */
export type AllChecked = [
  None<Unchecked<WhereRequest, typeof where>>,
  None<Unchecked<ResultRequest, typeof result>>,
]
