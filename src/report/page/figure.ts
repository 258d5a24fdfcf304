import type { Chart, ChartTable } from '../charts/chart.js'
import { type Html, html } from './html.js'

/** A chart, what it shows in words unless they stand above all of its kind, and its numbers as a table. */
export function renderFigure({ id, title, caption, table }: Chart, isCaptioned: boolean): Html {
  return html`<figure aria-labelledby="title-${id}">
<h4 id="title-${id}">${title}</h4>
<div class="chart" id="chart-${id}" role="img" aria-label="${title}. ${caption} The numbers are in the table below."></div>
${isCaptioned ? html`<figcaption>${caption}</figcaption>` : null}
<details><summary>Numbers of this chart</summary>${renderTable(table, title)}</details>
</figure>`
}

export function renderTable({ head, rows }: ChartTable, title: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first = '', ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`
}
