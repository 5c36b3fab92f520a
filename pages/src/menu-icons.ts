/** Icons of the menus: those of `icon.tsx`, and those that are loaded together with the menus. */
import { circle, strokes } from './icon.tsx';

export const menuStrokes = {
  ...strokes,
  ban: `${circle}M5 5l10 10`,
  bell: 'M5 13V9a5 5 0 0 1 10 0v4l1.500 2h-13zM8.500 17.500h3',
  book: 'M4 3h12v14H4zM8 3v14',
  flag: 'M5 17V4h10l-2 3.500 2 3.500H5',
  hide: 'M3 10c3-5 11-5 14 0-3 5-11 5-14 0M10 8a2 2 0 1 0 0 4a2 2 0 1 0 0-4M4 16 16 4',
  language: `${circle}M3 10h14M10 3c-5 4-5 10 0 14c5-4 5-10 0-14`,
  link: 'M8.500 11.500a3 3 0 0 0 4.300 0l2.700-2.700a3 3 0 0 0-4.300-4.300L10 5.700M11.500 8.500a3 3 0 0 0-4.300 0l-2.700 2.700a3 3 0 0 0 4.300 4.300l1.200-1.200',
  kick: 'M8 4H4v12h4M8 10h9m-3.500-3.500L17 10l-3.500 3.500',
  star: 'm10 3 2.200 4.600 4.800.6-3.500 3.400.9 5L10 14.200 5.600 16.600l.9-5L3 8.200l4.800-.6z',
  theme: `${circle}M10 3v14`,
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 11h6.600L14 6',
} as const;

export type MenuIconName = keyof typeof menuStrokes;
