// Puts what the tool prints of the reference results into README.md and docs/, exactly as it prints it.
// With --check it only says whether that has been done. The results themselves: `npm run reference`.
import { readFileSync, writeFileSync } from 'node:fs'
import { root } from './setup/paths.mjs'

const FOLDER = 'results/reference'
const { layersOf } = await import(`${root}/dist/compare/layers.js`)
const { renderLayers } = await import(`${root}/dist/report/terminal/layer-lines.js`)
const { renderTable } = await import(`${root}/dist/report/terminal/table.js`)
const { palette } = await import(`${root}/dist/report/terminal/text.js`)

/** Each block by the name of its marks: the result it is made from, and how. */
const BLOCKS = {
  table: {
    page: 'README.md',
    file: 'main-job.json',
    render: (doc) => `$ npm start\n\n${renderTable(doc, { width: 120, color: false })}`,
  },
  layers: {
    page: 'docs/transports.md',
    file: 'host.json',
    render: (doc) => renderLayers(layersOf(doc), 120, palette(false)).join('\n'),
  },
}

for (const [name, block] of Object.entries(BLOCKS)) {
  const { page } = block
  const text = readFileSync(`${root}/${page}`, 'utf8')
  const made = withBlock(text, name, block)
  if (made === text) continue
  if (process.argv.includes('--check')) {
    process.stderr.write(`${page} shows other results than those in ${FOLDER}: npm run readme\n`)
    process.exitCode = 1
  } else {
    writeFileSync(`${root}/${page}`, made)
  }
}

function withBlock(text, name, { page, file, render }) {
  const from = text.indexOf('\n', text.indexOf(`<!-- ${name}:begin`)) + 1
  const to = text.indexOf(`<!-- ${name}:end -->`)
  if (from === 0 || to < from) throw new Error(`${page} has lost the marks of its ${name}`)
  const doc = JSON.parse(readFileSync(`${root}/${FOLDER}/${file}`, 'utf8'))
  const block = render(doc).trimEnd()
  return `${text.slice(0, from)}\n\`\`\`text\n${block}\n\`\`\`\n\n${text.slice(to)}`
}
