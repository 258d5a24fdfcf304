import { z } from 'zod'
import { quicPerfSchema } from './quic-perf.js'
import { resultSchema } from './schema.js'

/**
 * The published JSON Schema (draft 2020-12), as text. It is open: a reader has to bear members it does not know,
 * for later versions of this format add them.
 */
export function resultJsonSchema(): string {
  return published(resultSchema, 'urn:xrbench:result:1')
}

/** The same of what `quic-perf run` writes. */
export function quicPerfJsonSchema(): string {
  return published(quicPerfSchema, 'urn:xrbench:quic-perf:1')
}

function published(format: z.ZodType, id: string): string {
  const { $schema, ...rest } = z.toJSONSchema(format, { target: 'draft-2020-12', io: 'input' })
  const schema = { $schema, $id: id, ...rest }
  return `${JSON.stringify(schema, null, 2)}\n`
}
