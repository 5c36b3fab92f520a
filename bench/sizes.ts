/** `npm run sizes`: the sizes of the built site. */
import { type FileSizes, filesIn, isScript, isStyle, loadedBy, measureFiles, pages, scriptsOf } from './built-site.ts';
import { printTable } from './table.ts';

const cells = ({ raw, gzipped }: FileSizes) => [raw, gzipped];

const files = [...filesIn('assets'), ...Object.values(pages)];
printTable(
  'Files of the site',
  ['bytes', 'raw', 'gzipped'],
  files.map((file) => [file, ...cells(measureFiles([file]))]),
);

printTable(
  'Pages',
  ['bytes', 'raw', 'gzipped'],
  Object.entries(pages).flatMap(([name, html]) => {
    const loaded = loadedBy(html);
    return [
      [`${name}: initial scripts`, ...cells(measureFiles(scriptsOf(html)))],
      [`${name}: all scripts, with those loaded on demand`, ...cells(measureFiles(loaded.filter(isScript)))],
      [`${name}: styles`, ...cells(measureFiles(loaded.filter(isStyle)))],
      [`${name}: HTML`, ...cells(measureFiles([html]))],
    ];
  }),
);

printTable(
  'Files for embedding pages, each with what it loads',
  ['bytes', 'raw', 'gzipped'],
  filesIn('embed').map((file) => [file, ...cells(measureFiles(loadedBy(file)))]),
);
