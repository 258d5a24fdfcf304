import { expect, it } from 'vitest'
import { Budget } from './budget.js'

it('is one for all, and whole again at the end', () => {
  const budget = new Budget(10)
  const first = budget.take(6)
  expect(first).not.toBeNull()
  expect(budget.take(5)).toBeNull()
  expect(budget.take(4)).not.toBeNull()
  first?.()
  first?.()
  expect(budget.freeBytes).toBe(6)
})
