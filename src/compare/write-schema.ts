import { writeFileSync } from 'node:fs'
import { compareJsonSchema } from './json-schema.js'

// Run by `npm run schema` whenever the format has grown.
writeFileSync(new URL('../../results/compare-1.schema.json', import.meta.url), compareJsonSchema())
