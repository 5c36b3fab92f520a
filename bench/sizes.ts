/** `npm run sizes`: what the built site weighs. */
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
  'A page',
  ['bytes', 'raw', 'gzipped'],
  Object.entries(pages).flatMap(([name, html]) => {
    const loaded = loadedBy(html);
    return [
      [`${name}: scripts that it begins with`, ...cells(measureFiles(scriptsOf(html)))],
      [`${name}: with all that is loaded when it is wanted`, ...cells(measureFiles(loaded.filter(isScript)))],
      [`${name}: styles`, ...cells(measureFiles(loaded.filter(isStyle)))],
      [`${name}: HTML`, ...cells(measureFiles([html]))],
    ];
  }),
);

printTable(
  'For pages of others, each with what it loads',
  ['bytes', 'raw', 'gzipped'],
  filesIn('embed').map((file) => [file, ...cells(measureFiles(loadedBy(file)))]),
);
