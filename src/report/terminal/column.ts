import type { CaseResult } from '../../results/schema/schema.js'

export interface Column {
  title: string
  /** Heading that adjacent columns share. */
  group?: string
  /** Columns of one part stay together where the table has to be split. */
  part: 'figure' | 'cost'
  align: 'left' | 'right'
  cell(result: CaseResult): string
}

/** A column of numbers. */
export function numbers(
  title: string,
  part: Column['part'],
  cell: Column['cell'],
  group?: string,
): Column {
  return { title, part, align: 'right', cell, ...(group === undefined ? {} : { group }) }
}
