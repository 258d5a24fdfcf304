import { z } from 'zod'
import type { Case } from '../../plan/case.js'
import { environmentSchema } from '../../results/schema/environment.js'
import { featuresSchema, helloToolSchema } from '../wire/client-messages.js'
import { bounded, type MessageCheck } from '../wire/message-check.js'
import { endReportSchema, soFarSchema } from '../wire/report-messages.js'

/** What the host tells the driver in a guest: the client's end of one session. */
export type DriverCommand =
  | { type: 'ping' }
  /** First. `key` in hexadecimal digits. */
  | { type: 'connect'; host: string; port: number; key: string }
  | { type: 'run'; case: Case; wantsProgress: boolean; isLast: boolean }
  /** Ends the repetition under way, whose report comes as ever. */
  | { type: 'abort' }

const sentence = z.string().max(4096)
const code = z.templateLiteral(['XRB_', z.string().regex(/^[A-Z0-9_]{1,60}$/)])
const failure = {
  exitCode: z.int().min(0).max(255),
  message: sentence,
  hint: sentence.nullable(),
}

const report = z.strictObject({
  status: z.enum(['completed', 'aborted', 'failed']),
  startedAt: z.iso.datetime(),
  totalNs: z.number().min(0),
  client: endReportSchema,
  server: endReportSchema,
  warmup: z
    .strictObject({ durationNs: z.number().min(0), ended: z.enum(['steady', 'cap', 'none']) })
    .nullable(),
  window: z.strictObject({ skewNs: z.number().min(0) }).nullable(),
  failure: z
    .strictObject({ code: z.string().max(64), ...failure, isRefusal: z.boolean().optional() })
    .nullable(),
  standstillNs: z.number().min(0).optional(),
  soFar: z
    .strictObject({ client: soFarSchema.nullable(), server: soFarSchema.nullable() })
    .optional(),
  isShared: z.boolean().optional(),
})

/** What the driver answers: to `connect` its `connected`, to `run` any number of `progress` and one `report`, or `failed` to either. */
const driverEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({
    type: z.literal('connected'),
    facts: z.strictObject({
      tool: helloToolSchema,
      protocol: z.int().min(0),
      environment: environmentSchema,
      transports: z.array(z.string().max(32)).max(32),
      features: featuresSchema,
    }),
    localAddress: z.string().max(64),
    remoteAddress: z.string().max(64),
    environment: environmentSchema,
  }),
  z.strictObject({
    type: z.literal('progress'),
    progress: z.strictObject({
      phase: z.enum(['idle', 'warmup', 'measure', 'done']),
      messages: z.number().min(0),
      bytes: z.number().min(0),
    }),
  }),
  z.strictObject({
    type: z.literal('report'),
    report,
    /** Whether the agent is still there. */
    isOpen: z.boolean(),
  }),
  z.strictObject({ type: z.literal('failed'), code, ...failure }),
])

export const driverEventCheck: MessageCheck<DriverEvent> = bounded<DriverEvent>(
  driverEventSchema,
  'report',
)

export type DriverEvent = z.infer<typeof driverEventSchema>
