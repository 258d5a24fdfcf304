import { z } from 'zod'
import { PLACES, VARIANTS } from '../plan/case.js'

/** Name and major version of the document that `xrbench compare --json` prints. Within a version, changes only add. */
export const COMPARE_FORMAT = 'xrbench.compare/1'

export const METRIC_NAMES = [
  'p50',
  'p90',
  'p99',
  'p99.9',
  'p99.99',
  'throughput',
  'cpu-client',
  'cpu-server',
  'loss',
] as const

/** What a user may want to study. */
export const ACROSS = ['host', 'transport', 'version'] as const
const STUDIED = [...ACROSS, 'variant'] as const

const count = z.int().nonnegative()
/** JSON has no number for it: in a document read again `null` is infinite, as a percentile among the lost is. */
const orInfinite = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY)
const probability = z.number().min(0).max(1)
const caseRef = z.object({
  key: z.string(),
  place: z.enum(PLACES),
  variant: z.enum(VARIANTS).optional().describe('of the two configurations of xrbench ab'),
})

const ending = z.enum(['pending', 'running', 'aborted', 'failed', 'skipped'])

const sideSchema = z
  .object({
    file: z.string(),
    id: z.string(),
    label: z.string().nullable(),
    version: z.string(),
    startedAt: z.string(),
    variant: z
      .object({ name: z.enum(VARIANTS), options: z.array(z.string()) })
      .optional()
      .describe('the configuration of xrbench ab that this side is'),
  })
  .meta({ id: 'Side', description: 'One result file' })

const differenceSchema = z
  .object({
    name: z.string(),
    base: z.string(),
    new: z.string(),
    weight: z
      .enum(['stop', 'studied', 'note'])
      .describe(
        'stop: meaningless without --force; studied: named by --across; note: good to know',
      ),
    cases: z.array(z.string()).nullable().describe('keys in the base; null: it concerns the whole'),
  })
  .meta({ id: 'Difference', description: 'What is not the same on both sides besides the numbers' })

const sampleSchema = z
  .object({
    values: z
      .array(orInfinite)
      .describe(
        'one for each completed repetition, in their order; null: infinite, as more was lost than the percentile leaves',
      ),
    median: z.number().nullable().describe('null: infinite, or without values'),
  })
  .meta({ id: 'Sample' })

const effectSchema = z
  .object({
    kind: z.enum(['ratio', 'difference']).describe('new / base, or new - base'),
    estimate: orInfinite.describe('Hodges-Lehmann; a ratio from the logarithms; null: infinite'),
    low: orInfinite.describe('null: infinite'),
    high: orInfinite.describe('null: infinite'),
    confidence: probability.describe(
      'of low … high; below 0.95 when there are too few repetitions',
    ),
    p: probability.describe(
      'two-sided: Mann-Whitney, or signed-rank where the pair is interleaved',
    ),
    adjustedP: probability.describe('after Benjamini and Hochberg over all rows of the document'),
  })
  .meta({ id: 'Effect' })

const rowSchema = z
  .object({
    metric: z.enum(METRIC_NAMES),
    unit: z.enum(['ns', 'bit/s', '1/s', '1']),
    better: z.enum(['lower', 'higher']),
    base: sampleSchema,
    new: sampleSchema,
    effect: effectSchema.nullable(),
    missing: z.string().nullable().describe('why there is no effect'),
    verdict: z
      .enum(['better', 'worse', 'no-evidence', 'cannot-tell', 'not-compared'])
      .describe(
        'cannot-tell: with so few repetitions and so many rows no values could have been evidence',
      ),
  })
  .meta({ id: 'Row' })

const pairSchema = z
  .object({
    base: caseRef,
    new: caseRef,
    design: z
      .enum(['independent', 'interleaved'])
      .describe('interleaved: measured in turn in one run, compared repetition by repetition'),
    repetitions: z.object({ base: count, new: count }).describe('completed'),
    unfinished: z
      .object({ base: ending.optional(), new: ending.optional() })
      .optional()
      .describe('a side that was not measured to its end'),
    rows: z.array(rowSchema),
  })
  .meta({ id: 'Pair' })

const comparisonSchema = z
  .object({
    new: sideSchema,
    same: z.array(z.string()).describe('in words'),
    differences: z.array(differenceSchema),
    pairs: z.array(pairSchema),
    withoutPartner: z.object({ base: z.array(caseRef), new: z.array(caseRef) }),
    notMeasured: z
      .array(caseRef)
      .optional()
      .describe('of the cases only in the base: those the new result has, but never measured'),
    notes: z.array(z.string()).describe('what weakens the comparison, in words'),
  })
  .meta({ id: 'Comparison', description: 'One file against the base' })

const gateSchema = z
  .object({
    gate: z.string().describe('as given to --fail-on; of several that ask the same, the strictest'),
    file: z.string(),
    case: z.string().describe('key in the base'),
    place: z.enum(PLACES),
    metric: z.enum(METRIC_NAMES),
    tolerance: z.number().describe('in the worse direction: 0.05 = 5 %; of loss, a difference'),
    adjustedP: probability
      .nullable()
      .describe(
        'of the one-sided test against the tolerance, after Holm over all gates: one test of a metric of a case',
      ),
    verdict: z
      .enum(['regression', 'failed', 'pass', 'inconclusive'])
      .describe('failed: what it guards was not measured to its end'),
    reason: z.string(),
  })
  .meta({ id: 'Gate' })

export const compareSchema = z
  .object({
    schema: z.literal(COMPARE_FORMAT).describe('name and major version of the format'),
    across: z
      .enum(STUDIED)
      .nullable()
      .describe('what is meant to differ; variant: the two configurations of xrbench ab'),
    forced: z.boolean().describe('compared although it is meaningless'),
    base: sideSchema,
    comparisons: z.array(comparisonSchema),
    gates: z.array(gateSchema).describe('what each gate says of each case it concerns'),
    verdict: z
      .enum(['difference', 'no-evidence', 'cannot-tell', 'not-compared'])
      .describe(
        'over all rows of all comparisons together; cannot-tell: no row differs, and a side was not measured to its end, or no row had repetitions enough',
      ),
    gateVerdict: z
      .enum(['regression', 'failed', 'pass', 'inconclusive'])
      .nullable()
      .describe('the worst of the gates; null: there was none'),
  })
  .meta({ title: 'xrbench comparison', description: 'What `xrbench compare --json` prints.' })

/**
 * What differs between results, by how much, and whether it could be chance: format `xrbench.compare/1`, as `xrbench compare --json` prints it. Its words are those of
 * `results/compare-1.schema.json`, which the package has.
 * @interface
 */
export type CompareDocument = z.infer<typeof compareSchema>
export type Comparison = z.infer<typeof comparisonSchema>
export type Pair = z.infer<typeof pairSchema>
export type Row = z.infer<typeof rowSchema>
export type Effect = z.infer<typeof effectSchema>
export type Difference = z.infer<typeof differenceSchema>
export type GateResult = z.infer<typeof gateSchema>
export type Side = z.infer<typeof sideSchema>
export type CaseRef = z.infer<typeof caseRef>
export type MetricName = (typeof METRIC_NAMES)[number]
export type Across = (typeof ACROSS)[number]
export type Studied = (typeof STUDIED)[number]
