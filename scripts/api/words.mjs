// A plugin of typedoc: members of a document have the words of its published schema, and what a program sees without words is an error.
import { readFileSync } from 'node:fs'
import { Application, Comment, Converter, ReflectionKind } from 'typedoc'
import { root } from '../setup/paths.mjs'

const schemaOf = (name) => JSON.parse(readFileSync(`${root}/results/${name}.schema.json`, 'utf8'))
const [RESULT, COMPARE] = ['result-1', 'compare-1'].map(schemaOf)

/** Types that are inferred from a schema: their part of it, and the whole. */
const DOCUMENTS = {
  ResultDocument: [RESULT, RESULT],
  Repetition: [RESULT.$defs.Repetition, RESULT],
  Problem: [RESULT.$defs.Problem, RESULT],
  CompareDocument: [COMPARE, COMPARE],
}

/** @param {Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const [name, [part, whole]] of Object.entries(DOCUMENTS)) {
      const found = project.children.find((one) => one.name === name)
      if (found === undefined) throw new Error(`there is no ${name}`)
      giveWords(found, part, whole)
    }
  })
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const path of project.children.flatMap((one) => wordless(one, one.name)))
      app.logger.validationWarning(`${path} has no words`)
  })
}

function giveWords(reflection, part, whole) {
  for (const member of reflection.children ?? []) {
    const own = part.properties?.[member.name]
    if (own === undefined) continue
    const words = wordsOf(own, whole)
    if (words !== undefined && !member.hasComment())
      member.comment = new Comment([{ kind: 'text', text: words }])
    const inner = objectIn(own, whole)
    if (inner === null) continue
    for (const declaration of declarationsIn(member.type)) giveWords(declaration, inner, whole)
  }
}

/** Of the member, else of what it is. */
function wordsOf(part, whole) {
  const { description, items } = part
  if (description !== undefined) return description
  const found = [refersTo(part, whole), ...(part.anyOf ?? []), items].find(
    (one) => one !== undefined && wordsOf(one, whole) !== undefined,
  )
  return found && wordsOf(found, whole)
}

function refersTo({ $ref }, { $defs }) {
  return $ref === undefined ? undefined : $defs[$ref.replace('#/$defs/', '')]
}

/** The object that it is, or a list of, or `null` beside it. */
function objectIn(part, whole) {
  if (part.properties !== undefined) return part
  const inner = [refersTo(part, whole), ...(part.anyOf ?? []), part.items]
  for (const one of inner) {
    const found = one === undefined ? null : objectIn(one, whole)
    if (found !== null) return found
  }
  return null
}

function declarationsIn(type) {
  if (type === undefined) return []
  if (type.type === 'reflection') return [type.declaration]
  if (type.type === 'array') return declarationsIn(type.elementType)
  return type.type === 'union' ? type.types.flatMap(declarationsIn) : []
}

/** What a program sees of an export, as far as it has no words. Members of a variant of a union are told with the variant. */
function wordless(reflection, path) {
  const { children = [], signatures = [] } = reflection
  const said = signatures.length > 0 ? signatures.every(hasWords) : hasWords(reflection)
  const members = children
    .filter(({ flags }) => !flags.isExternal)
    .flatMap((one) => wordless(one, `${path}.${one.name}`))
  return [...(said ? [] : [path]), ...members, ...wordlessVariants(reflection, path)]
}

/** Of what happens, or of what may come of something, each kind. */
function wordlessVariants({ kind, type }, path) {
  if (kind !== ReflectionKind.TypeAlias || type?.type !== 'union') return []
  return type.types.flatMap((one, i) => {
    const isObject = one.type === 'reflection' || one.type === 'intersection'
    if (!isObject || (type.elementSummaries?.[i] ?? []).length > 0) return []
    return [`${path}, variant ${i + 1}`]
  })
}

function hasWords(reflection) {
  return reflection.hasComment() || reflection.getSignature?.hasComment() === true
}
