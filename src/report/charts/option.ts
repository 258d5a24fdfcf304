import type { Chart } from './chart.js'
import { curveHeight, curveOption } from './curve.js'
import { dotsHeight, dotsOption } from './dots.js'
import { forestHeight, forestOption } from './forest.js'
import { heatHeight, heatOption } from './heat.js'
import type { Look } from './look.js'
import { sizeHeight, sizeOption } from './size.js'
import { stripHeight, stripOption } from './strip.js'
import { trendHeight, trendOption } from './trend.js'

/** What ECharts is given to draw `chart`. Pure. */
export function optionOf(chart: Chart, look: Look): Record<string, unknown> {
  const option: Record<string, unknown> = ownOption(chart, look)
  if (!look.isPicture || chart.where === undefined) return option
  return { ...option, title: { ...(option.title ?? {}), subtext: chart.where } }
}

function ownOption(chart: Chart, look: Look) {
  switch (chart.kind) {
    case 'curve':
      return curveOption(chart, look)
    case 'heat':
      return heatOption(chart, look)
    case 'size':
      return sizeOption(chart, look)
    case 'trend':
      return trendOption(chart, look)
    case 'strip':
      return stripOption(chart, look)
    case 'dots':
      return dotsOption(chart, look)
    case 'forest':
      return forestOption(chart, look)
  }
}

/** CSS pixels that `chart` takes at the width of `look`. */
export function heightOf(chart: Chart, look: Look): number {
  switch (chart.kind) {
    case 'curve':
      return curveHeight(chart, look)
    case 'heat':
      return heatHeight(chart, look)
    case 'size':
      return sizeHeight(chart, look)
    case 'trend':
      return trendHeight(chart, look)
    case 'strip':
      return stripHeight(chart, look)
    case 'dots':
      return dotsHeight(chart, look)
    case 'forest':
      return forestHeight(chart, look)
  }
}
