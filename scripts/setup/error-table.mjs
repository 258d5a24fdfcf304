import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { root } from './paths.mjs'

/** What makes an error, and where sentence and hint stand among what it is given. */
const MAKERS = {
  usageError: { exitCode: 'usage', code: 0, sentence: 1, hint: 2 },
  environmentError: { exitCode: 'environment', code: 0, sentence: 1, hint: 2 },
  peerError: { exitCode: 'peer', code: 0, sentence: 1, details: 2 },
  measurementError: { exitCode: 'measurement', code: 0, sentence: 1, details: 2 },
  XrbenchError: { exitCodeAt: 1, code: 0, sentence: 2, details: 3 },
}
const CODE = /^XRB_[A-Z0-9_]*[A-Z0-9]$/

/** Every error of the sources: what it is said with, and what its hint is; for `xrbench explain`. */
export function errorTable() {
  const table = new Map()
  const files = readdirSync(`${root}/src`, { recursive: true }).filter(
    (name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)fixtures\//.test(name),
  )
  for (const file of files.sort()) gather(file, table)
  return Object.fromEntries([...table].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function gather(file, table) {
  const text = readFileSync(`${root}/src/${file}`, 'utf8')
  if (!text.includes('XRB_')) return
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) && CODE.test(node.text) && !isType(node)) {
      if (!table.has(node.text)) table.set(node.text, [])
      const said = saidWith(node)
      const known = table.get(node.text)
      if (said !== null && !known.some((one) => one.sentence === said.sentence)) known.push(said)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
}

const isType = (node) => ts.isLiteralTypeNode(node.parent)

/** Of a code, the sentence beside it: in a call of what makes errors, or in an object that has both. */
function saidWith(node) {
  const call = node.parent
  if (ts.isCallExpression(call) || ts.isNewExpression(call)) {
    const maker = MAKERS[call.expression.getText()]
    if (maker === undefined || call.arguments[maker.code] !== node) return null
    const exit = call.arguments[maker.exitCodeAt]?.getText().replace('EXIT_CODES.', '')
    return {
      exitCode: maker.exitCode ?? (/^\w+$/.test(exit) ? exit : null),
      sentence: textOf(call.arguments[maker.sentence]) ?? '',
      hint: textOf(call.arguments[maker.hint] ?? memberOf(call.arguments[maker.details], 'hint')),
    }
  }
  const object = node.parent?.parent
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return null
  const sentence = textOf(
    memberOf(object, 'message') ?? memberOf(object, 'reason') ?? memberOf(object, 'sentence'),
  )
  if (sentence === null) return null
  return { exitCode: null, sentence, hint: textOf(memberOf(object, 'hint')) }
}

function memberOf(object, name) {
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return undefined
  return object.properties.find((one) => one.name?.getText() === name)?.initializer
}

/** What is filled in when it is said stands as `…`. `null`: it is no text. */
function textOf(node) {
  if (node === undefined) return null
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')
  if (ts.isConditionalExpression(node)) return textOf(node.whenTrue) ?? textOf(node.whenFalse)
  return null
}
