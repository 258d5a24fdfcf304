// One meaning for each name: no two files of src/ export the same one, and none exports what nobody takes.
// Another tree than this one can be named, for the test of this check.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { exportsIn, namesTakenIn } from './rooms/exports.mjs'
import { root as checkout } from './setup/paths.mjs'

const root = process.argv[2] ?? checkout

/** Names that several files export, and why that is no second meaning. */
const SEVERAL = {
  carryOut: 'an errand is carried out by a program and by a command, which shows it',
  option: 'an entry of a table: of the options of a request, of the flags of a command',
  renderTable: 'one thing on two surfaces, the page and the terminal',
  time: 'nanoseconds: as a kind of option, and in words',
}

/** Names that nobody takes, and why they are exported. */
const UNTAKEN = {
  AllChecked: 'is there to be compiled: it does not where a member has no check',
  ReportSchemaMatches: 'is there to be compiled: it does not where schema and type differ',
}

const SOURCES = filesIn('src', /\.ts$/)
const SHIPPED = SOURCES.filter((file) => !/\.test\.ts$|\/fixtures\//.test(file))
const SCRIPTS = ['scripts', 'bench']
  .flatMap((folder) => filesIn(folder, /\.(mjs|ts)$/))
  .filter((file) => file !== 'scripts/check-names.mjs')

const owners = new Map()
for (const file of SHIPPED) {
  for (const name of exportsIn(read(file))) owners.set(name, [...(owners.get(name) ?? []), file])
}
const taken = new Set([
  ...SOURCES.flatMap((file) => namesTakenIn(read(file))),
  // They load what is built, by any name.
  ...SCRIPTS.flatMap((file) => read(file).match(/\w+/g) ?? []),
])

const problems = [
  ...[...owners].flatMap(([name, files]) =>
    files.length === 1 || name in SEVERAL
      ? []
      : [`${name} is exported by ${files.join(' and ')}: one name, one meaning`],
  ),
  ...[...owners].flatMap(([name, files]) =>
    taken.has(name) || name in UNTAKEN ? [] : [`${files[0]}: nobody takes ${name}: no export`],
  ),
  ...(root === checkout ? needless() : []),
]
for (const problem of problems) process.stdout.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1

/** Exceptions that are none any more. */
function needless() {
  return [
    ...Object.keys(SEVERAL).filter((name) => (owners.get(name)?.length ?? 0) < 2),
    ...Object.keys(UNTAKEN).filter((name) => taken.has(name) || !owners.has(name)),
  ].map((name) => `scripts/check-names.mjs: ${name} needs no exception`)
}

function read(file) {
  return readFileSync(`${root}/${file}`, 'utf8')
}

function filesIn(folder, pattern) {
  if (!existsSync(`${root}/${folder}`)) return []
  return readdirSync(`${root}/${folder}`, { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`)
    .sort()
}
