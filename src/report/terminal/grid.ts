import { caseTitle } from '../../results/document/case-name.js'
import type { CaseResult } from '../../results/schema/schema.js'
import type { PlaceGroup } from '../words/places.js'
import type { Column } from './column.js'
import { type Palette, wrap, wrapKey } from './text.js'

const GAP = 2

interface Sized extends Column {
  width: number
  texts: string[]
}

/**
 * The cases as rows of aligned columns, those of each group under its title. Where the width does not hold them all, parts of the columns follow one
 * another as blocks, each with the cases' names. Flags end the rows of the last block, or have lines of their own below them where they do not fit.
 */
export function renderGrid(
  groups: readonly PlaceGroup[],
  columns: readonly Column[],
  flagsOf: (result: CaseResult) => string,
  width: number,
  style: Palette,
): string[] {
  const cases = groups.flatMap((group) => group.cases)
  const sized = withRoomForGroups(
    columns.map((column): Sized => {
      const texts = cases.map((one) => column.cell(one))
      const width = Math.max(column.title.length, ...texts.map((t) => t.length))
      return { ...column, texts, width }
    }),
  )
  // A name is broken only where whole ones would cost a further block.
  const whole = layOut(cases, sized, width, width)
  const broken = layOut(cases, sized, width, Math.max(24, Math.floor(width * 0.3)))
  const { names, nameWidth, blocks } = whole.blocks.length <= broken.blocks.length ? whole : broken
  const flags = flagColumn(cases.map(flagsOf))
  const fits = nameWidth + widthOf([...(blocks.at(-1) ?? []), ...flags]) <= width
  return blocks.flatMap((block, i) => {
    const isLast = i === blocks.length - 1
    const all = isLast && fits ? [...block, ...flags] : block
    return [
      ...(i === 0 ? [] : ['']),
      ...heading(all, nameWidth, style),
      ...names.flatMap(([first = '', ...rest], row) => [
        ...titleBefore(row, groups, width).map(style.dim),
        line(first.padEnd(nameWidth), all, (column) => column.texts[row] ?? ''),
        ...rest,
        ...(isLast && !fits ? flagLines(flags[0]?.texts[row] ?? '', width) : []),
      ]),
    ]
  })
}

/** None where no row has a flag of its own. */
function flagColumn(texts: string[]): Sized[] {
  const widest = Math.max(...texts.map((text) => text.length))
  if (widest === 0) return []
  const title = 'flags'
  const column = { title, part: 'cost', align: 'left', cell: () => '' } as const
  return [{ ...column, texts, width: Math.max(title.length, widest) }]
}

function flagLines(text: string, width: number): string[] {
  return text === '' ? [] : wrap(text, width - 4).map((line) => `    ${line}`)
}

/** Where nothing was measured, columns are narrower than the name over them: their first takes the rest. */
function withRoomForGroups(columns: readonly Sized[]): Sized[] {
  return columns.map((column, i) => {
    const { group, width } = column
    if (group === undefined || columns[i - 1]?.group === group) return column
    const until = columns.findIndex((other, j) => j > i && other.group !== group)
    const members = columns.slice(i, until === -1 ? columns.length : until)
    const missing = group.length - (widthOf(members) - GAP)
    return missing > 0 ? { ...column, width: width + missing } : column
  })
}

/** The title of the group that begins with this row. */
function titleBefore(row: number, groups: readonly PlaceGroup[], width: number): string[] {
  let first = 0
  for (const { title, cases } of groups) {
    if (first === row) {
      const lines = title === null ? [] : wrap(title, width, 2)
      return row === 0 ? lines : ['', ...lines]
    }
    first += cases.length
  }
  return []
}

interface Layout {
  /** The lines of each case's name. */
  names: string[][]
  nameWidth: number
  blocks: Sized[][]
}

function layOut(
  cases: readonly CaseResult[],
  columns: readonly Sized[],
  width: number,
  nameLimit: number,
): Layout {
  const names = cases.map((one) => wrapKey(caseTitle(one), nameLimit))
  const nameWidth = Math.max(4, ...names.flat().map((name) => name.length))
  return { names, nameWidth, blocks: split(columns, width - nameWidth) }
}

function split(columns: readonly Sized[], room: number): Sized[][] {
  if (widthOf(columns) <= room) return [[...columns]]
  const parts = (['figure', 'cost'] as const).map((part) =>
    columns.filter((column) => column.part === part),
  )
  return parts.flatMap((part) => fill(part, room)).map(withRoomForGroups)
}

/** As many columns to a block as fit, those under one heading together where a block holds them. */
function fill(columns: readonly Sized[], room: number): Sized[][] {
  const blocks: Sized[][] = []
  for (const unit of unitsOf(columns, room)) {
    const block = blocks.at(-1)
    if (block !== undefined && widthOf([...block, ...unit]) <= room) block.push(...unit)
    else blocks.push([...unit])
  }
  return blocks
}

function unitsOf(columns: readonly Sized[], room: number): Sized[][] {
  const units: Sized[][] = []
  for (const column of columns) {
    const unit = units.at(-1)
    const isUnderIt = column.group !== undefined && unit?.[0]?.group === column.group
    if (unit !== undefined && isUnderIt && widthOf([...unit, column]) <= room) unit.push(column)
    else units.push([column])
  }
  return units
}

function widthOf(columns: readonly Sized[]): number {
  return columns.reduce((sum, { width }) => sum + GAP + width, 0)
}

function heading(columns: readonly Sized[], nameWidth: number, style: Palette): string[] {
  const groups = groupLine(columns, nameWidth)
  const titles = line('case'.padEnd(nameWidth), columns, ({ title }) => title)
  return [...(groups === '' ? [] : [style.dim(groups)]), style.bold(titles)]
}

/** The groups' names, each with a rule over its columns. */
function groupLine(columns: readonly Sized[], nameWidth: number): string {
  let text = ' '.repeat(nameWidth)
  for (let i = 0; i < columns.length; ) {
    const group = columns[i]?.group
    const until = columns.findIndex((column, j) => j > i && column.group !== group)
    const end = until === -1 ? columns.length : until
    const room = widthOf(columns.slice(i, end)) - GAP
    text += ' '.repeat(GAP) + (group === undefined ? ' '.repeat(room) : ruled(group, room))
    i = end
  }
  return text.trimEnd()
}

function ruled(text: string, room: number): string {
  if (room < text.length + 2) return text.slice(0, room).padEnd(room)
  const left = Math.floor((room - text.length - 2) / 2)
  return `${'─'.repeat(left)} ${text} ${'─'.repeat(room - text.length - 2 - left)}`
}

/** One line: the name, then each column's text at its place. */
function line(name: string, columns: readonly Sized[], text: (column: Sized) => string): string {
  const cells = columns.map((column) => {
    const align = column.align === 'right' ? 'padStart' : 'padEnd'
    return ' '.repeat(GAP) + text(column)[align](column.width)
  })
  return (name + cells.join('')).trimEnd()
}
