/** Tables of figures on the console. */

/** Prints a table: the first column is left-aligned, the others are right-aligned. */
export function printTable(title: string, headings: readonly string[], rows: readonly (string | number)[][]): void {
  const cells = [headings, ...rows].map((row) => row.map((cell) => String(cell)));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  console.log(['', title, ...lines, ''].join('\n'));
}
