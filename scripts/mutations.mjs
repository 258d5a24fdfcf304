// npm run test:mutations [-- TEXT...]: small faults are put into the code, one at a time, and each has to
// fail a test. In a copy of the checkout. TEXT picks those whose file or replacement has it.
import { MUTATIONS } from './mutations/list.mjs'
import { copyTree, mutate } from './mutations/tree.mjs'
import { tryTests } from './mutations/trial.mjs'

const texts = process.argv.slice(2)
const chosen = MUTATIONS.filter(
  ({ file, replace }) =>
    texts.length === 0 || texts.some((text) => file.includes(text) || replace.includes(text)),
)
const folder = copyTree()
const problems = []

// A test that fails by itself would find everything.
const suites = new Map(chosen.map((one) => [suiteOf(one), one]))
for (const [name, one] of suites) {
  const { state, log } = tryTests(folder, one)
  if (state !== 'passed') tell(`${name} ${state} without any change`, log)
}
if (problems.length === 0) for (const one of chosen) tryOne(one)

process.stdout.write(
  `${chosen.length - problems.length} passed, ${problems.length} failed\n${problems.map((line) => `  ${line}\n`).join('')}`,
)
process.exitCode = problems.length > 0 || chosen.length === 0 ? 1 : 0

function tryOne(one) {
  const name = `${one.file}: ${one.find.trim()} → ${one.replace.trim() || '(nothing)'}`
  const start = performance.now()
  let undo = () => {}
  try {
    undo = mutate(folder, one)
    const { state, log } = tryTests(folder, one)
    const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
    if (state === 'failed') process.stdout.write(`ok    ${took}  ${name}\n`)
    else if (state === 'passed') tell(`no test of ${suiteOf(one)} fails: ${name}`)
    else tell(`cannot be run: ${name}`, log)
  } catch (error) {
    tell(error.message)
  } finally {
    undo()
  }
}

function suiteOf({ tests, native }) {
  return native === undefined
    ? [tests].flat().join(' ')
    : `${native.alone ?? 'C++'} '${native.filter}'`
}

function tell(problem, log = '') {
  problems.push(problem)
  process.stdout.write(`FAILED  ${problem}\n`)
  for (const line of log.trimEnd().split('\n').slice(-15)) process.stdout.write(`    ${line}\n`)
}
