// Puts the table of the reference run into README.md, exactly as the tool prints it. With --check it
// only says whether that has been done. The run itself: `npm start`, then copy its file to REFERENCE.
import { readFileSync, writeFileSync } from 'node:fs'
import { root } from './setup/paths.mjs'

const REFERENCE = 'results/reference/main-job.json'
const [begin, end] = ['<!-- table:begin', '<!-- table:end -->']

const { renderTable } = await import(`${root}/dist/report/table.js`)
const doc = JSON.parse(readFileSync(`${root}/${REFERENCE}`, 'utf8'))
const table = renderTable(doc, { width: 120, color: false }).trimEnd()

const readme = readFileSync(`${root}/README.md`, 'utf8')
const from = readme.indexOf('\n', readme.indexOf(begin)) + 1
const to = readme.indexOf(end)
if (from === 0 || to < from) throw new Error('README.md has lost the marks of its table')
const made = `${readme.slice(0, from)}\n\`\`\`text\n$ npm start\n\n${table}\n\`\`\`\n\n${readme.slice(to)}`

if (!process.argv.includes('--check')) {
  writeFileSync(`${root}/README.md`, made)
} else if (made !== readme) {
  process.stderr.write(`README.md's table is not that of ${REFERENCE}: npm run readme\n`)
  process.exitCode = 1
}
