// Makes notebooks/*.ipynb of the script in percent format beside it, without outputs; --check only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { root } from './setup/paths.mjs'

const SCRIPT = `${root}/notebooks/xrbench_plots.py`
const NOTEBOOK = SCRIPT.replace(/\.py$/, '.ipynb')

const made = notebookOf(readFileSync(SCRIPT, 'utf8'))
if (!process.argv.includes('--check')) {
  writeFileSync(NOTEBOOK, made)
} else if (readFileSync(NOTEBOOK, 'utf8') !== made) {
  process.stdout.write(
    'notebooks/xrbench_plots.ipynb is not that of the script: npm run notebook\n',
  )
  process.exitCode = 1
}

/** A cell begins with `# %%`, or with `# %% [markdown]` and then is a comment throughout. */
function notebookOf(script) {
  const cells = script
    .split(/^# %%/m)
    .slice(1)
    .map((text, index) => {
      const [marker, ...lines] = text.split('\n')
      return cellOf(marker.trim() === '[markdown]', trimmed(lines), index + 1)
    })
  const notebook = {
    cells,
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  return `${JSON.stringify(notebook, null, 1)}\n`
}

function cellOf(isMarkdown, lines, number) {
  const id = `cell-${number}`
  const text = isMarkdown ? lines.map((line) => line.replace(/^# ?/, '')) : lines
  const source = text.map((line, i) => (i < text.length - 1 ? `${line}\n` : line))
  if (isMarkdown) return { cell_type: 'markdown', id, metadata: {}, source }
  return { cell_type: 'code', execution_count: null, id, metadata: {}, outputs: [], source }
}

function trimmed(lines) {
  const text = lines.join('\n').replace(/^\n+|\n+$/g, '')
  return text === '' ? [] : text.split('\n')
}
