/** The icons: strokes on a 20 px grid, always beside words or a label. */

const strokes = {
  alert: 'M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M10 6.500v4M10 13.500h.01',
  back: 'm12 4-6 6 6 6',
  check: 'm4 10.500 4 4 8-9',
  clock: 'M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M10 6v4l3 2',
  close: 'm5 5 10 10M15 5 5 15',
  down: 'M10 4v12m-5-5 5 5 5-5',
  people:
    'M7.500 4a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2 17c0-3 2.400-5 5.500-5s5.500 2 5.500 5M13 4.300a3 3 0 0 1 0 5.400M15 12.500c1.800.7 3 2.400 3 4.500',
  reconnect: 'M16.500 10A6.500 6.500 0 1 1 13 4.200M13.500 1.500 13 4.500l3 .8',
  search: 'M9 3.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11M13 13l4 4',
  send: 'M10 16V4m-5 5 5-5 5 5',
  share: 'M10 12V3m-3 3 3-3 3 3M6 9H4v8h12V9h-2',
} as const;

export type IconName = keyof typeof strokes;

export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg class={small ? 'icon is-small' : 'icon'} viewBox="0 0 20 20" aria-hidden="true">
      <path d={strokes[name]} />
    </svg>
  );
}
