/** Icons: strokes on a 20 px grid. They are decorative: a text or an `aria-label` always goes with them. */

export const circle = 'M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14';

export const strokes = {
  alert: `${circle}M10 6.500v4M10 13.500h.01`,
  back: 'm12 4-6 6 6 6',
  check: 'm4 10.500 4 4 8-9',
  clock: `${circle}M10 6v4l3 2`,
  close: 'm5 5 10 10M15 5 5 15',
  copy: 'M7 7h9v10H7zM13 7V3H4v10h3',
  down: 'M10 4v12m-5-5 5 5 5-5',
  edit: 'm4 16 1-4 8-8 3 3-8 8zM11 6l3 3',
  key: 'M6.500 10a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7M9 11l7-7m-3 3 2.500 2.500',
  lock: 'M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9',
  more: 'M4.500 9.500v1M5 9.500v1M10 9.500v1M9.500 9.500v1M15 9.500v1M15.500 9.500v1',
  mute: 'M4 8h3l4-3.500v11L7 12H4zM14 8l4 4M18 8l-4 4',
  offline: 'M3 8.500c4-4 10-4 14 0M6 11.500c2.300-2.300 5.700-2.300 8 0M10 15h.01M4 3l12 14',
  open: 'm6 8 4 4 4-4',
  people:
    'M7.500 4a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2 17c0-3 2.400-5 5.500-5s5.500 2 5.500 5M13 4.300a3 3 0 0 1 0 5.400M15 12.500c1.800.7 3 2.400 3 4.500',
  reconnect: 'M16.500 10A6.500 6.500 0 1 1 13 4.200M13.500 1.500 13 4.500l3 .8',
  reply: 'M8 5 4 9l4 4M4 9h7c3 0 5 2 5 6',
  search: 'M9 3.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11M13 13l4 4',
  send: 'M10 16V4m-5 5 5-5 5 5',
  share: 'M10 12V3m-3 3 3-3 3 3M6 9H4v8h12V9h-2',
  reaction: `${circle}M10 6.500a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7`,
} as const;

export type IconName = keyof typeof strokes;

interface IconProps {
  name: IconName;
  small?: boolean;
}

export function Icon({ name, small = false }: IconProps) {
  return <StrokeIcon strokes={strokes[name]} small={small} />;
}

/** Draws strokes that are not in `strokes`, such as those of the menus. */
export function StrokeIcon({ strokes: path, small = false }: { strokes: string; small?: boolean }) {
  return (
    <svg class={small ? 'icon is-small' : 'icon'} viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
