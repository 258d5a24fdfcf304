import { writeFileSync } from 'node:fs'
import { quicPerfJsonSchema, resultJsonSchema } from './json-schema.js'

// Run by `npm run schema` whenever a format has grown.
const folder = new URL('../../../results/', import.meta.url)
writeFileSync(new URL('result-1.schema.json', folder), resultJsonSchema())
writeFileSync(new URL('quic-perf-1.schema.json', folder), quicPerfJsonSchema())
