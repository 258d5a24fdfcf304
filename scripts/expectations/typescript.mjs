import ts from 'typescript'

/** `expect…` by name: a function of a fixture that says what it does. */
const EXPECTING = /^(expect|assert)($|[A-Z])/

/**
 * What keeps a test of this file from failing: `{ line, problem }` each. A test expects something when it calls
 * `expect`, or a function of that name (`expectWhole`), or one of the same file that does.
 */
export function problemsOfTypeScript(text, name) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
  const functions = functionsOf(file)
  const problems = []
  const tell = (node, problem) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    problems.push({ line: line + 1, problem })
  }
  visitAll(file, (node) => {
    if (!ts.isCallExpression(node)) return
    const body = bodyOfTest(node, file, functions)
    if (body !== undefined && !expects(body, functions, new Set()))
      tell(node, 'a test without an expectation')
    if (!isExpect(node)) return
    if (!ts.isPropertyAccessExpression(node.parent)) tell(node, 'an expect without a matcher')
    else if (isForgotten(node)) tell(node, 'an expect of a promise that nobody waits for')
  })
  return problems
}

function functionsOf(file) {
  const found = new Map()
  visitAll(file, (node) => {
    if (ts.isFunctionDeclaration(node) && node.name) found.set(node.name.text, node)
    if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      isFunction(node.initializer)
    )
      found.set(node.name.text, node.initializer)
  })
  return found
}

/** The function of `it(…)`, `test.each(…)(…)` and the like. */
function bodyOfTest(call, file, functions) {
  if (!/^(it|test)\b/.test(call.expression.getText(file))) return undefined
  const title = call.arguments[0]
  if (title === undefined || !(ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)))
    return undefined
  for (const argument of call.arguments.slice(1)) {
    if (isFunction(argument)) return argument
    if (ts.isIdentifier(argument) && functions.has(argument.text))
      return functions.get(argument.text)
  }
  return undefined
}

function expects(node, functions, seen) {
  let found = false
  visitAll(node, (inner) => {
    if (found || !ts.isIdentifier(inner)) return
    const isCalled = ts.isCallExpression(inner.parent) && inner.parent.expression === inner
    const isUsed = isCalled || ts.isPropertyAccessExpression(inner.parent)
    if (!isUsed) return
    if (EXPECTING.test(inner.text)) found = true
    const called = functions.get(inner.text)
    if (!isCalled || called === undefined || seen.has(called)) return
    seen.add(called)
    if (expects(called, functions, seen)) found = true
  })
  return found
}

function isExpect(call) {
  return ts.isIdentifier(call.expression) && call.expression.text === 'expect'
}

/** `expect(…).rejects.toThrow()` as a statement of its own. */
function isForgotten(call) {
  let isOfPromise = false
  let node = call
  while (ts.isPropertyAccessExpression(node.parent) || ts.isCallExpression(node.parent)) {
    node = node.parent
    if (ts.isPropertyAccessExpression(node) && /^(rejects|resolves)$/.test(node.name.text))
      isOfPromise = true
  }
  return isOfPromise && ts.isExpressionStatement(node.parent)
}

function isFunction(node) {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node))
}

function visitAll(node, visit) {
  visit(node)
  ts.forEachChild(node, (child) => visitAll(child, visit))
}
