import { z } from 'zod'
import { resultSchema } from './schema.js'

/**
 * The published JSON Schema (draft 2020-12), as text. It is open: a reader has to bear members it does not know,
 * for later versions of this format add them.
 */
export function resultJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(resultSchema, {
    target: 'draft-2020-12',
    io: 'input',
  })
  const schema = { $schema, $id: 'urn:xrbench:result:1', ...rest }
  return `${JSON.stringify(schema, null, 2)}\n`
}
