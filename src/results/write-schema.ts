import { writeFileSync } from 'node:fs'
import { resultJsonSchema } from './json-schema.js'

// Run by `npm run schema` whenever the format has grown.
writeFileSync(new URL('../../results/result-1.schema.json', import.meta.url), resultJsonSchema())
