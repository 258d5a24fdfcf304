import { z } from 'zod'
import { compareSchema } from './schema.js'

/** The published JSON Schema (draft 2020-12) of what `compare --json` prints, as text; open to later members. */
export function compareJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(compareSchema, {
    target: 'draft-2020-12',
    io: 'input',
  })
  return `${JSON.stringify({ $schema, $id: 'urn:xrbench:compare:1', ...rest }, null, 2)}\n`
}
